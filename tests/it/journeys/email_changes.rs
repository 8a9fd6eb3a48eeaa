//! A login that moves to another address: asked for, confirmed at the new one, free with every builder
//! or refused (R32, H3, H4); who comes after it; and the choice of address on acceptance (H16).

use super::harness::{Answer, Builder, Caller, Owner, Server};
use super::logins::reset_link;
use domain::contact::ContactCommand;
use domain::person::{EmailChangeCommand, PersonCommand};
use domain::{
    Actor, Authority, Channel, Circumstances, Command, ContactId, EmailAddress, LedgerId, PersonId,
    Timestamp, TokenId,
};
use event_store::{Submission, system_clock};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use uuid::Uuid;

pub(super) const PASSWORD: &str = "a house by the river";
pub(super) const OTHER: &str = "a house by the sea";
const OLD: &str = "ada@example.org";
const NEW: &str = "ada@work.example";

fn accept_path(link: &str) -> String {
    format!("/v1/invitations/{link}/accept")
}

async fn ask(session: &Caller, email: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD });
    session.post("/v1/me/primary-email", body).await
}

/// Asks, and tells the link in the mail to the new address.
async fn asked(server: &Server, owner: &Owner, email: &str) -> String {
    ask(&owner.session, email).await.is(202);
    let mails = server.mails(owner.person, owner.person).await;
    let mail = mails.iter().rfind(|mail| mail.kind == "primary_email_change").expect("a mail");
    assert_eq!(mail.to, email);
    mail.link.clone()
}

pub(super) async fn confirm(caller: &Caller, link: &str) -> Answer {
    caller.order(&format!("/v1/email-changes/{link}/confirm")).await
}

pub(super) async fn sign_in(server: &Server, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    server.anybody().post("/v1/sessions", body).await
}

/// One more builder's contact of an owner who is signed in.
pub(super) async fn also_with(
    server: &Server,
    builder: &Builder,
    session: &Caller,
    email: &str,
) -> Uuid {
    let contact = builder.admin.contact("Ada", Some(email)).await;
    let link = server.invite(builder, contact).await;
    session.post(&accept_path(&link), json!({})).await.is(200);
    contact
}

async fn seen(builder: &Builder, contact: Uuid) -> Value {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Somebody else" })).await.is(201);
    builder.admin.get_after(&last, &format!("/v1/contacts/{contact}")).await.is(200).body
}

pub(super) async fn emails(builder: &Builder, contact: Uuid) -> (Value, Value) {
    let seen = seen(builder, contact).await;
    (seen["primary_email"].clone(), seen["additional_emails"].clone())
}

async fn history(builder: &Builder, contact: Uuid) -> Answer {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Somebody else" })).await.is(201);
    builder.admin.get_after(&last, &format!("/v1/contacts/{contact}/history")).await.is(200)
}

/// R32, H3, promise 25, 2.5.
#[tokio::test(flavor = "multi_thread")]
async fn a_primary_email_moves_with_every_builder_once_the_new_address_is_confirmed() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    let with_oak = also_with(&server, &oak, &ada.session, OLD).await;
    // Closed for now, and hers nevertheless (G3).
    oak.admin.order(&format!("/v1/contacts/{with_oak}/disable")).await.is(200);
    // One of her additional emails, which then is none any more (G7).
    ada.session.post("/v1/me/additional-emails", json!({ "email": NEW })).await.is(200);
    server.anybody().post("/v1/password-resets", json!({ "email": OLD })).await.is(202);
    let reset = reset_link(&server, ada.person, 1).await;

    let wrong = json!({ "email": NEW, "password": OTHER });
    let refused = ada.session.post("/v1/me/primary-email", wrong).await.is(403);
    assert_eq!((refused.code(), &refused.body["field"]), ("wrong_password", &json!("password")));
    let link = asked(&server, &ada, NEW).await;
    let mailed: Vec<_> = server.mails(ada.person, ada.person).await.into_iter().skip(1).collect();
    let sent: BTreeSet<_> =
        mailed.iter().map(|mail| (mail.kind.as_str(), mail.to.as_str())).collect();
    let expected = [("primary_email_change", NEW), ("primary_email_change_requested", OLD)];
    assert_eq!(sent, BTreeSet::from(expected));
    // Looking never uses it up, and nothing has changed yet.
    for _ in 0..3 {
        let path = format!("/v1/email-changes/{link}");
        let shown = server.anybody().get(&path).await.is(200);
        assert_eq!(shown.body["email"], NEW);
        assert!(!shown.text.contains(OLD), "the new mailbox may be a stranger's");
    }
    assert_eq!(emails(&elm, ada.contact).await, (json!(OLD), json!([NEW])));
    sign_in(&server, NEW, PASSWORD).await.is(401);

    let changed = confirm(&server.anybody(), &link).await.is(200);
    assert_eq!(changed.body, json!({ "email": NEW }));
    assert_eq!(emails(&elm, ada.contact).await, (json!(NEW), json!([])));
    assert_eq!(emails(&oak, with_oak).await.0, json!(NEW));
    ada.session.get("/v1/me").await.is(401);
    let late = server.anybody();
    let late =
        late.post(&format!("/v1/password-resets/{reset}"), json!({ "password": OTHER })).await;
    assert_eq!(late.is(410).code(), "reset_superseded");
    sign_in(&server, OLD, PASSWORD).await.is(401);
    let session = server.sign_in(NEW, PASSWORD).await;
    assert_eq!(session.get("/v1/me").await.is(200).body["email"], NEW);
    let notices: Vec<_> = server.mails(ada.person, ada.person).await.into_iter().skip(3).collect();
    let told: BTreeSet<_> = notices.iter().map(|m| (m.kind.as_str(), m.to.as_str())).collect();
    assert_eq!(
        told,
        BTreeSet::from([("primary_email_changed", OLD), ("primary_email_changed", NEW)])
    );
    assert!(notices.iter().all(|notice| notice.link.is_empty()), "a notice has no link");
    for dead in [confirm(&session, &link).await, confirm(&server.anybody(), &link).await] {
        assert_eq!(dead.is(410).code(), "email_change_used");
    }
    the_claim_went_along(&elm, &session).await;
}

