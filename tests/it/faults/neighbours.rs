//! One command that fails harms none of its neighbours (the lanes of ARCHITECTURE.md, lanes).

use crate::races::hold_head;
use crate::support::{Account, TestDatabase, apply, audit, failure, fresh_database, refusal};
use domain::contact::ContactRejection;
use domain::{ContactId, Rejection};
use event_store::{
    Applied, EventStore, ExecuteError, Rehearsal, StoreError, StoreOptions, Submission,
};
use futures_util::future::join_all;
use std::time::{Duration, Instant};
use tokio_postgres::types::ToSql;

/// All of them are in the queue before the lane gets to run: these tests have one thread.
async fn together(store: &EventStore, work: Vec<Submission>) -> Vec<Result<Applied, ExecuteError>> {
    join_all(work.into_iter().map(|submission| store.execute(submission))).await
}

/// The same beside the lane: the head is held until all of them wait.
async fn together_beside(
    database: &TestDatabase,
    store: &EventStore,
    work: Vec<Submission>,
) -> Vec<Result<Applied, ExecuteError>> {
    let held = hold_head(database, work[0].ledger).await;
    let release = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        held.batch_execute("COMMIT").await.expect("the head is let go");
    };
    tokio::join!(together(store, work), release).0
}

/// Plants the row of a link, so that the invitation that makes the same link fails.
async fn plant(database: &TestDatabase, doomed: &Submission) {
    let hash = doomed.secret.as_ref().expect("a secret").hash();
    let insert = "INSERT INTO tokens VALUES ($1, $2, $1, 'planted', $1, $1, '2030-01-01')";
    let client = database.client().await;
    client.execute(insert, &[&doomed.ledger.0, &hash.as_slice()]).await.expect("planted");
}

async fn remove_planted(database: &TestDatabase) {
    let delete = "DELETE FROM tokens WHERE kind = 'planted'";
    database.client().await.execute(delete, &[]).await.expect("removed");
}

async fn contacts(store: &EventStore, account: &Account, count: u32) -> Vec<ContactId> {
    let mut contacts = Vec::new();
    for n in 0..count {
        let contact = account.contact_id();
        let email = format!("{contact}@example.org");
        apply(store, account.create(contact, &format!("Contact {n}"), Some(&email))).await;
        contacts.push(contact);
    }
    contacts
}

/// Twenty invitations, the tenth of which the database refuses.
async fn with_one_doomed(
    database: &TestDatabase,
    store: &EventStore,
    account: &Account,
) -> Vec<Submission> {
    let contacts = contacts(store, account, 20).await;
    let work: Vec<Submission> = contacts.iter().map(|contact| account.invite(*contact)).collect();
    plant(database, &work[10]).await;
    work
}

async fn only_the_tenth_failed(
    database: &TestDatabase,
    store: &EventStore,
    account: &Account,
    answers: Vec<Result<Applied, ExecuteError>>,
) {
    for (n, answer) in answers.into_iter().enumerate() {
        if n == 10 {
            let error = failure(answer);
            assert!(!error.is_transient(), "{error:?}");
        } else if let Err(error) = answer {
            panic!("neighbour {n} was harmed: {error:?}");
        }
    }
    remove_planted(database).await;
    let mut invited = 0;
    audit(store.reader(), account.ledger, |event| {
        invited += u32::from(event.event.stored_type() == "contact.invite_sent");
    })
    .await;
    assert_eq!(invited, 19);
}

#[tokio::test]
async fn a_row_that_the_database_refuses_fails_one_command_alone() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 9).await;
    let work = with_one_doomed(&database, &store, &account).await;
    let answers = together(&store, work).await;
    only_the_tenth_failed(&database, &store, &account, answers).await;
}

#[tokio::test]
async fn so_it_is_when_the_ledger_had_to_wait_for_another_process() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 9).await;
    let work = with_one_doomed(&database, &store, &account).await;
    let answers = together_beside(&database, &store, work).await;
    only_the_tenth_failed(&database, &store, &account, answers).await;
}

/// Two clients that make the same id at once, through a store that has just started.
#[tokio::test]
async fn an_id_that_is_in_use_is_refused_alone_though_the_ledger_had_to_wait() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 9).await;
    let there = account.contact_id();
    apply(&store, account.create(there, "Ada", None)).await;
    store.stop().await;
    let store = database.store().await;
    let work = vec![
        account.create(account.contact_id(), "Bea", None),
        account.create(there, "Cid", None),
        account.create(account.contact_id(), "Dan", None),
    ];
    let mut answers = together_beside(&database, &store, work).await;
    let refused = refusal(answers.remove(1));
    assert_eq!(refused, Rejection::Contact(ContactRejection::AlreadyExists));
    for answer in answers {
        assert!(answer.is_ok(), "a neighbour was harmed: {answer:?}");
    }
    audit(store.reader(), account.ledger, |_| {}).await;
}

