//! Contacts that may be one person are found, merged, and found again when they are taken apart
//! (R24, R29, H2).

use super::harness::{Answer, Caller, Server};
use serde_json::{Value, json};

const DUPLICATES: &str = "/v1/contacts/duplicates";

async fn create(caller: &Caller, body: Value) -> (String, Answer) {
    let answer = caller.post("/v1/contacts", body).await.is(201);
    (answer.id().to_string(), answer)
}

/// Each group as its reason and the names of its contacts.
fn groups(answer: &Answer) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names = |group: &Value| {
        let contacts = group["contacts"].as_array().expect("contacts");
        assert_eq!(group["count"], contacts.len());
        contacts.iter().map(|contact| text(&contact["name"])).collect()
    };
    let items = answer.body["items"].as_array().expect("items");
    items.iter().map(|group| (text(&group["reason"]), names(group))).collect()
}

fn group(reason: &str, names: &[&str]) -> (String, Vec<String>) {
    (reason.to_owned(), names.iter().map(|name| (*name).to_owned()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_with_an_email_a_phone_or_name_and_address_in_common_are_listed() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = json!({ "name": "Ada", "primary_email": "ada@example.org",
        "phones": ["555-0101", "(212) 555-0180"], "address": "12 Elm St\nMillbrook" });
    let (ada, _) = create(admin, ada).await;
    let (twin, _) =
        create(admin, json!({ "name": "A. Byron", "primary_email": "ADA@Example.org" })).await;
    let bea = json!({ "name": "Bea", "phones": ["+1 212 555 0180"], "address": "12 Elm St" });
    create(admin, bea).await;
    let namesake = json!({ "name": "ADA", "address": "12 Elm St., Millbrook" });
    let (_, last) = create(admin, namesake).await;

    let all = admin.get_after(&last, DUPLICATES).await.is(200);
    let expected = [
        group("primary_email", &["Ada", "A. Byron"]),
        group("phone", &["Ada", "Bea"]),
        group("name_and_address", &["Ada", "ADA"]),
    ];
    assert_eq!(groups(&all), expected);
    assert_eq!(all.body["items"][0]["survivor"], Value::Null);
    assert!(all.body["items"][0].get("refusal").is_none());
    let first = &all.body["items"][0]["contacts"][1];
    assert_eq!(
        *first,
        json!({ "id": twin, "name": "A. Byron", "primary_email": "ADA@Example.org",
            "phones": [], "address": null, "access": "not_invited" })
    );
    let mut paged = Vec::new();
    let mut path = format!("{DUPLICATES}?limit=1");
    loop {
        let page = admin.get_after(&last, &path).await.is(200);
        paged.extend(groups(&page));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("{DUPLICATES}?limit=1&cursor={next}");
    }
    assert_eq!(paged, expected);
    let phones = admin.get_after(&last, &format!("{DUPLICATES}?reason=phone")).await.is(200);
    assert_eq!(groups(&phones), expected[1..2]);
    let of_twin = admin.get_after(&last, &format!("{DUPLICATES}?contact={twin}")).await.is(200);
    assert_eq!(groups(&of_twin), expected[..1]);
    let both = format!("{DUPLICATES}?contact={twin}&reason=phone");
    assert!(groups(&admin.get_after(&last, &both).await.is(200)).is_empty());

    // Merged they are one, taken apart they are two again.
    let merge = json!({ "survivor": ada, "absorbed": [twin] });
    let merged = admin.post("/v1/contacts/merge", merge).await.is(200);
    assert_eq!(groups(&admin.get_after(&merged, DUPLICATES).await.is(200)), expected[1..]);
    let apart = admin.order(&format!("/v1/contacts/{twin}/unmerge")).await.is(200);
    assert_eq!(groups(&admin.get_after(&apart, DUPLICATES).await.is(200)), expected);
    let gone = admin.delete(&format!("/v1/contacts/{twin}?confirm=true")).await.is(200);
    assert_eq!(groups(&admin.get_after(&gone, DUPLICATES).await.is(200)), expected[1..]);
    let back = admin.order(&format!("/v1/contacts/{twin}/restore")).await.is(200);
    assert_eq!(groups(&admin.get_after(&back, DUPLICATES).await.is(200)), expected);
    // Another email, and they have nothing in common.
    let other = json!({ "primary_email": "byron@example.org", "phones": ["555-0177"] });
    let edited = admin.patch(&format!("/v1/contacts/{twin}"), other).await.is(200);
    assert_eq!(groups(&admin.get_after(&edited, DUPLICATES).await.is(200)), expected[1..]);
}

/// H2: what a merge of them would be told is told with them.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_to_survive_is_told_and_that_two_active_owners_are_not_merged() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let phone = json!(["(212) 555-0180"]);
    let mut ids = Vec::new();
    for email in ["ada@example.org", "bea@example.org"] {
        let body = json!({ "name": email, "primary_email": email, "phones": phone });
        ids.push(create(admin, body).await.0);
    }
    let [ada, bea] = &ids[..] else { panic!("two contacts") };
    let accepted = |id: &str| id.parse().expect("an id");
    admin.order(&format!("/v1/contacts/{bea}/invite")).await.is(200);
    server.accept(&builder, accepted(bea)).await;
    let disabled = admin.order(&format!("/v1/contacts/{bea}/disable")).await.is(200);
    let found = admin.get_after(&disabled, DUPLICATES).await.is(200).body["items"][0].clone();
    assert_eq!(
        (&found["survivor"], &found["contacts"][1]["access"]),
        (&json!(bea), &json!("disabled"))
    );
    // As the merge itself says.
    let merge = json!({ "survivor": ada, "absorbed": [bea] });
    let refused = admin.post("/v1/contacts/merge", merge.clone()).await.is(409);
    assert_eq!(
        (refused.code(), &refused.body["holder"]),
        ("merge_survivor_must_be_active", &json!(bea))
    );

    admin.order(&format!("/v1/contacts/{bea}/enable")).await.is(200);
    admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    server.accept(&builder, accepted(ada)).await;
    let refused = admin.post("/v1/contacts/merge", merge).await.is(409);
    let deactivated = json!({ "email": "ada@work.example" });
    let last = admin.post(&format!("/v1/contacts/{ada}/additional-emails"), deactivated).await;
    let found = admin.get_after(&last, DUPLICATES).await.is(200).body["items"][0].clone();
    assert_eq!(found["survivor"], Value::Null);
    for told in ["code", "rule", "cause", "remedy"] {
        assert_eq!(found["refusal"][told], refused.body[told], "{told}");
    }
    assert_eq!(found["refusal"]["code"], "merge_both_active");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_names_the_field_and_another_accounts_contacts_are_not_found() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let body = json!({ "name": "Ada", "primary_email": "ada@example.org" });
    let (ada, _) = create(&elm.admin, body.clone()).await;
    let (_, last) = create(&elm.admin, body.clone()).await;
    let (_, theirs) = create(&oak.admin, body).await;
    assert!(groups(&oak.admin.get_after(&theirs, DUPLICATES).await.is(200)).is_empty());
    let asked = format!("{DUPLICATES}?contact={ada}");
    assert!(groups(&oak.admin.get_after(&theirs, &asked).await.is(200)).is_empty());
    for (query, field) in [
        ("reason=name", "reason"),
        ("contact=ada", "contact"),
        ("limit=0", "limit"),
        ("cursor=%20", "cursor"),
    ] {
        let refused = elm.admin.get(&format!("{DUPLICATES}?{query}")).await.is(422);
        assert_eq!(refused.body["field"], field);
    }
    for cursor in ["x", "W10", "WyJuYW1lIiwiMSJd"] {
        let refused = elm.admin.get(&format!("{DUPLICATES}?cursor={cursor}")).await.is(400);
        assert_eq!(refused.code(), "bad_cursor");
    }
    for (role, grants) in [("staff", &[][..]), ("auditor", &[])] {
        let reader = server.key(&elm, role, grants).await;
        assert_eq!(groups(&reader.get_after(&last, DUPLICATES).await.is(200)).len(), 1);
    }
    server.operator().get(DUPLICATES).await.is(403);
}
