//! Promises 17, 20, 22 and 23 over a whole life: canaries in every body, header and path, also where
//! they do not belong; then a look into all that is written down beside the answers.
//!
//! What people are called, how they are reached and why something was done to them is *personal*;
//! what builders write of their own work is *theirs*. Neither is in a log, in the figures or in a
//! problem's body. Personal values stand in the clear in [`TABLES`] alone, which are made for people
//! to read; a secret stands nowhere.

use super::harness::{Answer, Caller, Server, send};
use crate::faults::tables;
use crate::support::log::Log;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

/// The tables that hold personal values in the clear, so that lists can be read, searched and
/// sorted. Erasing a person clears them there; everywhere else the values are sealed.
const TABLES: &[&str] =
    &["contact_directory", "contact_directory_words", "invitations", "mail_log"];

/// Of people.
const PERSONAL: &[&str] = &["qanar", "vogel", "555 0187", "5550187", "nest.example"];
/// Of a builder's work.
const THEIRS: &str = "zanary";
const PASSWORD: &str = "yanary sings by the river";
const OTHER: &str = "yanary sings by the sea";

/// What came back, and what was sent as a secret or became one.
#[derive(Default)]
struct Journey {
    refused: Vec<Answer>,
    secrets: Vec<String>,
}

impl Journey {
    /// Something that must be refused, and says so without repeating anything.
    fn refuse(&mut self, answer: Answer) {
        let status = answer.status;
        assert!(status.is_client_error(), "{status}: {}", answer.text);
        self.refused.push(answer);
    }

    fn secret(&mut self, token: &str) {
        // After the prefix and the ledger, which are no secret.
        self.secrets.push(token[27..].to_owned());
    }
}

