//! Operators under their own name: appointed, named in the histories of accounts, dismissed.

use super::harness::Server;
use serde_json::json;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_acts_under_their_own_name_and_keeps_it_after_they_are_dismissed() {
    let server = Server::start().await;
    let printed = server.operator();
    let body = json!({ "name": "Olu Operator" });
    let once = [("idempotency-key", "olu")];
    let appointed = printed.with("/v1/operators", body.clone(), &once).await.is(201);
    assert_eq!(appointed.text, printed.with("/v1/operators", body, &once).await.is(201).text);
    let olu = server.caller(appointed.body["secret"].as_str().expect("a token"));
    let id = appointed.id();

    let account = olu.post("/v1/accounts", json!({ "name": "Elm" })).await.is(201);
    let admin = server.caller(account.body["api_key"]["secret"].as_str().expect("a secret"));
    let key = json!({ "role": "staff", "label": "The yard" });
    let path = format!("/v1/accounts/{}/api-keys", account.id());
    olu.post(&path, key).await.is(201);
    let named = "Titleblock operator Olu Operator";
    let keys = admin.get("/v1/api-keys").await.is(200);
    assert_eq!(keys.body["items"][0]["issued_by"]["label"], named);
    let seen = admin.contact("Ada", None).await;
    let last = admin.patch(&format!("/v1/contacts/{seen}"), json!({ "name": "Ida" })).await.is(200);

    let listed = printed.get("/v1/operators").await.is(200);
    assert!(!listed.text.contains("tbo_"), "{}", listed.text);
    assert_eq!(listed.each("name"), ["null", "Olu Operator"]);
    let first: Uuid = listed.each("id")[0].parse().expect("an id");
    printed.get("/v1/operators").await.is(200);
    // The printed token goes, once somebody with a name is there; the last one stays.
    olu.delete(&format!("/v1/operators/{first}")).await.is(200);
    assert_eq!(printed.get("/v1/operators").await.is(401).code(), "unauthorized");
    let own = format!("/v1/operators/{id}");
    assert_eq!(olu.delete(&own).await.is(409).code(), "last_operator");
    let other = olu.post("/v1/operators", json!({ "name": "Pia" })).await.is(201);
    let pia = server.caller(other.body["secret"].as_str().expect("a token"));
    pia.delete(&own).await.is(200);
    olu.get("/v1/operators").await.is(401);
    assert_eq!(pia.delete(&own).await.is(200).body["outcome"], "unchanged");
    let unknown = format!("/v1/operators/{}", Uuid::now_v7());
    assert_eq!(pia.delete(&unknown).await.is(404).code(), "not_found");

    let audit = admin.get_after(&last, "/v1/audit?field=api_key").await.is(200);
    for entry in audit.body["items"].as_array().expect("a list") {
        assert_eq!(
            (&entry["actor"]["kind"], &entry["actor"]["id"]),
            (&json!("operator"), &json!(id))
        );
        assert_eq!(entry["actor"]["label"], named);
    }
    let installation = domain::LedgerId::INSTALLATION;
    let verified = projections::verify::verify(server.store.reader(), installation, &|_| {}).await;
    assert!(verified.expect("verified").is_clean());
    // A name is encrypted where it is kept.
    let kept = [server.rows("operators").await, server.rows("events").await].concat();
    assert!(kept.iter().all(|row| !row.contains("Operator")));
}
