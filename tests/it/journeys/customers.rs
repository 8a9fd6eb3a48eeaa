//! Customers and their portal over HTTP (R104 to R124, G11 to G16, H7; scenarios 25 and 26).

use super::harness::{Answer, Builder, Owner, Server, send};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const PASSWORD: &str = "a cart full of gravel";

/// A customer with an admin and another member who can sign in, and one who cannot.
struct Millers {
    server: Server,
    builder: Builder,
    customer: Uuid,
    ada: Owner,
    bea: Owner,
    cid: Uuid,
}

impl Millers {
    async fn start() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm").await;
        let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
        let bea = server.owner(&builder, "bea@example.org", PASSWORD).await;
        let cid = builder.admin.contact("Cid Miller", Some("cid@example.org")).await;
        let customer = opened(&builder, "The Millers").await;
        for contact in [ada.contact, bea.contact, cid] {
            joins(&builder, customer, contact).await;
        }
        let millers = Self { server, builder, customer, ada, bea, cid };
        millers.permit(millers.cid, &["access_reports"]).await;
        millers
    }

    fn contacts(&self) -> String {
        format!("/v1/me/customers/{}/contacts", self.customer)
    }

    fn audit(&self) -> String {
        format!("/v1/me/customers/{}/audit", self.customer)
    }

    fn contact(&self, contact: Uuid) -> String {
        format!("{}/{contact}", self.contacts())
    }

    /// What the builder says of somebody's permissions.
    async fn permit(&self, contact: Uuid, permissions: &[&str]) {
        let path = format!("/v1/contacts/{contact}/portal-permissions");
        self.builder.admin.put(&path, json!({ "permissions": permissions })).await.is(200);
    }
}

async fn opened(builder: &Builder, name: &str) -> Uuid {
    builder.admin.post("/v1/customers", json!({ "name": name })).await.is(201).id()
}

async fn joins(builder: &Builder, customer: Uuid, contact: Uuid) -> Answer {
    let path = format!("/v1/customers/{customer}/contacts");
    builder.admin.post(&path, json!({ "contact_id": contact })).await.is(200)
}

#[track_caller]
fn refused(answer: Answer, status: u16, code: &str, rule: &str) {
    let answer = answer.is(status);
    assert_eq!((answer.code(), &answer.body["rule"]), (code, &json!(rule)), "{}", answer.text);
}

fn names(answer: &Answer) -> Vec<String> {
    answer.each("name")
}

// The builder.

