//! Whoever is at it at the same moment: of several who want one thing, one has it.
//!
//! Of a hundred strangers who accept, of an acceptance and a cancellation, and of two builders'
//! invitations of one address, see [`super::accepting`]; of a sign-in and a reset, [`super::logins`].

use super::harness::{Answer, Builder, Caller, Server, send};
use super::logins::reset_link;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";

async fn accept(caller: &Caller, link: &str, body: Value) -> Answer {
    caller.post(&format!("/v1/invitations/{link}/accept"), body).await
}

async fn access(builder: &Builder, contact: Uuid) -> Value {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let path = format!("/v1/contacts/{contact}");
    builder.admin.get_after(&last, &path).await.is(200).body["access"].clone()
}

/// How often something happened to a contact.
async fn times(builder: &Builder, contact: Uuid, event: &str) -> usize {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let path = format!("/v1/contacts/{contact}/history?limit=200");
    let events = builder.admin.get_after(&last, &path).await.is(200).each("event");
    events.iter().filter(|there| *there == event).count()
}

/// After how long a rival comes, from before the password is hashed to after all of it.
fn delays() -> impl Iterator<Item = Duration> {
    (0..6).map(|round| Duration::from_millis(round * 25))
}

/// Promise 10: however often one who is signed in clicks, it is accepted once.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_acceptances_by_one_login_one_opens_the_contact() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let contact = oak.admin.contact("Ada", Some("ada@example.org")).await;
    let link = server.invite(&oak, contact).await;
    let look = |method: Method| {
        let request = server.anybody().request(method, &format!("/v1/invitations/{link}"));
        async move { send(request).await.is(200) }
    };
    let heads = (0..50).map(|_| look(Method::HEAD));
    let gets = (0..50).map(|_| look(Method::GET));
    futures_util::future::join(join_all(heads), join_all(gets)).await;
    assert_eq!(access(&oak, contact).await, "pending", "looking uses nothing up");
    let answers = join_all((0..100).map(|_| accept(&ada.session, &link, json!({})))).await;
    let mut won = 0;
    for answer in answers {
        match (answer.status.as_u16(), answer.code()) {
            (200, _) => won += 1,
            (410, "invite_used") | (429, "too_many_tries") => {}
            _ => panic!("{}", answer.text),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(times(&oak, contact, "contact.invite_accepted").await, 1);
    assert_eq!(times(&oak, contact, "contact.owner_activated").await, 1);
    assert_eq!(server.rows("person_directory").await.len(), 1);
}

/// H5: the builder corrects the address while the reader of the wrong mailbox accepts.
#[tokio::test(flavor = "multi_thread")]
async fn of_an_acceptance_and_a_redirection_one_wins() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut redirected = 0;
    for (round, delay) in delays().enumerate() {
        let (wrong, right) =
            (format!("wrong{round}@example.org"), format!("right{round}@example.org"));
        let contact = builder.admin.contact("Ada", Some(&wrong)).await;
        let link = server.invite(&builder, contact).await;
        let redirect = async {
            tokio::time::sleep(delay).await;
            let path = format!("/v1/contacts/{contact}/invite/redirect");
            builder.admin.post(&path, json!({ "email": right })).await
        };
        let anybody = server.anybody();
        let accepting = accept(&anybody, &link, json!({ "password": PASSWORD }));
        let (accepted, moved) = tokio::join!(accepting, redirect);
        if accepted.status == 200 {
            assert_eq!(moved.is(409).code(), "invite_not_pending");
            assert_eq!(access(&builder, contact).await, "active");
            continue;
        }
        redirected += 1;
        moved.is(200);
        assert_eq!(accepted.is(410).code(), "invite_cancelled");
        assert_eq!(access(&builder, contact).await, "pending");
        // What the wrong mailbox's reader has by now opens nothing, and the right one's link does.
        let body = json!({ "email": wrong, "password": PASSWORD });
        let signed_in = anybody.post("/v1/sessions", body).await;
        let next = server.newest_link(builder.id, contact).await;
        if signed_in.status == 201 {
            let reader = server.caller(signed_in.body["token"].as_str().expect("a token"));
            assert_eq!(reader.get("/v1/me").await.is(200).body["contacts"], json!([]));
            let refused = accept(&reader, &next, json!({})).await.is(409);
            assert_eq!(refused.code(), "address_choice_needed");
        }
        accept(&anybody, &next, json!({ "password": PASSWORD })).await.is(200);
        assert_eq!(times(&builder, contact, "contact.invite_accepted").await, 1);
    }
    assert!(redirected > 0, "a redirection was in time at least once");
}

