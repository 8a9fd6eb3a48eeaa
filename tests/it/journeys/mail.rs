//! Mail: from an invitation to the mail server, and what the log says of it.

use super::harness::{Answer, Builder, Server, send};
use crate::support::smtp::MailServer;
use api::mail::{Mailer, Pace, Sender, Smtp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::LedgerId;
use reqwest::Method;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use uuid::Uuid;

const QUICK: Pace = Pace {
    poll: Duration::from_millis(20),
    lease: Duration::from_secs(5),
    first_wait: Duration::from_millis(20),
    wait_max: Duration::from_millis(50),
    attempts_max: 3,
};

const BASE: &str = "https://builders.example";

/// Sends what waits to this mail server until everything has ended.
pub(super) async fn send_all(server: &Server, to: &MailServer) {
    let smtp = Smtp::new(&to.url, Some("Builders <no-reply@builders.example>")).expect("usable");
    let sender = Sender::start(server.store.clone(), Mailer::smtp(&smtp), BASE, QUICK);
    nothing_waits(server).await;
    sender.stop().await;
}

pub(super) async fn nothing_waits(server: &Server) {
    let began = Instant::now();
    while server.store.waiting_mails().await.expect("a count") > 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "mail waits");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The log, as new as the ledger is now.
pub(super) async fn log(builder: &Builder, query: &str) -> Answer {
    let seen = builder.admin.contact("Seen", None).await;
    let seen = builder.admin.patch(&format!("/v1/contacts/{seen}"), json!({ "name": "S" })).await;
    builder.admin.get_after(&seen, &format!("/v1/mail-log{query}")).await.is(200)
}

/// The link that a text tells, and the contact that its secret leads to.
async fn contact_behind(server: &Server, text: &str, base: &str) -> Option<Uuid> {
    let before = format!("{base}/invitations/tbi_");
    let (_, rest) = text.split_once(&before).expect("a link");
    let (ledger, secret) = (&rest[..22], &rest[23..66]);
    let decode = |text| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let ledger = LedgerId(Uuid::from_slice(&decode(ledger)).expect("a ledger"));
    let hash = Sha256::digest(decode(secret)).into();
    let link = server.store.token(ledger, &hash).await.expect("a look-up");
    link.map(|link| link.contact.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_ends_in_the_local_mailbox_with_a_link_that_leads_to_it() {
    // R3, R17, R68
    let server = Server::start_with_mailbox().await;
    server.operator().get("/metrics").await.is(200);
    let builder = server.builder("Elm & Sons").await;
    let ada = builder.admin.contact("Ada", Some("Ada@example.org")).await;
    builder.admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    nothing_waits(&server).await;

    let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
    assert_eq!(mailbox.each("to"), ["Ada@example.org"]);
    assert_eq!(mailbox.each("kind"), ["invitation"]);
    assert_eq!(mailbox.each("subject"), ["Elm & Sons invites you to your owner portal"]);
    let link = &mailbox.each("link")[0];
    assert_eq!(contact_behind(&server, link, &server.base).await, Some(ada));
    assert!(mailbox.each("text")[0].contains(link.as_str()), "{}", mailbox.text);

    let log = log(&builder, "").await;
    assert_eq!((log.each("status"), log.each("attempts")), (vec!["sent".into()], vec!["1".into()]));
    assert_eq!(
        (log.each("to"), log.each("contact_name")),
        (mailbox.each("to"), vec!["Ada".into()])
    );
    assert_eq!(log.each("id"), mailbox.each("id"));
    let invitations = builder.admin.get("/v1/invitations").await.is(200);
    let mail = &invitations.body["items"][0]["mail"];
    assert_eq!((&mail["status"], &mail["cause"]), (&json!("sent"), &json!(null)));
    assert!(mail["sent_at"].is_string() && mail["failed_at"].is_null(), "{mail}");
    let history = builder.admin.get(&format!("/v1/contacts/{ada}/history")).await.is(200);
    assert_eq!(history.each("event")[0], "notification.sent");
    let ready = server.operator().get("/readyz").await.is(200);
    assert_eq!(ready.body["mail"]["delivery"], "mailbox");
    let figures = server.operator().get("/metrics").await.is(200);
    assert!(figures.text.contains("titleblock_mails_sent_total{kind=\"invitation\"}"));
    assert!(figures.text.contains("titleblock_mails_waiting 0"), "{}", figures.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_mailbox_opens_to_whoever_runs_the_server_and_to_nobody_else() {
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm").await;
    assert_eq!(builder.admin.get("/v1/dev/mailbox").await.is(403).code(), "not_permitted");
    let anonymous = server.client.get(format!("{}/v1/dev/mailbox", server.base));
    send(anonymous).await.is(401);
    let key = server.mailbox.as_ref().expect("a mailbox").key().to_owned();
    for query in ["", "?key=", "?key=wrong", "?other=1"] {
        let asked = server.client.get(format!("{}/dev/mailbox{query}", server.base));
        send(asked).await.is(404);
    }
    let page = server.client.get(format!("{}/dev/mailbox?key={key}", server.base));
    let page = send(page).await.is(200);
    assert!(page.text.contains("No mail yet"), "{}", page.text);
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert_eq!(page.headers["cache-control"], "no-store");

    let without = Server::start().await;
    for path in ["/v1/dev/mailbox".to_owned(), format!("/dev/mailbox?key={key}")] {
        assert_eq!(without.operator().get(&path).await.is(404).code(), "no_such_route");
    }
    let ready = without.operator().get("/readyz").await.is(200);
    assert_eq!(ready.body["mail"], json!({ "delivery": "none", "waiting": 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_before_the_first_mail_went_out_sends_the_newer_one_alone() {
    let server = Server::start().await;
    let mail = MailServer::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let bea = builder.admin.contact("Bea", Some("bea@example.org")).await;
    for path in ["invite", "invite/resend"] {
        builder.admin.order(&format!("/v1/contacts/{ada}/{path}")).await.is(200);
    }
    for path in ["invite", "invite/cancel"] {
        builder.admin.order(&format!("/v1/contacts/{bea}/{path}")).await.is(200);
    }
    assert_eq!(log(&builder, "").await.each("status"), ["waiting"; 3]);
    send_all(&server, &mail).await;

    let [taken] = &mail.taken()[..] else { panic!("one mail: {:?}", mail.taken()) };
    assert_eq!(taken.to, ["ada@example.org"]);
    assert_eq!(taken.header("To"), "ada@example.org");
    assert_eq!(contact_behind(&server, &taken.text, BASE).await, Some(ada));
    let log_of_ada = log(&builder, &format!("?contact={ada}")).await;
    assert_eq!(log_of_ada.each("status"), ["sent", "failed"]);
    assert_eq!(log_of_ada.each("cause"), ["null", "superseded"]);
    let id = &log_of_ada.each("id")[0];
    let ledger = builder.id;
    assert_eq!(taken.header("Message-ID"), format!("<{id}.{ledger}@builders.example>"));
    let failed = log(&builder, "?status=failed").await;
    assert_eq!(failed.each("cause"), ["superseded"; 2]);
    let invitations = builder.admin.get(&format!("/v1/invitations?contact={ada}")).await.is(200);
    assert_eq!(invitations.body["items"][0]["mail"]["status"], "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_put_off_is_sent_later_and_one_that_is_refused_is_given_up() {
    let server = Server::start().await;
    let mail = MailServer::start().await;
    let builder = server.builder("Elm").await;
    let invite = async |name: &str, email: &str| {
        let contact = builder.admin.contact(name, Some(email)).await;
        builder.admin.order(&format!("/v1/contacts/{contact}/invite")).await.is(200);
        send_all(&server, &mail).await;
        let log = log(&builder, &format!("?contact={contact}")).await;
        [log.each("status"), log.each("attempts"), log.each("cause")].concat()
    };
    mail.say("451 4.2.1 ada@example.org, come again");
    assert_eq!(invite("Ada", "ada@example.org").await, ["sent", "2", "null"]);
    mail.say("550 5.1.1 bea@example.org is unknown");
    assert_eq!(invite("Bea", "bea@example.org").await, ["failed", "1", "refused"]);
    for _ in 0..QUICK.attempts_max {
        mail.say("450 4.2.0 full");
    }
    assert_eq!(invite("Cem", "cem@example.org").await, ["failed", "3", "deferred"]);
    let to: Vec<_> = mail.taken().into_iter().flat_map(|taken| taken.to).collect();
    assert_eq!(to, ["ada@example.org"]);

    let rows = server.rows("outbox").await;
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| !row.contains("\\x")), "addresses and links are gone: {rows:?}");
    let waiting = server.operator().get("/readyz").await.is(200);
    assert_eq!(waiting.body["mail"]["waiting"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_of_several_servers_share_the_mail_and_send_each_once() {
    let server = Server::start().await;
    let mail = MailServer::start().await;
    let builders = [server.builder("Elm").await, server.builder("Oak").await];
    for number in 0..20 {
        for builder in &builders {
            let email = format!("person{number}@example.org");
            let contact = builder.admin.contact("Ada", Some(&email)).await;
            builder.admin.order(&format!("/v1/contacts/{contact}/invite")).await.is(200);
        }
    }
    let smtp = Smtp::new(&mail.url, Some("no-reply@builders.example")).expect("usable");
    let start = || Sender::start(server.store.clone(), Mailer::smtp(&smtp), BASE, QUICK);
    let senders = [start(), start(), start()];
    nothing_waits(&server).await;
    for sender in senders {
        sender.stop().await;
    }
    let ids: BTreeSet<String> =
        mail.taken().iter().map(|taken| taken.header("Message-ID").to_owned()).collect();
    assert_eq!((mail.taken().len(), ids.len()), (40, 40));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_sender_died_is_taken_by_another_one_when_its_time_is_over() {
    // promise 6
    let server = Server::start().await;
    let mail = MailServer::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    builder.admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    let [place] = server.store.due_mails(9).await.expect("mail")[..] else { panic!("one mail") };
    let lease = Duration::from_millis(400);
    let began = Instant::now();
    let taken = server.store.take_mail(place, lease).await.expect("a look-up").expect("ours");
    assert!(server.store.due_mails(9).await.expect("mail").is_empty());
    assert!(server.store.take_mail(place, lease).await.expect("a look-up").is_none());
    // Nothing is told of what it holds.
    assert!(format!("{taken:?}").contains("Letter(…)"), "{taken:?}");
    send_all(&server, &mail).await;
    assert!(began.elapsed() >= lease);
    assert_eq!(mail.taken().len(), 1);
    // Who comes back after its time puts nothing off any more.
    let later = server.store.now().plus_hours(1);
    server.store.put_off_mail(&taken, later).await.expect("a statement");
    assert_eq!(log(&builder, "").await.each("status"), ["sent"]);
}

/// Puts a mail into the outbox as an append does.
async fn order(server: &Server, builder: &Builder, kind: &str, sealed: &str) -> Uuid {
    let (mail, contact) = (Uuid::now_v7(), Uuid::now_v7());
    let keys = server.store.reader().keys();
    let sealed = keys.seal(sealed.as_bytes(), mail.as_bytes()).expect("sealed");
    let client = server.store.reader().database().connection().await.expect("a connection");
    let insert = "INSERT INTO outbox (ledger_id, mail_id, kind, contact_id, position, sealed, \
                  created_at) VALUES ($1, $2, $3, $4, 1, $5, now())";
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&builder.id, &mail, &kind, &contact, &sealed];
    client.execute(insert, &values).await.expect("a row");
    mail
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_and_notices_are_sent_and_what_cannot_be_read_is_given_up() {
    // R15, R17, R68
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm").await;
    let secret = URL_SAFE_NO_PAD.encode([7; 32]);
    let reset = json!({ "to": "ada@example.org", "secret": secret }).to_string();
    order(&server, &builder, "password_reset", &reset).await;
    nothing_waits(&server).await;
    let notice = json!({ "to": "ada@example.org", "subject": "Your email", "text": "It changed." });
    order(&server, &builder, "notice", &notice.to_string()).await;
    nothing_waits(&server).await;
    let erased = json!({ "to": null, "subject": "Your email", "text": "It changed." }).to_string();
    for unreadable in [erased.as_str(), &reset, "{}", "no JSON"] {
        order(&server, &builder, "notice", unreadable).await;
        nothing_waits(&server).await;
    }

    let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
    assert_eq!(mailbox.each("kind"), ["notice", "password_reset"]);
    assert_eq!(mailbox.each("subject"), ["Your email", "Set a new password"]);
    assert_eq!(mailbox.each("text")[0], "It changed.\n");
    assert_eq!(mailbox.each("link")[0], "null");
    let link = &mailbox.each("link")[1];
    assert!(link.starts_with(&format!("{}/password-resets/tbr_", server.base)), "{link}");
    assert!(link.ends_with(&secret), "{link}");
    let log = log(&builder, "").await;
    let failed = ["failed"; 4].into_iter().chain(["sent"; 2]);
    assert_eq!(log.each("status"), failed.collect::<Vec<_>>());
    assert_eq!(log.each("cause")[..4], ["unsendable"; 4]);
    assert_eq!(log.each("to"), ["null"; 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_says_what_the_configuration_says_whatever_a_request_claims() {
    // promise 31
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let request = builder.admin.request(Method::POST, &format!("/v1/contacts/{ada}/invite"));
    let request = request.header("host", "evil.example").header("forwarded", "host=evil.example");
    send(request.header("x-forwarded-host", "evil.example")).await.is(200);
    nothing_waits(&server).await;
    let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
    assert!(!mailbox.text.contains("evil.example"), "{}", mailbox.text);
    assert_eq!(contact_behind(&server, &mailbox.each("link")[0], &server.base).await, Some(ada));
}