/// A history that cannot be continued stops its own aggregate and nothing else.
#[tokio::test]
async fn a_damaged_aggregate_fails_its_own_commands_alone() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 9).await;
    let contacts = contacts(&store, &account, 8).await;
    let client = database.client().await;
    // Where the next event of this contact belongs, a row stands already.
    let stray = "INSERT INTO events VALUES ($1, 1000000, $2, 2, 'stray', now(), '{}')";
    client.execute(stray, &[&account.ledger.0, &contacts[3].0]).await.expect("a stray row");
    let rename = |contact: &ContactId| account.rename(*contact, "Another");
    for _ in 0..2 {
        let answers = together(&store, contacts.iter().map(rename).collect()).await;
        for (n, answer) in answers.into_iter().enumerate() {
            if n == 3 {
                let error = failure(answer);
                assert!(!error.is_transient(), "{error:?}");
            } else if let Err(error) = answer {
                panic!("neighbour {n} was harmed: {error:?}");
            }
        }
    }
    client.execute("DELETE FROM events WHERE position = 1000000", &[]).await.expect("removed");
    apply(&store, rename(&contacts[3])).await;
    audit(store.reader(), account.ledger, |_| {}).await;
}

/// The claims' table is the judge even where a store believes otherwise.
#[tokio::test]
async fn a_claim_that_appeared_from_nowhere_is_refused_and_overwrites_nothing() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 9).await;
    let contacts = contacts(&store, &account, 3).await;
    let hash = store.reader().keys().claim_hash(
        account.ledger,
        &crate::support::email(&format!("{}@example.org", contacts[1])),
    );
    let stranger = account.contact_id();
    let client = database.client().await;
    let plant = "INSERT INTO primary_email_claims VALUES ($1, $2, $3)";
    let row: [&(dyn ToSql + Sync); 3] = [&account.ledger.0, &hash.as_slice(), &stranger.0];
    client.execute(plant, &row).await.expect("planted");
    let invites = contacts.iter().map(|contact| account.invite(*contact)).collect();
    let mut answers = together(&store, invites).await;
    let refused = refusal(answers.remove(1));
    assert_eq!(
        refused,
        Rejection::Contact(ContactRejection::PrimaryEmailClaimed { holder: stranger, name: None })
    );
    for answer in answers {
        assert!(answer.is_ok(), "a neighbour was harmed: {answer:?}");
    }
    let remove = "DELETE FROM primary_email_claims WHERE contact_id = $1";
    client.execute(remove, &[&stranger.0]).await.expect("removed");
    audit(store.reader(), account.ledger, |_| {}).await;
}

#[tokio::test]
async fn a_held_head_delays_its_own_ledger_alone() {
    // What one command writes is one statement; what several write is more.
    for commands in [1, 5] {
        held_head_beside(commands).await;
    }
}

async fn held_head_beside(commands: u32) {
    let database = fresh_database().await;
    // One lane, so that both ledgers share it.
    let options = StoreOptions { lanes: 1, ..StoreOptions::default() };
    let store = database.store_with(options).await;
    let (held, free) = (Account::open(&store, 9).await, Account::open(&store, 10).await);
    let lock = hold_head(&database, held.ledger).await;
    let waiting = tokio::spawn({
        let store = store.clone();
        let work: Vec<Submission> =
            (0..commands).map(|_| held.create(held.contact_id(), "Ada", None)).collect();
        async move { together(&store, work).await }
    });
    // They are in a turn of their own.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let began = Instant::now();
    let mut done = 0;
    while began.elapsed() < Duration::from_millis(600) {
        apply(&store, free.create(free.contact_id(), "Bea", None)).await;
        done += 1;
    }
    assert!(done > 20, "{done} commands in 0.6 s beside a held ledger");
    assert!(!waiting.is_finished(), "the head was not held");
    lock.batch_execute("COMMIT").await.expect("the head is let go");
    for answer in waiting.await.expect("they are answered") {
        assert!(answer.is_ok(), "{answer:?}");
    }
    for account in [&held, &free] {
        audit(store.reader(), account.ledger, |_| {}).await;
    }
}

