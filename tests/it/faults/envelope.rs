//! Promise 17, the part of the store: every event says who, from where and when; and a database
//! is opened with its own key alone.

use crate::support::{Account, apply, audit, fresh_database};
use domain::contact::ContactCommand;
use domain::{Actor, Channel, Command, PersonId, Reason, Timestamp};
use event_store::codec::MaybePersonal;
use event_store::{Database, EventStore, MasterKey, Reader, Recorded, StoreError, StoreOptions};
use std::collections::BTreeSet;
use std::sync::Mutex;
use uuid::Uuid;

/// A contact's life with commands of all who may give some.
async fn live(store: &EventStore, account: &Account) -> PersonId {
    let (contact, person, job) = (account.contact_id(), account.person_id(), account.job_id());
    let ids = account.invite_ids();
    apply(store, account.create(contact, "Ada", Some("ada@example.org"))).await;
    apply(store, account.create_job(job, "12 Elm St", vec![contact])).await;
    apply(store, account.invite_as(contact, ids)).await;
    apply(store, account.accept(person, contact, ids.token)).await;
    apply(store, account.rename_oneself(person, contact, "Ada L")).await;
    apply(store, account.readdress(person, contact, "ada.l@example.org")).await;
    let deactivate = Command::Contact(contact, ContactCommand::DeactivateOwner);
    let mut deactivate = account.staff(deactivate);
    deactivate.circumstances.reason = Reason::parse("moved away").ok();
    apply(store, deactivate).await;
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_says_who_did_it_by_which_way_in_and_what_it_belongs_to() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 11).await;
    let person = live(&store, &account).await;
    let mut events: Vec<Recorded> = Vec::new();
    audit(store.reader(), account.ledger, |event| events.push(event.clone())).await;
    assert!(events.len() > 12, "{} events", events.len());
    for event in &events {
        let origin = &event.origin;
        assert!(!origin.correlation.is_nil(), "{event:?}");
        assert_eq!(origin.actor.id().is_some(), origin.actor != Actor::System);
        assert!(origin.client.is_some(), "the client's address is lost: {event:?}");
        let by_owner = matches!(origin.actor, Actor::Owner(owner) if owner == person);
        assert_eq!(origin.channel == Channel::Portal, by_owner);
        assert_eq!(
            matches!(origin.client, Some(MaybePersonal::Personal(_))),
            by_owner,
            "an owner's address is theirs, a service's is nobody's"
        );
    }
    let by = |actor: &str| events.iter().filter(|event| event.origin.actor.kind() == actor).count();
    // Opened and first key; created, job, owner, claimed, invited, deactivated (and what goes
    // with it); accepted, linked, activated, renamed, readdressed, released, claimed.
    assert_eq!((by("operator"), by("owner")), (2, 7));
    let reasons = events.iter().filter_map(|event| event.origin.reason.as_ref());
    let reasons: Vec<&str> =
        reasons.filter_map(|reason| reason.value().map(Reason::as_str)).collect();
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| *reason == "moved away"));
    // One command's events belong together, and different commands' don't.
    let correlations: BTreeSet<Uuid> = events.iter().map(|e| e.origin.correlation).collect();
    assert_eq!(correlations.len(), 8, "one a command");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_master_key_is_refused_at_the_door() {
    let database = fresh_database().await;
    drop(database.store().await);
    let wrong = MasterKey::generate().expect("random bytes");
    let open = || Database::new(database.url(), 2).expect("a valid address");
    let refused = EventStore::open(open(), &wrong, StoreOptions::default()).await;
    assert!(matches!(refused, Err(StoreError::WrongMasterKey)), "{refused:?}");
    let refused = Reader::open(open(), &wrong).await;
    assert!(matches!(refused, Err(StoreError::WrongMasterKey)), "{refused:?}");
    // The refused start has not made itself at home.
    drop(database.store().await);
}

static CLOCK: Mutex<Option<Timestamp>> = Mutex::new(None);

fn clock() -> Timestamp {
    CLOCK.lock().expect("the clock").expect("it is set")
}

/// `audit` checks that no event's time lies before the last one's.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_put_back_does_not_turn_a_ledger_back() {
    let noon = Timestamp::parse("2026-11-21T12:00:00Z").expect("a moment");
    let set = |hours| CLOCK.lock().expect("the clock").replace(noon.plus_hours(hours));
    set(0);
    let database = fresh_database().await;
    let store = database.store_with(StoreOptions { clock, ..StoreOptions::default() }).await;
    let account = Account::open(&store, 11).await;
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", None)).await;
    for (n, hours) in [-3, 1, -48, 2].into_iter().enumerate() {
        set(hours);
        apply(&store, account.rename(contact, &format!("Ada {n}"))).await;
    }
    let mut times = Vec::new();
    audit(store.reader(), account.ledger, |event| times.push(event.recorded_at)).await;
    let hours: Vec<i64> = times.iter().map(|at| at.seconds_since(noon) / 3_600).collect();
    assert_eq!(hours, [0, 0, 0, 0, 1, 1, 2]);
}