#[tokio::test(flavor = "multi_thread")]
async fn a_builder_opens_renames_and_finds_customers_and_says_who_belongs_to_them() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let key = [("idempotency-key", "customer-1")];
    let body = json!({ "name": "The Millers" });
    let made = admin.with("/v1/customers", body.clone(), &key).await.is(201);
    let again = admin.with("/v1/customers", body, &key).await.is(201);
    assert_eq!((made.id(), &made.body), (again.id(), &again.body), "acts once");
    let path = format!("/v1/customers/{}", made.id());
    assert_eq!(made.headers["location"], path.as_str());
    let shown = admin.get_after(&made, &path).await.is(200);
    assert_eq!((&shown.body["name"], &shown.body["contacts"]), (&json!("The Millers"), &json!(0)));
    assert_eq!(shown.headers["etag"], "\"1\"");
    let renamed = admin.patch(&path, json!({ "name": "Miller & Sons" })).await.is(200);
    let same = admin.patch(&path, json!({ "name": "Miller & Sons" })).await.is(200);
    assert_eq!(same.body["outcome"], "unchanged");
    let oaks = opened(&builder, "Oak Ltd").await;
    for (search, found) in
        [("mill", vec!["Miller & Sons"]), ("oak", vec!["Oak Ltd"]), ("x", vec![])]
    {
        let page = admin.get_after(&renamed, &format!("/v1/customers?search={search}")).await;
        assert_eq!(names(&page.is(200)), found, "{search}");
    }
    let ada = admin.contact("Ada", Some("ada@example.org")).await;
    let joined = joins(&builder, made.id(), ada).await;
    assert_eq!((joined.id(), &joined.body["outcome"]), (ada, &json!("done")));
    assert_eq!(joins(&builder, made.id(), ada).await.body["outcome"], "unchanged", "twice is once");
    // One customer at most.
    let to_another = json!({ "contact_id": ada });
    let another = admin.post(&format!("/v1/customers/{oaks}/contacts"), to_another).await;
    refused(another, 409, "contact_of_another_customer", "2.2");
    // A new one in the same save; nobody is invited by it.
    let new = json!({
        "new_contact": { "name": "Ben Miller", "primary_email": "ben@example.org" },
        "permissions": ["edit_contact"],
    });
    let ben = admin.post(&format!("{path}/contacts"), new).await.is(201);
    assert_eq!(ben.headers["location"], format!("/v1/contacts/{}", ben.id()).as_str());
    let listed = admin.get_after(&ben, &format!("{path}/contacts")).await.is(200);
    assert_eq!(names(&listed), ["Ada", "Ben Miller"]);
    assert_eq!(listed.each("access"), ["not_invited", "not_invited"]);
    let shown = admin.get(&format!("/v1/contacts/{}", ben.id())).await.is(200);
    assert_eq!(shown.body["customer"], json!(made.id()));
    assert_eq!(shown.body["permissions"], json!(["edit_contact"]));
    let page = admin.get(&format!("{path}/contacts?name=ben&status=not_invited")).await.is(200);
    assert_eq!(names(&page), ["Ben Miller"]);
    // Whoever leaves stays in the book.
    let left = admin.delete(&format!("{path}/contacts/{ada}")).await.is(200);
    assert_eq!(names(&admin.get_after(&left, &format!("{path}/contacts")).await), ["Ben Miller"]);
    admin.get(&format!("/v1/contacts/{ada}")).await.is(200);
    let last = joins(&builder, oaks, ada).await;
    // Who is deleted is not counted, and is again when they are restored.
    let counted = async |after: &Answer| {
        admin.get_after(after, &format!("/v1/customers/{oaks}")).await.is(200).body["contacts"]
            .clone()
    };
    assert_eq!(counted(&last).await, 1);
    let deleted = admin.delete(&format!("/v1/contacts/{ada}?confirm=true")).await.is(200);
    assert_eq!(counted(&deleted).await, 0);
    let last = admin.order(&format!("/v1/contacts/{ada}/restore")).await.is(200);
    assert_eq!(counted(&last).await, 1);
    let history = admin.get_after(&last, &format!("{path}/history")).await.is(200);
    let expected = [
        "contact.left_customer",
        "contact.joined_customer",
        "contact.joined_customer",
        "customer.renamed",
        "customer.opened",
    ];
    assert_eq!(
        history.each("event").iter().filter(|event| *event != "refused").collect::<Vec<_>>(),
        expected
    );
    let joined = history.body["items"].as_array().expect("items").iter();
    let names: Vec<&Value> = joined
        .filter(|entry| entry["event"] == "contact.joined_customer")
        .map(|entry| &entry["changes"][0]["after"])
        .collect();
    assert_eq!(names, [&json!("Miller & Sons"); 2], "by name, and not by id");
    for (body, status) in [
        (json!({}), 422),
        (json!({ "contact_id": ada, "new_contact": { "name": "X" } }), 422),
        (json!({ "contact_id": ada, "permissions": [] }), 422),
        (json!({ "new_contact": { "name": "X" }, "permissions": ["everything"] }), 422),
        (json!({ "contact_id": Uuid::now_v7() }), 404),
    ] {
        admin.post(&format!("{path}/contacts"), body).await.is(status);
    }
    admin.post("/v1/customers", json!({ "name": " " })).await.is(422);
}

// The portal, row by row.

