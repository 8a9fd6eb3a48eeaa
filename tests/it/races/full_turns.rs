//! Turns of many commands go out in one statement, where what they write has no order among itself.

use crate::support::{Account, Keyed as _, TestDatabase, apply, audit, fresh_database};
use domain::ContactId;
use event_store::{EventStore, StoreOptions};
use futures_util::future::join_all;

const MANY: usize = 100;

/// A store of one lane. A distributed one locks before it decides, and writes in several statements.
async fn store(database: &TestDatabase, distributed: bool) -> EventStore {
    database.store_with(StoreOptions { lanes: 1, distributed, ..StoreOptions::default() }).await
}

/// Of the transaction with the most events: how many these are, and how many statements wrote them.
async fn largest_turn(database: &TestDatabase, account: &Account) -> (i64, i64) {
    let row = database
        .client()
        .await
        .query_one(
            "SELECT count(*), count(DISTINCT cmin::text) FROM events WHERE ledger_id = $1 \
             GROUP BY xmin::text ORDER BY 1 DESC LIMIT 1",
            &[&account.ledger.0],
        )
        .await
        .expect("the largest turn");
    (row.get(0), row.get(1))
}

async fn refused_attempts(database: &TestDatabase, account: &Account) -> usize {
    let rows = "SELECT FROM refused_attempts WHERE ledger_id = $1";
    let client = database.client().await;
    client.query(rows, &[&account.ledger.0]).await.expect("the attempts").len()
}

/// Keys, claims, links, mails and receipts come and go with the events: `audit` compares them.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_turn_writes_the_same_in_one_statement_and_in_several() {
    let database = fresh_database().await;
    for (seed, distributed) in [(9, false), (10, true)] {
        let store = store(&database, distributed).await;
        let account = Account::open(&store, seed).await;
        let contacts: Vec<ContactId> = (0..MANY).map(|_| account.contact_id()).collect();
        let create = |contact: &ContactId| {
            let email = format!("{}@example.org", contact.0);
            let key = format!("create {}", contact.0);
            account.create(*contact, "Ada", Some(&email)).keyed(&key, "create")
        };
        let created = join_all(contacts.iter().map(|c| apply(&store, create(c)))).await;
        // The second one of each contact is refused, in the midst of events.
        let invites = contacts.iter().flat_map(|c| [account.invite(*c), account.invite(*c)]);
        let answers = join_all(invites.map(|invite| store.execute(invite))).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), MANY);
        assert_eq!(refused_attempts(&database, &account).await, MANY);
        audit(store.reader(), account.ledger, |_| {}).await;
        let (events, statements) = largest_turn(&database, &account).await;
        assert!(events > 12, "the largest turn has {events} events");
        assert_eq!(statements > 1, distributed, "{events} events in {statements} statements");
        // Claims go, the receipts stand.
        join_all(contacts.iter().map(|c| apply(&store, account.cancel_invite(*c)))).await;
        let again = join_all(contacts.iter().map(|c| apply(&store, create(c)))).await;
        for (again, created) in again.iter().zip(&created) {
            assert!(again.replayed && again.versions == created.versions, "{again:?}");
        }
        audit(store.reader(), account.ledger, |_| {}).await;
    }
}

/// What was decided on a head that has moved is decided anew, however much it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_turn_notices_that_the_head_has_moved() {
    let database = fresh_database().await;
    let two = database.store().await;
    let account = Account::open(&two, 9).await;
    let contact = account.contact_id();
    apply(&two, account.create(contact, "Ada", None)).await;
    let mut version = 1;
    for _ in 0..10 {
        // A store that has not yet met another at work, and knows the ledger.
        let one = store(&database, false).await;
        apply(&one, account.rename(contact, &format!("Ada {version}"))).await;
        apply(&two, account.rename(contact, "Bea")).await;
        let edits = (0..40).map(|n| apply(&one, account.rename(contact, &format!("Cid {n}"))));
        let told = join_all(edits).await;
        let told = told.iter().filter_map(|edit| edit.version(contact.into())).max();
        version += 42;
        assert_eq!(told, Some(version));
    }
    audit(two.reader(), account.ledger, |_| {}).await;
}
