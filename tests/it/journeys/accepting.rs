//! Promise 10 over HTTP: an invitation is accepted once, whoever races for it and wherever a crash
//! comes between the steps.

use super::harness::{Answer, Builder, Server};
use super::second_factors::{begin, code};
use domain::contact::ContactEvent;
use domain::person::PersonCommand;
use domain::{
    AccountId, Actor, Authority, Channel, Circumstances, Command, ContactId, CredentialId,
    EmailAddress, Event, LedgerId, PersonId, TokenId,
};
use event_store::Submission;
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";
const OTHER: &str = "a house by the sea";

async fn accept(server: &Server, link: &str, password: &str) -> Answer {
    let path = format!("/v1/invitations/{link}/accept");
    server.anybody().post(&path, json!({ "password": password })).await
}

async fn sign_in(server: &Server, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    server.anybody().post("/v1/sessions", body).await
}

/// How often the contact's ledger says that an invitation was accepted.
async fn acceptances(server: &Server, builder: &Builder, contact: Uuid) -> usize {
    let events = server.store.reader().aggregate_events(LedgerId(builder.id), &[contact]).await;
    let accepted = |event: &Event| match event {
        Event::Contact(event) => matches!(event, ContactEvent::InviteAccepted(_)),
        Event::Job(_)
        | Event::Lead(_)
        | Event::Customer(_)
        | Event::WorkOrder(_)
        | Event::OwnerItem(_)
        | Event::BuilderAccount(_)
        | Event::Installation(_)
        | Event::Subcontractor(_)
        | Event::SubcontractorOrg(_)
        | Event::Person(_)
        | Event::Notification(_) => false,
    };
    events.expect("events").iter().filter(|recorded| accepted(&recorded.event)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_hundred_who_accept_at_once_with_passwords_of_their_own_wins() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let contact = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let link = server.invite(&builder, contact).await;
    let password = |n: usize| format!("house number {n} by the river");
    let passwords: Vec<String> = (0..100).map(password).collect();
    let answers = join_all(passwords.iter().map(|typed| accept(&server, &link, typed))).await;
    let mut winners = Vec::new();
    for (answer, typed) in answers.iter().zip(&passwords) {
        match (answer.status.as_u16(), answer.code()) {
            (200, _) => winners.push((answer, typed)),
            (410, "invite_used") | (403, "login_needed") => {}
            (429, "too_many_tries") | (503, "unavailable") => {
                assert!(answer.headers.contains_key("retry-after"), "{}", answer.text);
            }
            _ => panic!("{}", answer.text),
        }
    }
    let [(winner, typed)] = winners[..] else { panic!("{} won", winners.len()) };
    let session = server.caller(winner.body["session_token"].as_str().expect("a session"));
    assert_eq!(session.get("/v1/me").await.is(200).body["id"], winner.body["person"]);
    assert_eq!(acceptances(&server, &builder, contact).await, 1);
    assert_eq!(server.rows("person_directory").await.len(), 1, "one person");
    assert_eq!(server.rows("person_passwords").await.len(), 1, "one password");
    assert_eq!(server.rows("sessions").await.len(), 1, "one session");
    sign_in(&server, "ada@example.org", typed).await.is(201);
    for loser in passwords.iter().filter(|loser| *loser != typed).take(2) {
        sign_in(&server, "ada@example.org", loser).await.is(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_acceptance_and_a_cancellation_one_wins() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut outcomes = [0, 0];
    for round in 0..8 {
        let email = format!("owner{round}@example.org");
        let contact = builder.admin.contact("Ada", Some(&email)).await;
        let link = server.invite(&builder, contact).await;
        let cancel = async {
            // From before the password is hashed to after all of it.
            tokio::time::sleep(Duration::from_millis(round * 20)).await;
            builder.admin.order(&format!("/v1/contacts/{contact}/invite/cancel")).await
        };
        let (accepted, cancelled) = tokio::join!(accept(&server, &link, PASSWORD), cancel);
        let accepted = (accepted.status.as_u16(), accepted.code().to_owned());
        let cancelled = (cancelled.status.as_u16(), cancelled.code().to_owned());
        let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
        let path = format!("/v1/contacts/{contact}");
        let shown = builder.admin.get_after(&last, &path).await.is(200);
        let access = shown.body["access"].as_str().expect("an access");
        if accepted.0 == 200 {
            outcomes[0] += 1;
            assert_eq!((cancelled.0, cancelled.1.as_str()), (409, "invite_not_pending"));
            assert_eq!((access, acceptances(&server, &builder, contact).await), ("active", 1));
            continue;
        }
        outcomes[1] += 1;
        assert_eq!((accepted.0, accepted.1.as_str()), (410, "invite_cancelled"));
        assert_eq!(cancelled.0, 200);
        assert_eq!((access, acceptances(&server, &builder, contact).await), ("not_invited", 0));
        // Whoever got as far as a login has nothing by it, and accepts the next invitation with it.
        let next = server.invite(&builder, contact).await;
        match sign_in(&server, &email, PASSWORD).await {
            signed_in if signed_in.status == 201 => {
                let session = server.caller(signed_in.body["token"].as_str().expect("a token"));
                assert_eq!(session.get("/v1/me").await.is(200).body["contacts"], json!([]));
                let accept = format!("/v1/invitations/{next}/accept");
                session.post(&accept, json!({})).await.is(200);
            }
            nobody => {
                assert_eq!(nobody.code(), "invalid_credentials");
                accept(&server, &next, PASSWORD).await.is(200);
            }
        }
    }
    assert!(outcomes[0] + outcomes[1] == 8 && outcomes[1] > 0, "{outcomes:?}");
}

/// The steps of an acceptance, as far as they got before a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Reserved,
    Registered,
    Confirmed,
    Linked,
}

struct Begun<'a> {
    server: &'a Server,
    builder: &'a Builder,
    contact: Uuid,
    email: EmailAddress,
    token: TokenId,
    /// Whose password hash is taken.
    like: Uuid,
}

impl Begun<'_> {
    /// Takes the steps that came before the crash.
    async fn until(&self, last: Step) -> PersonId {
        let store = &self.server.store;
        let keys = store.reader().keys();
        let token = self.token.to_string();
        let person = keys.imported_person(&self.email);
        let reserved = store.reserve_login(&self.email, person).await.expect("reserved");
        assert_eq!((reserved.person, reserved.confirmed), (person, false));
        if last >= Step::Registered {
            store.ensure_ledger(person.into(), "person").await.expect("a ledger");
            let credential = keys.import_id(LedgerId::INSTALLATION, "first credential", &token);
            let credential = CredentialId(credential);
            let register = PersonCommand::Register { email: self.email.clone(), credential };
            let like = store.password(PersonId(self.like)).await.expect("read");
            self.order(person, register, like.map(|stored| stored.hash)).await;
        }
        if last >= Step::Confirmed {
            store.confirm_login(&self.email, person).await.expect("confirmed");
        }
        if last >= Step::Linked {
            let account = AccountId(self.builder.id);
            let link = PersonCommand::Link { account, contact: ContactId(self.contact) };
            self.order(person, link, None).await;
        }
        person
    }

    async fn order(
        &self,
        person: PersonId,
        command: PersonCommand,
        password: Option<event_store::PasswordHash>,
    ) {
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
        let mut submission = Submission::new(person.into(), Command::Person(person, command), by);
        submission.password = password;
        self.server.store.execute(submission).await.expect("carried out");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_between_the_steps_the_same_password_goes_on_and_no_other_does() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let like = server.owner(&builder, "like@example.org", PASSWORD).await.person;
    for step in [Step::Reserved, Step::Registered, Step::Confirmed, Step::Linked] {
        let typed = format!("{step:?}@example.org");
        let contact = builder.admin.contact("Ada", Some(&typed)).await;
        let link = server.invite(&builder, contact).await;
        let token = TokenId(server.mails(builder.id, contact).await[0].id);
        let email = EmailAddress::parse(&typed).expect("an address");
        let begun = Begun { server: &server, builder: &builder, contact, email, token, like };
        let person = begun.until(step).await;
        assert_eq!(acceptances(&server, &builder, contact).await, 0);

        if step > Step::Reserved {
            let refused = accept(&server, &link, OTHER).await.is(403);
            assert_eq!(refused.code(), "login_needed", "{step:?}");
            let without = server.anybody().order(&format!("/v1/invitations/{link}/accept")).await;
            assert!([403, 422].contains(&without.status.as_u16()), "{step:?}: {}", without.text);
            assert_eq!(acceptances(&server, &builder, contact).await, 0);
        }
        let accepted = accept(&server, &link, PASSWORD).await.is(200);
        assert_eq!(accepted.body["person"], json!(person.0), "{step:?}");
        assert_eq!(acceptances(&server, &builder, contact).await, 1);
        let session = server.caller(accepted.body["session_token"].as_str().expect("a session"));
        let me = session.get("/v1/me").await.is(200).body;
        assert_eq!(me["contacts"][0]["id"], json!(contact), "{step:?}");
        // The answer may have been lost: the link is used, the password signs in.
        assert_eq!(accept(&server, &link, PASSWORD).await.is(410).code(), "invite_used");
        sign_in(&server, &typed, PASSWORD).await.is(201);
    }
}

/// The password alone is not enough of somebody who has turned a second factor on since the crash.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_who_has_a_second_factor_by_now_signs_in_with_it_to_go_on() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let like = server.owner(&builder, "like@example.org", PASSWORD).await.person;
    let contact = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let link = server.invite(&builder, contact).await;
    let token = TokenId(server.mails(builder.id, contact).await[0].id);
    let email = EmailAddress::parse("ada@example.org").expect("an address");
    let begun = Begun { server: &server, builder: &builder, contact, email, token, like };
    let person = begun.until(Step::Confirmed).await;
    let own = server.sign_in("ada@example.org", PASSWORD).await;
    let secret = begin(&own).await;
    let confirm = json!({ "code": code(&secret, 0) });
    own.post("/v1/me/second-factor/confirm", confirm).await.is(200);

    let sessions = server.rows("sessions").await.len();
    assert_eq!(accept(&server, &link, PASSWORD).await.is(403).code(), "login_needed");
    assert_eq!(acceptances(&server, &builder, contact).await, 0);
    assert_eq!(server.rows("sessions").await.len(), sessions, "no session without a code");
    let body = json!({
        "email": "ada@example.org", "password": PASSWORD, "code": code(&secret, 1),
    });
    let signed_in = server.anybody().post("/v1/sessions", body).await.is(201);
    let session = server.caller(signed_in.body["token"].as_str().expect("a token"));
    let accepted = session.post(&format!("/v1/invitations/{link}/accept"), json!({})).await;
    assert_eq!(accepted.is(200).body["person"], json!(person.0));
    assert_eq!(acceptances(&server, &builder, contact).await, 1);
}