/// R104
#[tokio::test(flavor = "multi_thread")]
async fn r104_a_customer_views_adds_and_edits_its_own_contacts() {
    let millers = Millers::start().await;
    let ada = &millers.ada.session;
    let listed = ada.get(&millers.contacts()).await.is(200);
    assert_eq!(names(&listed), ["Ada", "Ada", "Cid Miller"]);
    // R114, R115
    let new = json!({
        "title": "Dr", "name": "Dora Miller", "phones": ["+1 212 555 0181"],
        "primary_email": "dora@example.org", "permissions": ["access_billing", "create_work_order"],
    });
    let key = [("idempotency-key", "dora")];
    let added = ada.with(&millers.contacts(), new.clone(), &key).await.is(201);
    let again = ada.with(&millers.contacts(), new, &key).await.is(201);
    assert_eq!(added.id(), again.id(), "acts once");
    let dora = millers.contact(added.id());
    assert_eq!(added.headers["location"], dora.as_str());
    let shown = ada.get(&dora).await.is(200);
    let body = &shown.body;
    assert_eq!((&body["title"], &body["name"]), (&json!("Dr"), &json!("Dora Miller")));
    assert_eq!(body["permissions"], json!(["access_billing", "create_work_order"]), "R113");
    assert_eq!((&body["status"], &body["yourself"]), (&json!("not_invited"), &json!(false)));
    // R121: with what it may in one save; another version is not overwritten.
    let edit = json!({ "name": "Dora M.", "phones": null, "permissions": ["access_reports"] });
    let stale = ada.request(Method::PATCH, &dora).json(&edit).header("if-match", "\"1\"");
    assert_eq!(send(stale).await.is(412).code(), "stale_version");
    let edited = ada.patch(&dora, edit).await.is(200);
    let shown = ada.get(&dora).await.is(200);
    assert_eq!((&shown.body["name"], &shown.body["phones"]), (&json!("Dora M."), &json!([])));
    assert_eq!(shown.body["permissions"], json!(["access_reports"]));
    // The builder sees who it was, as a contact of this account and as nobody of another's.
    let path = format!("/v1/contacts/{}/history", added.id());
    let history = millers.builder.admin.get_after(&edited, &path).await.is(200);
    let kinds: Vec<&Value> = history.body["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|entry| entry["refused"].is_null())
        .map(|entry| &entry["actor"])
        .collect();
    for actor in kinds {
        assert_eq!(actor["kind"], "portal_contact", "{}", history.text);
        assert_eq!((&actor["id"], &actor["label"]), (&json!(millers.ada.contact), &json!("Ada")));
    }
    assert!(!history.text.contains(&millers.ada.person.to_string()), "no person's id");
    let channels = history.each("channel");
    assert!(channels.iter().all(|channel| channel == "portal"), "{channels:?}");
    // Whoever asks for what that contact did finds it.
    let audit =
        millers.builder.admin.get(&format!("/v1/audit?actor={}", millers.ada.contact)).await;
    assert!(audit.is(200).each("event").contains(&"contact.joined_customer".to_owned()));
}

/// R106, R107
#[tokio::test(flavor = "multi_thread")]
async fn r106_and_r107_the_list_and_the_search_have_the_customers_own_contacts_and_no_others() {
    let millers = Millers::start().await;
    let builder = &millers.builder;
    let oaks = opened(builder, "Oak Ltd").await;
    let ola = builder.admin.contact("Ola Miller", Some("ola@example.org")).await;
    joins(builder, oaks, ola).await;
    builder.admin.contact("Free Miller", None).await;
    let ada = &millers.ada.session;
    assert_eq!(names(&ada.get(&millers.contacts()).await.is(200)), ["Ada", "Ada", "Cid Miller"]);
    let found = ada.get(&format!("{}?name=miller", millers.contacts())).await.is(200);
    assert_eq!(names(&found), ["Cid Miller"]);
    let first = ada.get(&format!("{}?limit=2", millers.contacts())).await.is(200);
    let next = first.body["next"].as_str().expect("one more");
    let rest = ada.get(&format!("{}?limit=2&cursor={next}", millers.contacts())).await.is(200);
    assert_eq!((first.each("id").len(), names(&rest)), (2, vec!["Cid Miller".to_owned()]));
}

/// R109, G15
#[tokio::test(flavor = "multi_thread")]
async fn r109_contacts_are_searched_by_name_and_status() {
    let millers = Millers::start().await;
    let ada = &millers.ada.session;
    for (query, found) in [
        ("name=cid", 1),
        ("name=cid&status=not_invited", 1),
        ("name=cid&status=active", 0),
        ("status=active", 2),
        ("status=pending", 0),
    ] {
        let page = ada.get(&format!("{}?{query}", millers.contacts())).await.is(200);
        assert_eq!(page.each("id").len(), found, "{query}");
    }
    for query in ["status=deleted", "status=merged", "status=x", "limit=0"] {
        ada.get(&format!("{}?{query}", millers.contacts())).await.is(422);
    }
}

/// R110, R111, and promise 22: nothing of what the builder keeps beyond it.
#[tokio::test(flavor = "multi_thread")]
async fn r110_members_see_title_name_phone_email_and_nothing_that_is_the_builders() {
    let millers = Millers::start().await;
    let admin = &millers.builder.admin;
    let field = json!({ "fields": [{ "name": "gate", "label": "Gate", "kind": "text" }] });
    admin.put("/v1/custom-fields", field).await.is(200);
    let value = json!({ "value": "canary-custom" });
    admin.put(&format!("/v1/contacts/{}/custom-fields/gate", millers.cid), value).await.is(200);
    let lead = json!({ "title": "canary-lead", "contact_id": millers.cid });
    admin.post("/v1/leads", lead).await.is(201);
    let edit = json!({ "address": "canary-street", "title": "Mr", "phones": ["555 0101"] });
    admin.patch(&format!("/v1/contacts/{}", millers.cid), edit).await.is(200);
    let job = admin.job("Barn", &[millers.cid]).await;
    admin.post(&format!("/v1/jobs/{job}/notes"), json!({ "text": "canary-note" })).await.is(201);
    let ada = &millers.ada.session;
    for path in [millers.contacts(), millers.contact(millers.cid)] {
        let seen = ada.get(&path).await.is(200);
        assert!(!seen.text.contains("canary"), "{}", seen.text);
    }
    let cid = ada.get(&millers.contact(millers.cid)).await.is(200);
    let mut fields: Vec<&String> = cid.body.as_object().expect("an object").keys().collect();
    fields.sort();
    let expected = [
        "additional_emails",
        "id",
        "name",
        "permissions",
        "phones",
        "primary_email",
        "status",
        "title",
        "version",
        "yourself",
    ];
    assert_eq!(fields, expected);
    assert_eq!((&cid.body["title"], &cid.body["phones"]), (&json!("Mr"), &json!(["555 0101"])));
}

/// R116 to R120, G12, scenario 26.
#[tokio::test(flavor = "multi_thread")]
async fn r116_to_r120_each_permission_level_reaches_only_its_feature() {
    let millers = Millers::start().await;
    let bea = &millers.bea.session;
    let rename = json!({ "name": "Cid M." });
    let new = json!({ "name": "X", "permissions": [] });
    for (permissions, features, contacts) in [
        (&["access_billing"][..], json!(["billing"]), false),
        (&["access_reports"], json!(["reports"]), false),
        (&["create_work_order"], json!(["work_orders"]), false),
        (&["edit_contact"], json!(["contacts"]), true),
        (&[], json!([]), false),
    ] {
        millers.permit(millers.bea.contact, permissions).await;
        let own = bea.get("/v1/me/customers").await.is(200);
        let own = &own.body["items"][0];
        assert_eq!((&own["name"], &own["features"]), (&json!("The Millers"), &features));
        if contacts {
            bea.get(&millers.contacts()).await.is(200);
            bea.get(&millers.contact(millers.cid)).await.is(200);
            bea.patch(&millers.contact(millers.cid), rename.clone()).await.is(200);
        } else {
            for answer in [
                bea.get(&millers.contacts()).await,
                bea.get(&millers.contact(millers.cid)).await,
                bea.patch(&millers.contact(millers.cid), rename.clone()).await,
            ] {
                refused(answer, 403, "portal_permission_needed", "R120");
            }
        }
        // G16: adding, deleting and the rest take Admin Access.
        let cid = millers.contact(millers.cid);
        for answer in [
            bea.post(&millers.contacts(), new.clone()).await,
            bea.delete(&format!("{cid}?confirm=true")).await,
            bea.patch(&cid, json!({ "permissions": ["admin_access"] })).await,
            bea.order(&format!("{cid}/invite")).await,
            bea.order(&format!("{cid}/disable")).await,
        ] {
            refused(answer, 403, "portal_permission_needed", "G16");
        }
        refused(bea.get(&millers.audit()).await, 403, "portal_permission_needed", "2.8");
    }
    millers.permit(millers.bea.contact, &["admin_access"]).await;
    bea.post(&millers.contacts(), new).await.is(201);
    bea.get(&millers.audit()).await.is(200);
}

/// R120, G13, R38, R42
#[tokio::test(flavor = "multi_thread")]
async fn r120_an_active_contact_is_edited_by_itself_and_its_title_and_permissions_by_an_admin() {
    let millers = Millers::start().await;
    millers.permit(millers.bea.contact, &["edit_contact"]).await;
    let (ada, bea) = (&millers.ada.session, &millers.bea.session);
    let of_ada = millers.contact(millers.ada.contact);
    let of_bea = millers.contact(millers.bea.contact);
    let rename = json!({ "name": "Somebody Else" });
    refused(bea.patch(&of_ada, rename.clone()).await, 409, "contact_locked_active", "R39");
    refused(ada.patch(&of_bea, rename.clone()).await, 409, "contact_locked_active", "R39");
    let title = json!({ "title": "Mrs" });
    refused(bea.patch(&of_ada, title.clone()).await, 403, "portal_permission_needed", "G16");
    ada.patch(&of_bea, title).await.is(200);
    ada.patch(&of_bea, json!({ "permissions": ["edit_contact", "access_billing"] })).await.is(200);
    let shown = ada.get(&of_bea).await.is(200);
    assert_eq!(shown.body["permissions"], json!(["access_billing", "edit_contact"]));
    let own = json!({ "permissions": ["access_billing"] });
    refused(ada.patch(&of_ada, own).await, 403, "not_to_oneself", "2.8");
    // R42, R43: pending is locked; cancelled, it is edited and invited again.
    let cid = millers.contact(millers.cid);
    ada.order(&format!("{cid}/invite")).await.is(200);
    refused(bea.patch(&cid, rename.clone()).await, 409, "contact_locked_pending", "R42");
    let link = millers.server.newest_link(millers.builder.id, millers.cid).await;
    ada.order(&format!("{cid}/invite/resend")).await.is(200);
    let again = millers.server.newest_link(millers.builder.id, millers.cid).await;
    assert_ne!(link, again, "a resend makes the link before it void");
    ada.post(&format!("{cid}/invite/redirect"), json!({ "email": "cid@home.example" }))
        .await
        .is(200);
    ada.order(&format!("{cid}/invite/cancel")).await.is(200);
    bea.patch(&cid, rename).await.is(200);
    let more = json!({ "email": "cid@work.example" });
    bea.post(&format!("{cid}/additional-emails"), more).await.is(200);
    let other = json!({ "email": "cid@work.example", "replace_with": "cid@play.example" });
    bea.patch(&format!("{cid}/additional-emails"), other).await.is(200);
    // Who removes one, is its owner or the builder (G5).
    let removed = json!({ "email": "cid@play.example", "replace_with": null });
    let no = bea.patch(&format!("{cid}/additional-emails"), removed).await.is(403);
    assert_eq!(no.code(), "not_permitted");
    // Access is closed and opened, but not one's own.
    ada.order(&format!("{of_bea}/disable")).await.is(200);
    bea.get(&millers.contacts()).await.is(404);
    ada.order(&format!("{of_bea}/enable")).await.is(200);
    bea.get(&millers.contacts()).await.is(200);
    refused(ada.order(&format!("{of_ada}/disable")).await, 403, "not_to_oneself", "2.8");
    refused(ada.order(&format!("{of_bea}/deactivate")).await, 422, "reason_needed", "2.3");
    let why = json!({ "reason": "They have left" });
    ada.post(&format!("{of_bea}/deactivate"), why).await.is(200);
    bea.get(&millers.contacts()).await.is(404);
}

/// R122, R123, R124, scenario 25.
#[tokio::test(flavor = "multi_thread")]
async fn r122_to_r124_a_member_deletes_others_after_a_confirmation_and_never_themselves() {
    let millers = Millers::start().await;
    let ada = &millers.ada.session;
    let own = ada.delete(&format!("{}?confirm=true", millers.contact(millers.ada.contact))).await;
    refused(own, 403, "cannot_delete_self", "R123");
    let cid = millers.contact(millers.cid);
    refused(ada.delete(&cid).await, 422, "confirmation_needed", "R124");
    ada.delete(&format!("{cid}?confirm=perhaps")).await.is(400);
    ada.delete(&format!("{cid}?confirm=true")).await.is(200);
    ada.get(&cid).await.is(404);
    ada.delete(&format!("{cid}?confirm=true")).await.is(404);
    assert_eq!(names(&ada.get(&millers.contacts()).await.is(200)), ["Ada", "Ada"]);
    // The builder brings it back, to its customer.
    let path = format!("/v1/contacts/{}/restore", millers.cid);
    millers.builder.admin.order(&path).await.is(200);
    ada.get(&cid).await.is(200);
}

/// H7
#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_of_a_customer_stays() {
    let millers = Millers::start().await;
    let admin = &millers.builder.admin;
    let (ada, bea) = (millers.ada.contact, millers.bea.contact);
    millers.permit(bea, &["access_billing"]).await;
    let none = json!({ "permissions": [] });
    for answer in [
        admin.delete(&format!("/v1/contacts/{ada}?confirm=true")).await,
        admin.put(&format!("/v1/contacts/{ada}/portal-permissions"), none).await,
        admin.delete(&format!("/v1/customers/{}/contacts/{ada}", millers.customer)).await,
    ] {
        refused(answer, 409, "last_admin", "H7");
    }
    millers.permit(bea, &["admin_access"]).await;
    admin.delete(&format!("/v1/contacts/{ada}?confirm=true")).await.is(200);
    refused(
        admin.delete(&format!("/v1/contacts/{bea}?confirm=true")).await,
        409,
        "last_admin",
        "H7",
    );
    // R9, R44: an access that is not to be open is closed, whatever hangs on it.
    admin.order(&format!("/v1/contacts/{bea}/disable")).await.is(200);
}

