//! Promise 3: a retried command acts once, and answers the same.

use crate::support::{
    Account, Keyed as _, TestDatabase, apply, audit, fresh_database, persist, refusal, size,
};
use domain::contact::ContactRejection;
use domain::{AggregateId, ContactId, Outcome, Rejection};
use event_store::{Applied, ExecuteError};
use futures_util::future::join_all;

/// What an answer says, apart from whether it is said again.
type Told = (u64, Vec<(AggregateId, u64)>, Outcome, Option<[u8; 32]>);

fn told(applied: &Applied) -> Told {
    let secret = applied.secret.as_ref().map(|secret| *secret.expose());
    (applied.position, applied.versions.clone(), applied.outcome.clone(), secret)
}

async fn events_of(database: &TestDatabase, contact: ContactId) -> i64 {
    let count = "SELECT count(*) FROM events WHERE aggregate_id = $1";
    database.client().await.query_one(count, &[&contact.0]).await.expect("a count").get(0)
}

async fn receipts(database: &TestDatabase) -> i64 {
    let count = "SELECT count(*) FROM receipts";
    database.client().await.query_one(count, &[]).await.expect("a count").get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_acts_once_however_often_it_is_sent_and_wherever() {
    let database = fresh_database().await;
    let (one, two) = (database.store().await, database.store().await);
    let account = Account::open(&one, 6).await;
    for round in 0..size(15, 5_000) {
        let contact = account.contact_id();
        apply(&one, account.create(contact, "Ada", Some(&format!("{contact}@example.org")))).await;
        let ids = account.invite_ids();
        let key = format!("invite {round}");
        let retries = (0..20).map(|n| {
            let store = if n % 2 == 0 { &one } else { &two };
            persist(store, || account.invite_as(contact, ids).keyed(&key, "invite"))
        });
        let answers: Vec<Applied> =
            join_all(retries).await.into_iter().map(|answer| answer.expect("applied")).collect();
        assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1, "it acted once");
        for answer in &answers {
            assert_eq!(told(answer), told(&answers[0]), "the same answer");
        }
        // Created, claimed, invited: once.
        assert_eq!(events_of(&database, contact).await, 3);
    }
    audit(one.reader(), account.ledger, |_| {}).await;
}