/// Two invitations of one address at once: nobody gets two logins, nobody's password is replaced.
#[tokio::test(flavor = "multi_thread")]
async fn invitations_of_two_builders_accepted_at_once_make_one_login() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let mut links = Vec::new();
    for builder in [&elm, &oak] {
        let contact = builder.admin.contact("Ada", Some("ada@example.org")).await;
        links.push(server.invite(builder, contact).await);
    }
    let passwords = [PASSWORD, OTHER];
    let both = links.iter().zip(passwords).map(|(link, typed)| accept(&server, link, typed));
    let answers = join_all(both).await;
    let won: Vec<usize> = (0..2).filter(|n| answers[*n].status == 200).collect();
    let [winner] = won[..] else { panic!("{won:?} won") };
    let loser = &answers[1 - winner];
    let codes = [(403, "login_needed"), (503, "unavailable")];
    assert!(codes.contains(&(loser.status.as_u16(), loser.code())), "{}", loser.text);
    assert_eq!(server.rows("person_directory").await.len(), 1);
    sign_in(&server, "ada@example.org", passwords[1 - winner]).await.is(401);
    let signed_in = sign_in(&server, "ada@example.org", passwords[winner]).await.is(201);
    let session = server.caller(signed_in.body["token"].as_str().expect("a token"));
    let other = format!("/v1/invitations/{}/accept", links[1 - winner]);
    session.post(&other, json!({})).await.is(200);
    let me = session.get("/v1/me").await.is(200).body;
    assert_eq!(me["contacts"].as_array().map(Vec::len), Some(2));
}
