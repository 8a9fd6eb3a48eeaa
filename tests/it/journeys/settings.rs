//! What an account settles for its invitations (2.2, promise 23).

use super::harness::{Answer, STAFF_PASSWORD, Server};
use domain::Timestamp;
use serde_json::json;

const PATH: &str = "/v1/settings";

/// How many hours the last mail of the one invitation lives.
fn hours(invitations: &Answer) -> i64 {
    let at = |field| Timestamp::parse(&invitations.each(field)[0]).expect("a time");
    at("expires_at").seconds_since(at("sent_at")) / 3_600
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_settles_how_long_invitations_live_and_the_history_tells_before_and_after() {
    let server = Server::start().await;
    let (builder, other) = (server.builder("Elm").await, server.builder("Oak").await);
    let first = builder.admin.get(PATH).await.is(200);
    let at_first = json!({ "invitation_ttl_hours": 72, "invitation_reminder": false,
        "staff_second_factor": "optional" });
    assert_eq!(first.body, at_first);
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let last = builder.admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    assert_eq!(hours(&builder.admin.get_after(&last, "/v1/invitations").await.is(200)), 72);

    let change = json!({ "invitation_ttl_hours": 168 });
    let changed = builder.admin.patch(PATH, change.clone()).await.is(200);
    assert_eq!(changed.body["outcome"], "done");
    assert_eq!(builder.admin.patch(PATH, change).await.is(200).body["outcome"], "unchanged");
    let now = builder.admin.get(PATH).await.is(200);
    assert_eq!(now.body["invitation_ttl_hours"], 168);
    assert_eq!(now.body["invitation_reminder"], false);
    assert_eq!(now.headers["etag"], changed.headers["etag"]);
    // What is out keeps its end; what is mailed from now on has the new one.
    assert_eq!(hours(&builder.admin.get("/v1/invitations").await.is(200)), 72);
    let last = builder.admin.order(&format!("/v1/contacts/{ada}/invite/resend")).await.is(200);
    assert_eq!(hours(&builder.admin.get_after(&last, "/v1/invitations").await.is(200)), 168);
    assert_eq!(other.admin.get(PATH).await.is(200).body["invitation_ttl_hours"], 72);

    let audit = "/v1/audit?field=invitation_ttl_hours";
    let told = builder.admin.get_after(&last, audit).await.is(200);
    let entry = &told.body["items"][0];
    assert_eq!(entry["event"], "builder_account.settings_changed");
    let hours = json!([{ "field": "invitation_ttl_hours", "before": "72", "after": "168", "erased": false }]);
    assert_eq!(entry["changes"], hours);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_read_by_everybody_of_the_account_and_changed_by_its_admins() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    for (role, grants) in [("staff", &["manage_access"][..]), ("auditor", &[])] {
        let caller = server.key(&builder, role, grants).await;
        caller.get(PATH).await.is(200);
        let refused = caller.patch(PATH, json!({ "invitation_reminder": true })).await.is(403);
        assert_eq!(refused.code(), "not_permitted");
    }
    for hours in [json!(0), json!(169), json!(-1)] {
        let refused = builder.admin.patch(PATH, json!({ "invitation_ttl_hours": hours })).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_request"));
        assert_eq!(refused.body["field"], "invitation_ttl_hours");
    }
    for unreadable in [
        json!({ "invitation_ttl_hours": "72" }),
        json!({ "ttl": 72 }),
        json!({ "staff_second_factor": "yes" }),
    ] {
        builder.admin.patch(PATH, unreadable).await.is(400);
    }
    let version = builder.admin.get(PATH).await.is(200).headers["etag"].clone();
    builder.admin.patch(PATH, json!({ "invitation_reminder": true })).await.is(200);
    let stale = builder.admin.request(reqwest::Method::PATCH, PATH).header("if-match", version);
    let stale = stale.json(&json!({ "invitation_reminder": false }));
    assert_eq!(super::harness::send(stale).await.is(412).code(), "stale_version");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_account_asks_for_it_nobody_of_its_staff_signs_in_to_work_without_a_second_factor()
{
    let server = Server::start().await;
    let (builder, other) = (server.builder("Elm").await, server.builder("Oak").await);
    let mia = server.staff(&builder, "mia@elm.example", "admin", &[]).await;
    let change = json!({ "staff_second_factor": "required" });
    builder.admin.patch(PATH, change).await.is(200);
    assert_eq!(builder.admin.get(PATH).await.is(200).body["staff_second_factor"], "required");
    assert_eq!(other.admin.get(PATH).await.is(200).body["staff_second_factor"], "optional");
    // Keys have no second factor, and what has begun goes on to its end.
    mia.session.get(PATH).await.is(200);

    let login = |code: Option<String>| {
        json!({ "email": "mia@elm.example", "password": STAFF_PASSWORD, "account": builder.id,
            "code": code })
    };
    let refused = server.anybody().post("/v1/sessions", login(None)).await.is(403);
    assert_eq!(refused.code(), "staff_second_factor_required");
    assert_eq!(refused.body["rule"], "2.8");
    let remedy = "Turn one on in your own pages first, then sign in again.";
    assert_eq!(refused.body["remedy"], remedy);
    let audit = builder.admin.get("/v1/audit").await.is(200);
    let items = audit.body["items"].as_array().expect("a list");
    let noted = items.iter().find(|item| item["refused"]["code"] == "staff_second_factor_required");
    let noted = noted.unwrap_or_else(|| panic!("the account's history tells it: {}", audit.text));
    assert_eq!(noted["actor"]["id"], json!(mia.id));

    // The way out that the refusal names.
    let own = server.sign_in("mia@elm.example", STAFF_PASSWORD).await;
    let begun = own.post("/v1/me/second-factor", json!({ "password": STAFF_PASSWORD })).await;
    let secret = begun.is(201).body["secret"].as_str().expect("a secret").to_owned();
    let confirm = json!({ "code": super::second_factors::code(&secret, -1) });
    own.post("/v1/me/second-factor/confirm", confirm).await.is(200);
    let code = super::second_factors::code(&secret, 0);
    let begun = server.anybody().post("/v1/sessions", login(Some(code))).await.is(201);
    let token = begun.body["token"].as_str().expect("a token");
    server.caller(token).get(PATH).await.is(200);

    // Who joins now comes in for their own things first.
    let (_, link) = server.invite_staff(&builder, "noa@elm.example", "staff", &[]).await;
    let path = format!("/v1/staff-invitations/{link}/accept");
    let joined = server.anybody().post(&path, json!({ "password": STAFF_PASSWORD })).await.is(200);
    let noa = server.caller(joined.body["session_token"].as_str().expect("a session"));
    noa.get(PATH).await.is(403);
    noa.get("/v1/me/second-factor").await.is(200);
}
