//! The customer portal's Contacts pages, and the builder's pages about customers (R104 to R124).

use super::super::documents;
use super::super::harness::{Builder, Server};
use super::PASSWORD;
use super::browser::{Browser, Seen, staff_browser};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

struct Portal {
    server: Server,
    builder: Builder,
    customer: Uuid,
    contacts: String,
    bea: Uuid,
    cid: Uuid,
    ada: Browser,
}

/// Ada has admin access, Bea may edit contacts; Cid has no login.
async fn portal() -> Portal {
    let server = Server::start().await;
    let builder = server.builder("Elm Builders").await;
    let admin = &builder.admin;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await.contact;
    let bea = server.owner(&builder, "bea@example.org", PASSWORD).await.contact;
    let cid = admin.contact("Cid Miller", Some("cid@example.org")).await;
    let edit = json!({ "title": "Mr", "phones": ["555 0101"] });
    admin.patch(&format!("/v1/contacts/{cid}"), edit).await.is(200);
    let customer = admin.post("/v1/customers", json!({ "name": "The Millers" })).await.is(201).id();
    for contact in [ada, bea, cid] {
        let path = format!("/v1/customers/{customer}/contacts");
        admin.post(&path, json!({ "contact_id": contact })).await.is(200);
    }
    let levels = json!({ "permissions": ["edit_contact"] });
    admin.put(&format!("/v1/contacts/{bea}/portal-permissions"), levels).await.is(200);
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let contacts = format!("/me/customers/{customer}/contacts");
    Portal { server, builder, customer, contacts, bea, cid, ada: browser }
}

/// R105, R106, R110, R112
#[tokio::test(flavor = "multi_thread")]
async fn r105_to_r112_the_contacts_page_is_one_step_away_and_has_the_five_columns() {
    let mut at = portal().await;
    let home = at.ada.look("/me").await.is(200).says(&["The Millers", "Contacts"]);
    assert!(home.html.contains(&format!("href=\"{}\"", at.contacts)), "{}", home.html);
    at.ada.look("/me/customers").await.is(200).says(&["The Millers", "Elm Builders", "Contacts"]);
    let page = at.ada.look(&at.contacts).await.is(200);
    let heads: Vec<&str> = page
        .html
        .split("<th scope=\"col\">")
        .skip(1)
        .filter_map(|head| head.split('<').next())
        .collect();
    assert_eq!(heads, ["Title", "Name", "Phone", "Email", "Actions"], "R110");
    let page =
        page.says(&["Mr", "Cid Miller", "555 0101", "cid@example.org", "View", "Edit", "Delete"]);
    for (path, there) in [
        (format!("{}/search", at.contacts), true),
        (format!("{}/new", at.contacts), true),
        (format!("{}/{}", at.contacts, at.cid), true),
        (format!("{}/{}/edit", at.contacts, at.cid), true),
        (format!("{}/{}/delete", at.contacts, at.cid), true),
    ] {
        assert_eq!(page.html.contains(&format!("href=\"{path}\"")), there, "{path}");
    }
    // Who belongs to nobody finds no way there.
    at.server.owner(&at.builder, "ola@example.org", PASSWORD).await;
    let mut ola = Browser::new(&at.server);
    ola.sign_in("ola@example.org", PASSWORD).await.leads_to();
    ola.look("/me").await.is(200).says_nothing_of(&["/me/customers"]);
    ola.look(&at.contacts).await.is(404);
}

/// R107 to R109
#[tokio::test(flavor = "multi_thread")]
async fn r108_searching_has_a_page_of_its_own_with_name_and_status() {
    let mut at = portal().await;
    let search = format!("{}/search", at.contacts);
    let page = at.ada.look(&search).await.is(200).says(&["Search Contacts", "Name", "Status"]);
    for word in ["not_invited", "pending", "active", "disabled", "deactivated"] {
        assert!(page.html.contains(&format!("<option value=\"{word}\"")), "{word}");
    }
    let found = at.ada.look(&format!("{search}?name=cid&status=not_invited")).await.is(200);
    found.says(&["Cid Miller"]).says_nothing_of(&["bea@example.org"]);
    let none = at.ada.look(&format!("{search}?name=cid&status=active")).await.is(200);
    none.says(&["No contact is called so and has this status."]);
    let bad = at.ada.look(&format!("{search}?status=gone")).await.is(422);
    bad.says(&["That was not taken"]);
}