/// The old address is free for another contact, the new one is not; each builder sees its own part.
async fn the_claim_went_along(elm: &Builder, session: &Caller) {
    let bea = elm.admin.contact("Bea", Some(OLD)).await;
    elm.admin.order(&format!("/v1/contacts/{bea}/invite")).await.is(200);
    let taken = json!({ "name": "Cem", "primary_email": NEW });
    let refused = elm.admin.post("/v1/contacts", taken).await.is(409);
    assert_eq!(refused.code(), "primary_email_on_activated_owner");
    let own = session.get("/v1/me/history").await.is(200).each("event");
    for event in [
        "person.primary_email_change_requested",
        "person.primary_email_change_begun",
        "person.login_email_changed",
    ] {
        assert_eq!(own.iter().filter(|there| *there == event).count(), 1, "{event} in {own:?}");
    }
}

/// R32, H3, H4: named is the builder; and the builder sees that the owner tried.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_is_refused_at_once_with_the_builder_to_talk_to_and_no_name() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    let with_oak = also_with(&server, &oak, &ada.session, OLD).await;
    let holder = oak.admin.contact("Berthold Muster", Some(NEW)).await;
    // Not invited, nobody holds it (G2).
    ask(&ada.session, NEW).await.is(202);
    oak.admin.order(&format!("/v1/contacts/{holder}/invite")).await.is(200);
    let refused = ask(&ada.session, NEW).await.is(409);
    assert_eq!(refused.code(), "primary_email_taken_contact_builder");
    assert_eq!(refused.body["detail"], "Another contact of Oak has this email.");
    assert_eq!((&refused.body["rule"], &refused.body["holder"]), (&json!("R32"), &Value::Null));
    assert!(!refused.text.contains("Berthold"), "{}", refused.text);
    let tried = history(&oak, with_oak).await;
    let tried = tried.body["items"].as_array().expect("a list").clone();
    let tried = tried.iter().find(|entry| entry["refused"].is_object()).expect("an attempt");
    assert_eq!(tried["refused"]["code"], "primary_email_taken_contact_builder");
    assert_eq!(tried["actor"]["kind"], "owner");
    let elsewhere = history(&elm, ada.contact).await;
    assert!(elsewhere.each("refused").iter().all(|refused| refused == "null"));
    assert!(!elsewhere.text.contains("Oak"), "no builder learns of another");
}

/// H3: all or nothing, also where the address was taken after it was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_builder_refuses_changes_nothing_with_the_others() {
    let server = Server::start().await;
    let mut builders = Vec::new();
    for name in ["Elm", "Oak", "Ash"] {
        builders.push(server.builder(name).await);
    }
    let ada = server.owner(&builders[0], OLD, PASSWORD).await;
    let mut contacts = vec![ada.contact];
    for builder in &builders[1..] {
        contacts.push(also_with(&server, builder, &ada.session, OLD).await);
    }
    for taken in 0..3 {
        let to = format!("ada{taken}@work.example");
        let link = asked(&server, &ada, &to).await;
        let rival = builders[taken].admin.contact("Bea", Some(&to)).await;
        server.invite(&builders[taken], rival).await;
        let refused = confirm(&ada.session, &link).await.is(409);
        assert_eq!(refused.code(), "primary_email_taken_contact_builder");
        for (builder, contact) in builders.iter().zip(&contacts) {
            assert_eq!(emails(builder, *contact).await.0, json!(OLD));
        }
        assert_eq!(confirm(&ada.session, &link).await.is(410).code(), "email_change_refused");
        // The address is nobody's login: Bea comes to be one with it.
        let invited = server.newest_link(builders[taken].id, rival).await;
        let body = json!({ "password": OTHER });
        server.anybody().post(&accept_path(&invited), body).await.is(200);
    }
    assert_eq!(ada.session.get("/v1/me").await.is(200).body["email"], OLD);
    server.sign_in(OLD, PASSWORD).await;
}

