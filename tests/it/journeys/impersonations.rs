//! Scenario 18: somebody of the builder looks through an owner's eyes, reads as they do, changes nothing,
//! and the owner can read who it was (R64, H13, promise 33).

use super::harness::{Answer, Builder, Caller, Server, send};
use crate::faults::{EVERYTHING, dump, must_not_hold};
use domain::Timestamp;
use event_store::system_clock;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";
const WHY: &str = "Ada rang: her page is empty";

async fn start(caller: &Caller, job: Uuid, contact: Uuid) -> Answer {
    let body = json!({ "contact": contact, "reason": WHY });
    caller.post(&format!("/v1/jobs/{job}/impersonations"), body).await
}

/// Through this contact's eyes, by the builder's admin.
async fn eyes(server: &Server, builder: &Builder, job: Uuid, contact: Uuid) -> (Uuid, Caller) {
    let started = start(&builder.admin, job, contact).await.is(201);
    (started.id(), server.caller(started.body["secret"].as_str().expect("a secret")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_with_no_contact_is_not_impersonated() {
    // R64
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let job = builder.admin.job("Barn", &[]).await;
    let refused = start(&builder.admin, job, ada).await.is(409);
    assert_eq!(
        (refused.code(), &refused.body["rule"], &refused.body["detail"]),
        (
            "impersonation_needs_contact",
            &json!("R64"),
            &json!("The job will need a contact assigned for the ability to impersonate.")
        )
    );
    let bea = builder.admin.contact("Bea", None).await;
    let owners = format!("/v1/jobs/{job}/owners");
    builder.admin.post(&owners, json!({ "contact_id": bea })).await.is(200);
    for nobodys in [ada, Uuid::now_v7()] {
        let refused = start(&builder.admin, job, nobodys).await.is(409);
        assert_eq!(refused.code(), "impersonated_is_no_owner");
    }
    start(&builder.admin, job, bea).await.is(201);
    // H12: who takes the last owner away is told what that means.
    let remove = json!({ "mode": "remove", "jobs": [job], "contacts": [bea] });
    let removed = builder.admin.post("/v1/jobs/bulk-owners", remove).await.is(200);
    assert_eq!(removed.body["results"][0]["last_owner_left"], true);
    let list = builder.admin.get_after(&removed, &format!("/v1/jobs/{job}/impersonations")).await;
    assert_eq!(list.is(200).body["items"][0]["ended"]["how"], "owner_removed");
}

/// Ada with two builders, one login; on Elm's barn with Bea, each with a task of their own.
struct House {
    server: Server,
    elm: Builder,
    oak: Builder,
    ada: super::harness::Owner,
    at_oak: Uuid,
    barn: Uuid,
}

async fn house() -> House {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let at_oak = oak.admin.contact("Ada B.", Some("ada@example.org")).await;
    let link = server.invite(&oak, at_oak).await;
    ada.session.post(&format!("/v1/invitations/{link}/accept"), json!({})).await.is(200);
    oak.admin.job("Tower", &[at_oak]).await;
    let bea = elm.admin.contact("Bea", Some("bea@example.org")).await;
    let barn = elm.admin.job("Barn", &[ada.contact, bea]).await;
    for (owner, title) in [(ada.contact, "Choose the tiles"), (bea, "Choose the sink")] {
        let task = json!({ "title": title, "phase": "planning", "assignee": { "owner": owner } });
        elm.admin.post(&format!("/v1/jobs/{barn}/tasks"), task).await.is(201);
    }
    House { server, elm, oak, ada, at_oak, barn }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_through_an_owners_eyes_sees_what_they_see_with_this_builder_and_no_more() {
    // H13; builder A never learns of builder B
    let House { server, elm, at_oak, ada, barn, .. } = house().await;
    let (id, looks) = eyes(&server, &elm, barn, ada.contact).await;

    let me = looks.get("/v1/me").await.is(200);
    assert_eq!((&me.body["id"], &me.body["email"]), (&Value::Null, &Value::Null));
    let own = ada.session.get("/v1/me").await.is(200);
    assert_eq!(own.body["contacts"].as_array().map(Vec::len), Some(2));
    let mine = |contact: &&Value| contact["id"] == json!(ada.contact);
    let theirs = own.body["contacts"].as_array().expect("a list").iter().find(mine);
    assert_eq!(me.body["contacts"], json!([theirs.expect("the contact with Elm")]));
    let through = &me.body["impersonation"];
    assert_eq!(
        (&through["id"], &through["job"], &through["contact"]),
        (&json!(id), &json!(barn), &json!(ada.contact))
    );
    assert_eq!(own.body["impersonation"], Value::Null);

    let jobs = looks.get("/v1/me/jobs").await.is(200);
    assert_eq!(jobs.each("builder"), ["Elm"]);
    let items = jobs.body["items"][0]["job"]["items"].clone();
    assert_eq!(items.as_array().map(Vec::len), Some(1), "a co-owner's items are not theirs (R63)");
    assert_eq!(items[0]["title"], "Choose the tiles");
    assert_eq!(ada.session.get("/v1/me/jobs").await.is(200).each("builder"), ["Elm", "Oak"]);

    let history = looks.get("/v1/me/history").await.is(200);
    assert!(
        history
            .each("about")
            .iter()
            .all(|about| { *about == ada.contact.to_string() || *about == barn.to_string() })
    );
    let with_oak = format!("/v1/me/history?contact={at_oak}");
    ada.session.get(&with_oak).await.is(200);
    assert_eq!(looks.get(&with_oak).await.is(404).code(), "not_found");
    for seen in [&me, &jobs, &history] {
        for elsewhere in ["Oak", "Tower", &at_oak.to_string()] {
            assert!(!seen.text.contains(elsewhere), "{elsewhere} in {}", seen.text);
        }
    }
    // Neither what is the login's, nor what is the builder's, nor an operator's.
    for path in ["/v1/sessions", "/v1/contacts", "/v1/jobs", "/v1/audit", "/v1/api-keys"] {
        assert_eq!(looks.get(path).await.is(403).code(), "not_permitted", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_through_an_owners_eyes_changes_nothing_and_each_try_is_noted_with_both_identities()
 {
    // H13
    let House { server, elm, ada, barn, .. } = house().await;
    let (_, looks) = eyes(&server, &elm, barn, ada.contact).await;
    let before = ada.session.get("/v1/me").await.is(200).body;
    let description = server.operator().get("/openapi.json").await.is(200).body;
    let mut tried = Vec::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys().filter(|m| *m != "get") {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let filled = path.replace("{id}", &ada.contact.to_string());
            let filled = filled.replace("{token}", "tbi_x").replace("{name}", "gate");
            let request = looks.request(method.clone(), &filled).json(&json!({ "name": "Eve" }));
            let refused = send(request).await.is(403);
            assert_eq!(refused.code(), "impersonation_read_only", "{method} {path}");
            assert_eq!(refused.body["rule"], "H13");
            tried.push(format!("{method} {path}"));
        }
    }
    assert!(tried.iter().any(|tried| tried == "PATCH /v1/me") && tried.len() > 60, "{tried:?}");
    assert_eq!(ada.session.get("/v1/me").await.is(200).body, before);

    let path = format!("/v1/audit?acting_as={}&limit=200", ada.contact);
    let audit = elm.admin.get(&path).await.is(200);
    let (mut noted, mut happened) = (Vec::new(), Vec::new());
    for entry in audit.body["items"].as_array().expect("a list") {
        assert_eq!(entry["acting_as"], json!(ada.contact));
        assert_eq!(entry["actor"]["kind"], "builder_staff");
        assert_eq!(entry["actor"]["label"], "first admin key", "{entry}");
        match entry["refused"]["command"].as_str() {
            Some(command) => noted.push(command.to_owned()),
            None => happened.push(entry["event"].clone()),
        }
    }
    assert_eq!(happened, [json!("job.impersonation_started")]);
    noted.sort();
    tried.sort();
    assert_eq!(noted, tried);
    // The contact's own history has them, too; the owner's does not tell what was tried in vain.
    let path = format!("/v1/contacts/{}/history?limit=200", ada.contact);
    let history = elm.admin.get(&path).await.is(200);
    let refused = history.each("refused").iter().filter(|refused| *refused != "null").count();
    assert_eq!(refused, tried.len());
    let own = ada.session.get(&format!("/v1/me/history?contact={}", ada.contact)).await.is(200);
    assert!(own.each("refused").iter().all(|refused| refused == "null"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_reads_who_looked_through_their_eyes_since_when_until_when_and_why() {
    // 2.5, promise 33
    let House { server, elm, oak, ada, barn, .. } = house().await;
    let (id, looks) = eyes(&server, &elm, barn, ada.contact).await;
    looks.get("/v1/me").await.is(200);
    let path = format!("/v1/jobs/{barn}/impersonations");
    let this = format!("{path}/{id}");
    // Another builder's key finds neither the job nor the impersonation.
    assert_eq!(oak.admin.get(&path).await.is(404).code(), "not_found");
    assert_eq!(oak.admin.delete(&this).await.is(404).code(), "not_found");
    assert_eq!(start(&oak.admin, barn, ada.contact).await.is(404).code(), "not_found");
    looks.get("/v1/me").await.is(200);

    let ended = elm.admin.delete(&this).await.is(200);
    assert_eq!(ended.body["outcome"], "done");
    assert_eq!(looks.get("/v1/me").await.is(401).code(), "unauthorized");
    assert_eq!(elm.admin.delete(&this).await.is(200).body["outcome"], "unchanged");
    let unknown = format!("{path}/{}", Uuid::now_v7());
    assert_eq!(elm.admin.delete(&unknown).await.is(404).code(), "not_found");

    let list = elm.admin.get_after(&ended, &path).await.is(200);
    let entry = &list.body["items"][0];
    assert_eq!(
        (&entry["contact_name"], &entry["reason"], &entry["by"]["label"], &entry["open"]),
        (&json!("Ada"), &json!(WHY), &json!("first admin key"), &json!(false))
    );
    assert_eq!(entry["ended"]["how"], "by_staff");

    let own = format!("/v1/me/history?contact={}", ada.contact);
    let own = ada.session.get(&own).await.is(200);
    let of = |event: &str| {
        let items = own.body["items"].as_array().expect("a list");
        items.iter().find(|entry| entry["event"] == event).cloned().expect("in the history")
    };
    let (started, over) = (of("job.impersonation_started"), of("job.impersonation_ended"));
    assert_eq!((&started["reason"], &started["client"]), (&json!(WHY), &Value::Null));
    for entry in [&started, &over] {
        assert_eq!(entry["actor"]["label"], "first admin key");
        assert_eq!(entry["acting_as"], json!(ada.contact));
    }
    assert_eq!(started["changes"][1]["field"], "impersonation_until");
    assert_eq!(started["changes"][1]["after"], entry["until"]);
    assert_eq!(over["changes"][1]["after"], "by_staff");

    // The builder finds it by the contact, the job and the field, with the reason.
    for filter in [format!("contact={}", ada.contact), format!("job={barn}")] {
        let found = elm.admin.get(&format!("/v1/audit?{filter}&field=impersonation")).await.is(200);
        assert_eq!(found.each("event"), ["job.impersonation_ended", "job.impersonation_started"]);
        assert_eq!(found.body["items"][1]["reason"], WHY);
        assert_eq!(found.body["items"][1]["changes"][0]["after"], "Ada");
    }
    // The reason is about the contact and sealed like all that is; the secret is nowhere.
    let dump = dump(server.database(), EVERYTHING).await;
    assert!(dump.contains("impersonation_started"), "the scan sees the event");
    must_not_hold(&dump, "a reason in a table", "her page is empty");
    must_not_hold(&dump, "a secret in a table", &looks.secret[27..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_closes_an_owners_access_ends_what_is_seen_through_their_eyes_at_once() {
    // 2.5, H2, H7, R64
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let survivor = builder.admin.contact("Dee", None).await;
    let merge = |contact| json!({ "survivor": survivor, "absorbed": [contact] });
    for (n, how) in
        ["disable", "deactivate", "delete", "merge", "remove", "archive"].into_iter().enumerate()
    {
        let owner = server.owner(&builder, &format!("ada{n}@example.org"), PASSWORD).await;
        let (admin, contact) = (&builder.admin, owner.contact);
        // Who is active survives a merge.
        let contact = if how == "merge" { admin.contact("Cem", None).await } else { contact };
        let job = admin.job("Barn", &[contact]).await;
        let (_, looks) = eyes(&server, &builder, job, contact).await;
        looks.get("/v1/me").await.is(200);
        let path = format!("/v1/contacts/{contact}");
        let closed = match how {
            "disable" => admin.post(&format!("{path}/disable"), json!({})).await,
            "deactivate" => {
                admin.post(&format!("{path}/deactivate"), json!({ "reason": "x" })).await
            }
            "delete" => admin.delete(&format!("{path}?confirm=true")).await,
            "merge" => admin.post("/v1/contacts/merge", merge(contact)).await,
            "remove" => admin.delete(&format!("/v1/jobs/{job}/owners/{contact}")).await,
            _ => admin.order(&format!("/v1/jobs/{job}/archive")).await,
        };
        closed.is(200);
        assert_eq!(looks.get("/v1/me").await.is(401).code(), "unauthorized", "{how}");
        assert_eq!(server.rows("impersonation_credentials").await.len(), 0, "{how}");
    }
}

static MINUTES_AHEAD: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_minutes(MINUTES_AHEAD.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impersonation_is_over_at_its_time_whether_or_not_the_clock_has_come_by() {
    // promise 33
    let server = Server::start_by(clock).await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", None).await;
    let job = builder.admin.job("Barn", &[ada]).await;
    let path = format!("/v1/jobs/{job}/impersonations");
    let body = json!({ "contact": ada, "reason": WHY, "minutes": 60 });
    let hour = builder.admin.post(&path, body).await.is(201);
    let hour = server.caller(hour.body["secret"].as_str().expect("a secret"));
    let (_, quarter) = eyes(&server, &builder, job, ada).await;
    MINUTES_AHEAD.store(14, Ordering::SeqCst);
    quarter.get("/v1/me").await.is(200);
    MINUTES_AHEAD.store(16, Ordering::SeqCst);
    assert_eq!(quarter.get("/v1/me").await.is(401).code(), "unauthorized");
    MINUTES_AHEAD.store(59, Ordering::SeqCst);
    hour.get("/v1/me").await.is(200);
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Bea" })).await.is(201);
    let open = builder.admin.get_after(&last, &path).await.is(200);
    assert_eq!(
        (open.each("open"), open.each("ended")),
        (texts(&["false", "true"]), texts(&["null"; 2]))
    );
    assert_eq!(api::clock::end_impersonations(&server.store).await.expect("looked"), 1);
    MINUTES_AHEAD.store(61, Ordering::SeqCst);
    hour.get("/v1/me").await.is(401);
    assert_eq!(api::clock::end_impersonations(&server.store).await.expect("looked"), 1);
    assert_eq!(api::clock::end_impersonations(&server.store).await.expect("looked"), 0);
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Somebody" })).await.is(201);
    let over = builder.admin.get_after(&last, &path).await.is(200);
    for entry in over.body["items"].as_array().expect("a list") {
        assert_eq!((&entry["open"], &entry["ended"]["how"]), (&json!(false), &json!("timed_out")));
        assert_eq!(entry["ended"]["by"]["kind"], "system");
        assert_eq!(entry["by"]["kind"], "builder_staff");
    }
    let verified =
        projections::verify::verify(server.store.reader(), domain::LedgerId(builder.id), &|_| {});
    let verified = verified.await.expect("verified");
    assert_eq!((verified.problems, verified.told), (0, Vec::new()));
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impersonation_is_asked_for_with_a_reason_and_told_once() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", None).await;
    let job = builder.admin.job("Barn", &[ada]).await;
    let path = format!("/v1/jobs/{job}/impersonations");
    let ask = |body: Value| builder.admin.with(&path, body, &[]);
    let refused = ask(json!({ "contact": ada })).await.is(422);
    assert_eq!((refused.code(), &refused.body["field"]), ("reason_needed", &json!("reason")));
    for minutes in [0, 61, 300] {
        let body = json!({ "contact": ada, "reason": WHY, "minutes": minutes });
        let refused = ask(body).await.is(422);
        assert_eq!(
            (refused.code(), &refused.body["field"]),
            ("invalid_request", &json!("minutes"))
        );
    }
    let body = json!({ "contact": "Ada", "reason": WHY });
    assert_eq!(ask(body).await.is(422).body["field"], "contact");

    // Here or in the header; sent again, it is the same one.
    let body = json!({ "contact": ada });
    let headers = [("x-reason", WHY), ("idempotency-key", "look")];
    let first = builder.admin.with(&path, body.clone(), &headers).await.is(201);
    let again = builder.admin.with(&path, body, &headers).await.is(201);
    assert_eq!(first.body, again.body);
    assert_eq!(server.rows("impersonation_credentials").await.len(), 1);
    let secret = first.body["secret"].as_str().expect("a secret");
    assert!(secret.starts_with("tbm_"), "a prefix of its own");
    server.caller(secret).get("/v1/me").await.is(200);
    // What was told of it is no builder's key.
    assert_eq!(server.caller(secret).get("/v1/contacts").await.is(403).code(), "not_permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_look_by_grant_and_with_a_revoked_key_nobody_looks_on() {
    // 2.8
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", None).await;
    let job = builder.admin.job("Barn", &[ada]).await;
    let path = format!("/v1/jobs/{job}/impersonations");
    let plain = server.key(&builder, "staff", &["manage_access"]).await;
    assert_eq!(start(&plain, job, ada).await.is(403).code(), "not_permitted");
    assert_eq!(plain.get(&path).await.is(403).code(), "not_permitted");
    let auditor = server.key(&builder, "auditor", &[]).await;
    assert_eq!(start(&auditor, job, ada).await.is(403).code(), "not_permitted");
    let granted = server.key(&builder, "staff", &["impersonate"]).await;
    let started = start(&granted, job, ada).await.is(201);
    for reader in [&granted, &auditor] {
        assert_eq!(reader.get_after(&started, &path).await.is(200).each("open"), ["true"]);
    }
    let looks = server.caller(started.body["secret"].as_str().expect("a secret"));
    looks.get("/v1/me").await.is(200);
    let keys = builder.admin.get("/v1/api-keys").await.is(200);
    let newest = &keys.each("id")[0];
    builder.admin.delete(&format!("/v1/api-keys/{newest}")).await.is(200);
    assert_eq!(looks.get("/v1/me").await.is(401).code(), "unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_invited_yet_is_looked_through_and_whose_access_is_closed_is_not() {
    // H13, R4: an owner of a job has a portal, whether or not they were ever invited
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let job = builder.admin.job("Barn", &[ada]).await;
    let permissions = format!("/v1/contacts/{ada}/permissions");
    let may = |answer: Answer| {
        let commands = answer.body["commands"].as_array().expect("a list").clone();
        let look = commands.into_iter().find(|c| c["command"] == "StartImpersonation");
        look.expect("it is listed")
    };
    assert_eq!(may(builder.admin.get(&permissions).await.is(200))["allowed"], true);
    let (_, looks) = eyes(&server, &builder, job, ada).await;
    let me = looks.get("/v1/me").await.is(200);
    assert_eq!(me.body["contacts"][0]["name"], "Ada");
    assert_eq!(looks.get("/v1/me/jobs").await.is(200).each("contact"), [ada.to_string()]);
    let history = looks.get("/v1/me/history").await.is(200).each("event");
    assert_eq!(history, ["job.impersonation_started", "contact.created"]);

    builder.admin.post(&format!("/v1/contacts/{ada}/disable"), json!({})).await.is(200);
    let refused = start(&builder.admin, job, ada).await.is(409);
    assert_eq!((refused.code(), &refused.body["rule"]), ("impersonated_is_closed", &json!("H13")));
    let refusal = may(builder.admin.get(&permissions).await.is(200));
    assert_eq!(refusal["refusal"]["code"], "impersonated_is_closed");
    assert_eq!(refusal["refusal"]["caused_by"]["event"], "contact.owner_disabled");
    let bea = builder.admin.contact("Bea", None).await;
    let bea = format!("/v1/contacts/{bea}/permissions");
    let refusal = may(builder.admin.get(&bea).await.is(200));
    assert_eq!(refusal["refusal"]["code"], "impersonated_is_no_owner");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_former_owner_had_is_not_seen_through_a_contact_that_is_nobodys_now() {
    // H6
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    ada.session.patch("/v1/me", json!({ "name": "Ada Lovelace" })).await.is(200);
    let job = builder.admin.job("Barn", &[ada.contact]).await;
    let path = format!("/v1/contacts/{}", ada.contact);
    builder.admin.post(&format!("{path}/deactivate"), json!({ "reason": "x" })).await.is(200);
    server.invite(&builder, ada.contact).await;
    let (_, looks) = eyes(&server, &builder, job, ada.contact).await;
    let history = looks.get("/v1/me/history").await.is(200).each("event");
    assert!(!history.iter().any(|event| event == "contact.info_updated"), "{history:?}");
    assert!(history.iter().any(|event| event == "contact.invite_sent"), "{history:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_the_staff_looks_under_their_own_name_and_not_when_they_are_removed() {
    // 2.8, promise 33
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", None).await;
    let job = builder.admin.job("Barn", &[ada]).await;
    let mia = server.staff(&builder, "mia@example.org", "staff", &["impersonate"]).await;
    let started = start(&mia.session, job, ada).await.is(201);
    let looks = server.caller(started.body["secret"].as_str().expect("a secret"));
    looks.get("/v1/me").await.is(200);
    let tried = looks.patch("/v1/me", json!({ "phones": ["555"] })).await.is(403);
    assert_eq!(tried.code(), "impersonation_read_only");
    let history = builder.admin.get_after(&started, &format!("/v1/jobs/{job}/history")).await;
    let entry = history.is(200).body["items"][0].clone();
    assert_eq!(
        (&entry["event"], &entry["actor"]["kind"], &entry["actor"]["id"], &entry["acting_as"]),
        (&json!("job.impersonation_started"), &json!("staff_member"), &json!(mia.id), &json!(ada))
    );
    // Whose grant is taken back looks no more, and looks again with it; who is removed does not.
    let staff = format!("/v1/staff/{}", mia.id);
    for (grants, status) in [(json!([]), 401), (json!(["impersonate"]), 200)] {
        builder.admin.patch(&staff, json!({ "grants": grants })).await.is(200);
        looks.get("/v1/me").await.is(status);
    }
    builder.admin.patch(&staff, json!({ "role": "auditor" })).await.is(200);
    looks.get("/v1/me").await.is(401);
    builder.admin.patch(&staff, json!({ "role": "admin" })).await.is(200);
    looks.get("/v1/me").await.is(200);
    builder.admin.delete(&staff).await.is(200);
    assert_eq!(looks.get("/v1/me").await.is(401).code(), "unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_through_an_owners_eyes_reads_that_owners_to_dos_and_messages_alone() {
    // R63, H13
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    // Bea has not accepted yet; what waits for her is there to be seen too.
    let bea = builder.admin.contact("Bea", Some("bea@example.org")).await;
    let job = builder.admin.job("Barn", &[ada.contact, bea]).await;
    for (contact, title) in [(ada.contact, "Bring the keys"), (bea, "Choose a door")] {
        let todo = json!({ "contact_id": contact, "title": title });
        builder.admin.post(&format!("/v1/jobs/{job}/todos"), todo).await.is(201);
        let message = json!({ "contact_id": contact, "text": title });
        builder.admin.post(&format!("/v1/jobs/{job}/messages"), message).await.is(201);
    }
    let path = format!("/v1/me/jobs/{}/{job}", builder.id);
    for (contact, title) in [(ada.contact, "Bring the keys"), (bea, "Choose a door")] {
        let (_, looks) = eyes(&server, &builder, job, contact).await;
        let todos = looks.get(&format!("{path}/todos")).await.is(200);
        assert_eq!(todos.each("title"), [title]);
        let messages = looks.get(&format!("{path}/messages")).await.is(200);
        assert_eq!(messages.each("text"), [title]);
        looks.get(&path).await.is(200);
        let done = format!("{path}/todos/{}/done", todos.each("id")[0]);
        assert_eq!(looks.order(&done).await.is(403).code(), "impersonation_read_only");
    }
}