/// H3: who else has an address, a member is not told.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_told_neither_name_nor_id_of_whoever_has_an_email() {
    let millers = Millers::start().await;
    let oaks = opened(&millers.builder, "Oak Ltd").await;
    let ola = millers.server.owner(&millers.builder, "ola@example.org", PASSWORD).await;
    joins(&millers.builder, oaks, ola.contact).await;
    let ada = &millers.ada.session;
    let taken = json!({ "name": "X", "primary_email": "ola@example.org", "permissions": [] });
    let edit = json!({ "primary_email": "ola@example.org" });
    for answer in [
        ada.post(&millers.contacts(), taken).await,
        ada.patch(&millers.contact(millers.cid), edit).await,
    ] {
        let answer = answer.is(409);
        assert_eq!(answer.code(), "primary_email_taken_contact_builder");
        assert!(!answer.text.contains(&ola.contact.to_string()), "{}", answer.text);
    }
}

/// Promise 21, for members: every route against customers and contacts of others.
#[tokio::test(flavor = "multi_thread")]
async fn to_a_member_another_customer_and_its_contacts_are_as_if_they_never_were() {
    let millers = Millers::start().await;
    let builder = &millers.builder;
    let oaks = opened(builder, "Oak Ltd").await;
    let ola = millers.server.owner(builder, "ola@example.org", PASSWORD).await;
    joins(builder, oaks, ola.contact).await;
    let other = millers.server.builder("Birch").await;
    let birches = opened(&other, "Birches").await;
    let bob = other.admin.contact("Bob", Some("bob@example.org")).await;
    joins(&other, birches, bob).await;
    let unknown = Uuid::now_v7;
    let ada = &millers.ada.session;
    let pairs = [
        (oaks, ola.contact),
        (birches, bob),
        (millers.customer, ola.contact),
        (millers.customer, bob),
        (oaks, millers.cid),
        (unknown(), unknown()),
    ];
    for (customer, contact) in pairs {
        let contacts = format!("/v1/me/customers/{customer}/contacts");
        let path = format!("{contacts}/{contact}");
        let email = json!({ "email": "x@example.org" });
        let replaced = json!({ "email": "x@example.org", "replace_with": "y@example.org" });
        let mut answers = vec![
            ada.get(&path).await,
            ada.patch(&path, json!({ "name": "X" })).await,
            ada.delete(&format!("{path}?confirm=true")).await,
            ada.post(&format!("{path}/additional-emails"), email.clone()).await,
            ada.patch(&format!("{path}/additional-emails"), replaced).await,
            ada.order(&format!("{path}/invite")).await,
            ada.order(&format!("{path}/invite/resend")).await,
            ada.order(&format!("{path}/invite/cancel")).await,
            ada.post(&format!("{path}/invite/redirect"), email).await,
            ada.order(&format!("{path}/disable")).await,
            ada.order(&format!("{path}/enable")).await,
            ada.post(&format!("{path}/deactivate"), json!({ "reason": "X" })).await,
        ];
        let about = format!("/v1/me/customers/{customer}/audit?contact={contact}");
        answers.push(ada.get(&about).await);
        if customer != millers.customer {
            answers.push(ada.get(&contacts).await);
            let new = json!({ "name": "X", "permissions": [] });
            answers.push(ada.post(&contacts, new).await);
            answers.push(ada.get(&format!("/v1/me/customers/{customer}/audit")).await);
        }
        for answer in answers {
            assert_eq!(answer.is(404).code(), "not_found");
        }
    }
    // Nor is anybody else's credential one to a portal.
    for caller in [&builder.admin, &millers.server.operator(), &millers.server.anybody()] {
        let answer = caller.get(&millers.contacts()).await;
        assert!([401, 403].contains(&answer.status.as_u16()), "{}", answer.text);
    }
    let ola = ola.session.get("/v1/me/customers").await.is(200);
    assert_eq!(ola.each("name"), ["Oak Ltd"]);
}