/// Whether an address has a login of its own, the asker is not told; who reads that mailbox is.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_login_is_told_to_their_mailbox_alone() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    let bea = server.owner(&oak, "bea@example.org", PASSWORD).await;
    let free = ask(&ada.session, NEW).await.is(202);
    let link = asked(&server, &ada, "bea@example.org").await;
    assert_eq!(free.text, "");
    let refused = confirm(&server.anybody(), &link).await.is(409);
    assert_eq!(refused.code(), "email_has_login");
    assert_eq!(bea.session.get("/v1/me").await.is(200).body["email"], "bea@example.org");
    assert_eq!(emails(&elm, ada.contact).await.0, json!(OLD));
    let own = ada.session.get("/v1/me/history").await.is(200);
    let begun = own.each("event");
    assert!(begun.iter().all(|event| event != "person.primary_email_change_begun"), "{begun:?}");
    // The link of one login in the hands of another.
    let other = confirm(&bea.session, &link).await.is(409);
    assert_eq!(other.code(), "signed_in_as_another");
}

static MINUTES_AHEAD: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_minutes(MINUTES_AHEAD.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_link_to_a_new_address_says_why() {
    let server = Server::start_by(clock).await;
    let elm = server.builder("Elm").await;
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    let dead = async |link: &str, code: &str| {
        let shown = server.anybody().get(&format!("/v1/email-changes/{link}")).await;
        assert_eq!(shown.is(410).code(), code);
        assert_eq!(confirm(&server.anybody(), link).await.is(410).code(), code);
    };
    let same = ask(&ada.session, "ADA@example.org").await.is(422);
    assert_eq!(same.code(), "email_change_same_address");
    let first = asked(&server, &ada, "one@work.example").await;
    let second = asked(&server, &ada, "two@work.example").await;
    dead(&first, "email_change_superseded").await;
    // Promise 29: who sets another password voids what somebody else has asked for.
    server.anybody().post("/v1/password-resets", json!({ "email": OLD })).await.is(202);
    let resets = async {
        for _ in 0..200 {
            let mails = server.mails(ada.person, ada.person).await;
            if let Some(reset) = mails.into_iter().find(|mail| mail.kind == "password_reset") {
                return reset.link;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no mail")
    };
    let path = format!("/v1/password-resets/{}", resets.await);
    server.anybody().post(&path, json!({ "password": PASSWORD })).await.is(204);
    dead(&second, "email_change_superseded").await;
    let session = server.sign_in(OLD, PASSWORD).await;
    let ada = Owner { session, ..ada };
    let third = asked(&server, &ada, "three@work.example").await;
    MINUTES_AHEAD.store(60, Ordering::SeqCst);
    dead(&third, "email_change_expired").await;
    for none in [third.replacen("tbc_", "tbr_", 1), "tbc_".to_owned(), "nonsense".to_owned()] {
        let path = format!("/v1/email-changes/{none}");
        assert_eq!(server.anybody().get(&path).await.is(404).code(), "not_found");
        assert_eq!(confirm(&server.anybody(), &none).await.is(404).code(), "not_found");
    }
    assert_eq!(emails(&elm, ada.contact).await.0, json!(OLD));
    // Five an hour, and three to one address.
    let ada = Owner { session: server.sign_in(OLD, PASSWORD).await, ..ada };
    for _ in 0..3 {
        ask(&ada.session, "four@work.example").await.is(202);
    }
    assert_eq!(ask(&ada.session, "four@work.example").await.is(429).code(), "too_many_tries");
}

async fn moved(server: &Server, owner: &Owner, to: &str) -> Caller {
    let link = asked(server, owner, to).await;
    let changed = confirm(&owner.session, &link).await.is(200);
    server.caller(changed.body["session_token"].as_str().expect("a new session"))
}

/// A person's id is told from an address: who comes to an address after them is another person.
#[tokio::test(flavor = "multi_thread")]
async fn who_registers_with_an_address_that_was_given_up_is_somebody_else() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    let session = moved(&server, &ada, NEW).await;
    // A reset for the old address is nobody's, and tells so to nobody.
    server.anybody().post("/v1/password-resets", json!({ "email": OLD })).await.is(202);
    // The very password of the one before does not make them one.
    let bea = server.owner(&oak, OLD, PASSWORD).await;
    assert_ne!(bea.person, ada.person);
    let me = bea.session.get("/v1/me").await.is(200);
    assert_eq!(me.body["contacts"].as_array().map(Vec::len), Some(1), "{}", me.text);
    assert_eq!(me.body["contacts"][0]["id"], json!(bea.contact));
    assert_eq!(session.get("/v1/me").await.is(200).body["id"], json!(ada.person));
    for (email, person) in [(OLD, bea.person), (NEW, ada.person)] {
        let signed_in = sign_in(&server, email, PASSWORD).await.is(201);
        assert_eq!(signed_in.body["person"], json!(person));
    }
    // They go on as well, and so does the next; each address comes back to its first holder.
    let bea = Owner { session: bea.session.clone(), ..bea };
    moved(&server, &bea, "bea@example.org").await;
    let cem = server.owner(&oak, OLD, PASSWORD).await;
    assert!(![ada.person, bea.person].contains(&cem.person));
    let ada = Owner { session, ..ada };
    let third = moved(&server, &ada, "ada@third.example").await;
    let dan = server.owner(&oak, NEW, OTHER).await;
    let persons = BTreeSet::from([ada.person, bea.person, cem.person, dan.person]);
    assert_eq!(persons.len(), 4);
    let ada = Owner { session: third, ..ada };
    // Cem has the first address now.
    let link = asked(&server, &ada, OLD).await;
    assert_eq!(confirm(&ada.session, &link).await.is(409).code(), "email_has_login");
    let cem = Owner { session: cem.session.clone(), ..cem };
    moved(&server, &cem, "cem@example.org").await;
    let link = asked(&server, &ada, OLD).await;
    confirm(&ada.session, &link).await.is(200);
    assert_eq!(sign_in(&server, OLD, PASSWORD).await.is(201).body["person"], json!(ada.person));
}

/// The steps of a move, as far as they got before a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Reserved,
    Begun,
    OneMoved,
    Confirmed,
    Completed,
}

/// Takes the steps that came before the crash.
pub(super) async fn begun(
    server: &Server,
    owner: &Owner,
    contacts: &[(&Builder, Uuid)],
    to: &str,
    last: Step,
) -> String {
    let link = asked(server, owner, to).await;
    let mails = server.mails(owner.person, owner.person).await;
    let token = mails.iter().find(|mail| mail.link == link).expect("the mail").id;
    let (person, token) = (PersonId(owner.person), TokenId(token));
    let to = EmailAddress::parse(to).expect("an address");
    let run = async |ledger: LedgerId, command: Command| {
        let by = Circumstances {
            actor: Actor::Owner(person),
            authority: Authority::Owner,
            acting_as: None,
            channel: Channel::Portal,
            client: None,
            correlation: Uuid::now_v7(),
            causation: None,
            reason: None,
        };
        server.store.execute(Submission::new(ledger, command, by)).await.expect("carried out");
    };
    let step = |step| Command::Person(person, PersonCommand::EmailChange(step));
    server.store.reserve_login(&to, person).await.expect("reserved");
    if last >= Step::Begun {
        run(person.into(), step(EmailChangeCommand::Begin(token))).await;
    }
    let followed = match last {
        Step::Reserved | Step::Begun => 0,
        Step::OneMoved => 1,
        Step::Confirmed | Step::Completed => contacts.len(),
    };
    for (builder, contact) in &contacts[..followed] {
        let moves = ContactCommand::MovePrimaryEmail(to.clone());
        let command = Command::Contact(ContactId(*contact), moves);
        run(LedgerId(builder.id), command).await;
    }
    if last >= Step::Confirmed {
        assert!(server.store.confirm_login(&to, person).await.expect("confirmed"));
    }
    if last >= Step::Completed {
        run(person.into(), step(EmailChangeCommand::Complete(token))).await;
    }
    link
}

/// Who takes it up.
#[derive(Debug, Clone, Copy)]
enum By {
    /// The same link, also when its time is over.
    Link,
    /// The next sign-in, with the address that the login had when it was cut off.
    SignIn,
}

pub(super) const STEPS: [Step; 5] =
    [Step::Reserved, Step::Begun, Step::OneMoved, Step::Confirmed, Step::Completed];

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_between_the_steps_the_link_or_the_next_sign_in_goes_on() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    for by in [By::Link, By::SignIn] {
        for step in STEPS {
            let name = format!("{by:?}.{step:?}").to_lowercase();
            let (from, to) = (format!("{name}@old.example"), format!("{name}@new.example"));
            let owner = server.owner(&elm, &from, PASSWORD).await;
            let with_oak = also_with(&server, &oak, &owner.session, &from).await;
            let contacts = [(&elm, owner.contact), (&oak, with_oak)];
            let link = begun(&server, &owner, &contacts, &to, step).await;
            match (by, step) {
                (By::Link, Step::Completed) => {
                    let over = confirm(&server.anybody(), &link).await.is(410);
                    assert_eq!(over.code(), "email_change_used");
                }
                (By::Link, _) | (By::SignIn, Step::Reserved) => {
                    confirm(&server.anybody(), &link).await.is(200);
                }
                // What has begun has moved when the password is right: the old address is no login.
                (By::SignIn, _) => {
                    assert_eq!(sign_in(&server, &from, PASSWORD).await.is(401).status, 401);
                }
            }
            for (builder, contact) in contacts {
                assert_eq!(emails(builder, contact).await.0, json!(to), "{name}");
            }
            let signed_in = sign_in(&server, &to, PASSWORD).await.is(201);
            assert_eq!(signed_in.body["person"], json!(owner.person), "{name}");
            sign_in(&server, &from, PASSWORD).await.is(401);
            // The old address is free for somebody else.
            let next = server.owner(&oak, &from, OTHER).await;
            assert_ne!(next.person, owner.person, "{name}");
        }
    }
}