/// R113 to R115, R121
#[tokio::test(flavor = "multi_thread")]
async fn r113_to_r121_a_contact_is_added_viewed_and_edited_from_both_places() {
    let mut at = portal().await;
    let new = format!("{}/new", at.contacts);
    let page = at.ada.look(&new).await.is(200).says(&[
        "Add Contact",
        "Title",
        "Name",
        "Phone",
        "Email",
        "Admin Access",
        "Access Billing",
        "Access Reports",
        "Create Work Order",
        "Edit Contact",
    ]);
    let refused = at.ada.fill(&page, "add", &[("title", "Dr"), ("name", " ")]).await.is(422);
    let refused = refused.says(&["Name must not be empty."]);
    assert_eq!(refused.form("add").value("title"), "Dr", "what was typed stays");
    let typed = [
        ("title", "Dr"),
        ("name", "Dora Miller"),
        ("phones", "555 0102"),
        ("primary_email", "dora@example.org"),
        ("permissions", "access_billing"),
        ("permissions", "create_work_order"),
    ];
    let added = at.ada.fill(&page, "add", &typed).await;
    let list = at.ada.follow(&added).await.says(&["The contact is added.", "Dora Miller"]);
    let (_, link) = list
        .html
        .split_once("aria-label=\"View Dora Miller\"")
        .expect("a link")
        .0
        .rsplit_once("href=\"")
        .expect("a path");
    let view = link.split('"').next().expect("a path").to_owned();
    let seen = at.ada.look(&view).await.is(200);
    let seen = seen.says(&[
        "View Contact",
        "Dr",
        "Dora Miller",
        "Not invited",
        "Access Billing, Create Work Order",
    ]);
    // R121: from here, as from the list, to the same page.
    let edit = format!("{view}/edit");
    assert!(seen.html.contains(&format!("href=\"{edit}\"")));
    assert!(list.html.contains(&format!("href=\"{edit}\"")));
    let page = at.ada.look(&edit).await.is(200).says(&["Edit Contact"]);
    let saved =
        at.ada.fill(&page, "save", &[("name", "Dora M."), ("permissions", "access_reports")]).await;
    at.ada.follow(&saved).await.says(&["The contact is saved.", "Dora M.", "Access Reports"]);
    // Invited from here; then it is locked (R42), and says how to go on.
    let page = at.ada.look(&view).await.is(200);
    let invited = at.ada.fill(&page, "invite", &[]).await;
    let pending = at.ada.follow(&invited).await.says(&["The invitation is on its way.", "Pending"]);
    at.ada.look(&edit).await.is(200).says(&["Take the invitation back to change these"]);
    let stale = at.ada.fill(&page, "invite", &[]).await.is(409);
    stale.says(&["An invitation is pending"]);
    let cancelled = at.ada.fill(&pending, "cancel", &[]).await;
    at.ada.follow(&cancelled).await.says(&["Not invited"]);
    // An email that is there is replaced, and not passed over where it is left empty.
    let page = at.ada.look(&edit).await.is(200).says(&["it cannot be left empty"]);
    let emptied = at.ada.fill(&page, "save", &[("primary_email", " ")]).await.is(422);
    emptied.says(&["Email must not be empty."]);
    let saved = at.ada.fill(&page, "save", &[("primary_email", "dm@example.org")]).await;
    at.ada.follow(&saved).await.says(&["dm@example.org"]);
}