/// Waits until the clear links are wiped from the outbox.
async fn mailed(server: &Server) {
    for _ in 0..500 {
        if server.store.waiting_mails().await.expect("a count") == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("mail waits");
}

fn person(name: &str, email: &str) -> Value {
    json!({
        "name": name, "title": "Qanarienvogel", "primary_email": email,
        "additional_emails": ["qanary.two@nest.example"], "phones": ["+1 212 555 0187"],
        "address": "77 Qanary Row",
    })
}

/// A builder's life with one contact, and all that a rule refuses of it.
async fn builders_life(journey: &mut Journey, server: &Server, admin: &Caller) -> (Uuid, Uuid) {
    let reason = [("x-reason", "qanary moved away")];
    let body = person("Qanaria Vogel", "Qanary.One@nest.example");
    let contact = admin.with("/v1/contacts", body, &reason).await.is(201).id();
    let at = format!("/v1/contacts/{contact}");
    let value = json!({ "value": "qanary pays cash" });
    admin.put(&format!("{at}/custom-fields/gate"), value).await.is(200);
    let job = json!({ "name": "Zanary barn", "site": "7 Zanary Street", "owners": [contact] });
    let job = admin.post("/v1/jobs", job).await.is(201).id();
    let note = json!({ "text": "zanary note" });
    admin.post(&format!("/v1/jobs/{job}/notes"), note).await.is(201);
    let lead = json!({ "title": "Zanary shed", "contact_id": contact });
    admin.post("/v1/leads", lead).await.is(201);
    let keyed = [("x-reason", "qanary moved away"), ("idempotency-key", "qanary-1")];
    for _ in 0..2 {
        admin.with(&format!("{at}/invite"), json!({}), &keyed).await.is(200);
    }
    mailed(server).await;
    let edit = json!({ "name": "Qanaria Amsel-Vogel", "address": "78 Qanary Row" });
    journey.refuse(admin.patch(&at, edit).await.is(409));
    let seventh = json!({ "email": "qanary.x@nest.example" });
    for n in 3..7 {
        let more = json!({ "email": format!("qanary.{n}@nest.example") });
        admin.post(&format!("{at}/additional-emails"), more).await.is(200);
    }
    journey.refuse(admin.post(&format!("{at}/additional-emails"), seventh).await.is(422));
    let twin = admin.post("/v1/contacts", person("Qanaria Vogel", "qanary.b@nest.example")).await;
    let merge = json!({ "survivor": twin.is(201).id(), "absorbed": [contact] });
    admin.post("/v1/contacts/merge/preview", merge).await;
    let book = "BEGIN:VCARD\nVERSION:3.0\nFN:Qanaria Vogel\nEMAIL:qanary@@nest\nEND:VCARD\n";
    let import = json!({ "format": "vcard", "content": book });
    admin.post("/v1/imports", import).await.is(200);
    let rows = "a,b\nQanaria Vogel,qanary.one@nest.example\n";
    let import = json!({ "format": "owners_csv", "content": rows });
    journey.refuse(admin.post("/v1/imports", import).await);
    (contact, job)
}

/// What does not belong there: in bodies, paths, parameters and headers.
async fn at_the_door(journey: &mut Journey, admin: &Caller, contact: Uuid, job: Uuid) {
    let at = format!("/v1/contacts/{contact}");
    let long = "qanary ".repeat(100);
    for (path, body) in [
        ("/v1/contacts", json!({ "name": 7, "feather": "qanary" })),
        ("/v1/contacts", json!({ "name": "Qanaria", "feather": "Vogel" })),
        ("/v1/contacts", json!({ "name": long, "primary_email": "qanary at nest.example" })),
        ("/v1/contacts", json!({ "name": "Q", "phones": ["qanary"], "address": ["Vogel"] })),
        ("/v1/contacts", json!(["qanary"])),
        ("/v1/jobs", json!({ "name": "Zanary\u{0}", "owners": ["qanary"] })),
        ("/v1/jobs/bulk-owners", json!({ "mode": "zanary", "jobs": ["qanary"], "contacts": [] })),
        ("/v1/leads", json!({ "title": "zanary".repeat(100) })),
        ("/v1/imports", json!({ "format": "zanary", "content": "qanary" })),
        ("/v1/contacts/merge", json!({ "survivor": "qanary", "absorbed": ["vogel"] })),
        ("/v1/sessions", json!({ "email": "qanary at nest", "password": PASSWORD })),
        ("/v1/password-resets", json!({ "email": "qanary at nest", "x": PASSWORD })),
        ("/v1/accounts", json!({ "name": "Zanary" })),
        ("/v1/nowhere", json!({ "name": "Qanaria Vogel" })),
    ] {
        journey.refuse(admin.post(path, body).await);
    }
    let broken = admin.request(Method::POST, "/v1/contacts");
    let broken =
        broken.header("content-type", "application/json").body("{\"feather\": qanary vogel");
    journey.refuse(send(broken).await);
    let foreign = admin.request(Method::POST, "/v1/contacts").body("qanary");
    journey.refuse(send(foreign.header("content-type", "qanary/vogel")).await);
    for path in [
        "/v1/contacts/qanary-vogel",
        "/v1/contacts?limit=qanary",
        "/v1/contacts?cursor=qanary",
        "/v1/contacts?feather=qanary",
        "/v1/audit?actor=qanary&from=vogel",
        "/v1/jobs/zanary/history",
        "/v1/invitations/tbi_qanary",
        "/qanary/vogel?name=qanary",
        "/problems/qanary",
    ] {
        journey.refuse(admin.get(path).await);
    }
    for (name, value) in [
        ("if-match", "\"qanary\""),
        ("idempotency-key", "qanary vogel"),
        ("x-correlation-id", "qanary"),
        ("ledger-position", "qanary"),
        ("x-reason", long.as_str()),
    ] {
        let archive = format!("/v1/jobs/{job}/archive");
        journey.refuse(admin.with(&archive, json!({}), &[(name, value)]).await);
    }
    // Kept nowhere: who says so, and what a browser or a proxy adds.
    let headers = [
        ("user-agent", "qanary"),
        ("referer", "https://nest.example/qanary"),
        ("x-forwarded-for", "qanary"),
        ("forwarded", "for=qanary;host=nest.example"),
        ("cookie", "qanary=vogel"),
    ];
    admin.with(&format!("{at}/additional-emails"), json!({ "email": "x" }), &headers).await;
    let stranger = Uuid::now_v7();
    let edit = json!({ "name": "Qanaria Vogel" });
    journey.refuse(admin.patch(&format!("/v1/contacts/{stranger}"), edit).await.is(404));
}

/// The owner's own life: accepting, signing in, what is wrong with either, and a reset.
async fn owners_life(journey: &mut Journey, server: &Server, contact: Uuid) {
    let anybody = server.anybody();
    // Sent by now, and its link is told by the mail alone.
    let mailbox = server.mailbox.as_ref().expect("a mailbox");
    let link = mailbox.mails().into_iter().find_map(|mail| mail.link).expect("a link");
    let link = link.rsplit('/').next().expect("its last part").to_owned();
    journey.secret(&link);
    let accept = format!("/v1/invitations/{link}/accept");
    journey.refuse(anybody.post(&accept, json!({ "password": "yanary" })).await.is(422));
    let accepted = anybody.post(&accept, json!({ "password": PASSWORD })).await.is(200);
    let token = accepted.body["session_token"].as_str().expect("a session").to_owned();
    journey.secret(&token);
    journey.refuse(anybody.post(&accept, json!({ "password": OTHER })).await.is(410));
    let owner = server.caller(&token);
    let change = json!({ "name": "Qanaria Zeisig-Vogel", "phones": ["+1 212 555 0187"] });
    owner.patch("/v1/me", change).await.is(200);
    journey.refuse(owner.patch("/v1/me", json!({ "feather": "Qanaria" })).await);
    journey.refuse(owner.get(&format!("/v1/contacts/{contact}")).await.is(403));
    // Secrets in the wrong places.
    for path in [
        format!("/v1/contacts/{token}"),
        format!("/v1/invitations/{token}"),
        format!("/nowhere/{link}?token={token}"),
        format!("/v1/me?session={token}"),
    ] {
        journey.refuse(owner.get(&path).await);
    }
    let forgotten = json!({ "email": "qanary.one@nest.example" });
    anybody.post("/v1/password-resets", forgotten).await.is(202);
    for _ in 0..250 {
        if mailbox.mails().iter().any(|mail| mail.kind == "password_reset") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    mailed(server).await;
    let mail = mailbox.mails().into_iter().find(|mail| mail.kind == "password_reset");
    let reset = mail.and_then(|mail| mail.link).expect("a reset");
    let reset = reset.rsplit('/').next().expect("its last part").to_owned();
    journey.secret(&reset);
    let complete = format!("/v1/password-resets/{reset}");
    journey.refuse(anybody.post(&complete, json!({ "password": [OTHER] })).await);
    anybody.post(&complete, json!({ "password": OTHER })).await.is(204);
    journey.refuse(anybody.post(&complete, json!({ "password": PASSWORD })).await.is(410));
    let wrong = json!({ "email": "qanary.one@nest.example", "password": PASSWORD });
    journey.refuse(anybody.post("/v1/sessions", wrong).await.is(401));
    let again = server.sign_in("qanary.one@nest.example", OTHER).await;
    journey.secret(&again.secret);
    again.get("/v1/me").await.is(200);
}

/// Where a canary stands in a text, with what is around it.
fn found(text: &str, canary: &str) -> Option<String> {
    let (text, canary) = (text.to_lowercase(), canary.to_lowercase());
    let at = text.find(&canary)?;
    let before: String = text[..at].chars().rev().take(160).collect();
    Some(before.chars().rev().chain(text[at..].chars().take(60)).collect())
}

// On one thread, so that one log hears all of it.
#[tokio::test]
async fn no_canary_is_in_a_log_a_figure_a_problem_or_a_table_that_is_not_made_for_people() {
    let (log, guard) = Log::hear();
    let server = Server::start_with_mailbox().await;
    let mut journey = Journey::default();
    let builder = server.builder("Zanary Builders").await;
    let label = json!({ "role": "staff", "label": "zanary key" });
    let key = builder.admin.post("/v1/api-keys", label).await.is(201);
    let key = server.caller(key.body["secret"].as_str().expect("a secret"));
    for caller in [&builder.admin, &key, &server.operator()] {
        journey.secret(&caller.secret);
    }
    let fields = json!({ "fields": [{ "name": "gate", "label": "Zanary", "kind": "text" }] });
    builder.admin.put("/v1/custom-fields", fields).await.is(200);
    let (contact, job) = builders_life(&mut journey, &server, &key).await;
    at_the_door(&mut journey, &builder.admin, contact, job).await;
    owners_life(&mut journey, &server, contact).await;
    for credential in ["qanary", "tbk_qanary", &builder.admin.secret[..40]] {
        let refused = server.caller(credential).get("/v1/contacts").await.is(401);
        journey.refuse(refused);
    }
    let history = builder.admin.get(&format!("/v1/contacts/{contact}/history")).await.is(200);
    assert!(history.text.contains("Qanaria Zeisig-Vogel"), "people read it in the history");
    let figures = server.operator().get("/metrics").await.is(200).text;
    drop(guard);

    let logged = log.text();
    assert!(logged.contains("a password was verified"), "the log is heard: {logged}");
    let problems: String = journey.refused.iter().map(|answer| answer.text.as_str()).collect();
    assert!(journey.refused.len() > 45, "{} refusals", journey.refused.len());
    let secrets = journey.secrets.iter().map(String::as_str).chain(["yanary"]);
    let mut wrong = Vec::new();
    for canary in secrets.clone().chain(PERSONAL.iter().copied()).chain([THEIRS]) {
        let written = [("a log", &logged), ("the figures", &figures), ("a problem", &problems)];
        for (what, text) in written {
            wrong.extend(found(text, canary).map(|there| format!("{canary} in {what}: {there}")));
        }
    }
    let mut personal = BTreeSet::new();
    for (table, rows) in tables(server.database()).await {
        for secret in secrets.clone() {
            wrong.extend(found(&rows, secret).map(|_| format!("a secret in {table}")));
        }
        if PERSONAL.iter().any(|canary| found(&rows, canary).is_some()) {
            personal.insert(table);
        }
    }
    let listed: BTreeSet<String> = TABLES.iter().map(|table| (*table).to_owned()).collect();
    if personal != listed {
        wrong.push(format!("in the clear in {personal:?}, listed are {listed:?}"));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
