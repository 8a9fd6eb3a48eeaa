//! A login whose move to another address a crash cuts off, and for which nobody comes along again: the
//! clock brings it to its end (R32, H3).

use super::email_changes::{
    OTHER, PASSWORD, STEPS, Step, also_with, begun, confirm, emails, sign_in,
};
use super::harness::{Owner, Server};
use domain::{EmailAddress, Event, PersonId, Timestamp};
use event_store::{Registered, system_clock};
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};

static MINUTES_AHEAD: AtomicI64 = AtomicI64::new(0);
static STEP_BY_STEP: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_minutes(MINUTES_AHEAD.load(Ordering::SeqCst))
}

/// One that nobody else moves on, for where it matters that nothing is done too early.
fn step_by_step() -> Timestamp {
    system_clock().plus_minutes(STEP_BY_STEP.load(Ordering::SeqCst))
}

/// The clock looks.
async fn looks(server: &Server) -> usize {
    api::clock::finish_moves(&server.state).await.expect("looked")
}

/// The same, two minutes later.
async fn looks_later(server: &Server) -> usize {
    MINUTES_AHEAD.fetch_add(2, Ordering::SeqCst);
    looks(server).await
}

/// Whose the directory says that an address is; looking at it changes nothing.
async fn directory(server: &Server, email: &str) -> Option<Registered> {
    let email = EmailAddress::parse(email).expect("an address");
    server.store.registered(&email).await.expect("looked up")
}

/// The events of a person's ledger.
async fn told(server: &Server, owner: &Owner) -> Vec<(&'static str, Event)> {
    let (ledger, whose) = (PersonId(owner.person).into(), [owner.person]);
    let events = server.store.reader().aggregate_events(ledger, &whose).await.expect("events");
    events.into_iter().map(|recorded| (recorded.event.stored_type(), recorded.event)).collect()
}

