//! Promise 2: no reader skips or reorders an event, while a naive reader beside it does.

use crate::support::database::{connect, open_store};
use crate::support::{
    Account, Keyed as _, TestDatabase, audit, failure, fresh_database, persist, process, rng, size,
};
use domain::{ContactId, LedgerId};
use event_store::reader::sealed_events_after;
use event_store::{Database, EventStore, StoreOptions, Submission};
use rand::Rng as _;
use rand::rngs::StdRng;
use std::io::Read as _;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

const SEED: u64 = 2;
const WRITERS_PER_PROCESS: u64 = 8;
const READERS: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn no_reader_skips_or_reorders_what_sixteen_writers_in_two_processes_append() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, SEED).await;
    let (done, ended) = watch::channel(None);
    let mut readers = JoinSet::new();
    for reader in 0..READERS {
        readers.spawn(read_on(database.url().to_owned(), account.ledger, reader, ended.clone()));
    }
    let staller = tokio::spawn(stall(database.url().to_owned(), account.ledger, ended.clone()));

    let words = [database.url().to_owned()];
    let mut child = process::spawn("races::readers::writes_in_the_second_process", &words);
    write(&store, 0).await;
    let child = tokio::task::spawn_blocking(move || {
        let mut said = String::new();
        child.stdout.take().expect("a pipe").read_to_string(&mut said).expect("its words");
        (child.wait().expect("it ends"), said)
    });
    let (status, said) = child.await.expect("the second process is waited for");
    assert!(status.success(), "{said}");
    let head = store.reader().head(account.ledger).await.expect("the head").expect("a ledger");
    done.send_replace(Some(head.position));
    let stalls = staller.await.expect("the staller ends");

    remove_planted(&database).await;
    let mut order = Vec::new();
    audit(store.reader(), account.ledger, |event| order.push(event.event_id.0)).await;
    let commands = 2 * WRITERS_PER_PROCESS * commands_per_writer();
    assert!(order.len() >= usize::try_from(commands).expect("it fits"), "too few events");
    while let Some(reader) = readers.join_next().await {
        let (seen, restarts) = reader.expect("a reader ends");
        assert!(restarts > 0, "a reader that never restarts shows less");
        assert_eq!(seen.len(), order.len(), "events were skipped");
        assert!(seen == order, "events were reordered");
    }
    assert!(stalls > 3, "{stalls} stalls are too few");
    eprintln!("{} events of 16 writers, {stalls} stalls, none skipped", order.len());
}

/// The second process of the test above; does nothing by itself.
#[tokio::test(flavor = "multi_thread")]
async fn writes_in_the_second_process() {
    let Some(words) = process::role() else { return };
    let store = open_store(&words[0], StoreOptions::default()).await;
    write(&store, 1).await;
}

fn commands_per_writer() -> u64 {
    size(120, 62_500)
}

/// Eight writers; 2 % of their commands are refused by the database, so that turns roll back.
async fn write(store: &EventStore, process: u64) {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS_PER_PROCESS {
        let store = store.clone();
        let account = Account::of_seed(SEED, 1 + process * WRITERS_PER_PROCESS + writer);
        writers.spawn(async move {
            let mut rng = rng(process * WRITERS_PER_PROCESS + writer);
            let mut contact = account.contact_id();
            for n in 0..commands_per_writer() {
                if n % 40 == 0 {
                    contact = account.contact_id();
                    let email = format!("{contact}@example.org");
                    settle(&store, n, || account.create(contact, "Ada", Some(&email))).await;
                }
                if rng.random_ratio(2, 100) {
                    let doomed = plant(&store, &account, contact).await;
                    failure(store.execute(doomed).await);
                } else {
                    settle(&store, n, || account.rename(contact, &format!("Ada {n}"))).await;
                }
                if rng.random_ratio(1, 10) {
                    tokio::time::sleep(Duration::from_millis(rng.random_range(0..5))).await;
                }
            }
        });
    }
    while let Some(writer) = writers.join_next().await {
        writer.expect("a writer ends");
    }
}

/// Sends a command until it is answered: a long stall may be answered with "later".
async fn settle(store: &EventStore, n: u64, make: impl Fn() -> Submission) {
    let keyed = || {
        let submission = make();
        let about = submission.command.aggregates()[0];
        let key = format!("{about} {} {n}", submission.command.name());
        submission.keyed(&key, &key)
    };
    persist(store, keyed).await.expect("applied");
}

/// An invitation whose link is there already: the database refuses its row.
async fn plant(store: &EventStore, account: &Account, contact: ContactId) -> Submission {
    let doomed = account.invite(contact);
    let hash = doomed.secret.as_ref().expect("a secret").hash();
    let client = store.reader().database().connection().await.expect("a connection");
    client
        .execute(
            "INSERT INTO tokens VALUES ($1, $2, $3, 'planted', $3, $3, '2030-01-01')",
            &[&account.ledger.0, &hash.as_slice(), &contact.0],
        )
        .await
        .expect("a planted link");
    doomed
}

async fn remove_planted(database: &TestDatabase) {
    let client = database.client().await;
    let removed = client.execute("DELETE FROM tokens WHERE kind = 'planted'", &[]).await;
    assert!(removed.expect("removed") > 0, "no command was doomed");
}

