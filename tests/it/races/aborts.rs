//! Promise 5, the part of the store: a caller that goes away harms nothing.

use crate::support::{Account, TestDatabase, apply, audit, fresh_database, rng, size};
use domain::{ContactId, Event};
use event_store::{EventStore, ExecuteError, StoreError};
use rand::Rng as _;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const CALLERS: u64 = 16;
const SAVES_PER_JOB: u64 = 25;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_submitted_and_abandoned_is_there_whole_or_not_at_all() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Arc::new(Account::open(&store, 8).await);
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        callers.spawn(call(store.clone(), Arc::clone(&account), caller));
    }
    let (mut answered, mut abandoned) = (Vec::new(), 0);
    while let Some(caller) = callers.join_next().await {
        let (answers, gone) = caller.expect("a caller ends");
        answered.extend(answers);
        abandoned += gone;
    }
    assert!(abandoned > 50, "{abandoned} of {}", answered.len());
    // What waits in the lane is carried out though nobody waits for it any more.
    let last = account.contact_id();
    apply(&store, account.create(last, "Last", None)).await;
    no_transaction_is_open(&database).await;

    let mut saved: BTreeMap<ContactId, Vec<&'static str>> = BTreeMap::new();
    audit(store.reader(), account.ledger, |event| match (&event.event, event.aggregate) {
        (Event::Contact(_), domain::AggregateId::Contact(contact)) => {
            saved.entry(contact).or_default().push(event.event.stored_type());
        }
        (Event::Job(domain::job::JobEvent::OwnerAddedToJob(added)), _) => {
            saved.entry(added.contact).or_default().push("job.owner_added");
        }
        _ => {}
    })
    .await;
    assert_eq!(saved.remove(&last), Some(vec!["contact.created"]));
    for contact in &answered {
        assert!(saved.contains_key(contact), "an answered save is not there");
    }
    let whole = [
        "contact.created",
        "job.owner_added",
        "contact.primary_email_claimed",
        "contact.invite_sent",
    ];
    for (contact, events) in &saved {
        assert_eq!(events[..], whole, "{contact} is half there");
    }
    eprintln!(
        "{} answered, {abandoned} abandoned, of which {} were carried out",
        answered.len(),
        saved.len() - answered.len()
    );
}

/// Saves contacts and goes away from some of the saves at any moment.
async fn call(store: EventStore, account: Arc<Account>, caller: u64) -> (Vec<ContactId>, u32) {
    let mut rng = rng(caller);
    let (mut answered, mut abandoned) = (Vec::new(), 0);
    let (mut job, mut took) = (account.job_id(), Duration::ZERO);
    for n in 0..size(60, 3_200) {
        if n % SAVES_PER_JOB == 0 {
            job = account.job_id();
            apply(&store, account.create_job(job, "12 Elm St", Vec::new())).await;
        }
        let contact = account.contact_id();
        let email = format!("{contact}@example.org");
        let save = account.save(contact, "Ada", &email, vec![job]);
        if n % 2 == 0 {
            let began = Instant::now();
            store.execute(save).await.expect("applied");
            took = began.elapsed();
            answered.push(contact);
            continue;
        }
        // At any moment of the time that such a save takes just now, or a little later.
        let patience = took.mul_f64(rng.random_range(0.0..1.5));
        tokio::select! {
            biased;
            answer = store.execute(save) => {
                answer.expect("applied");
                answered.push(contact);
            }
            () = tokio::time::sleep(patience) => abandoned += 1,
        }
    }
    (answered, abandoned)
}

/// A forgotten transaction would stand here as "idle in transaction".
async fn no_transaction_is_open(database: &TestDatabase) {
    let client = database.client().await;
    let open = "SELECT count(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let began = Instant::now();
    loop {
        let count: i64 = client.query_one(open, &[]).await.expect("a count").get(0);
        if count == 0 {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(1), "{count} transactions are left open");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn abandoned_reads_leave_the_pool_whole() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Arc::new(Account::open(&store, 8).await);
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", None)).await;
    for n in 0..50 {
        apply(&store, account.rename(contact, &format!("Ada {n}"))).await;
    }
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (store, account) = (store.clone(), Arc::clone(&account));
        callers.spawn(async move {
            let (mut rng, mut later) = (rng(caller), 0_u32);
            for n in 0..size(100, 3_200) {
                let patience = Duration::from_micros(rng.random_range(0..3_000));
                let read = async {
                    if n % 5 == 0 {
                        // The one front-door statement with a transaction of its own.
                        store.ensure_ledger(account.ledger, "builder_account").await
                    } else {
                        store.reader().events_after(account.ledger, 0, 100).await.map(drop)
                    }
                };
                tokio::select! {
                    biased;
                    read = read => if let Err(error) = read {
                        assert!(error.is_transient(), "{error:?}");
                        later += 1;
                    },
                    () = tokio::time::sleep(patience) => {}
                }
            }
            later
        });
    }
    let mut later = 0;
    while let Some(caller) = callers.join_next().await {
        later += caller.expect("a caller ends");
    }
    assert_eq!(later, 0, "the abandoned ones kept connections from the others");
    no_transaction_is_open(&database).await;
    // All connections are to be had at the same time, and work.
    let mut all = Vec::new();
    for _ in 0..8 {
        let connection = store.reader().database().connection().await.expect("a connection");
        connection.query_one("SELECT 1", &[]).await.expect("it works");
        all.push(connection);
    }
    drop(all);
    let (open, waiting) = store.reader().database().pool_status();
    assert!(open <= 8 && waiting == 0, "{open} open, {waiting} wait");
    assert_eq!(
        store.reader().events_after(account.ledger, 0, 100).await.expect("events").len(),
        53,
        "opened, its first key, created, fifty edits"
    );
}

/// A server that is told to stop answers what it has taken, and takes no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_stops_answers_everybody_and_loses_nothing() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Arc::new(Account::open(&store, 8).await);
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (store, account) = (store.clone(), Arc::clone(&account));
        callers.spawn(async move {
            let mut rng = rng(caller);
            let mut answered = Vec::new();
            loop {
                let contact = account.contact_id();
                match store.execute(account.create(contact, "Ada", None)).await {
                    Ok(_) => answered.push(contact.0),
                    Err(ExecuteError::Store(StoreError::Stopping)) => return answered,
                    Err(other) => panic!("{other:?}"),
                }
                tokio::time::sleep(Duration::from_micros(rng.random_range(0..500))).await;
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    store.stop().await;
    assert!(began.elapsed() < Duration::from_secs(2), "it stopped after {:?}", began.elapsed());
    let mut answered = BTreeSet::new();
    while let Some(caller) = callers.join_next().await {
        answered.extend(caller.expect("a caller ends"));
    }
    let mut there = BTreeSet::new();
    audit(store.reader(), account.ledger, |event| {
        there.insert(event.aggregate.uuid());
    })
    .await;
    there.remove(&account.id.0);
    assert!(answered.len() > 20, "{} commands are too few", answered.len());
    assert_eq!(there, answered, "what is there was answered, and what was answered is there");
}