#[tokio::test]
async fn a_command_to_no_ledger_fails_alone() {
    let database = fresh_database().await;
    let store = database.store_with(StoreOptions { lanes: 1, ..StoreOptions::default() }).await;
    let (there, nowhere) = (Account::open(&store, 9).await, Account::of_seed(404, 0));
    let work = vec![
        there.create(there.contact_id(), "Ada", None),
        nowhere.create(nowhere.contact_id(), "Bea", None),
        there.create(there.contact_id(), "Cid", None),
    ];
    let mut answers = together(&store, work).await;
    let error = failure(answers.remove(1));
    assert!(matches!(error, StoreError::UnknownLedger(ledger) if ledger == nowhere.ledger));
    assert!(answers.iter().all(Result::is_ok), "a neighbour was harmed: {answers:?}");
}

/// One turn of one lane carries many ledgers; what fails in one of them is nobody else's trouble.
#[tokio::test]
async fn a_failing_command_harms_no_other_ledger_of_its_turn() {
    let database = fresh_database().await;
    let store = database.store_with(StoreOptions { lanes: 1, ..StoreOptions::default() }).await;
    let mut accounts = Vec::new();
    let mut work = Vec::new();
    for seed in 0..12 {
        let account = Account::open(&store, 100 + seed).await;
        for contact in contacts(&store, &account, 2).await {
            work.push(account.invite(contact));
        }
        accounts.push(account);
    }
    plant(&database, &work[7]).await;
    let mut hints = store.hints();
    let mut answers = together(&store, work).await;
    let error = failure(answers.remove(7));
    assert!(!error.is_transient(), "{error:?}");
    for answer in answers {
        assert!(answer.is_ok(), "a neighbour was harmed: {answer:?}");
    }
    remove_planted(&database).await;
    let mut hinted = std::collections::BTreeMap::new();
    while let Ok(hint) = hints.try_recv() {
        hinted.insert(hint.ledger, hint.position);
    }
    for account in &accounts {
        let head = audit(store.reader(), account.ledger, |_| {}).await;
        assert_eq!(hinted.get(&account.ledger), Some(&head), "the views are told of the head");
    }
}

/// What a rehearsal says is what then happens, and it changes nothing by itself.
#[tokio::test]
async fn a_rehearsal_tells_what_would_happen_and_changes_nothing() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 9).await;
    let (ada, bea) = (account.contact_id(), account.contact_id());
    let play = || {
        vec![
            account.create(ada, "Ada", Some("ada@example.org")),
            account.create(bea, "Bea", Some("ada@example.org")),
            account.invite(ada),
            account.invite(bea),
            account.rename(ada, "Ada L"),
        ]
    };
    let head = store.reader().head(account.ledger).await.expect("the head");
    let rehearsed = store
        .rehearse(account.ledger, play(), Rehearsal::InOrder)
        .await
        .expect("a rehearsal")
        .into_iter()
        .map(|decided| decided.map(|decision| decision.outcome))
        .collect::<Vec<_>>();
    assert_eq!(store.reader().head(account.ledger).await.expect("the head"), head);
    let mut played = Vec::new();
    for submission in play() {
        played.push(match store.execute(submission).await {
            Ok(applied) => Ok(applied.outcome),
            Err(ExecuteError::Rejected(rejection)) => Err(rejection),
            Err(other) => panic!("{other:?}"),
        });
    }
    assert_eq!(rehearsed, played);
    assert_eq!(played.iter().filter(|outcome| outcome.is_err()).count(), 2);
}

/// Whoever asks for a contact by the id of a job hears that there is none, and the turn goes on.
#[tokio::test]
async fn an_id_of_another_kind_of_thing_undoes_nothing_of_its_neighbours() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 10).await;
    let (contact, job) = (account.contact_id(), account.job_id());
    apply(&store, account.create_job(job, "Elm St", Vec::new())).await;
    apply(&store, account.create(contact, "Ada", None)).await;
    // What one turn records, one transaction does; had the turn been undone and its commands run one by one,
    // it would be two. Whether they meet in one turn is a matter of luck.
    let client = database.client().await;
    let last_two = "SELECT count(DISTINCT xmin::text) FROM \
                      (SELECT xmin FROM events WHERE ledger_id = $1 ORDER BY position DESC LIMIT 2) two";
    let mut met = false;
    for round in 0..200 {
        let rename = |side| account.rename(contact, &format!("Ada {side} {round}"));
        let work = vec![rename("left"), account.rename(ContactId(job.0), "Barn"), rename("right")];
        let [first, other, second] =
            <[_; 3]>::try_from(together(&store, work).await).unwrap_or_else(|_| panic!("three"));
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(refusal(other), Rejection::Unknown(ContactId(job.0).into()));
        let row = client.query_one(last_two, &[&account.ledger.0]).await.expect("counted");
        if row.get::<_, i64>(0) == 1 {
            met = true;
            break;
        }
    }
    assert!(met, "they never met in one turn");
}
