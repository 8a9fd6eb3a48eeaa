//! Signing in and out, forgotten passwords, and how often one may try.

use super::harness::{Answer, Caller, Server};
use serde_json::json;
use std::time::{Duration, Instant};
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";
const OTHER: &str = "a house by the sea";

/// The link of the newest reset, when so many have been mailed; they are ordered beside the answer.
pub(super) async fn reset_link(server: &Server, person: Uuid, mailed: usize) -> String {
    let began = Instant::now();
    loop {
        let mails = server.mails(person, person).await;
        if mails.len() >= mailed {
            assert_eq!(mails.len(), mailed);
            return mails.last().expect("a mail").link.clone();
        }
        assert!(began.elapsed() < Duration::from_secs(5), "no mail");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn try_to_sign_in(server: &Server, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    server.anybody().post("/v1/sessions", body).await
}

async fn forget(server: &Server, email: &str) -> Answer {
    server.anybody().post("/v1/password-resets", json!({ "email": email })).await
}

/// Promise 25
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_ended_is_over_at_once() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let first = server.owner(&builder, "ada@example.org", PASSWORD).await.session;
    let second = server.sign_in("ADA@example.org", PASSWORD).await;
    let third = server.sign_in("ada@example.org", PASSWORD).await;
    let list = second.get("/v1/sessions").await.is(200);
    assert_eq!(list.each("current"), ["false", "true", "false"]);
    assert_eq!(list.each("client"), ["127.0.0.1"; 3]);
    let ids = list.each("id");
    let unknown = format!("/v1/sessions/{}", Uuid::now_v7());
    assert_eq!(first.delete(&unknown).await.is(404).code(), "not_found");
    let newest = format!("/v1/sessions/{}", ids[0]);
    // Another person's session is nobody's.
    let cem = server.owner(&builder, "cem@example.org", PASSWORD).await.session;
    assert_eq!(cem.delete(&newest).await.is(404).code(), "not_found");
    third.get("/v1/me").await.is(200);
    first.delete(&newest).await.is(204);
    assert_eq!(third.get("/v1/me").await.is(401).code(), "unauthorized");
    second.get("/v1/me").await.is(200);
    second.delete("/v1/sessions").await.is(204);
    for ended in [&first, &second, &third] {
        ended.get("/v1/me").await.is(401);
    }
    cem.get("/v1/me").await.is(200);
    let again = server.sign_in("ada@example.org", PASSWORD).await;
    let history = again.get("/v1/me/history").await.is(200).each("event");
    for event in ["person.session_revoked", "person.sessions_revoked"] {
        assert!(history.iter().any(|there| there == event), "{event} in {history:?}");
    }
}

/// R17, promise 23: uniform answers, one mail to the primary email, the newest link works, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_reset_by_the_newest_link_once() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let more = json!({ "email": "ada.two@example.org" });
    ada.session.post("/v1/me/additional-emails", more).await.is(200);

    // Unknown addresses first: the mail of the known one shows that the others' time is over.
    let unknown = forget(&server, "nobody@example.org").await.is(202);
    forget(&server, "ada.two@example.org").await.is(202);
    let known = forget(&server, "Ada@Example.org").await.is(202);
    assert_eq!(known.text, unknown.text);
    let first = reset_link(&server, ada.person, 1).await;
    forget(&server, "ada@example.org").await.is(202);
    let second = reset_link(&server, ada.person, 2).await;
    for mail in server.mails(ada.person, ada.person).await {
        assert_eq!((mail.kind.as_str(), mail.to.as_str()), ("password_reset", "ada@example.org"));
    }
    assert_eq!(server.rows("outbox").await.len(), 3, "an invitation and two resets");

    let complete = |link: &str, password: &str| {
        let (path, body) = (format!("/v1/password-resets/{link}"), json!({ "password": password }));
        let anybody = server.anybody();
        async move { anybody.post(&path, body).await }
    };
    assert_eq!(complete(&first, OTHER).await.is(410).code(), "reset_superseded");
    assert_eq!(complete(&second, "too short").await.is(422).code(), "password_refused");
    ada.session.get("/v1/me").await.is(200);
    complete(&second, OTHER).await.is(204);
    assert_eq!(complete(&second, PASSWORD).await.is(410).code(), "reset_superseded");
    ada.session.get("/v1/me").await.is(401);
    let refused = try_to_sign_in(&server, "ada@example.org", PASSWORD).await.is(401);
    assert_eq!(refused.code(), "invalid_credentials");
    server.sign_in("ada@example.org", OTHER).await.get("/v1/me").await.is(200);
}

/// Promise 25: whoever signs in with the old password at that very moment is not left signed in.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_a_reset_overtakes_leaves_no_session() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut password = PASSWORD.to_owned();
    let ada = server.owner(&builder, "ada@example.org", &password).await;
    for round in 1..=3 {
        forget(&server, "ada@example.org").await.is(202);
        let link = reset_link(&server, ada.person, usize::try_from(round).expect("few")).await;
        let next = format!("house number {round} by the sea");
        let (path, body) = (format!("/v1/password-resets/{link}"), json!({ "password": next }));
        let late = async {
            tokio::time::sleep(Duration::from_millis((round - 1) * 15)).await;
            try_to_sign_in(&server, "ada@example.org", &password).await
        };
        let anybody = server.anybody();
        let (reset, signed_in) = tokio::join!(anybody.post(&path, body), late);
        reset.is(204);
        if signed_in.status == 201 {
            let token = signed_in.body["token"].as_str().expect("a token");
            server.caller(token).get("/v1/me").await.is(401);
        }
        assert!(server.rows("sessions").await.is_empty(), "round {round}");
        password = next;
    }
}

