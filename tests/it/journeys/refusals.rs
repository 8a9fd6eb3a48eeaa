//! What the main refusals look like: status and body, whole.

use super::harness::Server;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_the_rules() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada Byron", Some("ada@example.org")).await;
    let second = admin.contact("Augusta", Some("ada@example.org")).await;
    let nobody = admin.contact("Nobody", None).await;
    admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);

    let claimed = admin.order(&format!("/v1/contacts/{second}/invite")).await;
    insta::assert_snapshot!(claimed.shown(), @"");
    let locked = admin.patch(&format!("/v1/contacts/{ada}"), json!({ "name": "X" })).await;
    insta::assert_snapshot!(locked.shown(), @"");
    server.accept(&builder, ada).await;
    let locked = admin.patch(&format!("/v1/contacts/{ada}"), json!({ "name": "X" })).await;
    insta::assert_snapshot!(locked.shown(), @"");
    let body = json!({ "name": "New", "primary_email": "ada@example.org" });
    insta::assert_snapshot!(admin.post("/v1/contacts", body).await.shown(), @"");
    let no_email = admin.order(&format!("/v1/contacts/{nobody}/invite")).await;
    insta::assert_snapshot!(no_email.shown(), @"");
    let no_primary = json!({ "email": "more@example.org" });
    let path = format!("/v1/contacts/{nobody}/additional-emails");
    insta::assert_snapshot!(admin.post(&path, no_primary).await.shown(), @"");
    let stale = admin
        .with(&format!("/v1/contacts/{ada}/disable"), json!({}), &[("if-match", "\"1\"")])
        .await;
    assert_eq!(stale.headers["etag"], format!("\"{}\"", stale.body["current"]));
    insta::assert_snapshot!(stale.shown(), @"");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_at_the_door() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let unknown = server.caller("tbk_nonsense").get("/v1/contacts").await;
    assert_eq!(unknown.headers["www-authenticate"], "Bearer realm=\"titleblock\"");
    insta::assert_snapshot!(unknown.shown(), @"");
    let operator = server.operator().get("/v1/contacts").await;
    insta::assert_snapshot!(operator.shown(), @"");
    insta::assert_snapshot!(admin.get("/v1/contacts/not-an-id").await.shown(), @"");
    insta::assert_snapshot!(admin.get("/v1/nothing").await.shown(), @"");
    insta::assert_snapshot!(admin.delete("/v1/contacts").await.shown(), @"");
    let body = json!({ "name": 7 });
    insta::assert_snapshot!(admin.post("/v1/contacts", body).await.shown(), @"");
    let body = json!({ "name": "Ada", "primary_emial": "ada@example.org" });
    insta::assert_snapshot!(admin.post("/v1/contacts", body).await.shown(), @"");
    let body = json!({ "name": " ", "primary_email": "ada", "phones": ["1", "\0"] });
    insta::assert_snapshot!(admin.post("/v1/contacts", body).await.shown(), @"");
    insta::assert_snapshot!(admin.get("/v1/jobs?limit=0").await.shown(), @"");
    insta::assert_snapshot!(admin.get("/v1/jobs?cursor=xyz").await.shown(), @"");
    let garbage = admin.with("/v1/jobs", json!({}), &[("ledger-position", "x")]).await;
    insta::assert_snapshot!(garbage.shown(), @"");
}