/// A crash in a move that a builder then refuses: all goes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_cut_off_and_is_refused_when_it_goes_on_is_taken_back() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    let with_oak = also_with(&server, &oak, &ada.session, OLD).await;
    let contacts = [(&elm, ada.contact), (&oak, with_oak)];
    let link = begun(&server, &ada, &contacts, NEW, Step::OneMoved).await;
    let (first, second) = (emails(&elm, ada.contact).await.0, emails(&oak, with_oak).await.0);
    // Which of the two comes first, their ids say; one has it, and somebody takes it with the other.
    assert_eq!(BTreeSet::from([first.to_string(), second.to_string()]).len(), 2);
    let other = if first == NEW { &oak } else { &elm };
    let rival = other.admin.contact("Bea", Some(NEW)).await;
    server.invite(other, rival).await;
    // Her sign-in takes it up, and signs her in, for the address is as it was.
    let session = server.sign_in(OLD, PASSWORD).await;
    assert_eq!(session.get("/v1/me").await.is(200).body["email"], OLD);
    for (builder, contact) in contacts {
        assert_eq!(emails(builder, contact).await.0, json!(OLD));
    }
    assert_eq!(confirm(&session, &link).await.is(410).code(), "email_change_refused");
    sign_in(&server, NEW, PASSWORD).await.is(401);
}

