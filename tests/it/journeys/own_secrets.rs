//! Promises 23 to 25: passwords, sessions and links are in no log, event, answer or table.

use super::harness::{Server, send};
use crate::faults::{EVERYTHING, dump, must_not_hold};
use crate::support::log::Log;
use reqwest::Method;
use serde_json::json;

const PASSWORD: &str = "canary sings by the river";
const OTHER: &str = "canary sings by the sea";
const WRONG: &str = "canary mistypes a password";

// On one thread, so that one subscriber hears all of it.
#[tokio::test]
async fn no_password_session_or_link_is_in_a_log_an_answer_or_a_table() {
    let (log, guard) = Log::hear();
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let invitation = server.newest_link(builder.id, ada.contact).await;
    let begun = server.sign_in("ada@example.org", PASSWORD).await;
    let mut answers = Vec::new();
    let anybody = server.anybody();
    let forgotten = json!({ "email": "ada@example.org" });
    answers.push(anybody.post("/v1/password-resets", forgotten).await.is(202));
    let reset = super::logins::reset_link(&server, ada.person, 1).await;
    let accept = format!("/v1/invitations/{invitation}/accept");
    let complete = format!("/v1/password-resets/{reset}");
    for (path, body) in [
        (accept.as_str(), json!({ "password": WRONG })),
        (accept.as_str(), json!({ "password": [WRONG] })),
        (&complete, json!({ "password": "canary" })),
        (&complete, json!({ "password": { "x": WRONG } })),
        ("/v1/sessions", json!({ "email": "ada@example.org", "password": WRONG })),
        ("/v1/sessions", json!({ "email": "ada@example.org", "password": WRONG, "x": WRONG })),
        (&complete, json!({ "password": OTHER })),
        (&complete, json!({ "password": OTHER })),
    ] {
        answers.push(anybody.post(path, body).await);
    }
    answers.push(anybody.get(&format!("/v1/invitations/{invitation}")).await);
    answers.push(send(begun.request(Method::GET, "/v1/me")).await.is(401));
    let again = server.sign_in("ada@example.org", OTHER).await;
    for path in ["/v1/me", "/v1/me/history", "/v1/sessions"] {
        answers.push(again.get(path).await.is(200));
    }
    let moves = json!({ "email": "bea@example.org", "password": OTHER });
    answers.push(again.post("/v1/me/primary-email", moves).await.is(202));
    let mails = server.mails(ada.person, ada.person).await;
    let change = mails.into_iter().rfind(|mail| mail.kind == "primary_email_change");
    let change = change.expect("a mail").link;
    let confirm = format!("/v1/email-changes/{change}/confirm");
    for path in [&confirm, &confirm] {
        answers.push(anybody.order(path).await);
    }
    let last = server.sign_in("bea@example.org", OTHER).await;
    let figures = anybody.get("/metrics").await.is(200).text;
    drop(guard);

    let logged = log.text();
    let dump = dump(server.database(), EVERYTHING).await;
    for seen in [
        "events: ",
        "person_passwords: ",
        "sessions: ",
        "reset_tokens: ",
        "email_change_tokens: ",
        "throttles: ",
    ] {
        assert!(dump.contains(seen), "the scan sees {seen}");
    }
    assert!(logged.contains("a login is confirmed"), "what is logged is heard: {logged}");
    let shown: String = answers.iter().map(|answer| answer.text.as_str()).collect();
    let links = [
        &ada.session.secret,
        &begun.secret,
        &again.secret,
        &invitation,
        &reset,
        &change,
        &last.secret,
    ];
    // After the prefix and the ledger, which are no secret.
    let links = links.iter().map(|link| link[27..].to_owned());
    let secrets = links.chain(["canary".to_owned()]);
    for secret in secrets {
        for (what, text) in
            [("a log", &logged), ("an answer", &shown), ("a table", &dump), ("figures", &figures)]
        {
            must_not_hold(text, &format!("a secret in {what}"), &secret);
        }
    }
    // Addresses and who asks stand in no log either.
    must_not_hold(&logged, "an email in a log", "ada@example.org");
    must_not_hold(&logged, "an email in a log", "bea@example.org");
}
