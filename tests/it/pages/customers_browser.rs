//! The customer portal in a real browser of the size of a phone: who deletes whom, and what each
//! permission level opens.

use super::super::documents;
use super::super::harness::{Builder, Owner, Server};
use super::PASSWORD;
use super::real_browser::Chromium;
use super::real_browser::going::{PHONE, PHONE_WITHOUT_SCRIPTS};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

struct Household {
    server: Server,
    builder: Builder,
    customer: Uuid,
    ada: Owner,
    /// Who has no login.
    cid: Uuid,
}

impl Household {
    /// Ada, who has admin access, and Cid.
    async fn open() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons, builders of kitchens, porches and barns").await;
        let admin = &builder.admin;
        let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
        let long = "margaret.ellsworth-hutchinson.of.elm.street@example.org";
        let cid = admin.contact("Margaret Ellsworth-Hutchinson", Some(long)).await;
        let customer = admin.post("/v1/customers", json!({ "name": "The Millers" })).await;
        let customer = customer.is(201).id();
        let household = Self { server, builder, customer, ada, cid };
        for contact in [household.ada.contact, cid] {
            household.takes_in(contact).await;
        }
        household
    }

    async fn takes_in(&self, contact: Uuid) {
        let path = format!("/v1/customers/{}/contacts", self.customer);
        self.builder.admin.post(&path, json!({ "contact_id": contact })).await.is(200);
    }

    async fn names(&self) -> Vec<String> {
        let path = format!("/v1/customers/{}/contacts", self.customer);
        self.builder.admin.get(&path).await.is(200).each("name")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_deletes_another_after_a_question_and_never_themselves() {
    // Scenario 25; R105, R122 to R124
    Chromium::goes(PHONE, deletes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_deletes_another_without_javascript() {
    // R122, R124
    Chromium::goes(PHONE_WITHOUT_SCRIPTS, deletes).await;
}

async fn deletes(browser: Arc<Chromium>) {
    let at = Household::open().await;
    let base = &at.server.base;
    let contacts = format!("/me/customers/{}/contacts", at.customer);
    browser.signs_in(base, "/me", ("ada@example.org", PASSWORD), "The Millers").await;
    browser.presses(&format!("a[href='{contacts}']")).await;
    browser.shows("Search Contacts").await;
    let deletes = browser.ways("a[href$='/delete']").await;
    assert_eq!(deletes, [format!("{contacts}/{}/delete", at.cid)], "R123: her own is not offered");

    // Whoever goes there all the same.
    let own = format!("{contacts}/{}/delete", at.ada.contact);
    browser.look(&format!("{base}{own}")).await;
    browser.shows("This is your own contact.").await;
    assert_eq!(browser.counts("main form").await, 0);
    if browser.runs_scripts() {
        let (status, page) = browser.forces(&own, &[("action", "yes")]).await;
        assert_eq!(status, 403, "{page}");
        assert!(page.contains("Rule R123"), "{page}");
    }

    // R124: a question first, and a no to it.
    let cids = format!("{contacts}/{}/delete", at.cid);
    for no in [true, false] {
        browser.look(&format!("{base}{contacts}")).await;
        browser.presses(&format!("a[href='{cids}']")).await;
        browser.shows("Delete Margaret Ellsworth-Hutchinson?").await;
        assert_eq!(browser.text_of("h1").await, "Confirm Delete");
        if no {
            browser.presses(&format!("main section a[href='{contacts}']")).await;
            browser.shows("Search Contacts").await;
            assert_eq!(at.names().await.len(), 2, "nobody is deleted by the question");
        } else {
            browser.presses("button[value=yes]").await;
            browser.shows("The contact is deleted.").await;
        }
    }
    let read = browser.tells("document.body.innerText").await;
    assert!(!read.as_str().expect("a text").contains("Ellsworth"), "{read}");
    assert_eq!(at.names().await, ["Ada"]);
}

/// What there is in a customer's portal, and what its page is called.
const FEATURES: [(&str, &str); 6] = [
    ("contacts", "Contacts"),
    ("billing", "Billing"),
    ("reports", "Reports"),
    ("work-orders", "Work orders"),
    ("contacts/new", "Add Contact"),
    ("audit", "Who did what"),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_permission_level_reaches_its_own_feature_and_no_other() {
    // Scenario 26; R116 to R120, G12, G16
    Chromium::goes(PHONE, reaches).await;
}

async fn reaches(browser: Arc<Chromium>) {
    let at = Household::open().await;
    let base = &at.server.base;
    let bea = at.server.owner(&at.builder, "bea@example.org", PASSWORD).await.contact;
    at.takes_in(bea).await;
    for (kind, title) in [("billing", "Invoice 17"), ("report", "Soil report")] {
        let fields = [("kind", kind), ("title", title), ("day", "2026-03-31")];
        documents::published(&at.builder, at.customer, &fields).await;
    }
    browser.signs_in(base, "/me", ("bea@example.org", PASSWORD), "The Millers").await;
    let of_customer = format!("/me/customers/{}", at.customer);
    let all = ["contacts", "billing", "reports", "work-orders", "contacts/new", "audit"];
    let cases: [(&[&str], &[&str]); 7] = [
        (&["access_billing"], &["billing"]),
        (&["access_reports"], &["reports"]),
        (&["create_work_order"], &["work-orders"]),
        (&["edit_contact"], &["contacts"]),
        (&["access_reports", "create_work_order"], &["reports", "work-orders"]),
        (&[], &[]),
        (&["admin_access"], &all),
    ];
    for (levels, open) in cases {
        let path = format!("/v1/contacts/{bea}/portal-permissions");
        at.builder.admin.put(&path, json!({ "permissions": levels })).await.is(200);
        browser.look(&format!("{base}/me/customers")).await;
        browser.shows("The Millers").await;
        // The way to a contact's form is on the page of contacts.
        let expected: Vec<String> = FEATURES
            .iter()
            .filter(|(feature, _)| open.contains(feature) && *feature != "contacts/new")
            .map(|(feature, _)| format!("{of_customer}/{feature}"))
            .collect();
        assert_eq!(browser.ways("main a").await, expected, "{levels:?}");
        for (feature, title) in FEATURES {
            browser.look(&format!("{base}{of_customer}/{feature}")).await;
            browser.shows("Every change is kept").await;
            let (status, heading) = (browser.status().await, browser.text_of("h1").await);
            if open.contains(&feature) {
                assert_eq!((status, &*heading), (200, title), "{levels:?} {feature}");
            } else {
                assert_eq!(status, 403, "{levels:?} {feature}: {heading}");
                assert_eq!(browser.counts("main form, main table, main article").await, 0);
            }
        }
    }

    // R119: a work order and nothing else is filed by whoever may that alone.
    let path = format!("/v1/contacts/{bea}/portal-permissions");
    let level = json!({ "permissions": ["create_work_order"] });
    at.builder.admin.put(&path, level).await.is(200);
    browser.look(&format!("{base}{of_customer}/work-orders")).await;
    browser.types("#title", "The tap drips").await;
    browser.types("#text", "In the kitchen, since Monday.").await;
    browser.presses("button[value=file]").await;
    browser.shows("The builder has your work order now.").await;
    assert_eq!(at.builder.admin.get("/v1/work-orders").await.is(200).each("title").len(), 1);
    let added = [("action", "add"), ("name", "Dora")];
    let (status, page) = browser.forces(&format!("{of_customer}/contacts/new"), &added).await;
    assert_eq!(status, 403, "{page}");
    assert_eq!(at.names().await.len(), 3);
}