/// Promise 9: two owners confirm one address at once.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_move_to_one_address_one_has_it() {
    let server = Server::start().await;
    let builders = [server.builder("Elm").await, server.builder("Oak").await];
    for round in 0..4 {
        let to = format!("one{round}@work.example");
        let mut owners = Vec::new();
        let mut links = Vec::new();
        for (n, builder) in builders.iter().enumerate() {
            let from = format!("owner{round}.{n}@example.org");
            let owner = server.owner(builder, &from, PASSWORD).await;
            links.push(asked(&server, &owner, &to).await);
            owners.push((owner, from));
        }
        let anybody = server.anybody();
        let answers = join_all(links.iter().map(|link| confirm(&anybody, link))).await;
        let won: Vec<usize> = (0..2).filter(|n| answers[*n].status == 200).collect();
        let [winner] = won[..] else { panic!("{won:?} won") };
        let loser = &answers[1 - winner];
        let codes = [(409, "email_has_login"), (503, "unavailable")];
        assert!(codes.contains(&(loser.status.as_u16(), loser.code())), "{}", loser.text);
        assert_eq!(confirm(&anybody, &links[1 - winner]).await.code(), "email_has_login");
        for (n, (owner, from)) in owners.iter().enumerate() {
            let email = if n == winner { &to } else { from };
            let signed_in = sign_in(&server, email, PASSWORD).await.is(201);
            assert_eq!(signed_in.body["person"], json!(owner.person));
            assert_eq!(emails(&builders[n], owner.contact).await.0, json!(email));
        }
    }
}