/// R21, R22, R40, H5, R44: what the builder does on pages, the customer's members do on theirs.
#[tokio::test(flavor = "multi_thread")]
async fn members_keep_additional_emails_redirect_an_invitation_and_deactivate() {
    let mut at = portal().await;
    let cid = format!("{}/{}", at.contacts, at.cid);
    let page = at.ada.look(&cid).await.is(200).says(&["More emails"]);
    let refused = at.ada.fill(&page, "add-email", &[("new_email", "no address")]).await.is(422);
    let refused = refused.says(&["New address must have exactly one @."]);
    assert_eq!(refused.form("add-email").value("new_email"), "no address");
    let added = at.ada.fill(&refused, "add-email", &[("new_email", "c2@example.org")]).await;
    let page = at.ada.follow(&added).await.says(&["c2@example.org"]);
    let twice = at.ada.fill(&page, "add-email", &[("new_email", "c2@example.org")]).await;
    twice.is(409).says(&["c2@example.org"]);
    let changed = at.ada.fill(&page, "change-email", &[("to", "c3@example.org")]).await;
    let page = at.ada.follow(&changed).await.says(&["c3@example.org"]);
    let page = page.says_nothing_of(&["c2@example.org", "The address was wrong", "Deactivate"]);
    // An invitation that went to the wrong address.
    let invited = at.ada.fill(&page, "invite", &[]).await;
    let page = at.ada.follow(&invited).await.says(&["The address was wrong"]);
    let typed = [("redirect_to", "bea@example.org")];
    let taken = at.ada.fill(&page, "redirect", &typed).await.is(409);
    taken.says(&["Corrected address"]).says_nothing_of(&["Bea"]);
    let typed = [("redirect_to", "right@example.org")];
    let redirected = at.ada.fill(&page, "redirect", &typed).await;
    let page = at.ada.follow(&redirected).await.says(&["right@example.org", "Pending"]);
    // Disabled, somebody who never was active is not deactivated; whoever was, is.
    let disabled = at.ada.fill(&page, "disable", &[]).await;
    let page = at.ada.follow(&disabled).await.says(&["Enable access"]);
    page.says_nothing_of(&["Deactivate"]);
    let bea = format!("{}/{}", at.contacts, at.bea);
    let page = at.ada.look(&bea).await.is(200).says(&["Deactivate"]);
    let disabled = at.ada.fill(&page, "disable", &[]).await;
    let page = at.ada.follow(&disabled).await.says(&["Disabled", "Deactivate"]);
    let refused = at.ada.fill(&page, "deactivate", &[("reason", " ")]).await;
    assert!((400..500).contains(&refused.status), "{}", refused.html);
    let deactivated = at.ada.fill(&page, "deactivate", &[("reason", "Sold the house")]).await;
    at.ada.follow(&deactivated).await.says(&["Deactivated"]);
    // One's own access is for others; one's own emails are one's own.
    let own = at.builder.admin.get(&format!("/v1/customers/{}/contacts", at.customer)).await;
    let ids = own.is(200).each("id");
    let others = [at.bea.to_string(), at.cid.to_string()];
    let own = ids.into_iter().find(|id| !others.contains(id)).expect("Ada's");
    let own = at.ada.look(&format!("{}/{own}", at.contacts)).await.is(200).says(&["More emails"]);
    own.says_nothing_of(&["Security &amp; Login", "Deactivate"]);
}

