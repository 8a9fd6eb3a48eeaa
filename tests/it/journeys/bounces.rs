//! Mails that come back: the operators' mail server tells it, and builders see it (R68).

use super::harness::{Answer, Builder, Server, send};
use super::mail::{log, nothing_waits};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const PATH: &str = "/v1/mail/bounces";

/// As the operators' mail server writes one.
fn notification(message_id: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nMessage-Id: <20261122.4FzX@mx.example>\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; ada@example.org\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 <ada@example.org>: no such canary\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    )
}

async fn post(server: &Server, kind: &str, body: String) -> Answer {
    let request = server.operator().request(Method::POST, PATH).header("content-type", kind);
    send(request.body(body)).await
}

fn message_id(builder: &Builder, mail: &str) -> String {
    format!("<{mail}.{}@builders.example>", builder.id)
}

/// The one mail of a builder, invited and sent.
async fn sent(server: &Server, builder: &Builder) -> (Uuid, String) {
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    builder.admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    nothing_waits(server).await;
    let mail = log(builder, "").await.each("id").remove(0);
    (ada, mail)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_came_back_shows_in_the_log_and_beside_its_invitation() {
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm").await;
    let (ada, mail) = sent(&server, &builder).await;
    let id = message_id(&builder, &mail);
    let bounce = notification(&id, "failed", "5.1.1");
    let told = post(&server, "message/rfc822", bounce.clone()).await.is(200);
    assert_eq!((&told.body["id"], &told.body["outcome"]), (&json!(mail), &json!("done")));
    // Twice is once, however it is told.
    let again = post(&server, "message/rfc822; charset=utf-8", bounce).await.is(200);
    assert_eq!(again.body["outcome"], "unchanged");
    let report = json!({ "message_id": id, "status": "4.4.7", "diagnostic": "no such canary" });
    let again = server.operator().post(PATH, report).await.is(200);
    assert_eq!(again.body["outcome"], "unchanged");

    let log = log(&builder, "?status=bounced").await;
    let entry = &log.body["items"][0];
    assert_eq!((&entry["status"], &entry["bounce_status"]), (&json!("bounced"), &json!("5.1.1")));
    assert!(entry["sent_at"].is_string() && entry["bounced_at"].is_string(), "{entry}");
    assert_eq!((&entry["cause"], &entry["failed_at"]), (&Value::Null, &Value::Null));
    let invitations = builder.admin.get("/v1/invitations").await.is(200);
    let of_invitation = &invitations.body["items"][0];
    assert_eq!(of_invitation["mail"]["status"], "bounced");
    assert_eq!(of_invitation["mail"]["bounce_status"], "5.1.1");
    assert_eq!(of_invitation["status"], "pending", "the link is as good as before");
    let history = builder.admin.get(&format!("/v1/contacts/{ada}/history")).await.is(200);
    let entry = &history.body["items"][0];
    assert_eq!(entry["event"], "notification.bounced");
    assert_eq!(entry["actor"]["kind"], "operator");
    assert_eq!(entry["changes"][1]["after"], "bounced: 5.1.1");
    // What the far server said is nowhere.
    for table in ["events", "mail_log", "outbox", "refused_attempts"] {
        let rows = server.rows(table).await;
        assert!(rows.iter().all(|row| !row.contains("canary")), "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_mail_it_is_nobody_learns_from_a_message_id() {
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm").await;
    let (_, mail) = sent(&server, &builder).await;
    let unknown = Uuid::now_v7();
    let mut answers = Vec::new();
    for id in [
        message_id(&builder, &unknown.to_string()),
        format!("<{mail}.{unknown}@builders.example>"),
        format!("<{mail}.{}@x>", Uuid::nil()),
        format!("<{mail}@builders.example>"),
        "no message".to_owned(),
        String::new(),
    ] {
        let report = json!({ "message_id": id, "status": "5.1.1" });
        answers.push(server.operator().post(PATH, report).await.is(404));
        let told = notification(&id, "failed", "5.1.1");
        answers.push(post(&server, "message/rfc822", told).await.is(404));
    }
    let shown = |answer: &Answer| {
        let mut body = answer.body.clone();
        body.as_object_mut().expect("a problem").remove("instance");
        body
    };
    assert!(answers.iter().all(|answer| shown(answer) == shown(&answers[0])));
    let report = json!({ "message_id": message_id(&builder, &mail), "status": "5.1.1" });
    for caller in [&builder.admin, &server.key(&builder, "staff", &["manage_access"]).await] {
        assert_eq!(caller.post(PATH, report.clone()).await.is(403).code(), "not_permitted");
    }
    assert_eq!(log(&builder, "").await.each("status"), ["sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tells_of_no_failure_is_refused_and_what_was_not_sent_did_not_come_back() {
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm").await;
    let (_, mail) = sent(&server, &builder).await;
    let id = message_id(&builder, &mail);
    for (action, status) in [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("failed", "hello")] {
        let told = post(&server, "message/rfc822", notification(&id, action, status)).await;
        assert_eq!((told.status.as_u16(), &told.body["field"]), (422, &json!("body")), "{action}");
    }
    for status in ["2.0.0", "5.1", "", "5.1.1 ada@example.org"] {
        let report = json!({ "message_id": id, "status": status });
        let refused = server.operator().post(PATH, report).await.is(422);
        assert_eq!(refused.body["field"], "status");
    }
    post(&server, "message/rfc822", "x".repeat((1 << 20) + 1)).await.is(413);
    post(&server, "text/plain", notification(&id, "failed", "5.1.1")).await.is(415);
    post(&server, "message/rfc822", "\0\u{ff}: \r\n :::".to_owned()).await.is(422);
    assert_eq!(log(&builder, "").await.each("status"), ["sent"]);

    let waiting = Server::start().await;
    let builder = waiting.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    builder.admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    let mail = log(&builder, "").await.each("id").remove(0);
    let report = json!({ "message_id": message_id(&builder, &mail), "status": "5.1.1" });
    waiting.operator().post(PATH, report).await.is(404);
    assert_eq!(log(&builder, "").await.each("status"), ["waiting"]);
}
