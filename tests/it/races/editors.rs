//! Promise 4: no lost update.

use crate::support::{Account, Keyed as _, TestDatabase, apply, audit, fresh_database, rng, size};
use domain::contact::ContactCommand;
use domain::lead::LeadCommand;
use domain::{Command, ContactId, Event, LeadId, LedgerId};
use event_store::{EventStore, ExecuteError};
use rand::Rng as _;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_postgres::Client;

const EDITORS: u64 = 32;

#[tokio::test(flavor = "multi_thread")]
async fn with_if_match_successes_are_version_increments() {
    let database = fresh_database().await;
    race(&[database.store().await]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_when_half_of_them_go_through_another_process() {
    let database = fresh_database().await;
    race(&[database.store().await, database.store().await]).await;
}

async fn race(stores: &[EventStore]) {
    let account = Arc::new(Account::open(&stores[0], 7).await);
    let contact = account.contact_id();
    apply(&stores[0], account.create(contact, "Nobody", None)).await;
    let mut editors = JoinSet::new();
    for editor in 0..EDITORS {
        let store = stores[usize::try_from(editor).expect("it fits") % stores.len()].clone();
        editors.spawn(edit(store, Arc::clone(&account), contact, editor));
    }
    let mut told = Vec::new();
    while let Some(versions) = editors.join_next().await {
        told.extend(versions.expect("an editor ends"));
    }
    told.sort_unstable();
    let successes = u64::try_from(told.len()).expect("it fits");
    let each_once: Vec<u64> = (2..2 + successes).collect();
    assert_eq!(told, each_once, "each success was told a version of its own");
    let mut edits = 0;
    audit(stores[0].reader(), account.ledger, |event| {
        edits += u64::from(event.event.stored_type() == "contact.info_updated");
    })
    .await;
    assert_eq!(edits, successes);
}

/// Edits until it has succeeded often enough; gives the versions that it was told.
async fn edit(
    store: EventStore,
    account: Arc<Account>,
    contact: ContactId,
    editor: u64,
) -> Vec<u64> {
    let mut rng = rng(editor);
    let (mut known, mut told) = (1, Vec::new());
    while told.len() < size(8, 1_000) {
        let named = format!("Editor {editor}, edit {}", told.len());
        match store.execute(account.rename(contact, &named).expecting(contact, known)).await {
            Ok(applied) => {
                let version = applied.version(contact.into()).expect("the contact's version");
                assert_eq!(version, known + 1, "it was told somebody else's version");
                told.push(version);
                known = version;
            }
            Err(ExecuteError::Stale { current, .. }) => {
                assert!(current > known, "stale, but not passed");
                known = current;
                tokio::time::sleep(Duration::from_millis(rng.random_range(0..4))).await;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    told
}

/// Holds a ledger's head like another process, so that commands gather into one turn.
pub(crate) async fn hold_head(database: &TestDatabase, ledger: LedgerId) -> Client {
    let client = database.client().await;
    client.batch_execute("BEGIN").await.expect("a transaction");
    let lock = "SELECT 1 FROM ledgers WHERE ledger_id = $1 FOR NO KEY UPDATE";
    client.execute(lock, &[&ledger.0]).await.expect("the head");
    client
}

/// Whoever is told a version has seen everything up to it: else their next If-Match would
/// overwrite what they have not seen.
#[tokio::test(flavor = "multi_thread")]
async fn each_command_of_a_turn_is_told_its_own_version_and_position() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 7).await;
    let contact = account.contact_id();
    let created = apply(&store, account.create(contact, "Ada", None)).await;
    let held = hold_head(&database, account.ledger).await;
    let edits = tokio::spawn({
        let store = store.clone();
        let edits: Vec<_> = (0..10).map(|n| account.rename(contact, &format!("Ada {n}"))).collect();
        async move {
            let edits = edits.into_iter().map(|edit| apply(&store, edit));
            futures_util::future::join_all(edits).await
        }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    held.batch_execute("COMMIT").await.expect("the head is let go");
    let mut told: Vec<(u64, u64)> = edits
        .await
        .expect("the edits end")
        .iter()
        .map(|edit| (edit.version(contact.into()).expect("a version"), edit.position))
        .collect();
    told.sort_unstable();
    let own: Vec<(u64, u64)> = (1..=10).map(|n| (1 + n, created.position + n)).collect();
    assert_eq!(told, own);
}

/// A save over several aggregates moves each of them once, or none.
#[tokio::test(flavor = "multi_thread")]
async fn saves_over_a_contact_and_a_job_are_whole() {
    let database = fresh_database().await;
    let (one, two) = (database.store().await, database.store().await);
    let account = Arc::new(Account::open(&one, 7).await);
    let job = account.job_id();
    apply(&one, account.create_job(job, "12 Elm St", Vec::new())).await;
    let saves = (0..40_u32).map(|n| {
        let (contact, store) = (account.contact_id(), if n % 2 == 0 { &one } else { &two });
        // Every fourth asks for an address that is claimed already.
        let email = if n % 4 == 3 { "taken@example.org".into() } else { format!("{n}@x.org") };
        store.execute(account.save(contact, &format!("Owner {n}"), &email, vec![job]))
    });
    let answers = futures_util::future::join_all(saves).await;
    let carried_out = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(carried_out, 31, "one of the ten wins the address");
    let (mut created, mut owners) = (BTreeSet::new(), BTreeSet::new());
    audit(one.reader(), account.ledger, |event| match &event.event {
        Event::Contact(_) => {
            created.insert(event.aggregate.uuid());
        }
        Event::Job(domain::job::JobEvent::OwnerAddedToJob(added)) => {
            owners.insert(added.contact.0);
        }
        Event::Job(_)
        | Event::Lead(_)
        | Event::Customer(_)
        | Event::WorkOrder(_)
        | Event::OwnerItem(_)
        | Event::BuilderAccount(_)
        | Event::Installation(_)
        | Event::Subcontractor(_)
        | Event::SubcontractorOrg(_)
        | Event::Person(_)
        | Event::Notification(_) => {}
    })
    .await;
    assert_eq!((created.len(), &created), (carried_out, &owners));
}

/// A store that knows none of them fetches them together.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_with_many_jobs_and_leads_is_deleted_by_a_store_that_has_seen_none_of_them() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 7).await;
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Landlord", None)).await;
    for n in 0..70 {
        apply(&store, account.create_job(account.job_id(), &format!("{n} Elm St"), vec![contact]))
            .await;
        let title = domain::text::Title::parse(&format!("Roof {n}")).expect("a title");
        let create = LeadCommand::Create { title, contact: Some(contact) };
        apply(&store, account.staff(Command::Lead(LeadId(account.uuid()), create))).await;
    }
    let cold = database.store().await;
    let delete = ContactCommand::Delete { confirmed: true };
    apply(&cold, account.staff(Command::Contact(contact, delete))).await;
    let mut left = Vec::new();
    audit(cold.reader(), account.ledger, |event| left.push(event.event.stored_type())).await;
    let count = |of| left.iter().filter(|stored_type| **stored_type == of).count();
    assert_eq!((count("job.owner_removed"), count("lead.unlinked")), (70, 70));
}
