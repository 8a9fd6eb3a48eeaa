//! Many jobs at once, one owner's jobs, and an owner's eyes, in a real browser of the size of a phone.

use super::super::harness::{Builder, STAFF_PASSWORD, Server};
use super::PASSWORD;
use super::real_browser::Chromium;
use super::real_browser::going::{PHONE, PHONE_WITHOUT_SCRIPTS};
use serde_json::json;
use std::sync::Arc;

const MIA: (&str, &str) = ("mia@elm.example", STAFF_PASSWORD);

async fn company() -> (Server, Builder) {
    let server = Server::start().await;
    let builder = server.builder("Elm & Sons, builders of kitchens, porches and barns").await;
    (server, builder)
}

/// The names in the list of jobs.
async fn listed(browser: &Chromium) -> Vec<String> {
    let names = "[...document.querySelectorAll('table.jobs tbody th a')].map(a => a.innerText)";
    let names = browser.tells(names).await;
    let names = names.as_array().unwrap_or_else(|| panic!("{names}"));
    names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_owners_are_added_to_forty_jobs_and_the_second_time_nothing_changes() {
    // Scenario 15; R48 to R53, H12
    Chromium::goes(PHONE, edits_forty).await;
}

async fn edits_forty(browser: Arc<Chromium>) {
    let (server, builder) = company().await;
    server.staff(&builder, MIA.0, "staff", &[]).await;
    let admin = &builder.admin;
    let mut owners = Vec::new();
    for name in ["Ada Byron", "Bea Kroll", "Margaret Ellsworth-Hutchinson"] {
        owners.push(admin.contact(name, None).await);
    }
    let mut jobs = Vec::new();
    for number in 1..=42 {
        jobs.push(admin.job(&format!("House {number:02}"), &[]).await);
    }
    browser.signs_in(&server.base, "/jobs", MIA, "House 42").await;
    for (time, told) in [(1, "120 added, nobody invited."), (2, "0 added, nobody invited. 120 so")]
    {
        for job in &jobs[..40] {
            browser.presses(&format!("input[name=job][value='{job}']")).await;
        }
        browser.presses("button[formaction='/jobs/edit']").await;
        browser.shows("Edit 40 jobs").await;
        for owner in &owners {
            browser.presses(&format!("input[name=contacts][value='{owner}']")).await;
        }
        let before = server.rows("events").await.len();
        browser.presses("button[value=save]").await;
        browser.shows(told).await;
        let since = server.rows("events").await.len() - before;
        if time == 1 {
            assert!(since > 0);
            assert_eq!(browser.text_of("h1").await, "Owners added");
        } else {
            assert_eq!((since, &*browser.text_of("h1").await), (0, "Nothing was changed"));
        }
        browser.presses("main a.main").await;
        browser.shows("House 42").await;
        // R53: the column shows it, and the two that were not ticked have nobody.
        assert_eq!(browser.counts("table.jobs ul.owners").await, 40);
        assert_eq!(browser.counts("table.jobs ul.owners li").await, 120);
    }
    assert_eq!(admin.get("/v1/invitations").await.is(200).each("id"), Vec::<String>::new(), "R4");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_jobs_of_one_owner_are_found_in_the_filter_menu() {
    // Scenario 16; R54
    Chromium::goes(PHONE, filters).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_jobs_of_one_owner_are_found_without_javascript() {
    // R54
    Chromium::goes(PHONE_WITHOUT_SCRIPTS, filters).await;
}

async fn filters(browser: Arc<Chromium>) {
    let (server, builder) = company().await;
    server.staff(&builder, MIA.0, "staff", &[]).await;
    let admin = &builder.admin;
    let ada = admin.contact("Margaret Ellsworth-Hutchinson", Some("ada@example.org")).await;
    let bea = admin.contact("Bea Kroll", None).await;
    admin.job("Attic conversion with two dormers and a balcony", &[bea]).await;
    admin.job("Barn", &[ada, bea]).await;
    admin.job("Cellar", &[]).await;
    admin.job("Deck", &[ada]).await;

    browser.signs_in(&server.base, "/jobs", MIA, "Cellar").await;
    browser.presses("details.filter summary").await;
    if browser.runs_scripts() {
        browser.presses(&format!("#owner option[value='{ada}']")).await;
    } else {
        browser.types("#owner_name", "ellsworth").await;
    }
    browser.presses("details.filter button").await;
    browser.shows("Jobs of Margaret Ellsworth-Hutchinson").await;
    assert_eq!(listed(&browser).await, ["Barn", "Deck"]);
    browser.look(&format!("{}/jobs?owner={bea}&search=barn", server.base)).await;
    browser.shows("Jobs of Bea Kroll").await;
    assert_eq!(listed(&browser).await, ["Barn"]);
    browser.look(&format!("{}/jobs?owner={bea}", server.base)).await;
    browser.shows("Attic conversion with two dormers and a balcony").await;
    browser.presses(".narrowed a").await;
    browser.shows("Deck").await;
    browser.shows("Cellar").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_looks_through_an_owners_eyes_on_a_job_without_one() {
    // Scenario 18; R64, H13, promise 33
    Chromium::goes(PHONE, impersonates).await;
}

async fn impersonates(browser: Arc<Chromium>) {
    let (server, builder) = company().await;
    server.staff(&builder, MIA.0, "staff", &["impersonate"]).await;
    let admin = &builder.admin;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let bea = server.owner(&builder, "bea@example.org", PASSWORD).await.contact;
    let job = admin.job("12 Elm Street, kitchen and porch", &[]).await;
    let path = format!("/jobs/{job}/view-as-owner");
    let needed = "The job will need a contact assigned for the ability to impersonate.";
    browser.signs_in(&server.base, &path, MIA, needed).await;
    browser.shows("Rule R64").await;
    assert_eq!(browser.counts("button[value=look]").await, 0);
    let contact = ada.contact.to_string();
    let look = [("action", "look"), ("contact", &*contact), ("reason", "?"), ("minutes", "15")];
    let (status, page) = browser.forces(&path, &look).await;
    assert_eq!(status, 409, "{page}");
    assert!(page.contains(needed), "{page}");
    let begun = format!("/v1/jobs/{job}/impersonations");
    assert!(admin.get(&begun).await.is(200).each("id").is_empty());

    // With two owners there is a choice: they differ in To-Dos and messages.
    for owner in [ada.contact, bea] {
        let body = json!({ "contact_id": owner });
        admin.post(&format!("/v1/jobs/{job}/owners"), body).await.is(200);
    }
    for (owner, title) in [(ada.contact, "Only Ada brings keys"), (bea, "Only Bea calls")] {
        let todo = json!({ "contact_id": owner, "title": title });
        admin.post(&format!("/v1/jobs/{job}/todos"), todo).await.is(201);
    }
    browser.look(&format!("{}{path}", server.base)).await;
    browser.shows("Through whose eyes").await;
    // Without a reason there is no look.
    browser.presses("button[value=look]").await;
    browser.shows("That was not taken").await;
    browser.presses(&format!("#contact option[value='{bea}']")).await;
    browser.types("#reason", "She rang: her page is empty").await;
    browser.presses("button[value=look]").await;
    browser.shows("You change nothing.").await;
    let read = browser.reads("Only Bea calls").await;
    assert!(!read.contains("Only Ada"), "{read}");
    // It shows what she sees, and nothing of it can be pressed but its end.
    assert_eq!(browser.counts("main form").await, 1);
    assert_eq!(browser.counts("main button, main input:not([type=hidden]), textarea").await, 1);
    assert_eq!(browser.counts("main .banner").await, 1, "promise 33");
    browser.presses("main .banner button[value=end]").await;
    browser.shows("Who looked through an owner's eyes").await;
    browser.shows("Why: She rang: her page is empty").await;
    browser.look(&format!("{}{path}/now", server.base)).await;
    browser.shows("You look through nobody's eyes").await;
}
