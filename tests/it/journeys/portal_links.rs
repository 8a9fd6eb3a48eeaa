//! Scenarios 22 and 24: a portal behind a link, without a login. It shows how far the job is and nothing
//! else, several links a job, each ended at once by whatever ends it (R86 to R102, G17, G18, H10).

use super::harness::{Answer, Builder, Caller, Owner, Server, send};
use crate::faults::{EVERYTHING, dump, must_not_hold};
use domain::Timestamp;
use event_store::system_clock;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";

/// A link as whoever issued it was told.
struct Link {
    id: Uuid,
    token: String,
    url: String,
}

fn told(answer: &Answer) -> Link {
    let text = |field: &str| answer.body[field].as_str().expect("a text").to_owned();
    Link { id: answer.id(), token: text("token"), url: text("url") }
}

fn links(job: Uuid) -> String {
    format!("/v1/jobs/{job}/portal-links")
}

async fn issue(caller: &Caller, job: Uuid, body: Value) -> Link {
    told(&caller.post(&links(job), body).await.is(201))
}

/// Whoever has the link looks, with nothing else.
async fn look(server: &Server, id: Uuid, token: &str) -> Answer {
    let url = format!("{}/v1/portal/{id}?token={token}", server.base);
    send(server.client.get(url)).await
}

/// A barn of Ada's and Bea's with something of everything: what customers may see, and what they may not.
struct Barn {
    server: Server,
    elm: Builder,
    ada: Owner,
    bea: Uuid,
    job: Uuid,
}