/// H13: who looks through an owner's eyes sees no portal, and does nothing in it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_looks_into_a_customers_portal_through_an_owners_eyes() {
    let millers = Millers::start().await;
    let admin = &millers.builder.admin;
    let job = admin.job("Barn", &[millers.ada.contact]).await;
    let body = json!({ "contact": millers.ada.contact, "reason": "They called" });
    let look = admin.post(&format!("/v1/jobs/{job}/impersonations"), body).await.is(201);
    let token =
        ["session_token", "token", "secret"].iter().find_map(|field| look.body[*field].as_str());
    let looks = millers.server.caller(token.expect("a secret"));
    looks.get("/v1/me/customers").await.is(403);
    looks.get(&millers.contacts()).await.is(403);
    looks.get(&millers.audit()).await.is(403);
    looks.get(&format!("/v1/me/customers/{}/documents", millers.customer)).await.is(403);
    let new = json!({ "name": "X", "permissions": [] });
    looks.post(&millers.contacts(), new).await.is(403);
}

/// 2.8, condition c for PA: read audit.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_of_a_customer_reads_who_did_what_to_its_contacts() {
    let millers = Millers::start().await;
    let admin = &millers.builder.admin;
    let (ada, bea) = (&millers.ada.session, &millers.bea.session);
    let cid = millers.contact(millers.cid);
    let edit = json!({ "phones": ["555 0101"], "address": "canary-street" });
    admin.patch(&format!("/v1/contacts/{}", millers.cid), edit).await.is(200);
    bea.patch("/v1/me", json!({ "name": "Bea Miller" })).await.is(200);
    ada.patch(&cid, json!({ "name": "Cid M." })).await.is(200);
    let why = json!({ "reason": "They have moved out" });
    ada.post(&format!("{}/deactivate", millers.contact(millers.bea.contact)), why).await.is(200);
    ada.delete(&format!("{cid}?confirm=true")).await.is(200);
    let all = ada.get(&millers.audit()).await.is(200);
    let told: Vec<[&str; 5]> = all.body["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|entry| {
            let (by, text) = (&entry["by"], |value: &'_ Value| value.as_str().map(str::to_owned));
            assert_eq!(text(&by["contact_name"]).is_some(), by["kind"] == "member", "{entry}");
            [
                entry["event"].as_str().expect("a type"),
                entry["contact_name"].as_str().expect("a name"),
                by["kind"].as_str().expect("a kind"),
                by["contact_name"].as_str().unwrap_or_default(),
                entry["reason"].as_str().unwrap_or_default(),
            ]
        })
        .collect();
    assert_eq!(
        told[..5],
        [
            ["contact.deleted", "Cid M.", "member", "Ada", ""],
            ["contact.owner_deactivated", "Bea Miller", "member", "Ada", "They have moved out"],
            ["contact.info_updated", "Cid M.", "member", "Ada", ""],
            ["contact.info_updated", "Bea Miller", "member", "Bea Miller", ""],
            ["contact.info_updated", "Cid M.", "builder", "", ""],
        ],
        "{}",
        all.text
    );
    let renamed = &all.body["items"][2];
    assert_eq!(renamed["by"]["contact_id"], json!(millers.ada.contact));
    let change =
        json!([{ "field": "name", "before": "Cid Miller", "after": "Cid M.", "erased": false }]);
    assert_eq!(renamed["changes"], change);
    let by_builder = &all.body["items"][4]["changes"];
    assert_eq!(by_builder.as_array().map(Vec::len), Some(1), "no address: {by_builder}");
    assert_eq!(by_builder[0]["after"], "555 0101");
    // Page by page it is the same, and about one contact the same of it.
    let (mut paged, mut path) = (Vec::new(), Some(format!("{}?limit=2", millers.audit())));
    while let Some(at) = path {
        let page = ada.get(&at).await.is(200);
        paged.extend(page.body["items"].as_array().expect("items").clone());
        let next = page.body["next"].as_str();
        path = next.map(|next| format!("{}?limit=2&cursor={next}", millers.audit()));
    }
    assert_eq!(&json!(paged), &all.body["items"]);
    let of_cid = ada.get(&format!("{}?contact={}", millers.audit(), millers.cid)).await.is(200);
    let of_all = all.body["items"].as_array().expect("items").iter();
    let expected: Vec<&Value> =
        of_all.filter(|entry| entry["contact_id"] == json!(millers.cid)).collect();
    assert_eq!(json!(expected), of_cid.body["items"]);
    for query in ["limit=0", "limit=201", "contact=x"] {
        ada.get(&format!("{}?{query}", millers.audit())).await.is(422);
    }
    for query in ["cursor=x", "actor=x"] {
        ada.get(&format!("{}?{query}", millers.audit())).await.is(400);
    }
}