/// R120, G13: who may edit contacts, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn r120_whoever_may_edit_contacts_is_shown_no_more_than_that() {
    let mut at = portal().await;
    let mut bea = Browser::new(&at.server);
    bea.sign_in("bea@example.org", PASSWORD).await.leads_to();
    let list = bea.look(&at.contacts).await.is(200);
    let list = list.says_nothing_of(&["Delete", "Add Contact"]);
    assert_eq!(list.html.matches("/edit\"").count(), 1, "Cid alone: {}", list.html);
    let cid = format!("{}/{}", at.contacts, at.cid);
    let page = bea.look(&format!("{cid}/edit")).await.is(200);
    let page = page.says_nothing_of(&["Admin Access"]);
    let saved = bea.fill(&page, "save", &[("name", "Cid M.")]).await;
    bea.follow(&saved).await.says(&["Cid M."]).says_nothing_of(&["Send Invite"]);
    // What is not shown is refused too.
    for path in [format!("{}/new", at.contacts), format!("{cid}/delete")] {
        bea.look(&path).await.is(403).says(&["Admin Access"]);
    }
    bea.send(&format!("{cid}/delete"), &[("action", "yes")]).await.is(403);
    bea.send(&cid, &[("action", "invite")]).await.is(403);
    // An active contact's title and permissions are Ada's to change, and nothing else of it.
    let of_bea = format!("{}/{}", at.contacts, at.bea);
    let page = at.ada.look(&format!("{of_bea}/edit")).await.is(200);
    let page = page.says(&["They have a login"]);
    assert!(page.form("save").fields.iter().all(|(name, _)| name != "name"));
    let typed = [("title", "Mrs"), ("permissions", "access_reports")];
    let saved = at.ada.fill(&page, "save", &typed).await;
    at.ada.follow(&saved).await.says(&["Mrs", "Access Reports, Edit Contact"]);
    let forced = [("with_info", "yes"), ("name", "X"), ("action", "save")];
    at.ada.send(&format!("{of_bea}/edit"), &forced).await.is(409);
}

/// 2.8, condition c for PA
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_of_a_customer_reads_who_did_what_on_a_page() {
    let mut at = portal().await;
    let audit = format!("/me/customers/{}/audit", at.customer);
    let home = at.ada.look("/me/customers").await.is(200);
    assert!(home.html.contains(&format!("href=\"{audit}\"")), "{}", home.html);
    let edit = format!("{}/{}/edit", at.contacts, at.cid);
    let page = at.ada.look(&edit).await.is(200);
    at.ada.fill(&page, "save", &[("name", "Cid Stone")]).await.leads_to();
    let page = at.ada.look(&audit).await.is(200).says(&[
        "Who did what",
        "The Millers",
        "You",
        "Details changed",
        "Cid Miller → Cid Stone",
        "Put with your household or company",
        "Elm Builders",
    ]);
    let about = format!("{audit}?contact={}", at.bea);
    assert!(page.html.contains(&format!("href=\"{about}\"")), "{}", page.html);
    let of_bea = at.ada.look(&about).await.is(200).says(&["About all contacts"]);
    of_bea.says_nothing_of(&["Cid Stone"]);
    // Who may do less is not led there, and is refused.
    let mut bea = Browser::new(&at.server);
    bea.sign_in("bea@example.org", PASSWORD).await.leads_to();
    bea.look("/me/customers").await.is(200).says_nothing_of(&["Who did what"]);
    bea.look(&audit).await.is(403).says(&["Admin Access"]);
}