/// Promise 29: one link twice at once, an invitation to the new address, one to the old address.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_and_a_move_that_race_leave_one_holder_and_one_address() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    for round in 0..10 {
        let (from, to) = (format!("o{round}@old.example"), format!("o{round}@new.example"));
        let ada = server.owner(&elm, &from, PASSWORD).await;
        let link = asked(&server, &ada, &to).await;
        let rival = elm.admin.contact("Bea", Some(&to)).await;
        // With the old address, and as somebody who is signed in.
        let with_oak = oak.admin.contact("Ada", Some(&from)).await;
        let invitation = server.invite(&oak, with_oak).await;
        let (accept, invite) = (accept_path(&invitation), format!("/v1/contacts/{rival}/invite"));
        let anybody = server.anybody();
        // From before anything of it to after all of it.
        let later = Duration::from_millis(round * 5);
        let (one, two, invited, accepted) = tokio::join!(
            confirm(&anybody, &link),
            confirm(&anybody, &link),
            async {
                tokio::time::sleep(later).await;
                elm.admin.order(&invite).await
            },
            async {
                tokio::time::sleep(later / 2).await;
                ada.session.post(&accept, json!({})).await
            },
        );
        let moved = one.status == 200 || two.status == 200;
        for answer in [&one, &two] {
            let codes = [
                "",
                "email_change_used",
                "email_change_refused",
                "unavailable",
                "primary_email_taken_contact_builder",
            ];
            assert!(codes.contains(&answer.code()), "{}", answer.text);
        }
        assert_eq!(invited.status == 200, !moved, "{} {} {}", one.text, two.text, invited.text);
        let session = sign_in(&server, if moved { &to } else { &from }, PASSWORD).await.is(201);
        assert_eq!(session.body["person"], json!(ada.person));
        let session = server.caller(session.body["token"].as_str().expect("a token"));
        let me = session.get("/v1/me").await.is(200).body;
        for contact in me["contacts"].as_array().expect("contacts") {
            assert_eq!(contact["primary_email"], me["email"], "round {round}: {me}");
        }
        let codes = ["", "unauthorized", "address_choice_needed", "email_change_under_way"];
        assert!(codes.contains(&accepted.code()), "{}", accepted.text);
        let linked = me["contacts"].as_array().map_or(0, Vec::len);
        assert_eq!(linked, if accepted.status == 200 { 2 } else { 1 });
    }
}

/// 2.1, H16: the two addresses and the two ways are named, and nothing happens without a choice.
#[tokio::test(flavor = "multi_thread")]
async fn who_accepts_with_another_login_chooses_whether_it_stays() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    let contact = oak.admin.contact("A. Example", Some(NEW)).await;
    let link = server.invite(&oak, contact).await;
    let path = format!("/v1/invitations/{link}");
    let shown = ada.session.get(&path).await.is(200);
    assert_eq!((&shown.body["email"], &shown.body["signed_in_as"]), (&json!(NEW), &json!(OLD)));
    assert!(server.anybody().get(&path).await.is(200).body.get("signed_in_as").is_none());
    let asks = ada.session.post(&accept_path(&link), json!({})).await.is(409);
    assert_eq!((asks.code(), &asks.body["field"]), ("address_choice_needed", &json!("address")));
    for named in [OLD, NEW, "Oak", "stay", "move"] {
        assert!(asks.text.contains(named), "{named} in {}", asks.text);
    }
    assert_eq!(seen(&oak, contact).await["access"], "pending");
    // Taken with this builder: the invitation stays as it is.
    let holder = oak.admin.contact("Bea", Some(OLD)).await;
    server.invite(&oak, holder).await;
    let stay = json!({ "address": "stay" });
    let refused = ada.session.post(&accept_path(&link), stay.clone()).await.is(409);
    assert_eq!(refused.code(), "primary_email_taken_contact_builder");
    assert_eq!(seen(&oak, contact).await["access"], "pending");
    oak.admin.order(&format!("/v1/contacts/{holder}/invite/cancel")).await.is(200);
    let accepted = ada.session.post(&accept_path(&link), stay).await.is(200);
    assert_eq!(accepted.body["person"], json!(ada.person));
    assert!(accepted.body.get("session_token").is_none());
    assert_eq!(emails(&oak, contact).await, (json!(OLD), json!([NEW])));
    assert_eq!(emails(&elm, ada.contact).await, (json!(OLD), json!([])));
    // Both are told, and both mails stand in the builder's log and nobody else's (R68).
    let of_change = |mail: &&Value| mail["kind"] == "primary_email_changed";
    let last = oak.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let log = oak.admin.get_after(&last, &format!("/v1/mail-log?contact={contact}")).await.is(200);
    let log = log.body["items"].as_array().expect("a list").clone();
    let told: BTreeSet<_> = log.iter().filter(of_change).map(|m| m["to"].to_string()).collect();
    assert_eq!(told, BTreeSet::from([json!(NEW).to_string(), json!(OLD).to_string()]));
    let last = elm.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let log = elm.admin.get_after(&last, "/v1/mail-log").await.is(200);
    assert!(log.body["items"].as_array().expect("a list").iter().all(|m| !of_change(&m)));
    // The invited address is free for whoever is invited with it next.
    let next = server.owner(&oak, NEW, OTHER).await;
    assert_ne!(next.person, ada.person);
}