/// R8: a newer mail goes out while the older one's link is used.
#[tokio::test(flavor = "multi_thread")]
async fn of_an_acceptance_and_a_resend_one_wins() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    for (round, delay) in delays().enumerate() {
        let contact = builder.admin.contact("Ada", Some(&format!("ada{round}@example.org"))).await;
        let link = server.invite(&builder, contact).await;
        let resend = async {
            tokio::time::sleep(delay).await;
            builder.admin.order(&format!("/v1/contacts/{contact}/invite/resend")).await
        };
        let anybody = server.anybody();
        let accepting = accept(&anybody, &link, json!({ "password": PASSWORD }));
        let (accepted, newer) = tokio::join!(accepting, resend);
        if accepted.status == 200 {
            assert_eq!(newer.is(409).code(), "invite_not_pending");
            assert_eq!(access(&builder, contact).await, "active");
        } else {
            newer.is(200);
            assert_eq!(accepted.is(410).code(), "invite_superseded");
            assert_eq!(access(&builder, contact).await, "pending");
        }
    }
}

/// An invitee who clicks both buttons has said one thing.
#[tokio::test(flavor = "multi_thread")]
async fn of_an_acceptance_and_a_refusal_one_wins() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    for (round, delay) in delays().enumerate() {
        let contact = builder.admin.contact("Ada", Some(&format!("ada{round}@example.org"))).await;
        let link = server.invite(&builder, contact).await;
        let anybody = server.anybody();
        let decline = async {
            tokio::time::sleep(delay).await;
            anybody.order(&format!("/v1/invitations/{link}/decline")).await
        };
        let accepting = accept(&anybody, &link, json!({ "password": PASSWORD }));
        let (accepted, declined) = tokio::join!(accepting, decline);
        if accepted.status == 200 {
            assert_eq!(declined.is(410).code(), "invite_used");
            assert_eq!(access(&builder, contact).await, "active");
        } else {
            declined.is(204);
            assert_eq!(accepted.is(410).code(), "invite_cancelled");
            assert_eq!(access(&builder, contact).await, "not_invited");
        }
    }
}

/// Deactivated while accepting with another builder: each ledger says its own, and the link is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_deactivation_with_one_builder_and_an_acceptance_with_another_both_hold() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let contact = oak.admin.contact("Ada", Some("ada@example.org")).await;
    let link = server.invite(&oak, contact).await;
    let deactivate = format!("/v1/contacts/{}/deactivate", ada.contact);
    let closing = elm.admin.post(&deactivate, json!({ "reason": "Sold" }));
    let accepting = accept(&ada.session, &link, json!({}));
    let (closed, accepted) = tokio::join!(closing, accepting);
    closed.is(200);
    accepted.is(200);
    let me = ada.session.get("/v1/me").await.is(200);
    assert_eq!(me.body["contacts"].as_array().map(Vec::len), Some(1), "{}", me.text);
    assert_eq!(me.body["contacts"][0]["id"], json!(contact));
}

/// Promise 23: a reset's link sets one password, however many use it at once.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_use_one_reset_one_sets_the_password() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let address = json!({ "email": "ada@example.org" });
    server.anybody().post("/v1/password-resets", address).await.is(202);
    let path = format!("/v1/password-resets/{}", reset_link(&server, ada.person, 1).await);
    let passwords: Vec<String> = (0..8).map(|n| format!("house number {n} by the sea")).collect();
    let anybody = server.anybody();
    let complete = |password: &String| {
        let (anybody, path, body) = (&anybody, &path, json!({ "password": password }));
        async move { anybody.post(path, body).await }
    };
    let answers = join_all(passwords.iter().map(complete)).await;
    let mut won = Vec::new();
    for (answer, password) in answers.iter().zip(&passwords) {
        match (answer.status.as_u16(), answer.code()) {
            (204, _) => won.push(password),
            (410, "reset_superseded") => {}
            _ => panic!("{}", answer.text),
        }
    }
    let [winner] = won[..] else { panic!("{} won", won.len()) };
    assert_eq!(server.rows("person_passwords").await.len(), 1);
    ada.session.get("/v1/me").await.is(401);
    server.sign_in("ada@example.org", winner).await.get("/v1/me").await.is(200);
    let loser = passwords.iter().find(|password| *password != winner).expect("another");
    let body = json!({ "email": "ada@example.org", "password": loser });
    server.anybody().post("/v1/sessions", body).await.is(401);
}
