//! The ways around: who is shown which, and that each leads on.

use super::super::harness::Server;
use super::PASSWORD;
use super::browser::staff_browser;
use serde_json::json;

/// The pages of what an account has settled.
const SETTINGS: [&str; 6] = [
    "/settings",
    "/settings/staff",
    "/settings/api-keys",
    "/settings/job-types",
    "/settings/templates",
    "/settings/custom-fields",
];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shown_the_way_to_what_they_may_not_read() {
    // RULES.md 2.8, Read audit
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", None).await;
    let job = builder.admin.job("Barn", &[ada]).await;
    let lead = builder.admin.post("/v1/leads", json!({ "title": "Porch" })).await.is(201).id();
    let pages = [
        "/jobs".to_owned(),
        format!("/jobs/{job}"),
        format!("/contacts/{ada}"),
        format!("/leads/{lead}"),
        "/settings".to_owned(),
    ];
    let hidden = [
        "href=\"/audit\"".to_owned(),
        format!("href=\"/jobs/{job}/history\""),
        format!("href=\"/contacts/{ada}/history\""),
        format!("href=\"/leads/{lead}/history\""),
        "href=\"/settings/api-keys\"".to_owned(),
    ];
    let mut staff = staff_browser(&server, &builder, "mia@elm.example", "staff").await;
    let mut auditor = staff_browser(&server, &builder, "aud@elm.example", "auditor").await;
    for (page, link) in pages.iter().zip(&hidden) {
        let seen = staff.look(page).await.is(200);
        let hidden: Vec<&str> = hidden.iter().map(String::as_str).collect();
        seen.says_nothing_of(&hidden);
        let seen = auditor.look(page).await.is(200);
        assert!(seen.html.contains(link), "{page}: no {link}");
        // And whoever goes there all the same is refused, in words for people.
        let path = link.trim_start_matches("href=").trim_matches('"');
        let refused = staff.look(path).await.is(403);
        refused.says(&["somebody of the staff who may read who changed what"]);
        auditor.look(path).await.is(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_settings_leads_to_every_other() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut boss = staff_browser(&server, &builder, "boss@elm.example", "admin").await;
    for page in SETTINGS {
        let seen = boss.look(page).await.is(200);
        for other in SETTINGS {
            let here = if other == page { " aria-current=\"page\"" } else { "" };
            let link = format!("<li><a href=\"{other}\"{here}>");
            assert!(seen.html.contains(&link), "{page}: no {link}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_page_of_work_orders_is_of_those_that_were_asked_for() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let body = json!({ "name": "Byrons" });
    let customer = builder.admin.post("/v1/customers", body).await.is(201).id();
    let members = format!("/v1/customers/{customer}/contacts");
    builder.admin.post(&members, json!({ "contact_id": ada.contact })).await.is(200);
    let orders = format!("/v1/me/customers/{customer}/work-orders");
    for number in 0..51 {
        let body = json!({ "title": format!("Tap {number}"), "text": "It drips." });
        ada.session.post(&orders, body).await.is(201);
    }
    let mut boss = staff_browser(&server, &builder, "boss@elm.example", "admin").await;
    let asked = format!("/customers/work-orders?stage=open&customer={customer}");
    let page = boss.look(&asked).await.is(200).says(&["Older work orders"]);
    let next = page.html.split("rel=\"next\" href=\"").nth(1).expect("the way to the next page");
    let next = next.split('"').next().expect("a path").replace("&amp;", "&");
    assert!(next.contains("stage=open"), "{next}");
    assert!(next.contains(&format!("customer={customer}")), "{next}");
    boss.look(&next).await.is(200).says(&["Tap 0"]).says_nothing_of(&["Older work orders"]);
}
