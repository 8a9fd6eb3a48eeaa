//! Owners are told by mail that there is something new for them (R21), and not what it is.

use super::harness::{Answer, Builder, Owner, Server};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const PASSWORD: &str = "a house by the river";

async fn nothing_waits(server: &Server) {
    let began = Instant::now();
    while server.store.waiting_mails().await.expect("a count") > 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "mail waits");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What has come to the mailbox since `before` mails, the oldest first: to whom, and which kind.
async fn came(server: &Server, before: &mut usize) -> Vec<(String, String)> {
    nothing_waits(server).await;
    let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
    let mut all: Vec<_> = mailbox.each("to").into_iter().zip(mailbox.each("kind")).collect();
    all.reverse();
    let mut new = all.split_off(*before);
    *before += new.len();
    new.sort();
    new
}

async fn more_addresses(owner: &Owner, addresses: &[&str]) {
    for address in addresses {
        let body = json!({ "email": address });
        owner.session.post("/v1/me/additional-emails", body).await.is(200);
    }
}

fn each(kind: &str, to: &[&str]) -> Vec<(String, String)> {
    to.iter().map(|to| ((*to).to_owned(), kind.to_owned())).collect()
}

/// An owner with an invitation and a sign-in behind them, in a server whose mail comes to a mailbox.
async fn owner(server: &Server, builder: &Builder, email: &str) -> Owner {
    let contact = builder.admin.contact("Ada", Some(email)).await;
    builder.admin.order(&format!("/v1/contacts/{contact}/invite")).await.is(200);
    nothing_waits(server).await;
    let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
    let link = mailbox.each("link")[0].rsplit_once('/').expect("a link").1.to_owned();
    let path = format!("/v1/invitations/{link}/accept");
    let accepted = server.anybody().post(&path, json!({ "password": PASSWORD })).await.is(200);
    let token = accepted.body["session_token"].as_str().expect("a session");
    let person = accepted.body["person"].as_str().and_then(|id| id.parse().ok());
    Owner { contact, person: person.expect("a person"), session: server.caller(token) }
}

async fn log(builder: &Builder, last: &Answer) -> Answer {
    builder.admin.get_after(last, "/v1/mail-log").await.is(200)
}

