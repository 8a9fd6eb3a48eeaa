//! Custom fields over HTTP: the account's list, the values of contacts, and what becomes of both.

use super::harness::{Answer, Caller, Server, send};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// A field of each kind.
fn fields() -> Value {
    json!({ "fields": [
        { "name": "gate", "label": "Gate code", "kind": "text" },
        { "name": "living-space", "label": "Living space, sq ft", "kind": "number" },
        { "name": "moved_in", "label": "Moved in", "kind": "date" },
        { "name": "colour", "label": "Front door", "kind": "choice", "choices": ["Red", "Blue"] },
    ] })
}

async fn set(caller: &Caller, contact: Uuid, field: &str, value: Value) -> Answer {
    let path = format!("/v1/contacts/{contact}/custom-fields/{field}");
    caller.put(&path, json!({ "value": value })).await
}

async fn shown(caller: &Caller, seen: &Answer, contact: Uuid) -> Value {
    let contact = caller.get_after(seen, &format!("/v1/contacts/{contact}")).await.is(200);
    contact.body["custom_fields"].clone()
}

/// Scenario 5: R39 to R41, G6
#[tokio::test(flavor = "multi_thread")]
async fn while_the_owner_is_active_the_builder_sets_custom_fields_and_adds_emails_but_edits_nothing()
 {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    admin.put("/v1/custom-fields", fields()).await.is(200);
    let ada = admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/v1/contacts/{ada}");
    admin.order(&format!("{path}/invite")).await.is(200);
    let pending = admin.patch(&path, json!({ "name": "Ida" })).await.is(409);
    assert_eq!(pending.code(), "contact_locked_pending");
    set(admin, ada, "gate", json!("4711")).await.is(200);
    server.accept(&builder, ada).await;
    let active = admin.patch(&path, json!({ "name": "Ida" })).await.is(409);
    assert_eq!(active.code(), "contact_locked_active");
    let email = json!({ "email": "ada@work.example" });
    admin.post(&format!("{path}/additional-emails"), email).await.is(200);
    let staff = server.key(&builder, "staff", &[]).await;
    let done = set(&staff, ada, "gate", json!("4712")).await.is(200);
    assert_eq!(done.body["outcome"], "done");
    assert_eq!(shown(admin, &done, ada).await, json!({ "gate": "4712" }));
    let allowed = admin.get(&format!("{path}/permissions")).await.is(200);
    let commands = allowed.body["commands"].as_array().expect("commands");
    let custom = commands.iter().find(|entry| entry["command"] == "SetCustomField");
    assert_eq!(custom.expect("is told")["allowed"], true);
    let auditor = server.key(&builder, "auditor", &[]).await;
    assert_eq!(set(&auditor, ada, "gate", json!("1")).await.is(403).code(), "not_permitted");
    admin.order(&format!("{path}/disable")).await.is(200);
    set(admin, ada, "gate", json!("4713")).await.is(200);
    let deleted = admin.delete(&format!("{path}?confirm=true")).await.is(200);
    assert_eq!(set(admin, ada, "gate", json!("1")).await.is(409).code(), "contact_deleted");
    assert_eq!(shown(admin, &deleted, ada).await, json!({ "gate": "4713" }));
}

