//! The keys of an account over HTTP: listed, issued, rotated and revoked by its own admins.

use super::harness::{Answer, Caller, Server, send};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Issues a key; its id and who holds it.
async fn issue(server: &Server, admin: &Caller, role: &str, label: &str) -> (Uuid, Caller) {
    let body = json!({ "role": role, "label": label });
    let issued = admin.post("/v1/api-keys", body).await.is(201);
    assert_eq!(issued.headers["location"], format!("/v1/api-keys/{}", issued.id()));
    assert_eq!(issued.body["role"], role);
    (issued.id(), server.caller(secret(&issued)))
}

fn secret(answer: &Answer) -> &str {
    answer.body["secret"].as_str().expect("a secret")
}

async fn keys(admin: &Caller) -> Vec<Value> {
    let listed = admin.get("/v1/api-keys").await.is(200);
    assert!(!listed.text.contains("secret") && !listed.text.contains("tbk_"), "{}", listed.text);
    listed.body["items"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_lists_issues_rotates_and_revokes_the_accounts_keys() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let first: Uuid = keys(admin).await[0]["id"].as_str().expect("an id").parse().expect("an id");

    let (yard, yards) = issue(&server, admin, "staff", "The yard").await;
    let ada = yards.contact("Ada", Some("ada@example.org")).await;
    let listed = keys(admin).await;
    assert_eq!(listed.len(), 2, "newest first");
    assert_eq!(listed[0]["id"], json!(yard));
    assert_eq!(listed[0]["label"], "The yard");
    assert_eq!((&listed[0]["role"], &listed[0]["grants"]), (&json!("staff"), &json!([])));
    assert_eq!(listed[0]["issued_by"]["id"], json!(first));
    assert_eq!(listed[0]["issued_by"]["label"], "first admin key");
    assert_eq!(listed[1]["issued_by"]["kind"], "operator");
    assert_eq!(listed[0]["revoked_at"], Value::Null);

    // The secret before is dead at once, although it has just been believed.
    yards.get("/v1/jobs").await.is(200);
    let rotated = admin.order(&format!("/v1/api-keys/{yard}/rotate")).await.is(200);
    assert_eq!(rotated.id(), yard);
    assert_eq!(yards.get("/v1/jobs").await.is(401).code(), "unauthorized");
    let yards = server.caller(secret(&rotated));
    yards.get("/v1/jobs").await.is(200);
    assert_eq!(yards.get("/v1/audit").await.is(403).code(), "not_permitted");
    yards.patch(&format!("/v1/contacts/{ada}"), json!({ "name": "Ida" })).await.is(200);

    let path = format!("/v1/api-keys/{yard}");
    let revoke = admin.request(Method::DELETE, &path).header("x-reason", "Lost on a site");
    let revoked = send(revoke).await.is(200);
    assert_eq!(revoked.body["outcome"], "done");
    assert_eq!(yards.get("/v1/jobs").await.is(401).code(), "unauthorized");
    assert_eq!(admin.delete(&path).await.is(200).body["outcome"], "unchanged");
    let rotate = admin.order(&format!("{path}/rotate")).await.is(409);
    assert_eq!(rotate.code(), "api_key_revoked");
    let listed = keys(admin).await;
    assert_eq!(listed[0]["revoked_by"]["label"], "first admin key");
    assert!(listed[0]["revoked_at"].is_string() && listed[0]["rotated_at"].is_string());

    // What it did is still told by its name, and so is its end, with the reason.
    let history = format!("/v1/contacts/{ada}/history");
    let history = admin.get_after(&revoked, &history).await.is(200);
    assert_eq!(history.body["items"][0]["actor"]["label"], "The yard");
    let audit = admin.get_after(&revoked, "/v1/audit?field=api_key&limit=1").await.is(200);
    let entry = &audit.body["items"][0];
    assert_eq!(entry["event"], "builder_account.api_key_revoked");
    assert_eq!(entry["reason"], "Lost on a site");
    assert_eq!(entry["changes"][0]["before"], "The yard");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_key_is_not_revoked_and_another_may_revoke_itself() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let first = keys(admin).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/api-keys/{first}");
    issue(&server, admin, "staff", "The yard").await;
    let refused = admin.delete(&path).await.is(409);
    assert_eq!(refused.code(), "last_admin");
    assert!(refused.body["remedy"].is_string());
    admin.get("/v1/jobs").await.is(200);

    let (_, other) = issue(&server, admin, "admin", "The office").await;
    admin.delete(&path).await.is(200);
    admin.get("/v1/jobs").await.is(401);
    other.get("/v1/jobs").await.is(200);
    // The last one changes its own secret, as long as it is shown.
    let mine = keys(&other).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/api-keys/{mine}");
    assert_eq!(other.delete(&path).await.is(409).code(), "last_admin");
    let rotated = other.order(&format!("{path}/rotate")).await.is(200);
    other.get("/v1/jobs").await.is(401);
    server.caller(secret(&rotated)).get("/v1/jobs").await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_of_the_account_commands_its_keys() {
    let server = Server::start().await;
    let (builder, theirs) = (server.builder("Elm").await, server.builder("Oak").await);
    let auditor = server.key(&builder, "auditor", &[]).await;
    let staff = server.key(&builder, "staff", &["manage_access"]).await;
    let reader = server.key(&builder, "staff", &["read_audit"]).await;
    let key = keys(&builder.admin).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/api-keys/{key}");
    let body = json!({ "role": "admin", "label": "Mine" });
    for caller in [&auditor, &staff, &reader, &server.operator()] {
        assert_eq!(caller.post("/v1/api-keys", body.clone()).await.is(403).code(), "not_permitted");
        caller.order(&format!("{path}/rotate")).await.is(403);
        caller.delete(&path).await.is(403);
    }
    staff.get("/v1/api-keys").await.is(403);
    assert_eq!(auditor.get("/v1/api-keys").await.is(200).each("id").len(), 4);
    // Another account's admin finds no such key.
    assert_eq!(theirs.admin.delete(&path).await.is(404).code(), "not_found");
    theirs.admin.order(&format!("{path}/rotate")).await.is(404);
    assert_eq!(keys(&theirs.admin).await.len(), 1);
    reader.get("/v1/jobs").await.is(200);

    let grants = json!({ "role": "admin", "grants": ["read_audit"], "label": "x" });
    let refused = builder.admin.post("/v1/api-keys", grants).await.is(422);
    assert!(refused.text.contains("grants"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_tells_the_same_secret_and_the_list_comes_by_pages() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let body = json!({ "role": "staff", "grants": ["read_audit"], "label": "The yard" });
    let once = [("idempotency-key", "yard")];
    let first = admin.with("/v1/api-keys", body.clone(), &once).await.is(201);
    assert_eq!(first.text, admin.with("/v1/api-keys", body, &once).await.is(201).text);
    let rotate = format!("/v1/api-keys/{}/rotate", first.id());
    let once = [("idempotency-key", "new-secret")];
    let second = admin.with(&rotate, json!({}), &once).await.is(200);
    assert_eq!(second.text, admin.with(&rotate, json!({}), &once).await.is(200).text);
    assert_ne!(secret(&first), secret(&second));
    server.caller(secret(&second)).get("/v1/api-keys").await.is(200);

    issue(&server, admin, "auditor", "The books").await;
    let mut labels = Vec::new();
    let mut path = "/v1/api-keys?limit=2".to_owned();
    loop {
        let page = admin.get(&path).await.is(200);
        labels.extend(page.each("label"));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/v1/api-keys?limit=2&cursor={next}");
    }
    assert_eq!(labels, ["The books", "The yard", "first admin key"]);
    admin.get("/v1/api-keys?cursor=no").await.is(400);

    // What the list showed is what a change of it may rest on.
    let etag = admin.get("/v1/api-keys").await.is(200).headers["etag"].clone();
    admin.order(&rotate).await.is(200);
    let stale = admin.request(Method::POST, &rotate).header("if-match", etag);
    assert_eq!(send(stale).await.is(412).code(), "stale_version");
}