/// Scenario 19, second half; R17, R21, R63, R68, H15
#[tokio::test(flavor = "multi_thread")]
async fn news_go_to_all_addresses_of_the_owner_once_each_and_say_nothing_of_what_they_are() {
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm & Sons").await;
    let (ada, bea) = (
        owner(&server, &builder, "ada@example.org").await,
        owner(&server, &builder, "bea@example.org").await,
    );
    more_addresses(&ada, &["ada@work.example", "both@example.org"]).await;
    more_addresses(&bea, &["Both@Example.org"]).await;
    let open = builder.admin.contact("Cid", Some("cid@example.org")).await;
    let job = builder.admin.job("Barn", &[ada.contact, bea.contact, open]).await;
    let jobs = |part: &str| format!("/v1/jobs/{job}{part}");
    let mut before = 2;
    assert_eq!(came(&server, &mut before).await, [], "being made an owner is told nobody");

    let text = json!({ "contact_id": ada.contact, "text": "canary: the code is 4711" });
    let last = builder.admin.post(&jobs("/messages"), text).await.is(201);
    let to = ["ada@example.org", "ada@work.example", "both@example.org"];
    assert_eq!(came(&server, &mut before).await, each("new_message", &to));
    let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
    assert!(!mailbox.text.contains("canary") && !mailbox.text.contains("the code"));
    assert_eq!(mailbox.each("subject")[0], "Elm & Sons has written to you");
    assert_eq!(mailbox.each("link")[0], format!("{}/me", server.base));
    let ids: BTreeSet<String> = mailbox.each("id")[..3].iter().cloned().collect();
    let log_of = log(&builder, &last).await;
    assert_eq!(ids, log_of.each("id")[..3].iter().cloned().collect(), "each is in the log");
    assert_eq!(log_of.each("kind")[..3], ["new_message"; 3]);
    let told: BTreeSet<String> = log_of.each("to")[..3].iter().cloned().collect();
    assert_eq!(told, to.map(str::to_owned).into());

    let todo = json!({ "contact_id": bea.contact, "title": "canary: call the bank" });
    builder.admin.post(&jobs("/todos"), todo).await.is(201);
    let to_bea = each("new_todo", &["Both@Example.org", "bea@example.org"]);
    assert_eq!(came(&server, &mut before).await, to_bea);
    // An approval waits for every owner; the address that two of them have gets one mail.
    let approval = json!({ "title": "canary plans", "kind": "approval", "phase": "planning",
                           "assignee": { "owner": ada.contact } });
    builder.admin.post(&jobs("/tasks"), approval).await.is(201);
    let approvals = came(&server, &mut before).await;
    assert_eq!(approvals.len(), 4, "{approvals:?}");
    let lowered: BTreeSet<String> = approvals.iter().map(|(to, _)| to.to_lowercase()).collect();
    assert_eq!(lowered.len(), 4);
    // Work is one owner's.
    let work = json!({ "title": "canary attic", "phase": "planning",
                       "assignee": { "owner": bea.contact } });
    builder.admin.post(&jobs("/tasks"), work).await.is(201);
    let to_bea = each("new_task", &["Both@Example.org", "bea@example.org"]);
    assert_eq!(came(&server, &mut before).await, to_bea);
    assert!(!server.operator().get("/v1/dev/mailbox").await.is(200).text.contains("canary"));

    // Nobody without a login is told, nobody who is shut out, and no owner's message mails anybody.
    let text = json!({ "contact_id": open, "text": "Hello." });
    builder.admin.post(&jobs("/messages"), text).await.is(201);
    let text = json!({ "text": "Hello." });
    let path = format!("/v1/me/jobs/{}/{job}/messages", builder.id);
    ada.session.post(&path, text).await.is(201);
    builder.admin.order(&format!("/v1/contacts/{}/disable", ada.contact)).await.is(200);
    let text = json!({ "contact_id": ada.contact, "text": "Hello." });
    builder.admin.post(&jobs("/messages"), text).await.is(201);
    assert_eq!(came(&server, &mut before).await, []);
    // A reset goes to the primary email alone (R17).
    let body = json!({ "email": "bea@example.org" });
    server.anybody().post("/v1/password-resets", body).await.is(202);
    let began = Instant::now();
    let mut reset = Vec::new();
    while reset.is_empty() && began.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(20)).await;
        reset = came(&server, &mut before).await;
    }
    assert_eq!(reset, each("password_reset", &["bea@example.org"]));
}

/// What was ordered is not sent to whoever has no access any more when it would go out, or to an address
/// that was given up.
#[tokio::test(flavor = "multi_thread")]
async fn news_for_who_was_shut_out_meanwhile_are_not_sent() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let bea = server.owner(&builder, "bea@example.org", PASSWORD).await;
    more_addresses(&bea, &["old@example.org"]).await;
    let job = builder.admin.job("Barn", &[ada.contact, bea.contact]).await;
    for contact in [ada.contact, bea.contact] {
        let text = json!({ "contact_id": contact, "text": "Hello." });
        builder.admin.post(&format!("/v1/jobs/{job}/messages"), text).await.is(201);
    }
    builder.admin.order(&format!("/v1/contacts/{}/disable", ada.contact)).await.is(200);
    let removal = json!({ "email": "old@example.org", "replace_with": null });
    bea.session.patch("/v1/me/additional-emails", removal).await.is(200);
    let mailbox = api::mail::Mailbox::new().expect("random bytes");
    let pace = api::mail::Pace { poll: Duration::from_millis(20), ..api::mail::Pace::default() };
    let mailer = api::mail::Mailer::Mailbox(mailbox);
    let sender = api::mail::Sender::start(server.store.clone(), mailer, "https://b.example", pace);
    nothing_waits(&server).await;
    sender.stop().await;
    let seen = builder.admin.contact("Seen", None).await;
    let last = builder.admin.patch(&format!("/v1/contacts/{seen}"), json!({ "name": "S" })).await;
    let log = log(&builder, &last).await;
    let mut ends: Vec<_> = log
        .each("to")
        .into_iter()
        .zip(log.each("kind"))
        .zip(log.each("status").into_iter().zip(log.each("cause")))
        .filter(|((_, kind), _)| kind == "new_message")
        .map(|((to, _), (status, cause))| format!("{to} {status} {cause}"))
        .collect();
    ends.sort();
    assert_eq!(
        ends,
        [
            "ada@example.org failed superseded",
            "bea@example.org sent null",
            "old@example.org failed superseded",
        ]
    );
}