/// Promise 22: neither what the builder keeps, nor who its people are, nor what was another customer's.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_of_a_customer_reads_nothing_that_is_the_builders_or_anothers() {
    let millers = Millers::start().await;
    let (server, builder) = (&millers.server, &millers.builder);
    let admin = &builder.admin;
    let staff = server.staff(builder, "canary-staff@elm.example", "admin", &[]).await;
    // Dee was of another household, whose admin looked after her.
    let oaks = opened(builder, "Canary Oaks").await;
    let ola = server.owner(builder, "canary-ola@example.org", PASSWORD).await;
    ola.session.patch("/v1/me", json!({ "name": "Canary Ola" })).await.is(200);
    let dee = admin.contact("Canary Dee", Some("canary-dee@example.org")).await;
    for contact in [ola.contact, dee] {
        joins(builder, oaks, contact).await;
    }
    let at_oaks = format!("/v1/me/customers/{oaks}/contacts/{dee}");
    ola.session.patch(&at_oaks, json!({ "phones": ["canary 555"] })).await.is(200);
    let other = json!({ "name": "Dee", "phones": [], "primary_email": "dee@example.org" });
    ola.session.patch(&at_oaks, other).await.is(200);
    admin.delete(&format!("/v1/customers/{oaks}/contacts/{dee}")).await.is(200);
    joins(builder, millers.customer, dee).await;
    // What the builder keeps, and does as itself.
    let field = json!({ "fields": [{ "name": "gate", "label": "Gate", "kind": "text" }] });
    admin.put("/v1/custom-fields", field).await.is(200);
    let at = format!("/v1/contacts/{}", millers.cid);
    let value = json!({ "value": "canary-custom" });
    admin.put(&format!("{at}/custom-fields/gate"), value).await.is(200);
    admin.patch(&at, json!({ "address": "canary-street" })).await.is(200);
    let why = json!({ "reason": "canary: they pay late" });
    staff
        .session
        .post(&format!("/v1/contacts/{}/deactivate", millers.bea.contact), why)
        .await
        .is(200);
    let twin = admin.contact("Canary Twin", None).await;
    let merge = json!({ "survivor": millers.cid, "absorbed": [twin] });
    admin.post("/v1/contacts/merge", merge).await.is(200);
    let job = admin.job("Canary Barn", &[millers.cid, millers.ada.contact]).await;
    admin.post(&format!("/v1/jobs/{job}/notes"), json!({ "text": "canary-note" })).await.is(201);
    let budget = json!({ "lines": [{ "label": "canary", "amount_cents": 987_654_321 }] });
    admin.put(&format!("/v1/jobs/{job}/budget"), budget).await.is(200);
    let lead = json!({ "title": "canary-lead", "contact_id": millers.cid });
    admin.post("/v1/leads", lead).await.is(201);
    let todo = json!({ "contact_id": millers.ada.contact, "title": "canary-todo" });
    admin.post(&format!("/v1/jobs/{job}/todos"), todo).await.is(201);
    let look = json!({ "contact": millers.ada.contact, "reason": "canary-look" });
    let last = admin.post(&format!("/v1/jobs/{job}/impersonations"), look).await.is(201);
    drop(last);
    let ada = &millers.ada.session;
    let person = ada.get("/v1/me").await.is(200).id();
    for query in ["", "&contact=", "&contact=dee"] {
        let query = match query {
            "" => String::new(),
            "&contact=" => format!("&contact={}", millers.cid),
            _ => format!("&contact={dee}"),
        };
        let seen = ada.get(&format!("{}?limit=200{query}", millers.audit())).await.is(200);
        assert!(!seen.each("event").is_empty(), "{query}");
        let text = seen.text.to_lowercase();
        for never in ["canary", "987654", "gate", "127.0.0.1", &oaks.to_string()] {
            assert!(!text.contains(never), "{never} in {}", seen.text);
        }
        for id in [person, staff.id, ola.contact, twin, job] {
            assert!(!text.contains(&id.to_string()), "{id} in {}", seen.text);
        }
    }
    let of_dee = ada.get(&format!("{}?contact={dee}", millers.audit())).await.is(200);
    assert_eq!(of_dee.each("event"), ["contact.joined_customer"], "{}", of_dee.text);
    // Whoever has left is as one that never was; there is nothing of hers among the rest.
    admin.delete(&format!("/v1/customers/{}/contacts/{dee}", millers.customer)).await.is(200);
    ada.get(&format!("{}?contact={dee}", millers.audit())).await.is(404);
    let seen = ada.get(&millers.audit()).await.is(200);
    assert!(!seen.text.contains(&dee.to_string()), "{}", seen.text);
}

