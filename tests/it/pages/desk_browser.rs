//! An import in a real browser of the size of a phone: the file is chosen, tried, and taken.

use super::super::harness::Server;
use super::PASSWORD;
use super::browser::staff_browser;
use super::real_browser::Chromium;
use std::io::Write;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_chosen_tried_and_taken_in_a_real_browser_on_a_phone() {
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

async fn journey(browser: &Chromium) {
    let server = Server::start().await;
    let builder = server.builder("Elm & Sons, builders of kitchens, porches and barns").await;
    staff_browser(&server, &builder, "boss@elm.example", "admin").await;
    let base = &server.base;
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    let rows = "Permit number,Site address,Owner,Owner's electronic mail address\r\n\
                P-1,\"12 Elm Street, Springfield\",Zoë Byron,zoe@x.org\r\n\
                P-2,9 Oak Avenue,Cy,margaret.ellsworth-hutchinson.of.elm.street.at.nowhere\r\n";
    file.write_all(rows.as_bytes()).expect("written");

    browser.look(&format!("{base}/sign-in?next=/imports")).await;
    browser.types("#email", "boss@elm.example").await;
    browser.types("#password", PASSWORD).await;
    browser.presses("button[value=sign-in]").await;
    browser.shows("tried first").await;
    browser.chooses("#file", file.path().to_str().expect("a path")).await;
    browser.presses("button[value=read]").await;
    browser.shows("Which column holds what").await;
    for (field, column) in [
        ("mapping.job_name", "Site address"),
        ("mapping.job_reference", "Permit number"),
        ("mapping.owner_name", "Owner"),
        ("mapping.owner_email", "Owner's electronic mail address"),
    ] {
        browser.presses(&format!("[id='{field}'] option[value=\"{column}\"]")).await;
    }
    browser.presses("button[value=try]").await;
    browser.shows("Nothing is changed yet").await;
    browser.shows("Line 3 would not be taken").await;
    assert!(builder.admin.get("/v1/jobs").await.is(200).each("id").is_empty());
    browser.presses("button[value=do]").await;
    browser.shows("It is done").await;
    // A page waits for what has happened.
    browser.look(&format!("{base}/jobs")).await;
    browser.shows("12 Elm Street, Springfield").await;
    let jobs = builder.admin.get("/v1/jobs").await.is(200);
    assert_eq!(jobs.each("name"), ["12 Elm Street, Springfield"]);
    assert_eq!(
        jobs.body["items"][0]["owners"][0]["name"], "Zoë Byron",
        "letters stay what they are"
    );

    for (path, says) in [
        ("/leads/new", "Whom it is about"),
        ("/leads", "There are no leads yet"),
        ("/settings", "A second factor of your staff"),
        ("/settings/staff", "Mia Mason"),
        ("/settings/api-keys", "first admin key"),
    ] {
        browser.look(&format!("{base}{path}")).await;
        browser.shows(says).await;
    }
    browser.look(&format!("{base}/operations")).await;
    browser.types("#token", &server.operator().secret).await;
    browser.presses("button[value=sign-in]").await;
    browser.shows("No view is parked").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}