/// R122 to R124
#[tokio::test(flavor = "multi_thread")]
async fn r124_deleting_asks_first_and_yes_deletes() {
    let mut at = portal().await;
    let delete = format!("{}/{}/delete", at.contacts, at.cid);
    let page = at.ada.look(&delete).await.is(200);
    let page = page.says(&["Confirm Delete", "Delete Cid Miller?", "Yes"]);
    at.ada.send(&delete, &[("action", "perhaps")]).await.is(422);
    let deleted = at.ada.fill(&page, "yes", &[]).await;
    let list = at.ada.follow(&deleted).await.says(&["The contact is deleted."]);
    list.says_nothing_of(&["Cid Miller"]);
    at.ada.look(&delete).await.is(404);
    // R123: one's own is not offered, and refused.
    let list = at.ada.look(&at.contacts).await.is(200);
    assert_eq!(list.html.matches("/delete\"").count(), 1, "Bea's: {}", list.html);
    let own = at.builder.admin.get(&format!("/v1/customers/{}/contacts", at.customer)).await;
    let own = own.is(200).each("id").into_iter().find(|id| *id != at.bea.to_string());
    let own = format!("{}/{}/delete", at.contacts, own.expect("Ada's"));
    at.ada.look(&own).await.is(200).says(&["This is your own contact."]);
    at.ada.send(&own, &[("action", "yes")]).await.is(403).says(&["Rule R123"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_builder_keeps_customers_on_pages() {
    let at = portal().await;
    let mut boss = staff_browser(&at.server, &at.builder, "boss@example.org", "admin").await;
    let page = boss.look("/customers").await.is(200).says(&["The Millers", "3"]);
    boss.fill(&page, "open", &[("name", " ")]).await.is(422).says(&["Name must not be empty."]);
    let opened = boss.fill(&page, "open", &[("name", "Oak Ltd")]).await;
    let sheet =
        boss.follow(&opened).await.says(&["Oak Ltd", "Nobody belongs to this customer yet."]);
    let path = sheet.path.split('?').next().expect("a path").to_owned();
    let typed = [("contact_name", "Ola Oak"), ("primary_email", "ola@example.org")];
    let added = boss.fill(&sheet, "create", &typed).await;
    let sheet = boss.follow(&added).await.says(&["Ola Oak", "Not invited", "Admin Access"]);
    let saved = boss.fill(&sheet, "permit", &[("permissions", "access_billing")]).await;
    let sheet = boss.follow(&saved).await.says(&["Admin Access, Access Billing"]);
    let renamed = boss.fill(&sheet, "rename", &[("name", "Oak & Daughters")]).await;
    boss.follow(&renamed).await.says(&["Oak & Daughters"]);
    // Somebody who is in the book; whoever belongs elsewhere is not offered, and refused.
    at.builder.admin.contact("Una Free", None).await;
    let found = boss.look(&format!("{path}?find=una")).await.is(200).says(&["Una Free"]);
    let chosen = boss.fill(&found, "choose", &[]).await;
    let sheet = boss.follow(&chosen).await.says(&["Una Free"]);
    boss.look(&format!("{path}?find=cid")).await.is(200).says_nothing_of(&["Cid Miller"]);
    // However many of those who belong elsewhere come before by name.
    for n in 10..22 {
        let new = json!({ "new_contact": { "name": format!("Zed {n}") } });
        let to = format!("/v1/customers/{}/contacts", at.customer);
        at.builder.admin.post(&to, new).await.is(201);
    }
    at.builder.admin.contact("Zed Zorn", None).await;
    let found = boss.look(&format!("{path}?find=zed")).await.is(200).says(&["Zed Zorn"]);
    found.says_nothing_of(&["Zed 11"]);
    let cid = at.cid.to_string();
    let refused = boss.send(&path, &[("action", "choose"), ("contact", &cid)]).await.is(409);
    refused.says(&["The contact belongs to another customer"]);
    let removed = boss.fill(&sheet, "remove", &[]).await;
    boss.follow(&removed).await.says(&["belongs to this customer no more"]);
    let found = boss.look("/customers?search=oak").await.is(200).says(&["Oak & Daughters"]);
    found.says_nothing_of(&["The Millers"]);
    // H7
    let millers = format!("/customers/{}", at.customer);
    let ada = at.builder.admin.get(&format!("/v1/customers/{}/contacts", at.customer)).await;
    let ada = ada.is(200).each("id").into_iter().find(|id| *id != at.bea.to_string());
    let last = [("action", "remove"), ("contact", &*ada.expect("Ada"))];
    boss.send(&millers, &last).await.is(409).says(&["Admin Access to this customer"]);
    // What somebody may in the portal, and who leaves it, is not for all of the staff to say (2.8).
    let mut stan = staff_browser(&at.server, &at.builder, "stan@example.org", "staff").await;
    let seen = stan.look(&millers).await.is(200).says(&["Cid Miller", "Rename this customer"]);
    seen.says_nothing_of(&["Save permissions", "Remove from this customer"]);
    stan.send(&millers, &last).await.is(403);
    // An auditor looks, and is shown nothing to press.
    let mut auditor = staff_browser(&at.server, &at.builder, "aud@example.org", "auditor").await;
    for path in ["/customers", &path] {
        let seen = auditor.look(path).await.is(200);
        seen.says_nothing_of(&["name=\"action\""]);
    }
    auditor.send("/customers", &[("action", "open"), ("name", "X")]).await.is(403);
    auditor.send(&path, &[("action", "rename"), ("name", "X")]).await.is(403);
}

/// R119
#[tokio::test(flavor = "multi_thread")]
async fn r119_a_work_order_goes_from_the_portal_to_a_job_on_pages() {
    let mut at = portal().await;
    let barn = at.builder.admin.job("Barn", &[]).await;
    let orders = format!("/me/customers/{}/work-orders", at.customer);
    assert!(at.ada.look("/me").await.is(200).html.contains(&format!("href=\"{orders}\"")));
    let page = at.ada.look(&orders).await.is(200).says(&["New work order"]);
    let refused = at.ada.fill(&page, "file", &[("title", ""), ("text", "It drips.")]).await.is(422);
    let refused = refused.says(&["What is to be done must not be empty."]);
    let filed = at.ada.fill(&refused, "file", &[("title", "A leaking tap")]).await;
    at.ada.follow(&filed).await.says(&["A leaking tap", "It drips.", "Waits for the builder"]);
    let mut boss = staff_browser(&at.server, &at.builder, "boss@example.org", "staff").await;
    let page = boss.look("/customers/work-orders").await.is(200);
    let page = page.says(&["A leaking tap", "The Millers", "Ada", "Barn"]);
    let refused = boss.fill(&page, "decline", &[("reason", " ")]).await.is(422);
    refused.says(&["Why not must not be empty."]);
    // Promise 20: what is sealed is not carried into what is not; and no job is chosen for her.
    let form = page.form("task");
    assert_eq!((form.value("title"), form.value("job_id")), ("", ""));
    let refused = boss.fill(&page, "task", &[("title", "Mend the tap")]).await.is(422);
    let refused = refused.says(&["Job must be chosen."]);
    let taken = boss.fill(&refused, "task", &[("job_id", &barn.to_string())]).await;
    boss.follow(&taken).await.says(&["It is a task of the job now", "Task"]);
    at.ada.look(&orders).await.is(200).says(&["The builder has taken it up"]);
    // Who may not file one is not shown the way, and refused.
    let mut bea = Browser::new(&at.server);
    bea.sign_in("bea@example.org", PASSWORD).await.leads_to();
    bea.look("/me").await.is(200).says_nothing_of(&["work-orders"]);
    bea.look(&orders).await.is(403).says(&["Create Work Order"]);
}

/// Sends the page's form, as a browser does that a file was chosen in.
async fn publish(boss: &mut Browser, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Seen {
    let (kind, body) = documents::form(fields, file);
    let request = boss.request(Method::POST, path).header("sec-fetch-site", "same-origin");
    boss.take(path, request.header("content-type", kind).body(body)).await
}

/// R116 to R118
#[tokio::test(flavor = "multi_thread")]
async fn r117_documents_go_from_the_builders_pages_to_the_portal() {
    let mut at = portal().await;
    let mut boss = staff_browser(&at.server, &at.builder, "boss@example.org", "staff").await;
    let customer = format!("/customers/{}", at.customer);
    let path = format!("{customer}/documents");
    let sheet =
        boss.look(&customer).await.is(200).says(&["Nothing is published to this customer."]);
    assert!(sheet.html.contains(&format!("href=\"{path}\"")));
    let page = boss.look(&path).await.is(200).says(&["The Millers", "Publish a document"]);
    assert_eq!(page.form("publish").value("kind"), "", "nothing is chosen for anybody");
    // What is refused comes back as it was typed.
    let typed =
        [("kind", "billing"), ("title", "Invoice 17"), ("day", "2026-03-31"), ("note", "Thanks")];
    let refused = publish(&mut boss, &path, &typed, b"<html>").await.is(415);
    let refused = refused.says(&["A document is a PDF, JPEG, PNG or WebP file", "Rule R117"]);
    let form = refused.form("publish");
    for (name, value) in typed {
        assert_eq!(form.value(name), value, "{name}");
    }
    let empty = publish(&mut boss, &path, &[("title", "")], b"").await.is(422);
    empty.says(&[
        "What it is must be one of",
        "Title must not be empty.",
        "The file must be chosen.",
    ]);
    let done = publish(&mut boss, &path, &typed, documents::PDF).await;
    boss.follow(&done).await.says(&[
        "The document is published",
        "Invoice 17",
        "Thanks",
        "Billing",
    ]);
    let report =
        [("kind", "report"), ("title", "Soil report"), ("day", "2026-02-01"), ("note", "")];
    let done = publish(&mut boss, &path, &report, documents::PDF).await;
    let page = boss.follow(&done).await.says(&["Soil report", "Report"]);
    boss.look(&customer).await.is(200).says(&["Soil report", "Invoice 17"]);
    let files: Vec<String> = page
        .html
        .split(&format!("href=\"{path}/"))
        .skip(1)
        .map(|rest| rest.split('"').next().expect("an id").to_owned())
        .collect();
    let [report, invoice] = &files[..] else { panic!("two files: {files:?}") };
    let saved = boss.look(&format!("{path}/{invoice}")).await.is(200);
    assert_eq!(saved.headers["content-type"], "application/pdf");
    assert_eq!(saved.headers["cache-control"], "no-store");
    // Ada has admin access and sees both, each in its place.
    let of_member = format!("/me/customers/{}", at.customer);
    let home = at.ada.look("/me").await.is(200);
    for part in ["billing", "reports"] {
        assert!(home.html.contains(&format!("href=\"{of_member}/{part}\"")), "{part}");
    }
    let billing = at.ada.look(&format!("{of_member}/billing")).await.is(200);
    billing.says(&["Invoice 17", "Thanks", "PDF"]).says_nothing_of(&["Soil report"]);
    let reports = at.ada.look(&format!("{of_member}/reports")).await.is(200);
    reports.says(&["Soil report"]).says_nothing_of(&["Invoice 17"]);
    // Bea is shown the way to what is open to her, and no other; what is not shown is refused too.
    let mut bea = Browser::new(&at.server);
    bea.sign_in("bea@example.org", PASSWORD).await.leads_to();
    bea.look("/me").await.is(200).says(&["Contacts"]).says_nothing_of(&["/billing", "/reports"]);
    bea.look(&format!("{of_member}/billing")).await.is(403).says(&["Access Billing"]);
    let permit = format!("/v1/contacts/{}/portal-permissions", at.bea);
    let levels = json!({ "permissions": ["access_reports"] });
    at.builder.admin.put(&permit, levels).await.is(200);
    let home = bea.look("/me").await.is(200).says(&["Reports"]);
    home.says_nothing_of(&["/billing", "/contacts", "/work-orders"]);
    bea.look(&format!("{of_member}/billing")).await.is(403);
    bea.look(&format!("{of_member}/documents/{report}")).await.is(200);
    bea.look(&format!("{of_member}/documents/{invoice}")).await.is(404);
    // Taken back.
    let withdraw = format!("{path}/{report}");
    boss.send(&withdraw, &[("action", "burn")]).await.is(400);
    let withdrawn = boss.send(&withdraw, &[("action", "withdraw")]).await;
    let page = boss.follow(&withdrawn).await.says(&["The document is withdrawn.", "Invoice 17"]);
    page.says_nothing_of(&["Soil report"]);
    bea.look(&format!("{of_member}/reports")).await.is(200).says(&["There is nothing yet."]);
    bea.look(&format!("{of_member}/documents/{report}")).await.is(404);
    // An auditor looks, and is shown nothing to press.
    let mut auditor = staff_browser(&at.server, &at.builder, "aud@example.org", "auditor").await;
    let seen = auditor.look(&path).await.is(200).says(&["Invoice 17"]);
    seen.says_nothing_of(&["name=\"action\"", "Publish"]);
    publish(&mut auditor, &path, &typed, documents::PDF).await.is(403);
    auditor.send(&format!("{path}/{invoice}"), &[("action", "withdraw")]).await.is(403);
}
