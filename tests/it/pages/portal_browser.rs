//! The portal behind a link in a real browser of the size of a phone, signed in to nothing: what is in
//! the page and in all that it fetches, that it follows the job, and that it ends with its link.

use super::super::harness::{Builder, Server};
use super::real_browser::Chromium;
use super::real_browser::going::{PHONE, PHONE_WITHOUT_SCRIPTS};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// What no customer is ever shown begins with it (R96 to R98).
const CANARY: &str = "qanary";

struct House {
    server: Server,
    elm: Builder,
    ada: Uuid,
    job: Uuid,
    /// Tasks of no interest to anybody but the staff.
    tasks: Vec<Uuid>,
}

impl House {
    /// A barn of Ada's with something to see, and canaries in all that is not for customers.
    async fn build() -> Self {
        let server = Server::start().await;
        let elm = server.builder("Elm & Sons, builders of kitchens, porches and barns").await;
        let ada = elm.admin.contact("Margaret Ellsworth-Hutchinson", Some("ada@example.org")).await;
        let job = elm.admin.job("12 Elm Street, kitchen and porch", &[ada]).await;
        let path = format!("/v1/jobs/{job}");
        let choose = json!({ "title": "Choose the tiles", "kind": "selection", "phase": "planning",
            "due": "2031-05-31", "assignee": { "owner": ada } });
        elm.admin.post(&format!("{path}/tasks"), choose).await.is(201);
        let mut tasks = Vec::new();
        for (title, phase, assignee) in [
            ("qanary wiring", "execution", json!({ "subcontractor": "Qanary Electric" })),
            ("qanary inspection", "execution", json!({ "staff": "Qanary Kroll" })),
            ("qanary cleaning", "closeout", Value::Null),
        ] {
            let task = json!({ "title": title, "phase": phase, "assignee": assignee });
            tasks.push(elm.admin.post(&format!("{path}/tasks"), task).await.is(201).id());
        }
        let note = json!({ "text": "qanary: they pay late" });
        elm.admin.post(&format!("{path}/notes"), note).await.is(201);
        let lines = json!({ "lines": [{ "label": "qanary lumber", "amount_cents": 98_765_432 }] });
        elm.admin.put(&format!("{path}/budget"), lines).await.is(200);
        let todo = json!({ "contact_id": ada, "title": "qanary: bring the keys" });
        elm.admin.post(&format!("{path}/todos"), todo).await.is(201);
        let message = json!({ "contact_id": ada, "text": "qanary: we come on Monday" });
        elm.admin.post(&format!("{path}/messages"), message).await.is(201);
        let milestone = json!({ "title": "Roof on", "due": "2031-06-01" });
        elm.admin.post(&format!("{path}/milestones"), milestone).await.is(201);
        let deadline = json!({ "deadline": "2031-09-30" });
        elm.admin.put(&format!("{path}/deadline"), deadline).await.is(200);
        Self { server, elm, ada, job, tasks }
    }

    /// A link: its id and its secret.
    async fn link(&self, body: Value) -> (Uuid, String) {
        let path = format!("/v1/jobs/{}/portal-links", self.job);
        let issued = self.elm.admin.post(&path, body).await.is(201);
        (issued.id(), issued.body["token"].as_str().expect("a token").to_owned())
    }

    fn url(&self, (link, token): &(Uuid, String)) -> String {
        format!("{}/portal/{link}?token={token}", self.server.base)
    }

    async fn deed(&self, (link, _): &(Uuid, String), deed: &str) {
        let path = format!("/v1/jobs/{}/portal-links/{link}/{deed}", self.job);
        self.elm.admin.order(&path).await.is(200);
    }

    async fn done(&self, task: Uuid) {
        let path = format!("/v1/jobs/{}/tasks/{task}", self.job);
        self.elm.admin.patch(&path, json!({ "done": true })).await.is(200);
    }
}

fn holds_no_canary(what: &str, text: &str) {
    let text = text.to_lowercase();
    for hidden in [CANARY, "987,654", "987.654", "98765432", "987654", "budget"] {
        let found = text.find(hidden).map(|at| &text[at.saturating_sub(80)..at + hidden.len()]);
        assert_eq!(found, None, "{hidden} in {what}");
    }
}

