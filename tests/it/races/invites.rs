//! Promise 9, the part of the store: one primary email, one holder.

use crate::support::{Account, TestDatabase, apply, audit, fresh_database, name, refusal, size};
use domain::contact::ContactRejection;
use domain::{ContactId, Rejection};
use event_store::{EventStore, ExecuteError};
use futures_util::future::join_all;

const RACERS: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_parallel_invites_of_one_email_wins_and_the_others_learn_its_name() {
    let database = fresh_database().await;
    let store = database.store().await;
    race(&database, &[&store]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_when_they_go_through_two_processes() {
    let database = fresh_database().await;
    let (one, two) = (database.store().await, database.store().await);
    race(&database, &[&one, &two]).await;
}

async fn race(database: &TestDatabase, stores: &[&EventStore]) {
    let account = Account::open(stores[0], 5).await;
    for round in 0..size(4, 1_000) {
        round_of(database, stores, &account, round).await;
    }
    audit(stores[0].reader(), account.ledger, |_| {}).await;
}

async fn round_of(database: &TestDatabase, stores: &[&EventStore], account: &Account, round: u32) {
    let email = format!("round{round}@example.org");
    let racers: Vec<(ContactId, String)> =
        (0..RACERS).map(|n| (account.contact_id(), format!("Racer {round}-{n}"))).collect();
    let creates = racers
        .iter()
        .map(|(contact, named)| apply(stores[0], account.create(*contact, named, Some(&email))));
    join_all(creates).await;

    let before = counts(database, account).await;
    let invites = racers
        .iter()
        .enumerate()
        .map(|(n, (contact, _))| stores[n % stores.len()].execute(account.invite(*contact)));
    let answers = join_all(invites).await;
    let winners: Vec<&(ContactId, String)> =
        racers.iter().zip(&answers).filter(|(_, answer)| answer.is_ok()).map(|(r, _)| r).collect();
    let [(winner, named)] = winners[..] else { panic!("{} won", winners.len()) };
    let claimed = Rejection::Contact(ContactRejection::PrimaryEmailClaimed {
        holder: *winner,
        name: Some(name(named)),
    });
    assert!(claimed.refusal().cause.contains(named.as_str()), "the refusal names the holder");
    for answer in answers.into_iter().filter(Result::is_err) {
        match answer {
            Err(ExecuteError::Rejected(refused)) => assert_eq!(refused, claimed),
            other => panic!("{other:?}"),
        }
    }
    let after = counts(database, account).await;
    let (what, refused) = ("claim, InviteSent, mail, link", RACERS - 1);
    assert_eq!([0, 1, 2, 3].map(|n| after[n] - before[n]), [1, 1, 1, 1], "{what}: one of each");
    assert_eq!(after[4] - before[4], i64::try_from(refused).expect("it fits"), "refused attempts");
}

async fn counts(database: &TestDatabase, account: &Account) -> [i64; 5] {
    let row = database
        .client()
        .await
        .query_one(
            "SELECT (SELECT count(*) FROM primary_email_claims WHERE ledger_id = $1), \
                    (SELECT count(*) FROM events WHERE ledger_id = $1 \
                        AND event_type = 'contact.invite_sent'), \
                    (SELECT count(*) FROM outbox WHERE ledger_id = $1), \
                    (SELECT count(*) FROM tokens WHERE ledger_id = $1), \
                    (SELECT count(*) FROM refused_attempts WHERE ledger_id = $1)",
            &[&account.ledger.0],
        )
        .await
        .expect("the counts");
    [0, 1, 2, 3, 4].map(|n| row.get(n))
}

/// Promise 10: an invitation works once.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_hundred_parallel_accepts_of_one_invitation_wins() {
    let database = fresh_database().await;
    let (one, two) = (database.store().await, database.store().await);
    let account = Account::open(&one, 5).await;
    for round in 0..size(5, 1_000) {
        let (contact, ids) = (account.contact_id(), account.invite_ids());
        let email = format!("round{round}@example.org");
        apply(&one, account.create(contact, "Ada", Some(&email))).await;
        apply(&one, account.invite_as(contact, ids)).await;
        let accepts = (0..100).map(|n| {
            let store = if n % 2 == 0 { &one } else { &two };
            store.execute(account.accept(account.person_id(), contact, ids.token))
        });
        let answers = join_all(accepts).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "one success");
        let used = Rejection::Contact(ContactRejection::InviteUsed);
        for answer in answers.into_iter().filter(Result::is_err) {
            assert_eq!(refusal(answer), used);
        }
    }
    let mut activated = 0;
    audit(one.reader(), account.ledger, |event| {
        activated += u32::from(event.event.stored_type() == "contact.owner_activated");
    })
    .await;
    assert_eq!(activated, size(5, 1_000));
}

/// A claim goes from contact to contact, also within one turn.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_given_back_can_be_taken_at_once() {
    let database = fresh_database().await;
    // Opening a store rolls back what looks whether a migration is applied.
    database.store().await.stop().await;
    let rolled_back_by_opening = database.rolled_back().await;
    let store = database.store().await;
    let account = Account::open(&store, 5).await;
    let people: Vec<(ContactId, domain::PersonId)> =
        (0..6).map(|_| (account.contact_id(), account.person_id())).collect();
    for (n, (contact, person)) in people.iter().enumerate() {
        let email = format!("owner{n}@example.org");
        let ids = account.invite_ids();
        apply(&store, account.create(*contact, &format!("Owner {n}"), Some(&email))).await;
        apply(&store, account.invite_as(*contact, ids)).await;
        apply(&store, account.accept(*person, *contact, ids.token)).await;
    }
    let mut carried_out = 0;
    // Round after round each owner asks for the address that another one has, or had a moment ago.
    for round in 0..size(20, 2_000) {
        let moves = people.iter().enumerate().map(|(n, (contact, person))| {
            let email = format!("owner{}@example.org", (n + round) % (people.len() + 2));
            store.execute(account.readdress(*person, *contact, &email))
        });
        for answer in join_all(moves).await {
            match answer {
                Ok(_) => carried_out += 1,
                Err(ExecuteError::Rejected(Rejection::Contact(
                    ContactRejection::PrimaryEmailTaken,
                ))) => {}
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(carried_out > 20, "{carried_out} moves are too few");
    audit(store.reader(), account.ledger, |_| {}).await;
    // Claims are decided before anything is written: the index has never had to refuse one.
    store.stop().await;
    drop(store);
    assert_eq!(database.rolled_back().await, 2 * rolled_back_by_opening, "a turn was rolled back");
}
