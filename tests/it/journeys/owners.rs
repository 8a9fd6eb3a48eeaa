//! Owners: an invitation is accepted, and what is theirs is theirs alone from then on.

use super::harness::{Answer, Builder, Caller, Owner, Server, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";

fn accept_path(link: &str) -> String {
    format!("/v1/invitations/{link}/accept")
}

/// What a contact looks like to its builder, after all that has happened.
async fn seen(builder: &Builder, contact: Uuid) -> Value {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Somebody else" })).await.is(201);
    builder.admin.get_after(&last, &format!("/v1/contacts/{contact}")).await.is(200).body
}

async fn history(builder: &Builder, contact: Uuid) -> Answer {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Somebody else" })).await.is(201);
    builder.admin.get_after(&last, &format!("/v1/contacts/{contact}/history")).await.is(200)
}

fn links(me: &Answer) -> Vec<(Uuid, bool)> {
    let contacts = me.body["contacts"].as_array().expect("contacts");
    let one = |link: &Value| {
        let id = link["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        (id, link["open"].as_bool().expect("open or not"))
    };
    contacts.iter().map(one).collect()
}

/// R13, R14, R38, R39, R45, R47
#[tokio::test(flavor = "multi_thread")]
async fn an_invited_owner_accepts_and_alone_changes_their_info() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let contact = builder.admin.contact("Ada Example", Some("Ada@example.org")).await;
    let job = builder.admin.job("Barn", &[contact]).await;
    let link = server.invite(&builder, contact).await;
    let anybody = server.anybody();

    // A mail scanner looks, and looks again.
    let path = format!("/v1/invitations/{link}");
    for _ in 0..100 {
        let shown = anybody.get(&path).await.is(200).body;
        let told = ["builder", "name", "email"].map(|field| shown[field].as_str());
        assert_eq!(told, [Some("Elm"), Some("Ada Example"), Some("Ada@example.org")]);
        assert_eq!(shown["has_login"], false);
        send(anybody.request(Method::HEAD, &path)).await.is(200);
    }
    assert_eq!(seen(&builder, contact).await["access"], "pending");

    let accepted = anybody.post(&accept_path(&link), json!({ "password": PASSWORD })).await.is(200);
    assert_eq!(accepted.body["contact"], json!(contact));
    let owner = server.caller(accepted.body["session_token"].as_str().expect("a session"));
    assert_eq!(seen(&builder, contact).await["access"], "active");

    let edit = json!({ "phones": ["+1 212 555 0199"] });
    let refused = builder.admin.patch(&format!("/v1/contacts/{contact}"), edit).await.is(409);
    assert_eq!(refused.code(), "contact_locked_active");
    let remedy = refused.body["remedy"].as_str().expect("a remedy");
    assert!(remedy.contains("Deactivate the Owner, edit the info, then resend"), "{remedy}");

    let me = owner.get("/v1/me").await.is(200);
    assert_eq!(me.body["email"], "Ada@example.org");
    assert_eq!(links(&me), [(contact, true)]);
    let change = json!({ "phones": ["+1 212 555 0180"], "name": "Ada Byron" });
    let changed = owner.patch("/v1/me", change).await.is(200);
    assert_eq!(changed.each("done"), ["true"]);
    let info = seen(&builder, contact).await;
    assert_eq!(info["name"], "Ada Byron");
    assert!(info["phones"].to_string().contains("555 0180"), "{info}");
    let jobs = owner.get("/v1/me/jobs").await.is(200).body;
    assert_eq!(jobs["items"][0]["builder"], "Elm");
    assert!(jobs["items"][0]["job"].to_string().contains(&job.to_string()), "{jobs}");

    // The builder's history and the owner's own say the same of it; but for who that is: to the
    // builder the contact, whoever else they are (R45).
    for (history, who) in [
        (history(&builder, contact).await, json!(contact)),
        (
            owner.get(&format!("/v1/me/history?contact={contact}")).await.is(200),
            accepted.body["person"].clone(),
        ),
    ] {
        let items = history.body["items"].as_array().expect("a list");
        let edit = items.iter().find(|item| item["event"] == "contact.info_updated");
        let edit = edit.expect("the edit");
        assert_eq!(edit["actor"]["kind"], "owner");
        assert_eq!(edit["actor"]["id"], who);
        let fields = edit["changes"].as_array().expect("changes");
        let name = fields.iter().find(|change| change["field"] == "name").expect("the name");
        assert_eq!(
            (&name["before"], &name["after"]),
            (&json!("Ada Example"), &json!("Ada Byron")),
            "{edit}"
        );
    }
    what_is_the_builders_is_not_in_the_owners_history(&builder, contact, &owner).await;
    let own = owner.get("/v1/me/history").await.is(200).each("event");
    let own: BTreeSet<&str> = own.iter().map(String::as_str).collect();
    let expected = [
        "person.registered",
        "person.credentials_set",
        "person.contact_linked",
        "person.logged_in",
    ];
    assert_eq!(own, BTreeSet::from(expected));
}

/// R41, promise 22: custom fields, refused attempts, reasons and addresses of the staff.
async fn what_is_the_builders_is_not_in_the_owners_history(
    builder: &Builder,
    contact: Uuid,
    owner: &Caller,
) {
    let field = json!({ "fields": [{ "name": "gate", "label": "Gate", "kind": "text" }] });
    builder.admin.put("/v1/custom-fields", field).await.is(200);
    let path = format!("/v1/contacts/{contact}");
    let value = json!({ "value": "never pays in time" });
    builder.admin.put(&format!("{path}/custom-fields/gate"), value).await.is(200);
    let reason = [("x-reason", "asked by phone")];
    let more = json!({ "email": "ada.two@example.org" });
    builder.admin.with(&format!("{path}/additional-emails"), more, &reason).await.is(200);
    let told = owner.get(&format!("/v1/me/history?contact={contact}")).await.is(200);
    assert!(told.text.contains("ada.two@example.org"), "{}", told.text);
    for theirs in ["never pays", "custom_field", "asked by phone", "contact_locked_active"] {
        assert!(!told.text.contains(theirs), "{theirs} in {}", told.text);
    }
    for entry in told.body["items"].as_array().expect("a list") {
        let is_own = entry["actor"]["kind"] == "owner";
        assert_eq!(entry["client"].is_string(), is_own, "{entry}");
    }
    let seen = history(builder, contact).await.text;
    for theirs in ["never pays", "asked by phone", "contact_locked_active"] {
        assert!(seen.contains(theirs), "{theirs} is not in the builder's");
    }
}

/// R20, R40, G5: an owner's additional emails, by the owner.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_adds_edits_and_removes_additional_emails() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let Owner { contact, session, .. } = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let emails = "/v1/me/additional-emails";
    for n in 0..5 {
        let body = json!({ "email": format!("ada{n}@example.org") });
        assert_eq!(session.post(emails, body).await.is(200).each("done"), ["true"]);
    }
    let seventh = session.post(emails, json!({ "email": "ada7@example.org" })).await.is(200);
    assert_eq!(seventh.each("done"), ["false"]);
    assert_eq!(seventh.body["items"][0]["refused"]["code"], "too_many_emails");
    let edit = json!({ "email": "ada0@example.org", "replace_with": "ada8@example.org" });
    assert_eq!(session.patch(emails, edit).await.is(200).each("done"), ["true"]);
    // A retry with the same key is the same change; without one it is another, and is refused.
    let retry = [("idempotency-key", "one-more")];
    let none = json!({ "email": "ada4@example.org", "replace_with": null });
    assert_eq!(session.patch(emails, none).await.is(200).each("done"), ["true"]);
    let more = json!({ "email": "ada9@example.org" });
    for _ in 0..2 {
        let added = session.with(emails, more.clone(), &retry).await.is(200);
        assert_eq!(added.each("done"), ["true"], "{}", added.text);
    }
    let twice = session.post(emails, more.clone()).await.is(200);
    assert_eq!(twice.body["items"][0]["refused"]["code"], "duplicate_email_in_contact");
    let version = [("if-match", "\"1\"")];
    let refused = session.with(emails, more, &version).await.is(400);
    assert_eq!(refused.body["field"], "If-Match");
    let removal = json!({ "email": "ada1@example.org", "replace_with": null });
    assert_eq!(session.patch(emails, removal).await.is(200).each("done"), ["true"]);
    let me = session.get("/v1/me").await.is(200).body;
    let own = me["contacts"][0]["additional_emails"].clone();
    let theirs = seen(&builder, contact).await["additional_emails"].clone();
    for shown in [own, theirs] {
        let shown = shown.to_string();
        assert!(shown.contains("ada8@") && !shown.contains("ada1@"), "{shown}");
        assert!(!shown.contains("ada0@"), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weak_or_missing_password_is_refused_and_uses_nothing_up() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let contact = builder.admin.contact("Ada", Some("ada.lovelace@example.org")).await;
    let link = server.invite(&builder, contact).await;
    let anybody = server.anybody();
    for weak in [
        "tiny 7",
        "fourteen chars",
        "password12345678!",
        "ada.lovelace1234567",
        &"long ".repeat(60),
    ] {
        let refused = anybody.post(&accept_path(&link), json!({ "password": weak })).await.is(422);
        assert_eq!(refused.code(), "password_refused");
        assert_eq!(refused.body["field"], "password");
        assert!(!refused.text.contains(weak), "a password is repeated");
    }
    for missing in [json!({}), json!({ "password": null })] {
        assert_eq!(
            anybody.post(&accept_path(&link), missing).await.is(422).code(),
            "password_needed"
        );
    }
    assert_eq!(seen(&builder, contact).await["access"], "pending");
    anybody.post(&accept_path(&link), json!({ "password": PASSWORD })).await.is(200);
}

/// R45, R23: one login, many builders, and none of them learns of another.
#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_the_owner_with_two_builders() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let cem = server.owner(&elm, "cem@example.org", "another house by the sea").await;
    let contact = oak.admin.contact("A. Example", Some("ADA@example.org")).await;
    let link = server.invite(&oak, contact).await;

    let shown = server.anybody().get(&format!("/v1/invitations/{link}")).await.is(200);
    assert_eq!(shown.body["has_login"], true);
    let accept = accept_path(&link);
    // H16, R15: not by whoever holds the link, and not by whoever else is signed in.
    let refused = server.anybody().post(&accept, json!({ "password": PASSWORD })).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "login_needed"));
    for other in [&cem.session, &elm.admin, &oak.admin, &server.operator()] {
        let refused = other.post(&accept, json!({})).await;
        assert_eq!(refused.code(), "signed_in_as_another", "{}", refused.text);
    }
    assert_eq!(seen(&oak, contact).await["access"], "pending");
    let accepted = ada.session.post(&accept, json!({})).await.is(200);
    assert_eq!(accepted.body["person"], json!(ada.person));
    assert!(accepted.body.get("session_token").is_none());

    let me = ada.session.get("/v1/me").await.is(200);
    let both = BTreeSet::from([(ada.contact, true), (contact, true)]);
    assert_eq!(links(&me).into_iter().collect::<BTreeSet<_>>(), both);
    let phone = json!({ "phones": ["+1 212 555 0180"] });
    assert_eq!(ada.session.patch("/v1/me", phone.clone()).await.is(200).each("done").len(), 2);
    let again = ada.session.patch("/v1/me", phone).await.is(200);
    assert_eq!(again.each("done"), ["true", "true"]);
    for (builder, contact, other) in [(&elm, ada.contact, &oak), (&oak, contact, &elm)] {
        let info = seen(builder, contact).await;
        assert!(info["phones"].to_string().contains("555 0180"), "{info}");
        // Once, though it was sent twice; and nothing in it is of the other builder.
        let history = history(builder, contact).await;
        let edits = history.each("event");
        assert_eq!(edits.iter().filter(|event| *event == "contact.info_updated").count(), 1);
        let text = format!("{info}{}", history.text);
        assert!(!text.contains(&other.id.to_string()), "{text}");
        let foreign = if contact == ada.contact { links(&me) } else { vec![(ada.contact, true)] };
        for (id, _) in foreign.iter().filter(|(id, _)| *id != contact) {
            assert!(!text.contains(&id.to_string()), "{text}");
        }
    }
    builder_cannot_read_the_person(&elm, &ada).await;
}