/// Reads pages of any length until the given head, and now and then starts again from what it
/// noted down. Gives the ids in the order in which they came, and how often it started again.
async fn read_on(
    url: String,
    ledger: LedgerId,
    reader: u64,
    ended: watch::Receiver<Option<u64>>,
) -> (Vec<Uuid>, u32) {
    let mut rng = rng(100 + reader);
    let mut seen: Vec<Uuid> = Vec::new();
    let mut client = connect(&url).await;
    let mut restarts = 0;
    loop {
        let position = u64::try_from(seen.len()).expect("it fits");
        if *ended.borrow() == Some(position) {
            return (seen, restarts);
        }
        let page = rng.random_range(1..200);
        let events = sealed_events_after(&client, ledger, position, page).await;
        for event in events.expect("a page without a hole") {
            let next = u64::try_from(seen.len()).expect("it fits") + 1;
            assert_eq!(event.position, next, "positions have no holes");
            seen.push(event.event_id.0);
        }
        if rng.random_ratio(1, 20) {
            client = connect(&url).await;
            restarts += 1;
        } else {
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..10))).await;
        }
    }
}

/// Takes the next position like an append would, keeps everybody waiting, and rolls back.
async fn stall(url: String, ledger: LedgerId, ended: watch::Receiver<Option<u64>>) -> u32 {
    let mut rng = rng(200);
    let client = connect(&url).await;
    let mut stalls = 0;
    while ended.borrow().is_none() {
        client.batch_execute("BEGIN").await.expect("a transaction");
        let lock = "UPDATE ledgers SET head = head + 1 WHERE ledger_id = $1 RETURNING head";
        let head: i64 = client.query_one(lock, &[&ledger.0]).await.expect("the head").get(0);
        let insert = "INSERT INTO events VALUES ($1, $2, $1, 0, 'stalled', now(), '{}')";
        client.execute(insert, &[&ledger.0, &head]).await.expect("a row");
        tokio::time::sleep(pause(&mut rng)).await;
        client.batch_execute("ROLLBACK").await.expect("a rollback");
        stalls += 1;
        tokio::time::sleep(Duration::from_millis(rng.random_range(20..200))).await;
    }
    stalls
}

fn pause(rng: &mut StdRng) -> Duration {
    // Most are short, a few as long as they may be.
    let longest = size(500, 5_000);
    let most = if rng.random_ratio(1, 8) { longest } else { longest / 10 };
    Duration::from_millis(rng.random_range(1..=most))
}

/// The control: what everybody writes first does skip, so the test above could have failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_naive_reader_that_follows_a_sequence_does_skip() {
    let database = fresh_database().await;
    let client = database.client().await;
    client.batch_execute("CREATE TABLE naive (id bigserial PRIMARY KEY)").await.expect("a table");
    let (done, ended) = watch::channel(false);
    let reader = tokio::spawn(read_naively(database.url().to_owned(), ended));
    let mut writers = JoinSet::new();
    for writer in 0..16 {
        writers.spawn(write_naively(database.url().to_owned(), writer));
    }
    while let Some(writer) = writers.join_next().await {
        writer.expect("a writer ends");
    }
    done.send_replace(true);
    let seen = reader.await.expect("the reader ends");
    let there: i64 =
        client.query_one("SELECT count(*) FROM naive", &[]).await.expect("a count").get(0);
    let skipped = there - i64::try_from(seen).expect("it fits");
    eprintln!("the naive reader skipped {skipped} of {there}");
    assert!(skipped > 0, "the control skipped nothing");
}

async fn write_naively(url: String, writer: u64) {
    let mut rng = rng(writer);
    let client = connect(&url).await;
    for _ in 0..25 {
        client.batch_execute("BEGIN; INSERT INTO naive DEFAULT VALUES").await.expect("a row");
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..10))).await;
        let end = if rng.random_ratio(2, 100) { "ROLLBACK" } else { "COMMIT" };
        client.batch_execute(end).await.expect("an end");
    }
}

async fn read_naively(url: String, ended: watch::Receiver<bool>) -> usize {
    let client = connect(&url).await;
    let (mut last, mut seen) = (0_i64, 0);
    loop {
        // Asked before the page, so that the last page comes after the last commit.
        let is_last = *ended.borrow();
        let after = "SELECT id FROM naive WHERE id > $1 ORDER BY id";
        for row in client.query(after, &[&last]).await.expect("a page") {
            last = row.get(0);
            seen += 1;
        }
        if is_last {
            return seen;
        }
    }
}

/// A reader says so when a position is missing, and does not go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_position_is_an_error_and_not_skipped() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, SEED).await;
    let client = database.client().await;
    let hole = "DELETE FROM events WHERE ledger_id = $1 AND position = 1";
    client.execute(hole, &[&account.ledger.0]).await.expect("a hole");
    let fresh = Database::new(database.url(), 1).expect("a valid address");
    let reader = event_store::Reader::new(fresh, std::sync::Arc::clone(store.reader().keys()));
    let read = reader.events_after(account.ledger, 0, 10).await;
    assert!(matches!(read, Err(event_store::StoreError::Hole { position: 1, .. })), "{read:?}");
}