async fn times(server: &Server, owner: &Owner, event: &str) -> usize {
    told(server, owner).await.iter().filter(|(name, _)| *name == event).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_cut_off_comes_to_its_end_by_the_clock_wherever_it_stopped() {
    let server = Server::start_by(step_by_step).await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    for step in STEPS {
        let name = format!("{step:?}").to_lowercase();
        let (from, to) = (format!("{name}@old.example"), format!("{name}@new.example"));
        let owner = server.owner(&elm, &from, PASSWORD).await;
        let with_oak = also_with(&server, &oak, &owner.session, &from).await;
        let contacts = [(&elm, owner.contact), (&oak, with_oak)];
        begun(&server, &owner, &contacts, &to, step).await;
        let left = server.rows("email_moves").await.len();
        if step == Step::Reserved {
            STEP_BY_STEP.fetch_add(2, Ordering::SeqCst);
            assert_eq!((left, looks(&server).await), (0, 0), "it has not begun");
            // Nothing has moved, and ten minutes later the address is anybody's.
            assert_eq!(emails(&elm, owner.contact).await.0, json!(from));
            sign_in(&server, &from, PASSWORD).await.is(201);
            STEP_BY_STEP.fetch_add(10, Ordering::SeqCst);
            let next = server.owner(&oak, &to, OTHER).await;
            assert_ne!(next.person, owner.person);
            continue;
        }
        assert_eq!(left, 1, "{name}");
        assert_eq!(looks(&server).await, 0, "too early");
        assert_eq!(server.rows("email_moves").await.len(), 1, "left to whoever began it");
        STEP_BY_STEP.fetch_add(2, Ordering::SeqCst);
        assert_eq!(looks(&server).await, 1, "{name}");
        for (builder, contact) in contacts {
            assert_eq!(emails(builder, contact).await.0, json!(to), "{name}");
        }
        let person = PersonId(owner.person);
        let confirmed = Some(Registered { person, confirmed: true });
        assert_eq!(directory(&server, &to).await, confirmed, "{name}");
        let old = directory(&server, &from).await;
        assert!(old.is_some_and(|old| old.person != person && !old.confirmed), "{name}: {old:?}");
        // It is told once, and again changes nothing.
        assert!(server.rows("email_moves").await.is_empty(), "{name}");
        let before = told(&server, &owner).await.len();
        STEP_BY_STEP.fetch_add(2, Ordering::SeqCst);
        assert_eq!(looks(&server).await, 0, "{name}");
        assert_eq!(told(&server, &owner).await.len(), before);
        assert_eq!(times(&server, &owner, "person.login_email_changed").await, 1);
        let notices = server.mails(owner.person, owner.person).await;
        let notices = notices.iter().filter(|mail| mail.kind == "primary_email_changed").count();
        assert_eq!(notices, 2, "one to each address");
        let signed_in = sign_in(&server, &to, PASSWORD).await.is(201);
        assert_eq!(signed_in.body["person"], json!(owner.person), "{name}");
        sign_in(&server, &from, PASSWORD).await.is(401);
    }
}

/// What the clock does is still the owner's deed, and says by which way it came about.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_clock_goes_on_with_stands_in_the_history_as_the_owners_by_the_system() {
    let server = Server::start_by(clock).await;
    let elm = server.builder("Elm").await;
    let owner = server.owner(&elm, "ada@before.example", PASSWORD).await;
    let contacts = [(&elm, owner.contact)];
    begun(&server, &owner, &contacts, "ada@after.example", Step::Begun).await;
    assert_eq!(looks_later(&server).await, 1);
    let path = format!("/v1/contacts/{}/history", owner.contact);
    let last = elm.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let history = elm.admin.get_after(&last, &path).await.is(200);
    let items = history.body["items"].as_array().expect("a list");
    let moved = items.iter().find(|item| item["event"] == "contact.primary_email_changed");
    let moved = moved.expect("in the history");
    assert_eq!(moved["actor"]["kind"], "owner");
    assert_eq!(moved["channel"], "system");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_cut_off_and_is_refused_is_taken_back_by_the_clock() {
    let server = Server::start_by(clock).await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let (from, to) = ("eve@old.example", "eve@new.example");
    let owner = server.owner(&elm, from, PASSWORD).await;
    let with_oak = also_with(&server, &oak, &owner.session, from).await;
    let contacts = [(&elm, owner.contact), (&oak, with_oak)];
    let link = begun(&server, &owner, &contacts[..1], to, Step::OneMoved).await;
    assert_eq!(emails(&elm, owner.contact).await.0, json!(to));
    let rival = oak.admin.contact("Bea", Some(to)).await;
    server.invite(&oak, rival).await;
    assert_eq!(looks_later(&server).await, 1);
    for (builder, contact) in contacts {
        assert_eq!(emails(builder, contact).await.0, json!(from));
    }
    assert_eq!(times(&server, &owner, "person.primary_email_change_refused").await, 1);
    assert!(server.rows("email_moves").await.is_empty());
    let new = directory(&server, to).await.expect("a row");
    assert_ne!(new.person, PersonId(owner.person), "it is given up");
    assert_eq!(confirm(&owner.session, &link).await.is(410).code(), "email_change_refused");
    // Their sessions go on: nothing has changed.
    assert_eq!(owner.session.get("/v1/me").await.is(200).body["email"], from);
}

/// A move that nobody cuts off is looked at once, and changes nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_came_to_its_end_by_itself_is_forgotten_by_the_clock() {
    let server = Server::start_by(clock).await;
    let elm = server.builder("Elm").await;
    let owner = server.owner(&elm, "zoe@old.example", PASSWORD).await;
    let body = json!({ "email": "zoe@new.example", "password": PASSWORD });
    owner.session.post("/v1/me/primary-email", body).await.is(202);
    let mails = server.mails(owner.person, owner.person).await;
    let mail = mails.iter().find(|mail| mail.kind == "primary_email_change").expect("a mail");
    confirm(&server.anybody(), &mail.link).await.is(200);
    let before = told(&server, &owner).await.len();
    assert_eq!(server.rows("email_moves").await.len(), 1);
    assert_eq!(looks_later(&server).await, 1);
    assert_eq!(server.rows("email_moves").await.len(), 0);
    assert_eq!(told(&server, &owner).await.len(), before, "nothing was left to do");
}
