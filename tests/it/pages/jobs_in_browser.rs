//! The bulk edit in a real browser: without JavaScript on a wide screen, and on a phone.

use super::super::harness::{STAFF_PASSWORD, Server};
use super::real_browser::{Chromium, Window};
use std::sync::Arc;

/// A wide screen whose browser runs no scripts.
const WITHOUT_SCRIPTS: Window = Window { width: Some(1280), scripts: false };
/// A phone.
const PHONE: Window = Window { width: Some(390), scripts: true };

#[tokio::test(flavor = "multi_thread")]
async fn owners_are_added_to_several_jobs_without_javascript() {
    goes(WITHOUT_SCRIPTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_are_added_to_several_jobs_on_a_phone() {
    goes(PHONE).await;
}

async fn goes(window: Window) {
    let Some(chromium) = Chromium::start_with(window).await else {
        eprintln!("SKIPPED: there is no chromedriver here (Debian: chromium, chromium-driver)");
        return;
    };
    let chromium = Arc::new(chromium);
    let browser = Arc::clone(&chromium);
    let went = tokio::spawn(async move { journey(&browser).await }).await;
    chromium.quit().await;
    went.expect("the journey");
}

async fn journey(browser: &Chromium) {
    let server = Server::start().await;
    let base = &server.base;
    let builder = server.builder("Elm & Sons").await;
    server.staff(&builder, "mia@example.org", "staff", &[]).await;
    let admin = &builder.admin;
    let ada = admin.contact("Margaret Ellsworth-Hutchinson", Some("ada@example.org")).await;
    let bea = admin.contact("Bea Kroll", None).await;
    let attic = admin.job("Attic conversion with two dormers and a balcony", &[]).await;
    let barn = admin.job("Barn", &[bea]).await;
    admin.job("Cellar", &[]).await;

    browser.look(&format!("{base}/jobs")).await;
    browser.types("#email", "mia@example.org").await;
    browser.types("#password", STAFF_PASSWORD).await;
    browser.presses("button[value=sign-in]").await;
    browser.shows("Cellar").await;
    let in_own_zone = browser.tells("document.querySelectorAll('time[title]').length").await;
    assert_eq!(
        in_own_zone,
        if browser.runs_scripts() { 3 } else { 0 },
        "our script ran, or did not"
    );
    for job in [attic, barn] {
        browser.presses(&format!("input[value='{job}']")).await;
    }
    browser.presses("button[formaction='/jobs/edit']").await;
    browser.shows("Edit 2 jobs").await;
    browser.presses(&format!("input[value='{bea}']")).await;
    browser.types("#find", "ellsworth").await;
    browser.presses("button[formmethod=get]").await;
    browser.shows("Margaret Ellsworth-Hutchinson").await;
    browser.presses(&format!("input[value='{ada}']")).await;
    browser.presses("button[value=save]").await;
    browser.shows("3 added, nobody invited. 1 so already.").await;
    browser.presses("main a.main").await;
    browser.shows("Margaret Ellsworth-Hutchinson").await;

    // And out again, where nobody is left.
    browser.presses(&format!("input[value='{attic}']")).await;
    browser.presses("button[formaction='/jobs/edit']").await;
    browser.shows("Edit 1 job").await;
    browser.presses("input[value=remove]").await;
    for contact in [ada, bea] {
        browser.presses(&format!("input[value='{contact}']")).await;
    }
    browser.presses("button[value=save]").await;
    browser.shows("No owner any more").await;
    let owners = admin.get(&format!("/v1/jobs/{barn}/owners")).await.is(200).each("name");
    assert_eq!(owners, ["Bea Kroll", "Margaret Ellsworth-Hutchinson"]);
    let owners = admin.get(&format!("/v1/jobs/{attic}/owners")).await.is(200);
    assert_eq!(owners.each("name"), Vec::<String>::new());
}