/// H16, 2.5: what was mailed to an address that another login answered is told there.
#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_their_login_is_told_so_at_the_invited_address_too() {
    let server = Server::start_with_mailbox().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    let contact = oak.admin.contact("A. Example", Some(NEW)).await;
    let link = server.invite(&oak, contact).await;
    ada.session.post(&accept_path(&link), json!({ "address": "stay" })).await.is(200);
    let told = || {
        let mailbox = server.mailbox.as_ref().expect("a mailbox").mails();
        let told = mailbox.into_iter().filter(|mail| mail.kind == "primary_email_changed");
        told.collect::<Vec<_>>()
    };
    for _ in 0..500 {
        if told().len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let told = told();
    let to: BTreeSet<_> = told.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, BTreeSet::from([OLD, NEW]));
    for mail in &told {
        assert_eq!(mail.subject, "Your email address with Oak was changed");
        let other = if mail.to == NEW { OLD } else { NEW };
        assert!(mail.link.is_none() && !mail.text.contains(other), "{}", mail.text);
    }
}

/// 2.1, R38: the login moves to the invited address, and the owner's own info stands.
#[tokio::test(flavor = "multi_thread")]
async fn who_accepts_with_another_login_may_move_it_to_the_invited_address() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    let body = json!({
        "name": "A. Example", "primary_email": NEW, "phones": ["+1 212 555 0180"],
        "address": "12 Elm St"
    });
    let contact = oak.admin.post("/v1/contacts", body).await.is(201).id();
    let link = server.invite(&oak, contact).await;
    let shown = server.anybody().get(&format!("/v1/invitations/{link}")).await.is(200);
    assert_eq!(shown.body["info"]["address"], "12 Elm St");
    assert_eq!(shown.body["info"]["phones"], json!(["+1 212 555 0180"]));
    let accept = accept_path(&link);
    // A session alone may be somebody else's by now.
    let refused = ada.session.post(&accept, json!({ "address": "move" })).await.is(422);
    assert_eq!(refused.code(), "password_needed");
    let wrong = json!({ "address": "move", "password": OTHER });
    assert_eq!(ada.session.post(&accept, wrong).await.is(403).code(), "wrong_password");
    let taken = elm.admin.contact("Bea", Some(NEW)).await;
    server.invite(&elm, taken).await;
    let info = json!({ "name": "Ada Byron", "address": null });
    let moves = json!({ "address": "move", "password": PASSWORD, "info": info });
    let refused = ada.session.post(&accept, moves.clone()).await.is(409);
    assert_eq!(refused.body["detail"], "Another contact of Elm has this email.");
    assert_eq!(seen(&oak, contact).await["access"], "pending");
    elm.admin.order(&format!("/v1/contacts/{taken}/invite/cancel")).await.is(200);
    let bad = json!({ "address": "move", "password": PASSWORD, "info": { "name": "" } });
    assert_eq!(ada.session.post(&accept, bad).await.is(422).body["field"], "name");
    assert_eq!(ada.session.get("/v1/me").await.is(200).body["email"], OLD);

    let accepted = ada.session.post(&accept, moves).await.is(200);
    assert_eq!(accepted.body["person"], json!(ada.person));
    ada.session.get("/v1/me").await.is(401);
    let session = server.caller(accepted.body["session_token"].as_str().expect("a session"));
    assert_eq!(session.get("/v1/me").await.is(200).body["email"], NEW);
    assert_eq!(emails(&elm, ada.contact).await, (json!(NEW), json!([])));
    let theirs = seen(&oak, contact).await;
    assert_eq!((&theirs["primary_email"], &theirs["name"]), (&json!(NEW), &json!("Ada Byron")));
    assert_eq!((&theirs["address"], &theirs["access"]), (&Value::Null, &json!("active")));
    let told = history(&oak, contact).await;
    let items = told.body["items"].as_array().expect("a list");
    let edit = items.iter().find(|entry| entry["event"] == "contact.info_updated");
    let edit = edit.expect("an edit");
    assert_eq!(edit["actor"]["kind"], "owner");
    assert!(edit["changes"].to_string().contains("A. Example"), "{edit}");
    let notices = server.mails(ada.person, ada.person).await;
    let to: BTreeSet<_> = notices.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, BTreeSet::from([OLD, NEW]));
}

