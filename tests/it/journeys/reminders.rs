//! Mails without a link: the reminder of an invitation (2.5), and the word to the address that a
//! deactivated owner had (H6).

use super::harness::{Answer, Builder, Server};
use super::mail::{log, nothing_waits, send_all};
use crate::support::smtp::MailServer;
use domain::Timestamp;
use event_store::system_clock;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";

/// Invites a new contact.
async fn invited(builder: &Builder, name: &str, email: &str) -> Uuid {
    let contact = builder.admin.contact(name, Some(email)).await;
    builder.admin.order(&format!("/v1/contacts/{contact}/invite")).await.is(200);
    contact
}

/// The invitations, after all that has happened.
async fn invitations(builder: &Builder, contact: Uuid) -> Answer {
    log(builder, "").await;
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Seen" })).await.is(201);
    builder.admin.get_after(&last, &format!("/v1/invitations?contact={contact}")).await.is(200)
}

async fn remind(server: &Server) -> usize {
    api::clock::remind(&server.store).await.expect("looked")
}

static HOURS: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_hours(HOURS.load(Ordering::Relaxed))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_not_answered_is_reminded_once_a_day_before_the_invitation_ends() {
    // 2.5, R17, R68
    let server = Server::start_with_mailbox_by(clock).await;
    let (elm, oak) = (server.builder("Elm & Sons").await, server.builder("Oak").await);
    let on = json!({ "invitation_reminder": true });
    elm.admin.patch("/v1/settings", on).await.is(200);
    let ada = invited(&elm, "Ada", "Ada@example.org").await;
    let link = server.newest_link(elm.id, ada).await;
    let (bea, dee) =
        (invited(&elm, "Bea", "bea@example.org").await, invited(&oak, "Dee", "dee@x.org").await);
    nothing_waits(&server).await;
    invitations(&elm, ada).await;
    invitations(&oak, dee).await;
    HOURS.store(47, Ordering::Relaxed);
    assert_eq!(remind(&server).await, 0);

    HOURS.store(49, Ordering::Relaxed);
    // The list may not know yet that this one was taken back.
    elm.admin.order(&format!("/v1/contacts/{bea}/invite/cancel")).await.is(200);
    assert_eq!(remind(&server).await, 1, "neither what was cancelled nor who wants no reminders");
    let list = invitations(&elm, ada).await;
    assert!(list.body["items"][0]["reminded_at"].is_string(), "{}", list.text);
    assert_eq!(list.body["items"][0]["status"], "pending");
    assert_eq!(remind(&server).await, 0, "once");
    nothing_waits(&server).await;

    let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
    let mail = &mailbox.body["items"][0];
    assert_eq!(
        (&mail["kind"], &mail["to"]),
        (&json!("invitation_reminder"), &json!("Ada@example.org"))
    );
    assert_eq!(mail["subject"], "Elm & Sons waits for your answer");
    assert_eq!(mail["link"], json!(null), "the secret stands in one mail alone");
    assert!(!mailbox.each("text")[0].contains("tbi_"), "{}", mailbox.text);
    let mails = log(&elm, &format!("?contact={ada}")).await;
    assert_eq!(mails.each("kind"), ["invitation_reminder", "invitation"]);
    assert_eq!(mails.each("status"), ["sent", "sent"]);
    let history = elm.admin.get(&format!("/v1/contacts/{ada}/history")).await.is(200);
    let told = history.body["items"].as_array().expect("a list").iter();
    let told = told.clone().find(|item| item["event"] == "contact.invite_reminded");
    assert_eq!(told.expect("the reminder")["actor"]["kind"], "system");
    // The link that was mailed first still works.
    let accept = format!("/v1/invitations/{link}/accept");
    server.anybody().post(&accept, json!({ "password": PASSWORD })).await.is(200);
    let history = elm.admin.get(&format!("/v1/contacts/{bea}/history")).await.is(200);
    assert!(history.each("refused").iter().all(|refused| refused == "null"), "{}", history.text);
}

static LATER: AtomicI64 = AtomicI64::new(0);

fn later() -> Timestamp {
    system_clock().plus_hours(LATER.load(Ordering::Relaxed))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_that_has_not_gone_out_is_void_with_its_invitation() {
    let server = Server::start_by(later).await;
    let builder = server.builder("Elm").await;
    builder.admin.patch("/v1/settings", json!({ "invitation_reminder": true })).await.is(200);
    let ada = invited(&builder, "Ada", "ada@example.org").await;
    invitations(&builder, ada).await;
    LATER.store(50, Ordering::Relaxed);
    assert_eq!(remind(&server).await, 1);
    builder.admin.order(&format!("/v1/contacts/{ada}/invite/cancel")).await.is(200);
    let mail = MailServer::start().await;
    send_all(&server, &mail).await;
    assert!(mail.taken().is_empty());
    let log = log(&builder, "").await;
    assert_eq!(log.each("kind"), ["invitation_reminder", "invitation"]);
    assert_eq!(log.each("cause"), ["superseded", "superseded"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_whose_contact_goes_to_another_address_is_told_and_learns_nothing_of_it() {
    // H6
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm").await;
    let contact = invited(&builder, "Ada Byron", "ada@example.org").await;
    nothing_waits(&server).await;
    let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
    let link = mailbox.each("link")[0].rsplit('/').next().expect("a link").to_owned();
    let accept = format!("/v1/invitations/{link}/accept");
    server.anybody().post(&accept, json!({ "password": PASSWORD })).await.is(200);
    let path = format!("/v1/contacts/{contact}");
    builder.admin.post(&format!("{path}/deactivate"), json!({ "reason": "sold" })).await.is(200);
    let edit = json!({ "name": "Cem Byron", "primary_email": "cem@example.org" });
    builder.admin.patch(&path, edit).await.is(200);
    builder.admin.order(&format!("{path}/invite")).await.is(200);
    nothing_waits(&server).await;

    let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
    let items = mailbox.body["items"].as_array().expect("a list");
    let told = items.iter().find(|mail| mail["kind"] == "former_address").expect("the mail");
    assert_eq!((&told["to"], &told["link"]), (&json!("ada@example.org"), &json!(null)));
    let text = format!("{} {}", told["subject"], told["text"]);
    assert!(text.contains("Elm"), "{text}");
    for theirs in ["Cem", "cem", "Byron", "tbi_"] {
        assert!(!text.contains(theirs), "{theirs} in {text}");
    }
    let mails = log(&builder, &format!("?contact={contact}")).await;
    let kinds = mails.each("kind").into_iter().filter(|kind| kind == "former_address").count();
    assert_eq!(kinds, 1, "{}", mails.text);
    // Sent anew, it is not told again; and who is deactivated and invited at the same address is not.
    builder.admin.order(&format!("{path}/invite/resend")).await.is(200);
    let bea = invited(&builder, "Bea", "bea@example.org").await;
    server.accept(&builder, bea).await;
    let path = format!("/v1/contacts/{bea}");
    builder.admin.post(&format!("{path}/deactivate"), json!({ "reason": "sold" })).await.is(200);
    builder.admin.order(&format!("{path}/invite")).await.is(200);
    let kinds = log(&builder, "").await.each("kind");
    assert_eq!(kinds.iter().filter(|kind| *kind == "former_address").count(), 1);
}