async fn builder_cannot_read_the_person(builder: &Builder, owner: &Owner) {
    let audit = builder.admin.get("/v1/audit").await.is(200);
    assert!(!audit.text.contains("person.registered"), "the person's ledger is their own");
    for path in ["/v1/me", "/v1/me/jobs", "/v1/me/history", "/v1/sessions"] {
        assert_eq!(builder.admin.get(path).await.is(403).code(), "not_permitted", "{path}");
    }
    let of_person = format!("/v1/contacts/{}", owner.person);
    builder.admin.get(&of_person).await.is(404);
}

/// R9, R10, G3: disabling closes one link, and no other.
#[tokio::test(flavor = "multi_thread")]
async fn disabling_closes_one_link_and_enabling_opens_it_again() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    elm.admin.job("Elm barn", &[ada.contact]).await;
    let contact = oak.admin.contact("Ada", Some("ada@example.org")).await;
    oak.admin.job("Oak barn", &[contact]).await;
    let link = server.invite(&oak, contact).await;
    ada.session.post(&accept_path(&link), json!({})).await.is(200);

    let path = format!("/v1/contacts/{}", ada.contact);
    elm.admin.order(&format!("{path}/disable")).await.is(200);
    let me = ada.session.get("/v1/me").await.is(200);
    let both = BTreeSet::from([(ada.contact, false), (contact, true)]);
    assert_eq!(links(&me).into_iter().collect::<BTreeSet<_>>(), both);
    let closed = me.body["contacts"].as_array().expect("contacts").iter();
    let closed = closed.clone().find(|link| link["open"] == false).expect("the closed one");
    for field in ["name", "primary_email", "address", "title"] {
        assert_eq!(closed[field], Value::Null, "{field}");
    }
    let jobs = ada.session.get("/v1/me/jobs").await.is(200).text;
    assert!(jobs.contains("Oak barn") && !jobs.contains("Elm barn"), "{jobs}");
    let own_history = format!("/v1/me/history?contact={}", ada.contact);
    assert_eq!(ada.session.get(&own_history).await.is(404).code(), "not_found");
    ada.session.get(&format!("/v1/me/history?contact={contact}")).await.is(200);
    let changed = ada.session.patch("/v1/me", json!({ "name": "Ada Byron" })).await.is(200);
    assert_eq!(changed.each("contact"), [contact.to_string()]);
    assert_eq!(seen(&elm, ada.contact).await["name"], "Ada");

    elm.admin.order(&format!("{path}/enable")).await.is(200);
    let me = ada.session.get("/v1/me").await.is(200);
    assert!(links(&me).into_iter().all(|(_, open)| open));
    let jobs = ada.session.get("/v1/me/jobs").await.is(200).text;
    assert!(jobs.contains("Oak barn") && jobs.contains("Elm barn"), "{jobs}");
    ada.session.get(&own_history).await.is(200);
}

