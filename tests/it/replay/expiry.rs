//! The clock ends invitations that nobody answered in time, and leaves the others alone.

use super::bring_up;
use crate::support::{Account, apply, fresh_database};
use domain::{Timestamp, contact::ContactEvent};
use event_store::{StoreOptions, system_clock};
use projections::VIEW_NAMES;
use projections::invitations::{self, InvitationQuery};
use std::sync::atomic::{AtomicI64, Ordering};

static HOURS: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_hours(HOURS.load(Ordering::Relaxed))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_nobody_answers_expires_and_gives_its_claim_back() {
    let database = fresh_database().await;
    let options = StoreOptions { views: VIEW_NAMES.to_vec(), clock, ..StoreOptions::default() };
    let store = database.store_with(options).await;
    let account = Account::open(&store, 91).await;
    let [ada, bea, cem] = std::array::from_fn(|_| account.contact_id());
    for (contact, email) in [(ada, "ada@x.org"), (bea, "bea@x.org"), (cem, "cem@x.org")] {
        apply(&store, account.create(contact, "Somebody", Some(email))).await;
    }
    apply(&store, account.invite(ada)).await;
    apply(&store, account.invite(bea)).await;
    HOURS.store(71, Ordering::Relaxed);
    apply(&store, account.invite(cem)).await;
    bring_up(&store, &[account.ledger]).await;
    assert_eq!(api::clock::end_overdue(&store).await.expect("looked"), 0);

    HOURS.store(73, Ordering::Relaxed);
    // The list does not know yet that this one was taken back.
    apply(&store, account.cancel_invite(bea)).await;
    assert_eq!(api::clock::end_overdue(&store).await.expect("looked"), 1);
    bring_up(&store, &[account.ledger]).await;
    assert_eq!(api::clock::end_overdue(&store).await.expect("looked"), 0);

    let query = InvitationQuery { status: None, contact: None, cursor: None, limit: 10 };
    let list = invitations::list(store.reader(), account.ledger, &query).await.expect("read");
    let mut status: Vec<_> = list.items.into_iter().map(|i| (i.contact_id, i.status)).collect();
    status.sort();
    let mut expected = vec![
        (ada.0, "expired".to_owned()),
        (bea.0, "cancelled".to_owned()),
        (cem.0, "pending".to_owned()),
    ];
    expected.sort();
    assert_eq!(status, expected);
    let events = store.reader().aggregate_events(account.ledger, &[ada.0]).await.expect("read");
    let newest = events.last().map(|newest| newest.event.clone());
    assert!(
        matches!(newest, Some(domain::Event::Contact(ContactEvent::PrimaryEmailReleased(_)))),
        "the claim is given back"
    );
}
