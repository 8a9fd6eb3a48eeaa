//! Histories, the slider and the chart on a phone.

use super::super::super::harness::{STAFF_PASSWORD, Server};
use super::Chromium;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_builder_moves_through_a_history_in_a_real_browser_on_a_phone() {
    let Some(chromium) = Chromium::start().await else {
        eprintln!("SKIPPED: there is no chromedriver here (Debian: chromium, chromium-driver)");
        return;
    };
    let chromium = std::sync::Arc::new(chromium);
    let browser = std::sync::Arc::clone(&chromium);
    let went = tokio::spawn(async move { journey(&browser).await }).await;
    chromium.quit().await;
    went.expect("the journey");
}

async fn fits(browser: &Chromium) {
    let fits = "document.scrollingElement.scrollWidth <= innerWidth";
    let url = browser.tells("location.href").await;
    assert_eq!(browser.tells(fits).await, Value::Bool(true), "{url} is wider than the phone");
}

/// Waits until the sign-in has led somewhere; what is behind it is another page's matter.
async fn signed_in(browser: &Chromium) {
    let began = Instant::now();
    let waits = "location.pathname === '/sign-in' || document.readyState !== 'complete'";
    while browser.tells(waits).await != Value::Bool(false) {
        assert!(began.elapsed() < Duration::from_secs(10), "still at the sign-in");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn journey(browser: &Chromium) {
    let server = Server::start().await;
    let base = &server.base;
    let builder = server.builder("Elm & Sons").await;
    let long = "Bartholomäus-Maximilian".repeat(8);
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/v1/contacts/{ada}");
    builder.admin.patch(&path, json!({ "name": long })).await.is(200);
    builder
        .admin
        .patch(&path, json!({ "name": "Ada Lovelace", "phones": ["555-0101"] }))
        .await
        .is(200);
    let job = builder.admin.job("12 Elm Street", &[ada]).await;
    server.staff(&builder, "mia@elm.example", "admin", &[]).await;

    browser.look(&format!("{base}/sign-in")).await;
    browser.types("#email", "mia@elm.example").await;
    browser.types("#password", STAFF_PASSWORD).await;
    browser.presses("button[value=sign-in]").await;
    signed_in(browser).await;
    for page in ["history", "history?order=oldest", "as-of?rev=2"] {
        browser.look(&format!("{base}/contacts/{ada}/{page}")).await;
        browser.shows("Bartholomäus").await;
        fits(browser).await;
    }
    browser.look(&format!("{base}/jobs/{job}/as-of")).await;
    browser.shows("12 Elm Street").await;
    fits(browser).await;

    // The slider shows each revision as it is moved.
    browser.look(&format!("{base}/contacts/{ada}/as-of")).await;
    browser.shows("revision 3 of 3").await;
    let moves = "(() => { const slider = document.querySelector('#rev'); slider.value = 1; \
                 slider.dispatchEvent(new Event('input', { bubbles: true })); return 1; })()";
    browser.tells(moves).await;
    browser.shows("revision 1 of 3").await;
    assert_eq!(browser.tells("document.querySelector('output').value").await, "1");
    assert_eq!(browser.tells("location.search").await, "?rev=1");
    let name = browser.tells("document.querySelector('.sheet dd').innerText").await;
    assert_eq!(name, "Ada");
    fits(browser).await;

    browser.look(&format!("{base}/audit")).await;
    browser.shows("Changes by kind of actor").await;
    fits(browser).await;
    browser.presses(".chart summary").await;
    browser.shows("API keys").await;
    fits(browser).await;
    let drawn = browser.tells("document.querySelectorAll('.chart rect').length").await;
    assert!(drawn.as_u64() > Some(0), "{drawn}");
    browser.look(&format!("{base}/mail")).await;
    browser.shows("Staff invitation").await;
    fits(browser).await;
    let mut complaints = browser.complaints().await;
    complaints.retain(|message| !message.contains("/jobs "));
    assert_eq!(complaints, Vec::<String>::new());
}
