//! `?as_of=`: the answers of earlier, told again (promise 14).

use super::harness::{Answer, Server, send};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The position behind an answer's `Ledger-Position`.
fn position(answer: &Answer) -> u64 {
    let bytes = URL_SAFE_NO_PAD.decode(&answer.headers["ledger-position"]).expect("base64");
    u64::from_be_bytes(bytes[16..].try_into().expect("eight bytes"))
}

/// An answer as of a position, without what says so.
fn undated(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    body.as_object_mut().expect("an object").remove("as_of").expect("its position");
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_api_showed_after_each_command_it_shows_as_of_its_position() {
    let server = Server::start().await;
    let admin = &server.builder("Elm").await.admin;
    let job = admin.job("Barn", &[]).await;
    let bea = admin.contact("Bea", None).await;
    let body = json!({ "name": "Ada", "primary_email": "ada@example.org", "jobs": [job] });
    let saved = admin.post("/v1/contacts", body).await.is(201);
    let ada = saved.id();
    let (contact, house) = (format!("/v1/contacts/{ada}"), format!("/v1/jobs/{job}"));
    let owners = format!("{house}/owners");
    let steps = [
        ("POST", format!("{contact}/additional-emails"), json!({ "email": "a@work.example" })),
        ("POST", format!("{contact}/swap-primary-email"), json!({ "email": "a@work.example" })),
        ("POST", format!("{house}/owners"), json!({ "contact_id": bea })),
        ("POST", format!("{contact}/invite"), Value::Null),
        ("POST", format!("{contact}/invite/resend"), Value::Null),
        ("POST", format!("{contact}/invite/cancel"), Value::Null),
        ("PATCH", contact.clone(), json!({ "name": "Ada Byron", "phones": ["555-0101"] })),
        ("PATCH", format!("/v1/contacts/{bea}"), json!({ "name": "Aaron" })),
        ("POST", format!("{contact}/disable"), Value::Null),
        ("PATCH", house.clone(), json!({ "name": "Stable" })),
        ("POST", format!("{contact}/enable"), Value::Null),
        ("PATCH", contact.clone(), json!({ "name": "Ada Lovelace", "phones": [] })),
        ("DELETE", format!("{house}/owners/{ada}"), Value::Null),
    ];
    let mut recorded = Vec::new();
    let mut told = saved;
    for (method, path, body) in steps {
        let showed = [
            admin.get_after(&told, &contact).await,
            admin.get_after(&told, &house).await,
            admin.get_after(&told, &owners).await,
        ];
        recorded.push((told, showed));
        let method: Method = method.parse().expect("a method");
        let request = admin.request(method, &path);
        let request = if body.is_null() { request } else { request.json(&body) };
        told = send(request).await.is(200);
    }
    let versions = |(_, showed): &(_, [Answer; 3])| {
        showed[..2].iter().map(|s| s.body["version"].as_u64().expect("a version")).sum::<u64>()
    };
    let moved = recorded.iter().zip(&recorded[1..]).filter(|(a, b)| versions(a) != versions(b));
    assert!(moved.count() >= 10, "answers that differ");
    let listed: BTreeSet<String> =
        recorded.iter().map(|(_, showed)| showed[2].body["items"].to_string()).collect();
    assert!(listed.len() >= 6, "lists of owners that differ: {}", listed.len());
    for (told, showed) in &recorded {
        let at = position(told);
        let opaque = told.headers["ledger-position"].to_str().expect("text");
        for (path, showed) in [&contact, &house, &owners].into_iter().zip(showed) {
            let then = admin.get(&format!("{path}?as_of={at}")).await.is(200);
            assert_eq!(undated(&then), showed.body, "{path} as of {at}");
            assert_eq!(then.body["as_of"]["position"], at);
            assert!(!then.headers.contains_key("etag"), "no version to command by");
            let same = admin.get(&format!("{path}?as_of={opaque}")).await.is(200);
            assert_eq!(then.body, same.body);
            let time = then.body["as_of"]["recorded_at"].as_str().expect("a time");
            let timed = admin.get(&format!("{path}?as_of={time}")).await.is(200);
            assert_eq!(undated(&timed), showed.body, "{path} as of {time}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_told_is_refused_with_the_field_named() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let job = elm.admin.job("Barn", &[]).await;
    let before = elm.admin.post("/v1/contacts", json!({ "name": "First" })).await.is(201);
    let created = elm.admin.post("/v1/contacts", json!({ "name": "Ada" })).await.is(201);
    let foreign = oak.admin.post("/v1/jobs", json!({ "name": "Mill" })).await.is(201);
    let contact = format!("/v1/contacts/{}", created.id());
    let (head, then) = (position(&created), position(&before));
    for path in [&contact, &format!("/v1/jobs/{job}"), &format!("/v1/jobs/{job}/owners")] {
        let opaque = foreign.headers["ledger-position"].to_str().expect("text");
        for nonsense in ["", "-1", "yesterday", "2026-05-03", "1e3", "%00", opaque] {
            let answer = elm.admin.get(&format!("{path}?as_of={nonsense}")).await.is(400);
            assert_eq!(
                (answer.code(), &answer.body["field"]),
                ("invalid_request", &json!("as_of"))
            );
        }
        for beyond in [(head + 1).to_string(), "9".repeat(30)] {
            let answer = elm.admin.get(&format!("{path}?as_of={beyond}")).await.is(400);
            assert_eq!(answer.code(), "position_beyond_head");
            assert_eq!(answer.body["field"], "as_of");
        }
        for early in ["0", "2001-01-01T00:00:00Z"] {
            let answer = elm.admin.get(&format!("{path}?as_of={early}")).await.is(404);
            assert_eq!(answer.code(), "not_found");
        }
        // Of another account, and of nobody: the same.
        for moment in ["1", "2999-01-01T00:00:00Z"] {
            let asked = format!("{path}?as_of={moment}");
            let unknown = format!("/v1/jobs/{}?as_of={moment}", uuid::Uuid::now_v7());
            let unknown = oak.admin.get(&unknown).await.is(404);
            assert_eq!(oak.admin.get(&asked).await.is(404).shown(), unknown.shown());
        }
    }
    elm.admin.get(&format!("{contact}?as_of={then}")).await.is(404);
    elm.admin.get(&format!("{contact}?as_of={head}")).await.is(200);
    elm.admin.get(&format!("{contact}?as_of={head}&since=1")).await.is(400);
    // The same id, asked for as another kind of thing.
    elm.admin.get(&format!("/v1/jobs/{}?as_of={head}", created.id())).await.is(404);
    elm.admin.get(&format!("/v1/contacts/{job}?as_of={head}")).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_says_how_to_ask_and_what_comes() {
    let server = Server::start().await;
    let description = server.operator().get("/openapi.json").await.is(200).body;
    for (path, field) in [
        ("/v1/contacts/{id}", "primary_email"),
        ("/v1/jobs/{id}", "owners"),
        ("/v1/jobs/{id}/owners", "primary_email"),
    ] {
        let get = &description["paths"][path]["get"];
        let parameters = get["parameters"].as_array().expect("parameters");
        assert!(parameters.iter().any(|p| p["name"] == "as_of" && p["in"] == "query"), "{get}");
        let body = &get["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        let name = body.as_str().and_then(|body| body.rsplit('/').next()).expect("a schema");
        let schema = description["components"]["schemas"][name].to_string();
        assert!(schema.contains("as_of"), "{schema}");
        let whole = description["components"]["schemas"].to_string();
        assert!(schema.contains(field) || schema.contains("$ref"), "{schema}");
        assert!(whole.contains(field));
    }
}

/// RULES.md 2.8, Read audit: what was before is history.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_histories_reads_only_the_present() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let created = builder.admin.post("/v1/contacts", json!({ "name": "Ada" })).await.is(201);
    let path = format!("/v1/contacts/{}", created.id());
    let then = format!("{path}?as_of={}", position(&created));
    let staff = server.key(&builder, "staff", &[]).await;
    staff.get_after(&created, &path).await.is(200);
    assert_eq!(staff.get(&then).await.is(403).code(), "not_permitted");
    for (role, grants) in [("staff", &["read_audit"][..]), ("auditor", &[])] {
        server.key(&builder, role, grants).await.get(&then).await.is(200);
    }
}