/// The page names what it hides in no way that has a value, and takes nothing from anybody.
async fn is_clean(browser: &Chromium, link: Uuid) {
    let page = browser.tells("document.documentElement.outerHTML").await;
    let page = page.as_str().expect("a page");
    holds_no_canary("the page", page);
    let controls = "form, input, select, textarea, button, [contenteditable], [onclick], dialog";
    assert_eq!(browser.counts(controls).await, 0, "{page}");
    let links = browser.ways("main a").await;
    assert_eq!(links, [format!("/portal/{link}/share")], "{page}");
    let fetched = browser.all_that_was_fetched(&format!("/portal/{link}/events")).await;
    assert!(fetched.contains("Planning") && fetched.contains("data:"), "{fetched}");
    holds_no_canary("what the page fetched", &fetched);
    let kept = browser.tells("[document.cookie, localStorage.length, sessionStorage.length]").await;
    assert_eq!(kept, json!(["", 0, 0]), "no script keeps anything");
    assert_eq!(browser.tells("location.search + location.hash").await, "", "H10");
    assert_eq!(browser.tells("document.referrer").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_budget_note_assignment_or_control_is_in_a_portal_or_in_what_it_fetches() {
    // Scenario 22; R86, R96 to R99
    Chromium::goes(PHONE, hides).await;
}

async fn hides(browser: Arc<Chromium>) {
    let house = House::build().await;
    for personal in [false, true] {
        let body = if personal { json!({ "contact": house.ada }) } else { json!({}) };
        let link = house.link(body).await;
        browser.look(&house.url(&link)).await;
        browser.shows("Roof on").await;
        browser.sees("document.querySelector('[data-still]').hidden").await;
        assert_eq!(browser.counts(".waits li").await, u64::from(personal), "G18");
        is_clean(&browser, link.0).await;
        // Nor when the stream has brought a newer state of it.
        let milestone = json!({ "title": format!("Keys, {personal}") });
        let path = format!("/v1/jobs/{}/milestones", house.job);
        house.elm.admin.post(&path, milestone).await.is(201);
        browser.shows(&format!("Keys, {personal}")).await;
        is_clean(&browser, link.0).await;
        // The same for programs: JSON and stream.
        let (id, token) = &link;
        let json = format!("{}/v1/portal/{id}?token={token}", house.server.base);
        let json = house.server.client.get(json).send().await.expect("an answer");
        holds_no_canary("the JSON", &json.text().await.expect("a text"));
        let stream = format!("{}/v1/portal/{id}/events?token={token}", house.server.base);
        let mut stream = house.server.client.get(stream).send().await.expect("an answer");
        let told = stream.chunk().await.expect("a chunk").expect("an event");
        holds_no_canary("the stream", std::str::from_utf8(&told).expect("a text"));
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_portal_follows_the_job_without_being_loaded_again() {
    // Scenario 23; R91, R95, R100
    Chromium::goes(PHONE, follows).await;
}

async fn follows(browser: Arc<Chromium>) {
    let house = House::build().await;
    let link = house.link(json!({ "contact": house.ada })).await;
    browser.look(&house.url(&link)).await;
    browser.shows("0 of 2").await;
    browser.sees("document.querySelector('[data-still]').hidden").await;
    browser.tells("(window.stays = true)").await;
    let mut took = Vec::new();
    for (done, task) in (1..).zip(&house.tasks) {
        let began = Instant::now();
        house.done(*task).await;
        browser.shows(&format!("{} %", done * 25)).await;
        took.push(began.elapsed());
    }
    assert!(took.iter().min() < Some(&Duration::from_secs(1)), "{took:?}");
    browser.shows("2 of 2").await;
    let arc = "document.querySelector('.ring .part').getAttribute('stroke-dasharray')";
    assert_eq!(browser.tells(arc).await, "75 100");
    let day = json!({ "deadline": "2000-01-01" });
    house.elm.admin.put(&format!("/v1/jobs/{}/deadline", house.job), day).await.is(200);
    browser.shows("days over").await;
    assert_eq!(browser.tells("window.stays").await, true, "it is the same page");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_without_a_login_and_the_open_page_closes_with_it() {
    // Scenario 24; R90, R102, promise 28
    Chromium::goes(PHONE, closes).await;
}

async fn closes(browser: Arc<Chromium>) {
    let house = House::build().await;
    let mut took = Vec::new();
    for (deed, says) in [
        ("revoke", "This link was taken back and opens nothing any more."),
        ("rotate", "This link was replaced by a newer one."),
    ] {
        let link = house.link(json!({})).await;
        browser.look(&house.url(&link)).await;
        browser.shows("Roof on").await;
        browser.sees("document.querySelector('[data-still]').hidden").await;
        let began = Instant::now();
        house.deed(&link, deed).await;
        // By itself, and without what was there before.
        let read = browser.reads(says).await;
        took.push(began.elapsed());
        assert!(!read.contains("Roof on") && !read.contains("Elm Street"), "{read}");
        assert_eq!(browser.status().await, 410);
        assert_eq!(browser.counts("[data-live]").await, 0, "nobody listens any more");
        // Neither by what the browser has kept, nor by the link itself.
        let base = &house.server.base;
        for address in [format!("{base}/portal/{}", link.0), house.url(&link)] {
            browser.look(&address).await;
            browser.shows(says).await;
        }
    }
    assert!(took.iter().min() < Some(&Duration::from_secs(2)), "{took:?}");
    let wrong = format!("{}/portal/{}?token=nonsense", house.server.base, Uuid::now_v7());
    browser.look(&wrong).await;
    browser.shows("There is nothing here").await;
    assert_eq!(browser.status().await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_is_read_and_shared_without_javascript_until_its_link_is_dead() {
    // R90, R101, R102
    Chromium::goes(PHONE_WITHOUT_SCRIPTS, reads_on).await;
}

async fn reads_on(browser: Arc<Chromium>) {
    let house = House::build().await;
    let link = house.link(json!({ "contact": house.ada })).await;
    browser.look(&house.url(&link)).await;
    browser.shows("Choose the tiles").await;
    browser.shows("To see what has changed since, load this page again.").await;
    house.done(house.tasks[0]).await;
    browser.look(&format!("{}/portal/{}", house.server.base, link.0)).await;
    browser.shows("25 %").await;
    browser.presses("a.share").await;
    browser.shows("Whoever has this link sees this page").await;
    let whole = browser.tells("document.querySelector('#link').value").await;
    assert_eq!(whole, house.url(&link));
    let copies = "document.querySelector('[data-copy]').checkVisibility()";
    assert_eq!(browser.tells(copies).await, false, "what takes a script is not offered");
    house.deed(&link, "revoke").await;
    browser.look(&format!("{}/portal/{}", house.server.base, link.0)).await;
    browser.shows("This link was taken back and opens nothing any more.").await;
}