async fn barn() -> Barn {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let bea = elm.admin.contact("Bea", Some("bea@example.org")).await;
    let job = elm.admin.job("Barn", &[ada.contact, bea]).await;
    let at = format!("/v1/jobs/{job}");
    for (title, assignee) in [
        ("Choose the tiles", json!({ "owner": ada.contact })),
        ("Choose the sink", json!({ "owner": bea })),
        ("qanary wiring", json!({ "subcontractor": "Qanary Electric" })),
    ] {
        let task = json!({ "title": title, "phase": "planning", "assignee": assignee });
        elm.admin.post(&format!("{at}/tasks"), task).await.is(201);
    }
    elm.admin.post(&format!("{at}/milestones"), json!({ "title": "Roof on" })).await.is(201);
    let note = json!({ "text": "qanary: they pay late" });
    elm.admin.post(&format!("{at}/notes"), note).await.is(201);
    let budget = json!({ "lines": [{ "label": "qanary tiles", "amount_cents": 987_654_321 }] });
    elm.admin.put(&format!("{at}/budget"), budget).await.is(200);
    elm.admin.put(&format!("{at}/deadline"), json!({ "deadline": "2999-12-31" })).await.is(200);
    Barn { server, elm, ada, bea, job }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_how_far_the_job_is_and_nothing_that_is_not_for_customers() {
    // R86, R91 to R99, G18
    let Barn { server, elm, ada, bea, job } = barn().await;
    let family = issue(&elm.admin, job, json!({ "name": "For the family" })).await;
    let adas = issue(&elm.admin, job, json!({ "name": "Ada", "contact": ada.contact })).await;
    assert!(family.token.starts_with("tbp_"));
    assert_eq!(family.url, format!("{}/portal/{}?token={}", server.base, family.id, family.token));

    let seen = look(&server, family.id, &family.token).await.is(200);
    let shown = &seen.body["job"];
    assert_eq!((&seen.body["kind"], &seen.body["builder"]), (&json!("job"), &json!("Elm")));
    assert_eq!(
        (&shown["name"], &shown["percent"], &shown["items"]),
        (&json!("Barn"), &json!(0), &json!([]))
    );
    assert_eq!(shown["milestones"][0]["title"], "Roof on");
    assert!(shown["days_remaining"].as_i64().is_some_and(|days| days > 300_000));

    let own = look(&server, adas.id, &adas.token).await.is(200);
    assert_eq!(own.body["kind"], "personal");
    let items = own.body["job"]["items"].as_array().expect("a list");
    let titles: Vec<_> = items.iter().map(|item| &item["title"]).collect();
    assert_eq!(titles, [&json!("Choose the tiles")], "a co-owner's items are not hers (R63)");
    for answer in [&seen, &own] {
        let amounts = ["987654", "987,654", "987.654"];
        let theirs = ["anary", "sink", &bea.to_string(), "Bea", "ada@example.org"];
        for never in amounts.into_iter().chain(theirs) {
            assert!(!answer.text.contains(never), "{never} in {}", answer.text);
        }
        let named: Vec<&str> =
            answer.body["job"].as_object().expect("fields").keys().map(String::as_str).collect();
        assert_eq!(
            named,
            [
                "days_remaining",
                "deadline",
                "id",
                "items",
                "milestones",
                "name",
                "percent",
                "sections"
            ],
            "the allow-list"
        );
    }
    // R100: what the builder does shows with the next look.
    let task = items[0]["id"].as_str().expect("an id");
    let done = json!({ "done": true });
    elm.admin.patch(&format!("/v1/jobs/{job}/tasks/{task}"), done).await.is(200);
    let seen = look(&server, family.id, &family.token).await.is(200);
    assert_eq!(seen.body["job"]["percent"], 33);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_id_and_a_wrong_secret_are_answered_alike() {
    // promise 28
    let Barn { server, elm, job, .. } = barn().await;
    let link = issue(&elm.admin, job, json!({})).await;
    let other = issue(&elm.admin, job, json!({ "name": "Another" })).await;
    let oak = server.builder("Oak").await;
    let tower = oak.admin.job("Tower", &[]).await;
    let theirs = issue(&oak.admin, tower, json!({})).await;
    let (rest, last) = link.token.split_at(link.token.len() - 1);
    let forged = format!("{rest}{}", if last == "A" { "E" } else { "A" });
    let mut answers = Vec::new();
    for (id, token) in [
        (Uuid::now_v7(), link.token.as_str()),
        (link.id, &forged),
        (link.id, &other.token),
        (link.id, &theirs.token),
        (link.id, "nonsense"),
        (link.id, ""),
        (link.id, &link.token.replacen("tbp_", "tbk_", 1)),
        (link.id, &elm.admin.secret),
    ] {
        let mut answer = look(&server, id, token).await.is(404);
        answer.body["instance"] = Value::Null;
        answers.push(answer.body);
    }
    let garbled = format!("{}/v1/portal/no-id?token={}", server.base, link.token);
    let mut garbled = send(server.client.get(garbled)).await.is(404);
    garbled.body["instance"] = Value::Null;
    assert!(answers.iter().all(|answer| *answer == garbled.body), "{answers:?}");
    // What is missing is named; it says nothing about the id.
    for id in [link.id, Uuid::now_v7()] {
        let none = send(server.client.get(format!("{}/v1/portal/{id}", server.base))).await;
        assert_eq!(none.is(400).body["field"], "token");
    }
    // A link signs nobody in, and what signs somebody in is no link.
    server.caller(&link.token).get("/v1/me").await.is(401);
    look(&server, link.id, &link.token).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_logged_out_and_is_dead_once_it_is_rotated_or_revoked() {
    // scenario 24, H10
    let Barn { server, elm, job, .. } = barn().await;
    let link = issue(&elm.admin, job, json!({ "name": "For the family" })).await;
    look(&server, link.id, &link.token).await.is(200);
    let rotate = format!("{}/{}/rotate", links(job), link.id);
    let rotated = told(&elm.admin.post(&rotate, json!({})).await.is(200));
    assert_eq!(rotated.id, link.id);
    assert_ne!(rotated.token, link.token);
    let dead = look(&server, link.id, &link.token).await.is(410);
    assert_eq!(dead.code(), "portal_link_rotated");
    assert_eq!(dead.body["remedy"], "Ask your builder for it.");
    look(&server, link.id, &rotated.token).await.is(200);

    let revoke = format!("{}/{}/revoke", links(job), link.id);
    let revoked = elm.admin.order(&revoke).await.is(200);
    let dead = look(&server, link.id, &rotated.token).await.is(410);
    assert_eq!(dead.code(), "portal_link_revoked");
    let before = look(&server, link.id, &link.token).await.is(410);
    assert_eq!(before.code(), "portal_link_rotated", "each secret is told its own end");
    assert_eq!(elm.admin.order(&revoke).await.is(200).body["outcome"], "unchanged");
    assert_eq!(elm.admin.order(&rotate).await.is(409).code(), "portal_link_ended");

    let listed = elm.admin.get_after(&revoked, &links(job)).await.is(200);
    let entry = &listed.body["items"][0];
    assert_eq!(
        (&entry["name"], &entry["state"], &entry["ended"]["how"], &entry["views"]),
        (&json!("For the family"), &json!("revoked"), &json!("by_builder"), &json!(1))
    );
    assert_eq!(entry["issued_by"]["kind"], "builder_staff");
    assert!(entry["last_viewed_at"].is_string() && entry["rotated_at"].is_string());
    // Secrets are told once and stand nowhere, whether they work or not.
    let dump = dump(server.database(), EVERYTHING).await;
    assert!(dump.contains("portal_link_rotated"), "the scan sees the events");
    for (answer, what) in [(&listed.text, "the list"), (&dump, "a table")] {
        for secret in [&link.token, &rotated.token] {
            must_not_hold(answer, what, &secret[27..]);
        }
    }
    let history = elm.admin.get_after(&revoked, &format!("/v1/jobs/{job}/history")).await.is(200);
    assert!(history.each("event").contains(&"job.portal_link_revoked".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_an_issue_tells_the_same_link_again() {
    // promise 3
    let Barn { server: _server, elm, job, .. } = barn().await;
    let key = [("idempotency-key", "once")];
    let first = elm.admin.with(&links(job), json!({ "name": "A" }), &key).await.is(201);
    let again = elm.admin.with(&links(job), json!({ "name": "A" }), &key).await.is(201);
    assert_eq!(first.body, again.body);
    let listed = elm.admin.get_after(&first, &links(job)).await.is(200);
    assert_eq!(listed.each("name"), ["A"]);
}

static DAYS_AHEAD: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_hours(24 * DAYS_AHEAD.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_over_at_its_time_whether_or_not_the_clock_has_come_by() {
    // G17, promise 28: thirty days unless it is settled or said otherwise
    let server = Server::start_by(clock).await;
    let elm = server.builder("Elm").await;
    let job = elm.admin.job("Barn", &[]).await;
    let month = issue(&elm.admin, job, json!({ "name": "A month" })).await;
    let settled = elm.admin.patch("/v1/settings", json!({ "portal_link_days": 7 })).await.is(200);
    let settings = elm.admin.get_after(&settled, "/v1/settings").await.is(200);
    assert_eq!(settings.body["portal_link_days"], 7);
    for days in [0, 367, -1] {
        let refused = elm.admin.patch("/v1/settings", json!({ "portal_link_days": days })).await;
        assert_eq!(refused.is(422).body["field"], "portal_link_days");
    }
    let week = issue(&elm.admin, job, json!({ "name": "A week" })).await;
    let until = system_clock().plus_hours(24 * 40).to_string();
    let asked = json!({ "name": "Forty days", "expires_at": until });
    let forty = issue(&elm.admin, job, asked).await;
    for (expires_at, status, what) in [
        (system_clock().plus_hours(-1).to_string(), 422, "portal_link_term"),
        (system_clock().plus_hours(24 * 400).to_string(), 422, "portal_link_term"),
        ("soon".to_owned(), 422, "invalid_request"),
    ] {
        let refused = elm.admin.post(&links(job), json!({ "expires_at": expires_at })).await;
        assert_eq!(refused.is(status).code(), what);
    }
    for (days, dead, open) in
        [(8, vec![&week], vec![&month, &forty]), (31, vec![&week, &month], vec![&forty])]
    {
        DAYS_AHEAD.store(days, Ordering::SeqCst);
        for link in dead {
            let over = look(&server, link.id, &link.token).await.is(410);
            assert_eq!(over.code(), "portal_link_expired");
        }
        for link in open {
            look(&server, link.id, &link.token).await.is(200);
        }
    }
    let listed = elm.admin.get(&links(job)).await.is(200);
    assert_eq!(listed.each("state"), ["open", "expired", "expired"]);
    assert_eq!(listed.each("ended"), ["null", "null", "null"], "nobody has written it down");
    assert_eq!(api::clock::end_portal_links(&server.store).await.expect("looked"), 2);
    assert_eq!(api::clock::end_portal_links(&server.store).await.expect("looked"), 0);
    look(&server, week.id, &week.token).await.is(410);
    let last = elm.admin.post("/v1/contacts", json!({ "name": "Somebody" })).await.is(201);
    let listed = elm.admin.get_after(&last, &links(job)).await.is(200);
    let how: Vec<_> = listed.body["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|i| &i["ended"]["how"])
        .collect();
    assert_eq!(how, [&Value::Null, &json!("expired"), &json!("expired")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_closes_an_owners_access_ends_their_link_at_once_and_who_leaves_marks_the_others()
{
    // 2.5, H2, H7
    let Barn { server, elm, job, .. } = barn().await;
    let shared = issue(&elm.admin, job, json!({ "name": "Shared" })).await;
    for (n, how) in ["disable", "deactivate", "remove", "delete", "merge"].into_iter().enumerate() {
        let address = format!("cid{n}@example.org");
        let cid = server.owner(&elm, &address, PASSWORD).await;
        let owners = format!("/v1/jobs/{job}/owners");
        elm.admin.post(&owners, json!({ "contact_id": cid.contact })).await.is(200);
        let own = issue(&elm.admin, job, json!({ "name": how, "contact": cid.contact })).await;
        look(&server, own.id, &own.token).await.is(200);
        let at = format!("/v1/contacts/{}", cid.contact);
        let ended = match how {
            "remove" => elm.admin.delete(&format!("{owners}/{}", cid.contact)).await,
            "delete" => elm.admin.delete(&format!("{at}?confirm=true")).await,
            "deactivate" => {
                elm.admin.post(&format!("{at}/deactivate"), json!({ "reason": "Because" })).await
            }
            "merge" => {
                // Who is active survives; so it is somebody else who is absorbed.
                let dee = elm.admin.contact("Dee", None).await;
                elm.admin.post(&owners, json!({ "contact_id": dee })).await.is(200);
                let dees = issue(&elm.admin, job, json!({ "name": "D", "contact": dee })).await;
                let merge = json!({ "survivor": cid.contact, "absorbed": [dee] });
                let merged = elm.admin.post("/v1/contacts/merge", merge).await.is(200);
                let dead = look(&server, dees.id, &dees.token).await.is(410);
                assert_eq!(dead.code(), "portal_link_revoked", "{how}");
                look(&server, own.id, &own.token).await.is(200);
                drop(merged);
                continue;
            }
            _ => elm.admin.order(&format!("{at}/{how}")).await,
        };
        let ended = ended.is(200);
        let dead = look(&server, own.id, &own.token).await.is(410);
        assert_eq!(dead.code(), "portal_link_revoked", "{how}");
        let listed = elm.admin.get_after(&ended, &links(job)).await.is(200);
        let of_shared = listed.body["items"].as_array().expect("a list").last().expect("a link");
        let left = ["remove", "delete"].contains(&how);
        assert_eq!(of_shared["rotate"], left, "{how}: {of_shared}");
        if left {
            let rotate = format!("{}/{}/rotate", links(job), shared.id);
            elm.admin.post(&rotate, json!({})).await.is(200);
        }
        let again = elm.admin.post(&links(job), json!({ "contact": cid.contact })).await;
        assert!(again.status.is_client_error(), "{how}: {}", again.text);
    }
    // The job itself is put away: nobody sees it, until it is taken up again.
    let late = issue(&elm.admin, job, json!({ "name": "Late" })).await;
    elm.admin.order(&format!("/v1/jobs/{job}/archive")).await.is(200);
    assert_eq!(look(&server, late.id, &late.token).await.is(410).code(), "portal_closed");
    elm.admin.order(&format!("/v1/jobs/{job}/reopen")).await.is(200);
    look(&server, late.id, &late.token).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_has_links_of_their_own_and_none_of_anybody_elses() {
    // 2.8
    let Barn { server, elm, ada, bea, job } = barn().await;
    let shared = issue(&elm.admin, job, json!({ "name": "Shared" })).await;
    let beas = issue(&elm.admin, job, json!({ "name": "Bea", "contact": bea })).await;
    let at = format!("/v1/me/jobs/{}/{job}/portal-link", elm.id);
    let own = told(&ada.session.post(&at, json!({ "name": "My phone" })).await.is(201));
    let seen = look(&server, own.id, &own.token).await.is(200);
    assert_eq!(seen.body["job"]["items"][0]["title"], "Choose the tiles");
    let listed = ada.session.get(&at).await.is(200);
    assert_eq!(listed.each("name"), ["My phone"]);
    for others in [shared.id, beas.id, Uuid::now_v7()] {
        for deed in ["rotate", "revoke"] {
            let refused = ada.session.order(&format!("{at}/{others}/{deed}")).await.is(404);
            assert_eq!(refused.code(), "not_found");
        }
    }
    let rotated = told(&ada.session.order(&format!("{at}/{}/rotate", own.id)).await.is(200));
    look(&server, own.id, &own.token).await.is(410);
    look(&server, own.id, &rotated.token).await.is(200);
    // The builder sees whose it is, and may take it back; so may its owner.
    let all = elm.admin.get(&links(job)).await.is(200);
    assert_eq!(all.each("kind"), ["personal", "personal", "job"]);
    assert_eq!(all.body["items"][0]["issued_by"]["kind"], "owner");
    assert_eq!(all.body["items"][0]["contact_name"], "Ada");
    let revoked = ada.session.order(&format!("{at}/{}/revoke", own.id)).await.is(200);
    look(&server, own.id, &rotated.token).await.is(410);
    // As the contact, and not as the person, who is the same one with every builder (R45).
    let all = elm.admin.get_after(&revoked, &links(job)).await.is(200);
    let link = &all.body["items"][0];
    for by in [&link["issued_by"], &link["ended"]["by"]] {
        assert_eq!((&by["kind"], &by["id"]), (&json!("owner"), &json!(ada.contact)), "{link}");
    }
    let person = ada.session.get("/v1/me").await.is(200).id();
    assert!(!all.text.contains(&person.to_string()), "{}", all.text);
    // Whoever is no owner there is told what is told of a job that never was.
    let elsewhere = elm.admin.job("Shed", &[]).await;
    let at = format!("/v1/me/jobs/{}/{elsewhere}/portal-link", elm.id);
    ada.session.get(&at).await.is(404);
    ada.session.post(&at, json!({})).await.is(404);
    // And a builder's routes are closed to owners.
    let refused = ada.session.post(&links(job), json!({})).await.is(403);
    assert_eq!(refused.code(), "not_permitted");
}

/// H6: a deactivated owner's contact is accepted by somebody else behind another address.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_in_anothers_place_is_shown_none_of_the_links_that_were_theirs() {
    let Barn { server, elm, ada, job, .. } = barn().await;
    let at = format!("/v1/me/jobs/{}/{job}/portal-link", elm.id);
    ada.session.post(&at, json!({ "name": "My phone" })).await.is(201);
    let mail = json!({ "name": "For Ada", "contact": ada.contact, "email": "ada@example.org" });
    issue(&elm.admin, job, mail).await;
    let path = format!("/v1/contacts/{}", ada.contact);
    elm.admin.post(&format!("{path}/deactivate"), json!({ "reason": "Sold." })).await.is(200);
    let edit = json!({ "primary_email": "nia@example.org", "name": "Nia" });
    elm.admin.patch(&path, edit).await.is(200);
    let link = server.invite(&elm, ada.contact).await;
    // Whoever is invited may follow the job by a link before they accept; it is theirs then.
    issue(&elm.admin, job, json!({ "name": "For Nia", "contact": ada.contact })).await;
    let accepted = json!({ "password": "another house by the lake" });
    let accepted = server.anybody().post(&format!("/v1/invitations/{link}/accept"), accepted).await;
    let nia = server.caller(accepted.is(200).body["session_token"].as_str().expect("a session"));
    nia.post(&at, json!({ "name": "My tablet" })).await.is(201);
    let listed = nia.get(&at).await.is(200);
    assert_eq!(listed.each("name"), ["My tablet", "For Nia"]);
    for answer in [&listed, &nia.get(&format!("/v1/me/jobs/{}/{job}", elm.id)).await.is(200)] {
        assert!(!answer.text.contains("My phone") && !answer.text.contains("For Ada"));
    }
    // The builder has all of them.
    assert_eq!(elm.admin.get(&links(job)).await.is(200).each("name").len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_with_the_role_customer_is_invited_by_a_mail_with_the_link_and_needs_no_login() {
    // R87 to R90
    let server = Server::start_with_mailbox().await;
    let mailbox = server.mailbox.clone().expect("a mailbox");
    let elm = server.builder("Elm & Sons").await;
    let ada = elm.admin.contact("Ada", Some("ada@example.org")).await;
    let job = elm.admin.job("Barn", &[ada]).await;
    let body = json!({ "name": "Aunt", "email": "Aunt@Canary.example" });
    let issued = elm.admin.post(&links(job), body).await.is(201);
    let mail = loop {
        if let Some(mail) = mailbox.mails().into_iter().find(|mail| mail.kind == "portal_link") {
            break mail;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let link = told(&issued);
    assert_eq!(mail.to, "Aunt@Canary.example");
    assert_eq!(mail.link.as_deref(), Some(link.url.as_str()));
    look(&server, link.id, &link.token).await.is(200);
    // A personal one goes to an address of its owner.
    let theirs = json!({ "contact": ada, "email": "aunt@canary.example" });
    let refused = elm.admin.post(&links(job), theirs).await.is(409);
    assert_eq!(refused.code(), "portal_link_not_their_address");
    let body = json!({ "contact": ada, "email": "ADA@example.org" });
    elm.admin.post(&links(job), body).await.is(201);
    for wrong in ["no address", "two@x.example, three@x.example"] {
        let refused = elm.admin.post(&links(job), json!({ "email": wrong })).await.is(422);
        assert_eq!(refused.body["field"], "email");
    }
    // The log shows it, and the address stands in no event in the clear.
    for _ in 0..500 {
        if server.store.waiting_mails().await.expect("a count") == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let last = elm.admin.post("/v1/contacts", json!({ "name": "Somebody" })).await.is(201);
    let log = elm.admin.get_after(&last, "/v1/mail-log").await.is(200);
    assert_eq!(log.each("kind"), ["portal_link", "portal_link"]);
    assert_eq!(log.each("status"), ["sent", "sent"]);
    assert_eq!(log.each("contact_name"), ["Ada", "null"]);
    assert!(log.each("to").contains(&"Aunt@Canary.example".to_owned()));
    let events = server.rows("events").await.join("\n").to_lowercase();
    must_not_hold(&events, "an address in an event", "canary.example");
    let waiting = server.rows("outbox").await.join("\n").to_lowercase();
    must_not_hold(&waiting, "an address in the outbox", "canary.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_link_was_rotated_before_it_went_out_does_not_go_out() {
    let Barn { server, elm, job, .. } = barn().await;
    let body = json!({ "email": "aunt@example.org" });
    let link = issue(&elm.admin, job, body).await;
    elm.admin.post(&format!("{}/{}/rotate", links(job), link.id), json!({})).await.is(200);
    let mailbox = api::mail::Mailbox::new().expect("random bytes");
    let pace = api::mail::Pace::default();
    let mailer = api::mail::Mailer::Mailbox(mailbox.clone());
    let sender = api::mail::Sender::start(server.store.clone(), mailer, &server.base, pace);
    for _ in 0..500 {
        if server.store.waiting_mails().await.expect("a count") == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    sender.stop().await;
    assert!(mailbox.mails().iter().all(|mail| mail.kind != "portal_link"));
    let last = elm.admin.post("/v1/contacts", json!({ "name": "Somebody" })).await.is(201);
    let log = elm.admin.get_after(&last, "/v1/mail-log?status=failed").await.is(200);
    let items = log.body["items"].as_array().expect("a list").iter();
    let causes: Vec<_> =
        items.filter(|mail| mail["kind"] == "portal_link").map(|mail| &mail["cause"]).collect();
    assert_eq!(causes, ["superseded"]);
}