/// R119
#[tokio::test(flavor = "multi_thread")]
async fn r119_a_member_files_a_work_order_and_the_builder_makes_a_task_of_it() {
    let millers = Millers::start().await;
    let admin = &millers.builder.admin;
    let bea = &millers.bea.session;
    let orders = format!("/v1/me/customers/{}/work-orders", millers.customer);
    let job = admin.job("Barn", &[millers.bea.contact]).await;
    let body =
        json!({ "title": "A leaking tap", "text": "canary-text\nSince Monday.", "job_id": job });
    for permissions in [&["access_billing"][..], &["access_reports"], &["edit_contact"], &[]] {
        millers.permit(millers.bea.contact, permissions).await;
        let filed = bea.post(&orders, body.clone()).await;
        refused(filed, 403, "portal_permission_needed", "R119");
        refused(bea.get(&orders).await, 403, "portal_permission_needed", "R119");
    }
    millers.permit(millers.bea.contact, &["create_work_order"]).await;
    let key = [("idempotency-key", "tap")];
    let filed = bea.with(&orders, body.clone(), &key).await.is(201);
    assert_eq!(filed.id(), bea.with(&orders, body, &key).await.is(201).id(), "acts once");
    let other = json!({ "title": "A gate", "text": "It sticks." });
    let last = bea.post(&orders, other).await.is(201);
    let gate = last.id();
    let not_hers = admin.job("Shed", &[]).await;
    let body = json!({ "title": "X", "text": "X", "job_id": not_hers });
    bea.post(&orders, body).await.is(404);
    bea.post(&orders, json!({ "title": " ", "text": "" })).await.is(422);
    // The builder's list, with whose it is.
    let listed = admin.get_after(&last, "/v1/work-orders?stage=open").await.is(200);
    assert_eq!(listed.each("title"), ["A gate", "A leaking tap"]);
    assert_eq!(listed.each("customer"), ["The Millers", "The Millers"]);
    let path = format!("/v1/work-orders/{}", filed.id());
    let shown = admin.get_after(&filed, &path).await.is(200);
    assert_eq!((&shown.body["asked_job_id"], &shown.body["stage"]), (&json!(job), &json!("open")));
    // Both or neither: an unknown job makes no task and leaves the order open.
    let task = json!({ "job_id": Uuid::now_v7(), "title": "Mend the tap", "phase": "execution" });
    admin.post(&format!("{path}/task"), task).await.is(404);
    let task = json!({ "job_id": job, "title": "Mend the tap", "phase": "execution" });
    let taken = admin.post(&format!("{path}/task"), task.clone()).await.is(200);
    refused(admin.post(&format!("{path}/task"), task).await, 409, "work_order_settled", "R119");
    let job = admin.get_after(&taken, &format!("/v1/jobs/{job}")).await.is(200);
    assert!(job.text.contains("Mend the tap"), "{}", job.text);
    let why = json!({ "reason": "The gate is your neighbour's" });
    admin.post(&format!("/v1/work-orders/{gate}/decline"), why).await.is(200);
    let seen = bea.get(&orders).await.is(200);
    assert_eq!(seen.each("stage"), ["declined", "task"]);
    assert_eq!(seen.each("declined_reason")[0], "The gate is your neighbour's");
    assert!(!seen.text.contains("Mend the tap") && !seen.text.contains("task_id"), "{}", seen.text);
    // It stands in the histories of the customer and of who filed it, and sealed in the ledger.
    for path in [
        format!("/v1/customers/{}/history", millers.customer),
        format!("/v1/contacts/{}/history", millers.bea.contact),
    ] {
        let events = admin.get_after(&taken, &path).await.is(200).each("event");
        assert!(events.contains(&"work_order.turned_into_task".to_owned()), "{events:?}");
    }
    let events = millers.server.rows("events").await;
    assert!(events.iter().all(|event| !event.contains("canary-text")));
    // Of another customer there are none.
    let ola = millers.server.owner(&millers.builder, "ola@example.org", PASSWORD).await;
    let oaks = opened(&millers.builder, "Oak Ltd").await;
    joins(&millers.builder, oaks, ola.contact).await;
    ola.session.get(&orders).await.is(404);
    ola.session.post(&orders, json!({ "title": "X", "text": "X" })).await.is(404);
    let own = ola.session.get(&format!("/v1/me/customers/{oaks}/work-orders")).await.is(200);
    assert!(own.each("id").is_empty());
}