/// R35, R44, H6: another address is another person; what the contact has stays.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_deactivation_and_another_address_it_is_another_persons() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    builder.admin.job("Barn", &[ada.contact]).await;
    let phone = json!({ "phones": ["+1 212 555 0180"] });
    ada.session.patch("/v1/me", phone).await.is(200);
    let path = format!("/v1/contacts/{}", ada.contact);
    let deactivate = format!("{path}/deactivate");
    builder.admin.post(&deactivate, json!({ "reason": "Moved" })).await.is(200);
    assert!(links(&ada.session.get("/v1/me").await.is(200)).is_empty());
    assert_eq!(ada.session.get("/v1/me/jobs").await.is(200).body["items"], json!([]));
    builder.admin.patch(&path, json!({ "primary_email": "ada@example.com" })).await.is(200);

    let link = server.invite(&builder, ada.contact).await;
    let mails = server.mails(builder.id, ada.contact).await;
    let sent = |kind: &str| mails.iter().rfind(|mail| mail.kind == kind).map(|mail| &*mail.to);
    assert_eq!(sent("invitation"), Some("ada@example.com"));
    assert_eq!(sent("former_address"), Some("ada@example.org"));
    let other = json!({ "password": "a house by the sea" });
    // The old login is another address's.
    let refused = ada.session.post(&accept_path(&link), other.clone()).await;
    assert_eq!(refused.code(), "address_choice_needed");
    let accepted = server.anybody().post(&accept_path(&link), other).await.is(200);
    assert_ne!(accepted.body["person"], json!(ada.person));
    let new = server.caller(accepted.body["session_token"].as_str().expect("a session"));
    let me = new.get("/v1/me").await.is(200);
    assert_eq!(links(&me), [(ada.contact, true)]);
    assert!(me.text.contains("555 0180"), "the data stayed: {}", me.text);
    assert!(new.get("/v1/me/jobs").await.is(200).text.contains("Barn"), "the jobs stayed");
    // What was another person's, and what the builder notes for itself, is not in their history.
    let last = format!("/v1/me/history?contact={}", ada.contact);
    let told = new.get(&last).await.is(200);
    let events = told.each("event");
    assert!(events.iter().any(|event| event == "contact.owner_reactivated"), "{events:?}");
    for foreign in ["ada@example.org", "555 0180", "Moved", &ada.person.to_string()] {
        assert!(!told.text.contains(foreign), "{foreign} in {}", told.text);
    }
    // The one before keeps their login, and has nothing here.
    assert!(links(&ada.session.get("/v1/me").await.is(200)).is_empty());
    let none = ada.session.patch("/v1/me", json!({ "name": "Eve" })).await.is(200);
    assert_eq!(none.body["items"], json!([]));
    ada.session.get(&format!("/v1/me/history?contact={}", ada.contact)).await.is(404);
    assert_eq!(seen(&builder, ada.contact).await["name"], "Ada");
}

/// R35: the same address again is the same person, by their own login.
#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_owner_who_is_invited_again_is_back() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let deactivate = format!("/v1/contacts/{}/deactivate", ada.contact);
    builder.admin.post(&deactivate, json!({ "reason": "A mistake" })).await.is(200);
    let link = server.invite(&builder, ada.contact).await;
    let refused = server.anybody().post(&accept_path(&link), json!({ "password": PASSWORD })).await;
    assert_eq!(refused.code(), "login_needed");
    ada.session.post(&accept_path(&link), json!({})).await.is(200);
    assert_eq!(links(&ada.session.get("/v1/me").await.is(200)), [(ada.contact, true)]);
}