/// A button that is pressed twice: both presses are taken by one turn, and nobody has to come again.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_comes_twice_in_one_moment_acts_once_and_is_answered_twice() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 6).await;
    let other = account.contact_id();
    apply(&store, account.create(other, "Bea", None)).await;
    let rounds: u32 = size(20, 2_000);
    for round in 0..rounds {
        let contact = account.contact_id();
        apply(&store, account.create(contact, "Ada", Some(&format!("{contact}@example.org"))))
            .await;
        let key = format!("invite {round}");
        // While a turn is busy with this, the others wait for the next one together.
        let busy = account.rename(other, &format!("Bea {round}"));
        let invites = (0..4).map(|_| account.invite(contact).keyed(&key, "invite"));
        let all = std::iter::once(busy).chain(invites).map(|submission| store.execute(submission));
        let answers: Vec<Applied> =
            join_all(all).await.into_iter().map(|answer| answer.expect("applied")).collect();
        assert_eq!(answers[1..].iter().filter(|answer| !answer.replayed).count(), 1);
        for answer in &answers[1..] {
            assert_eq!(told(answer), told(&answers[1]), "the same answer");
        }
        assert_eq!(events_of(&database, contact).await, 3, "created, claimed, invited: once");
    }
    // One that makes a secret tells the same one; another request with the key is refused.
    let issue = account.issue_key();
    let issue = |request: &str| {
        let (ledger, command) = (issue.ledger, issue.command.clone());
        let again = event_store::Submission::new(ledger, command, issue.circumstances.clone());
        again.with_secret().expect("random bytes").keyed("issue", request)
    };
    let busy = store.execute(account.rename(other, "Bea"));
    let (one, two) = (store.execute(issue("one")), store.execute(issue("one")));
    let (_, one, two, reused) = tokio::join!(busy, one, two, store.execute(issue("other")));
    let (one, two) = (one.expect("issued"), two.expect("issued"));
    assert_eq!(told(&one), told(&two));
    assert!(one.secret.is_some() && matches!(reused, Err(ExecuteError::KeyReused)), "{reused:?}");
    assert_eq!(receipts(&database).await, i64::from(rounds) + 1);
    // A refusal is nobody's answer but its own.
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", None)).await;
    let invites = (0..4).map(|_| store.execute(account.invite(contact).keyed("no", "invite")));
    for refused in join_all(invites).await {
        let no_email = Rejection::Contact(ContactRejection::NoPrimaryEmail);
        assert_eq!(refusal(refused), no_email);
    }
    audit(store.reader(), account.ledger, |_| {}).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_acts_once_also_when_the_server_was_started_again() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 6).await;
    let contact = account.contact_id();
    let create = || account.create(contact, "Ada", None).keyed("k", "create");
    let first = apply(&store, create()).await;
    apply(&store, account.rename(contact, "Ada L")).await;
    store.stop().await;

    let store = database.store().await;
    let again = apply(&store, create()).await;
    assert!(again.replayed && !first.replayed);
    assert_eq!(told(&again), told(&first), "what was true when it acted");
    // The retry made nobody forget what is there.
    let renamed = apply(&store, account.rename(contact, "Bea")).await;
    assert_eq!(renamed.version(contact.into()), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_request_with_the_same_key_is_refused_and_does_nothing() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 6).await;
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", None).keyed("k", "create")).await;
    let reused = store.execute(account.rename(contact, "Bea").keyed("k", "rename")).await;
    assert!(matches!(reused, Err(ExecuteError::KeyReused)), "{reused:?}");
    assert_eq!(events_of(&database, contact).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_command_leaves_no_receipt_and_is_decided_afresh() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 6).await;
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", None)).await;
    let invite = || account.invite(contact).keyed("k", "invite");
    let refused = refusal(store.execute(invite()).await);
    assert_eq!(refused, Rejection::Contact(ContactRejection::NoPrimaryEmail));
    assert_eq!(receipts(&database).await, 0);
    let stale = store.execute(account.rename(contact, "B").keyed("s", "r").expecting(contact, 9));
    assert!(matches!(stale.await, Err(ExecuteError::Stale { current: 1, .. })));
    assert_eq!(receipts(&database).await, 0);

    apply(&store, account.set_primary(contact, "ada@example.org")).await;
    assert!(!apply(&store, invite()).await.replayed);
    assert_eq!(receipts(&database).await, 1);
    assert!(apply(&store, invite()).await.replayed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_keys_secret_is_told_again_and_an_invitations_never() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 6).await;
    let issue = account.issue_key();
    let issue = || {
        let again = event_store::Submission::new(
            issue.ledger,
            issue.command.clone(),
            issue.circumstances.clone(),
        );
        again.with_secret().expect("random bytes").keyed("k", "issue")
    };
    let first = apply(&store, issue()).await;
    let secret = first.secret.as_ref().expect("a secret");
    let found = store.credential(account.ledger, &secret.hash()).await.expect("a look-up");
    assert_eq!(found.expect("the key").role, "staff");
    store.stop().await;
    let store = database.store().await;
    let again = apply(&store, issue()).await;
    assert_eq!(told(&again), told(&first), "with the secret that works");

    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", Some("ada@example.org"))).await;
    assert!(apply(&store, account.invite(contact).keyed("i", "invite")).await.secret.is_none());
    assert!(apply(&store, account.invite(contact).keyed("i", "invite")).await.secret.is_none());
}

/// An id that is in use is refused, whatever else is wrong, and stays what it was.
#[tokio::test(flavor = "multi_thread")]
async fn creating_what_is_there_is_refused_and_hides_nothing() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 6).await;
    let (ada, bea) = (account.contact_id(), account.contact_id());
    for contact in [ada, bea] {
        apply(&store, account.create(contact, "Ada", None)).await;
    }
    store.stop().await;

    // A store that has just started knows neither of them.
    let store = database.store().await;
    let refused = refusal(store.execute(account.create(ada, "Bea", None)).await);
    assert_eq!(refused, Rejection::Contact(ContactRejection::AlreadyExists));
    let auditors = account.create(bea, "Bea", None).by_auditor();
    let refused = refusal(store.execute(auditors).await);
    assert!(matches!(refused, Rejection::NotPermitted { .. }), "{refused:?}");
    for contact in [ada, bea] {
        let renamed = apply(&store, account.rename(contact, "Ada L")).await;
        assert_eq!(renamed.version(contact.into()), Some(2));
    }
    audit(store.reader(), account.ledger, |_| {}).await;
}

/// The same in one turn, in either order.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_beside_a_retried_create_finds_its_contact() {
    let database = fresh_database().await;
    for round in 0..size(10, 500) {
        let store = database.store().await;
        let account = Account::open(&store, 1_000 + round).await;
        let contact = account.contact_id();
        let create = || account.create(contact, "Ada", None).keyed("k", "create");
        apply(&store, create()).await;
        store.stop().await;
        let store = database.store().await;
        let (before, again, after) = tokio::join!(
            store.execute(account.rename(contact, "Bea")),
            store.execute(create()),
            store.execute(account.rename(contact, "Cid")),
        );
        assert!(again.expect("applied").replayed);
        assert!(before.is_ok() && after.is_ok(), "{before:?} {after:?}");
    }
}