/// 2.5, promise 23: what the mails say, and where they lead.
#[tokio::test(flavor = "multi_thread")]
async fn the_mails_of_a_change_lead_to_it_and_say_changed() {
    let server = Server::start_with_mailbox().await;
    let elm = server.builder("Elm").await;
    let contact = elm.admin.contact("Ada", Some(OLD)).await;
    elm.admin.order(&format!("/v1/contacts/{contact}/invite")).await.is(200);
    let mailed = async |count: usize| {
        for _ in 0..500 {
            let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
            if mailbox.each("to").len() >= count {
                return mailbox;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{count} mails do not come")
    };
    let last_part = |link: &str| link.rsplit('/').next().expect("a part").to_owned();
    let invitation = last_part(&mailed(1).await.each("link")[0]);
    let body = json!({ "password": PASSWORD });
    let accepted = server.anybody().post(&accept_path(&invitation), body).await.is(200);
    let session = server.caller(accepted.body["session_token"].as_str().expect("a session"));
    ask(&session, NEW).await.is(202);
    let mailbox = mailed(3).await;
    let items = mailbox.body["items"].as_array().expect("a list");
    let link = items.iter().find(|mail| mail["kind"] == "primary_email_change").expect("the link");
    let url = link["link"].as_str().expect("a link");
    assert!(url.starts_with(&format!("{}/email-changes/tbc_", server.base)), "{url}");
    confirm(&session, &last_part(url)).await.is(200);
    let mailbox = mailed(5).await;
    let items = mailbox.body["items"].as_array().expect("a list");
    let mails: BTreeSet<_> = items
        .iter()
        .filter(|mail| mail["kind"] != "invitation")
        .map(|mail| (mail["kind"].as_str(), mail["to"].as_str(), mail["subject"].as_str()))
        .collect();
    let expected = [
        ("primary_email_change", NEW, "Confirm your new email address"),
        ("primary_email_change_requested", OLD, "A change of your email address was asked for"),
        ("primary_email_changed", OLD, "Your email address was changed"),
        ("primary_email_changed", NEW, "Your email address was changed"),
    ];
    let expected = expected.map(|(kind, to, subject)| (Some(kind), Some(to), Some(subject)));
    assert_eq!(mails, BTreeSet::from(expected));
}

const OWNERS: &str = "/v1/imports";

/// An active owner of an older system, who has not signed in here.
pub(super) async fn came_over(builder: &Builder, no: &str, email: &str) -> Answer {
    let header = "owner_no,name,email,active,activated_on,last_login";
    let row = format!("{no},Ada Bloom,{email},yes,2024-01-01,2025-02-03");
    let body = json!({
        "format": "owners_csv",
        "content": format!("{header}\n{row}\n"),
        "owner_mapping": {
            "reference": "owner_no", "name": "name", "emails": ["email"], "activated": "active",
            "activated_at": "activated_on", "last_login_at": "last_login",
        },
    });
    builder.admin.post(OWNERS, body).await
}

/// H14, R45: who came over from an older system is told from the address too.
#[tokio::test(flavor = "multi_thread")]
async fn who_came_over_with_an_address_is_nobody_who_gave_it_up_or_moves_to_it() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, OLD, PASSWORD).await;
    came_over(&oak, "O-1", NEW).await.is(200);
    // She may read that mailbox: whoever came over with it signs in by a reset.
    let link = asked(&server, &ada, NEW).await;
    assert_eq!(confirm(&ada.session, &link).await.is(409).code(), "email_has_login");
    let contact = oak.admin.contact("Ada", Some("three@example.org")).await;
    let session = moved(&server, &ada, "three@example.org").await;
    let length = |me: &Answer, of: &str| me.body[of].as_array().map(Vec::len);
    for (no, email) in [("O-2", OLD), ("O-3", "three@example.org")] {
        came_over(&oak, no, email).await.is(200);
    }
    // Her new address brings her over, and her old one does not.
    let me = session.get("/v1/me").await.is(200);
    assert_eq!(
        (length(&me, "contacts"), length(&me, "waiting")),
        (Some(1), Some(1)),
        "{}",
        me.text
    );
    let taken = me.body["waiting"][0]["id"].as_str().expect("a contact").to_owned();
    assert_ne!(taken, contact.to_string());
    session.order(&format!("/v1/me/contacts/{taken}")).await.is(200);
    session.order(&format!("/v1/me/contacts/{taken}")).await.is(200);
    let me = session.get("/v1/me").await.is(200);
    assert_eq!(
        (length(&me, "contacts"), length(&me, "waiting")),
        (Some(2), Some(0)),
        "{}",
        me.text
    );
    // Whoever has the old address now is somebody else, who came over with it.
    let bea = server.owner(&elm, OLD, OTHER).await;
    assert_ne!(bea.person, ada.person);
    let me = bea.session.get("/v1/me").await.is(200);
    assert_eq!(length(&me, "contacts"), Some(2), "{}", me.text);
    let me = session.get("/v1/me").await.is(200);
    assert_eq!(length(&me, "contacts"), Some(2), "{}", me.text);
    // Nor does who is signed in accept for somebody who came over.
    let waiting = elm.admin.contact("Ada Bloom", Some(NEW)).await;
    let link = server.invite(&elm, waiting).await;
    let refused = session.post(&accept_path(&link), json!({ "address": "stay" })).await.is(409);
    assert_eq!(refused.code(), "signed_in_as_another");
}
