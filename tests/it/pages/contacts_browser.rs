//! Contacts in a real browser of the size of a phone, which gets no script.

use super::super::harness::Server;
use super::PASSWORD;
use super::browser::staff_browser;
use super::real_browser::Chromium;
use serde_json::json;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_merged_and_taken_apart_in_a_real_browser_without_scripts() {
    let Some(chromium) = Chromium::start().await else {
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
    let builder = server.builder("Elm & Sons, builders of kitchens, porches and barns").await;
    staff_browser(&server, &builder, "boss@elm.example", "admin").await;
    let long = "margaret.ellsworth-hutchinson.of.elm.street@example.org";
    let mut contacts = Vec::new();
    for (name, email) in
        [("Margaret Ellsworth-Hutchinson", long), ("M. Ellsworth", "m@elm.example")]
    {
        let body = json!({ "name": name, "primary_email": email, "title": "Mrs",
            "phones": ["(212) 555-0180"], "address": "12 Elm Street\nSpringfield" });
        contacts.push(builder.admin.post("/v1/contacts", body).await.is(201).id());
    }
    builder.admin.job("12 Elm Street, kitchen and porch", &[contacts[0]]).await;
    browser.without_scripts().await;

    browser.look(&format!("{base}/contacts")).await;
    browser.types("#email", "boss@elm.example").await;
    browser.types("#password", PASSWORD).await;
    browser.presses("button[value=sign-in]").await;
    browser.shows("Checked Actions").await;
    // The list goes by name: M. Ellsworth stays.
    for contact in &contacts {
        browser.presses(&format!("[id='tick-{contact}']")).await;
    }
    browser.presses(".checked-actions button").await;
    browser.shows("What a merge does").await;
    browser.presses(&format!("[id='name-{}']", contacts[0])).await;
    browser.presses("button[value=look]").await;
    browser.shows("one job and no leads of the others").await;
    browser.presses("button[value=merge]").await;
    browser.shows("The contacts are merged.").await;
    browser.shows("12 Elm Street, kitchen and porch").await;
    browser.presses("button[value=unmerge]").await;
    browser.shows("stands for itself again").await;
    browser.shows("What could not be taken back").await;
    browser.presses("button[value=invite]").await;
    browser.shows("The invitation is on its way").await;
    let told = browser.tells("document.querySelector('time').title").await;
    assert_eq!(told, "", "our script, which names the time as it was written, did not run");
    for page in ["contacts", "contacts/new", "contacts/duplicates"] {
        browser.look(&format!("{base}/{page}")).await;
        browser.shows("Sign out").await;
    }
    browser.look(&format!("{base}/contacts/{}/delete", contacts[0])).await;
    browser.shows("Yes, delete this contact").await;
    let mut complaints = browser.complaints().await;
    // That of the script, which is held back.
    complaints.retain(|message| !message.contains("/assets/script-"));
    assert_eq!(complaints, Vec::<String>::new());
}
