//! Whatever somebody changes past the store, `verify` or `diff` finds.

use super::random::RandomHistory;
use super::{bring_up, viewed};
use crate::support::{Account, apply};
use domain::contact::ContactCommand;
use domain::job::JobCommand;
use domain::lead::LeadCommand;
use domain::{Command, ImageId, LeadId};
use event_store::{EventStore, ImageBytes};
use projections::verify::verify;

/// What is done to the database, and where it must show: in the log and claims, or in a view.
const DAMAGE: &[(&str, bool)] = &[
    ("UPDATE events SET recorded_at = recorded_at + interval '1 s' WHERE position = 9", true),
    ("UPDATE events SET event_type = 'contact.created' WHERE position = 1", true),
    (
        "UPDATE events SET event = replace(event, '\"api\"', '\"web\"') \
      WHERE position = (SELECT max(position) FROM events)",
        true,
    ),
    ("DELETE FROM events WHERE position = 9", true),
    ("DELETE FROM events WHERE position > 9", true),
    ("UPDATE ledgers SET frontier = decode(repeat('00', length(frontier)), 'hex')", true),
    ("DELETE FROM primary_email_claims", true),
    (
        "INSERT INTO primary_email_claims SELECT ledger_id, '\\x00', gen_random_uuid() \
      FROM ledgers",
        true,
    ),
    ("UPDATE primary_email_claims SET contact_id = gen_random_uuid()", true),
    ("DELETE FROM credentials", true),
    ("UPDATE credentials SET key_id = gen_random_uuid()", true),
    ("UPDATE credentials SET role = 'operator'", true),
    ("DELETE FROM contact_jobs", true),
    ("DELETE FROM profile_images", true),
    ("UPDATE profile_images SET image_id = gen_random_uuid()", true),
    ("UPDATE contact_leads SET lead_id = gen_random_uuid()", true),
    ("UPDATE customer_contacts SET customer_id = gen_random_uuid()", true),
    ("UPDATE work_orders SET title = 'Something else'", false),
    ("DELETE FROM document_files", true),
    ("UPDATE document_files SET customer_id = gen_random_uuid()", true),
    ("UPDATE documents SET kind = 'report'", false),
    ("DELETE FROM impersonation_credentials", true),
    ("UPDATE impersonation_credentials SET contact_id = gen_random_uuid()", true),
    ("DELETE FROM portal_link_tokens", true),
    ("UPDATE portal_link_tokens SET contact_id = gen_random_uuid()", true),
    ("UPDATE portal_link_tokens SET ended = NULL WHERE ended IS NOT NULL", true),
    ("UPDATE portal_links SET links = '[]'", false),
    ("DELETE FROM email_conflict_owners", false),
    ("UPDATE impersonations SET ended = NULL, how = NULL, contact_id = job_id", false),
    ("UPDATE contact_directory SET name = 'Somebody else' WHERE version > 1", false),
    ("DELETE FROM job_list_words", false),
    ("UPDATE duplicate_candidates_keys SET key = gen_random_uuid()", false),
    ("UPDATE job_list SET owners = '{}' WHERE owners <> '{}'", false),
    ("UPDATE lead_view SET contact_id = lead_id WHERE contact_id IS NOT NULL", false),
    ("DELETE FROM audit_trail WHERE position = 9", false),
    (
        "INSERT INTO invitations SELECT ledger_id, gen_random_uuid(), contact_id, status, sent_to, \
      sent_by_kind, sent_by, attempt, sent_at, expires_at, ended_at, reminded_at \
      FROM invitations",
        false,
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_damage_is_found() {
    let (database, store) = viewed().await;
    let account = Account::open(&store, 21).await;
    let mut history = RandomHistory::new(&account, 21);
    history.run(&store, 250).await;
    // The random history may have left none.
    apply(&store, account.issue_key().with_secret().expect("random bytes")).await;
    picture(&store, &account).await;
    for submission in super::random_conflicts::waiting(&account) {
        apply(&store, submission).await;
    }
    for submission in super::random_customers::asking(&account) {
        apply(&store, submission).await;
    }
    let job = account.job_id();
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada Example", Some("ada@damage.example"))).await;
    apply(&store, account.create_job(job, "Elm St", vec![contact])).await;
    apply(&store, account.invite(contact)).await;
    apply(&store, super::random_impersonations::start(&account, job, contact)).await;
    apply(&store, super::random_links::issue(&account, job, Some(contact))).await;
    apply(&store, super::random_links::issue(&account, job, None)).await;
    apply(&store, account.staff(Command::Job(job, JobCommand::RemoveOwner(contact, None)))).await;
    apply(&store, account.add_owner(job, contact)).await;
    apply(&store, super::random_impersonations::start(&account, job, contact)).await;
    let title = domain::text::Title::parse("Kitchen").expect("a title");
    let create = LeadCommand::Create { title, contact: Some(contact) };
    apply(&store, account.staff(Command::Lead(LeadId(account.uuid()), create))).await;
    bring_up(&store, &[account.ledger]).await;
    let whole = verify(store.reader(), account.ledger, &|_| {}).await.expect("verified");
    assert!(whole.is_clean(), "{whole:?}");
    let client = database.client().await;
    for (damage, in_log) in DAMAGE {
        // The tables are put back from copies of them.
        for table in tables() {
            let copy = format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}");
            client.batch_execute(&copy).await.expect("a copy");
        }
        let changed = client.execute(*damage, &[]).await.expect("the damage is done");
        assert!(changed > 0, "{damage} changes nothing");
        let verified = verify(store.reader(), account.ledger, &|_| {}).await.expect("verified");
        assert!(!verified.is_clean(), "{damage} is not found");
        assert_eq!(verified.problems > 0, *in_log, "{damage}: {verified:?}");
        for table in tables() {
            let back = format!(
                "TRUNCATE {table}; INSERT INTO {table} SELECT * FROM kept_{table}; \
                 DROP TABLE kept_{table}"
            );
            client.batch_execute(&back).await.expect("put back");
        }
    }
    let whole = verify(store.reader(), account.ledger, &|_| {}).await.expect("verified");
    assert!(whole.is_clean(), "{whole:?}");
}

/// An owner with an image.
async fn picture(store: &EventStore, account: &Account) {
    let (contact, person, ids) = (account.contact_id(), account.person_id(), account.invite_ids());
    apply(store, account.create(contact, "Bea Example", Some("bea@damage.example"))).await;
    apply(store, account.invite_as(contact, ids)).await;
    apply(store, account.accept(person, contact, ids.token)).await;
    let set = ContactCommand::SetImage(ImageId(account.uuid()));
    let mut set = account.owner(person, contact, set);
    set.image = Some(ImageBytes::new(vec![0xff; 32]));
    apply(store, set).await;
}

fn tables() -> impl Iterator<Item = &'static str> {
    let views = projections::all_views().into_iter().flat_map(projections::AnyView::tables);
    let log = ["events", "ledgers", "primary_email_claims", "contact_jobs", "contact_leads"];
    let log = log.into_iter().chain(["customer_contacts"]);
    let log = log.chain(["credentials", "impersonation_credentials", "profile_images"]);
    let log = log.chain(["portal_link_tokens", "document_files"]);
    log.chain(views.map(|table| table.name))
}