/// R41
#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_read_by_the_kind_of_its_field_and_kept_to_the_last_digit() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    admin.put("/v1/custom-fields", fields()).await.is(200);
    let ada = admin.contact("Ada", None).await;
    let path = format!("/v1/contacts/{ada}/custom-fields");
    // As it is written, where a float would lose digits.
    let exact = r#"{"value": 1234567890123456.78900}"#;
    let put = |body: &'static str| {
        let request = admin.request(Method::PUT, &format!("{path}/living-space"));
        send(request.header("content-type", "application/json").body(body))
    };
    put(exact).await.is(200);
    set(admin, ada, "moved_in", json!("1998-05-31")).await.is(200);
    let last = set(admin, ada, "colour", json!("Blue")).await.is(200);
    assert_eq!(
        shown(admin, &last, ada).await,
        json!({ "colour": "Blue", "living-space": "1234567890123456.789", "moved_in": "1998-05-31" })
    );
    let again = set(admin, ada, "living-space", json!("1234567890123456.789")).await.is(200);
    assert_eq!(again.body["outcome"], "unchanged");
    assert_eq!(again.body["version"], last.body["version"]);
    for (field, value, status, code) in [
        ("gate", json!(4711), 422, "custom_field_wrong_kind"),
        ("living-space", json!("large"), 422, "custom_field_wrong_kind"),
        ("moved_in", json!("31.5.1998"), 422, "custom_field_wrong_kind"),
        ("colour", json!("Green"), 422, "custom_field_unknown_choice"),
        ("nothing", json!("x"), 404, "unknown_custom_field"),
        ("No Name", json!("x"), 404, "not_found"),
        ("gate", json!(""), 422, "invalid_request"),
        ("gate", json!("a\u{0}b"), 422, "invalid_request"),
        ("gate", json!("x".repeat(2_001)), 422, "invalid_request"),
        ("gate", json!(null), 422, "invalid_request"),
        ("gate", json!(["a"]), 422, "invalid_request"),
        ("gate", json!(1e30), 422, "invalid_request"),
    ] {
        let answer = set(admin, ada, field, value.clone()).await.is(status);
        assert_eq!(answer.code(), code, "{field}: {value}");
        assert!(!answer.text.contains("Green") && !answer.text.contains("large"));
        if status == 422 {
            assert_eq!(answer.body["field"], "value", "{field}: {value}");
        }
    }
    assert_eq!(put("{}").await.is(400).body["field"], "value");
    let cleared = admin.delete(&format!("{path}/colour")).await.is(200);
    assert_eq!(cleared.body["outcome"], "done");
    assert_eq!(admin.delete(&format!("{path}/colour")).await.is(200).body["outcome"], "unchanged");
    assert_eq!(shown(admin, &cleared, ada).await["colour"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_fields_is_set_whole_and_what_it_hides_is_said() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    assert_eq!(admin.get("/v1/custom-fields").await.is(200).body["items"], json!([]));
    let done = admin.put("/v1/custom-fields", fields()).await.is(200);
    assert_eq!((&done.body["outcome"], &done.body["warnings"]), (&json!("done"), &Value::Null));
    let again = admin.put("/v1/custom-fields", fields()).await.is(200);
    assert_eq!(again.body["outcome"], "unchanged");
    let list = admin.get("/v1/custom-fields").await.is(200);
    assert_eq!(list.body["items"], fields()["fields"]);
    assert_eq!(list.headers["etag"], format!("\"{}\"", done.body["version"]));
    let staff = server.key(&builder, "staff", &["manage_access"]).await;
    assert_eq!(staff.put("/v1/custom-fields", fields()).await.is(403).code(), "not_permitted");
    assert_eq!(staff.get("/v1/custom-fields").await.is(200).body, list.body);
    let other = server.builder("Oak").await;
    assert_eq!(other.admin.get("/v1/custom-fields").await.is(200).body["items"], json!([]));

    let ada = admin.contact("Ada", None).await;
    set(admin, ada, "gate", json!("4711")).await.is(200);
    set(admin, ada, "colour", json!("Red")).await.is(200);
    let fewer = json!({ "fields": [
        { "name": "colour", "label": "Door", "kind": "choice", "choices": ["Blue"] },
    ] });
    let fewer = admin.put("/v1/custom-fields", fewer).await.is(200);
    let warned: Vec<_> = fewer.body["warnings"].as_array().expect("warnings").iter().collect();
    let codes: Vec<_> = warned.iter().map(|warning| warning["code"].clone()).collect();
    assert_eq!(codes, ["custom_field_values_hidden", "custom_field_choices_retired"]);
    assert_eq!(shown(admin, &fewer, ada).await, json!({ "colour": "Red" }));
    let page = admin.get_after(&fewer, "/v1/contacts").await.is(200);
    assert_eq!(page.body["items"][0]["custom_fields"], json!({ "colour": "Red" }));
    // What is hidden is in the history, was there at the time, and comes back with its field.
    let history = admin.get_after(&fewer, &format!("/v1/contacts/{ada}/history")).await.is(200);
    let gate = &history.body["items"][1]["changes"][0];
    assert_eq!((&gate["field"], &gate["after"]), (&json!("custom_fields.gate"), &json!("4711")));
    let then = history.body["items"][0]["position"].as_u64().expect("a position");
    let then = admin.get(&format!("/v1/contacts/{ada}?as_of={then}")).await.is(200);
    assert_eq!(then.body["custom_fields"], json!({ "colour": "Red", "gate": "4711" }));
    let back = admin.put("/v1/custom-fields", fields()).await.is(200);
    assert_eq!(shown(admin, &back, ada).await, json!({ "colour": "Red", "gate": "4711" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_fields_that_breaks_a_rule_is_refused_with_the_field_that_is_wrong() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    admin.put("/v1/custom-fields", fields()).await.is(200);
    let text = |name: &str| json!({ "name": name, "label": "X", "kind": "text" });
    let many: Vec<Value> = (0..51).map(|n| text(&format!("f{n}"))).collect();
    let choice =
        |options: Value| json!({ "name": "c", "label": "C", "kind": "choice", "choices": options });
    for (fields, status, code) in [
        (json!([text("colour")]), 409, "custom_field_kind_stays"),
        (json!([text("a"), text("a")]), 422, "duplicate_custom_field"),
        (json!(many), 422, "too_many_custom_fields"),
        (json!([choice(json!([]))]), 422, "custom_field_choices"),
        (json!([choice(Value::Null)]), 422, "custom_field_choices"),
    ] {
        let answer = admin.put("/v1/custom-fields", json!({ "fields": fields })).await.is(status);
        assert_eq!((answer.code(), answer.body["field"].as_str()), (code, Some("fields")));
    }
    let odd = json!({ "fields": [
        { "name": "Gate!", "label": " ", "kind": "colour" },
        { "name": "lot", "label": "Lot", "kind": "number", "choices": ["1"] },
        choice(json!(["a\u{0}"])),
    ] });
    let answer = admin.put("/v1/custom-fields", odd).await.is(422);
    let errors = answer.body["errors"].as_array().expect("errors");
    let wrong: Vec<_> = errors.iter().filter_map(|error| error["field"].as_str()).collect();
    assert_eq!(
        wrong,
        [
            "fields[0].name",
            "fields[0].label",
            "fields[0].kind",
            "fields[1].choices",
            "fields[2].choices[0]"
        ]
    );
    assert_eq!(admin.get("/v1/custom-fields").await.is(200).body["items"], fields()["fields"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_set_once_with_its_key_and_at_its_version_and_the_trail_says_who() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    admin.put("/v1/custom-fields", fields()).await.is(200);
    let ada = admin.contact("Ada", None).await;
    let path = format!("/v1/contacts/{ada}/custom-fields/gate");
    let put = |value: &str, name: &'static str, header: &str| {
        let request = admin.request(Method::PUT, &path).json(&json!({ "value": value }));
        send(request.header(name, header))
    };
    let first = put("4711", "idempotency-key", "gate-1").await.is(200);
    let last = set(admin, ada, "gate", json!("Nightingale")).await.is(200);
    let replayed = put("4711", "idempotency-key", "gate-1").await.is(200);
    assert_eq!(replayed.body, first.body, "the same answer, and no second change");
    let reused = put("4713", "idempotency-key", "gate-1").await.is(422);
    assert_eq!(reused.code(), "idempotency_key_reused");
    assert_eq!(put("4713", "if-match", "\"2\"").await.is(412).code(), "stale_version");
    let last = put("4713", "if-match", &format!("\"{}\"", last.body["version"])).await.is(200);
    let trail = admin.get_after(&last, "/v1/audit?field=custom_fields.gate").await.is(200);
    let changes: Vec<_> = trail.body["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| (item["changes"][0]["before"].clone(), item["changes"][0]["after"].clone()))
        .collect();
    assert!(changes.contains(&(json!("4711"), json!("Nightingale"))), "{changes:?}");
    // What is personal is sealed in the log.
    for stored in server.rows("events").await {
        assert!(!stored.contains("Nightingale"), "{stored}");
    }
}

/// H2
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_shows_custom_fields_one_by_one_and_takes_them_from_whom_one_says() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    admin.put("/v1/custom-fields", fields()).await.is(200);
    let ada = admin.contact("Ada", Some("ada@example.org")).await;
    let twin = admin.contact("Ada B.", None).await;
    admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    server.accept(&builder, ada).await;
    set(admin, ada, "colour", json!("Red")).await.is(200);
    set(admin, twin, "colour", json!("Blue")).await.is(200);
    set(admin, twin, "living-space", json!(12.50)).await.is(200);
    let body = |fields: Value| json!({ "survivor": ada, "absorbed": [twin], "fields": fields });
    let taken = body(json!({ "custom_fields": { "colour": twin } }));
    let preview = admin.post("/v1/contacts/merge/preview", taken.clone()).await.is(200);
    let changes: Vec<_> = preview.body["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .filter(|change| change["event"] == "contact.custom_field_set")
        .map(|change| (change["field"].clone(), change["before"].clone(), change["after"].clone()))
        .collect();
    assert_eq!(
        changes,
        [
            (json!("custom_fields.colour"), json!("Red"), json!("Blue")),
            (json!("custom_fields.living-space"), Value::Null, json!("12.5")),
        ]
    );
    for (picks, code) in [
        (json!({ "gate": twin }), "merge_pick_unknown"),
        (json!({ "gate": "x" }), "invalid_request"),
        (json!({ "No Name": twin }), "invalid_request"),
    ] {
        let refused = body(json!({ "custom_fields": picks }));
        assert_eq!(admin.post("/v1/contacts/merge", refused).await.is(422).code(), code);
    }
    let merged = admin.post("/v1/contacts/merge", taken).await.is(200);
    let both = json!({ "colour": "Blue", "living-space": "12.5" });
    assert_eq!(shown(admin, &merged, ada).await, both);
    let unmerged = admin.order(&format!("/v1/contacts/{twin}/unmerge")).await.is(200);
    assert_eq!(
        unmerged.body["kept"],
        json!([
            { "what": "custom_field", "field": "colour" },
            { "what": "custom_field", "field": "living-space" },
        ])
    );
    assert_eq!(shown(admin, &unmerged, twin).await, both);
}