/// Promise 26
#[tokio::test(flavor = "multi_thread")]
async fn too_many_tries_wait_and_another_address_does_not() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let _ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let _bea = server.owner(&builder, "bea@example.org", PASSWORD).await;
    let tries = (0..10).map(|_| try_to_sign_in(&server, "ada@example.org", OTHER));
    for refused in futures_util::future::join_all(tries).await {
        assert_eq!(refused.is(401).code(), "invalid_credentials");
    }
    for password in [OTHER, PASSWORD] {
        let refused = try_to_sign_in(&server, "Ada@example.org", password).await.is(429);
        assert_eq!(refused.code(), "too_many_tries");
        let wait = refused.headers["retry-after"].to_str().ok().and_then(|s| s.parse::<u32>().ok());
        assert!(wait.is_some_and(|wait| (1..=900).contains(&wait)), "{wait:?}");
    }
    server.sign_in("bea@example.org", PASSWORD).await;
    for _ in 0..3 {
        forget(&server, "bea@example.org").await.is(202);
    }
    let refused = forget(&server, "bea@example.org").await.is(429);
    assert!(refused.headers.contains_key("retry-after"));
    // Of an address that nobody has it is the same.
    for _ in 0..3 {
        forget(&server, "nobody@example.org").await.is(202);
    }
    forget(&server, "nobody@example.org").await.is(429);
}

/// RULES.md 2.8: a session opens a person's routes, and those alone; nothing else opens them.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_opens_what_is_ones_own_and_nothing_else_does() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let keys: [Caller; 4] = [
        builder.admin.clone(),
        server.key(&builder, "staff", &["manage_access", "read_audit"]).await,
        server.key(&builder, "auditor", &[]).await,
        server.operator(),
    ];
    let session = format!("/v1/sessions/{}", Uuid::now_v7());
    let taken = format!("/v1/me/contacts/{}", ada.contact);
    let own = [
        ("GET", "/v1/me", json!({})),
        ("PATCH", "/v1/me", json!({ "name": "Eve" })),
        ("GET", "/v1/me/jobs", json!({})),
        ("POST", &taken, json!({})),
        ("GET", "/v1/me/history", json!({})),
        ("POST", "/v1/me/additional-emails", json!({ "email": "a@example.org" })),
        ("POST", "/v1/me/primary-email", json!({ "email": "a@example.org", "password": PASSWORD })),
        (
            "PATCH",
            "/v1/me/additional-emails",
            json!({ "email": "a@example.org", "replace_with": null }),
        ),
        ("GET", "/v1/sessions", json!({})),
        ("DELETE", &session, json!({})),
        ("DELETE", "/v1/sessions", json!({})),
    ];
    for (method, path, body) in &own {
        for key in &keys {
            let refused = ask(key, method, path, body).await.is(403);
            assert_eq!(refused.code(), "not_permitted", "{method} {path}");
        }
        let refused = ask(&server.anybody(), method, path, body).await.is(401);
        assert_eq!(refused.code(), "unauthorized", "{method} {path}");
    }
    let contact = format!("/v1/contacts/{}", ada.contact);
    let account = format!("/v1/accounts/{}/api-keys", builder.id);
    for (method, path, body) in [
        ("GET", "/v1/contacts", json!({})),
        ("GET", &contact, json!({})),
        ("PATCH", &contact, json!({ "name": "Eve" })),
        ("POST", "/v1/contacts", json!({ "name": "Eve" })),
        ("GET", "/v1/jobs", json!({})),
        ("POST", "/v1/jobs", json!({ "name": "Eve's" })),
        ("GET", "/v1/leads", json!({})),
        ("GET", "/v1/invitations", json!({})),
        ("GET", "/v1/audit", json!({})),
        ("POST", "/v1/accounts", json!({ "name": "Eve" })),
        ("POST", &account, json!({ "role": "admin", "label": "x" })),
    ] {
        let refused = ask(&ada.session, method, path, &body).await.is(403);
        assert_eq!(refused.code(), "not_permitted", "{method} {path}");
    }
    ada.session.get("/v1/me").await.is(200);
}

async fn ask(caller: &Caller, method: &str, path: &str, body: &serde_json::Value) -> Answer {
    match method {
        "GET" => caller.get(path).await,
        "PATCH" => caller.patch(path, body.clone()).await,
        "DELETE" => caller.delete(path).await,
        _ => caller.post(path, body.clone()).await,
    }
}

/// Whether there is a login does not show in how long the answer takes.
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_takes_as_long_for_an_address_that_nobody_has() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let _ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    // What is made ready at first use is ready.
    try_to_sign_in(&server, "bea@example.org", OTHER).await.is(401);
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..7 {
        for (email, took) in ["ada@example.org", "nobody@example.org"].into_iter().zip(&mut took) {
            let began = Instant::now();
            let refused = try_to_sign_in(&server, email, OTHER).await.is(401);
            took.push(began.elapsed());
            assert_eq!(refused.code(), "invalid_credentials");
        }
    }
    // The quickest of each: what else runs at this moment only adds to the others.
    let [known, unknown] = took.map(|took| took.into_iter().min().expect("some"));
    let close = known < unknown * 2 && unknown < known * 2;
    assert!(close, "known {known:?}, unknown {unknown:?}");
}
