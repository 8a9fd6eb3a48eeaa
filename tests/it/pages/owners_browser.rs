//! Owners in a real browser of the size of a phone: what co-owners share and what not, and the links
//! that an owner makes for themselves.

use super::super::harness::{Builder, Owner, Server};
use super::PASSWORD;
use super::real_browser::Chromium;
use super::real_browser::going::{PHONE, PHONE_WITHOUT_SCRIPTS};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

const ADA: (&str, &str) = ("ada@example.org", PASSWORD);
const BEA: (&str, &str) = ("bea@example.org", PASSWORD);

struct House {
    server: Server,
    builder: Builder,
    ada: Owner,
    bea: Owner,
    job: Uuid,
}

impl House {
    async fn build() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons, builders of kitchens, porches and barns").await;
        let ada = server.owner(&builder, ADA.0, PASSWORD).await;
        let bea = server.owner(&builder, BEA.0, PASSWORD).await;
        let owners = [ada.contact, bea.contact];
        let job = builder.admin.job("12 Elm Street, kitchen and porch", &owners).await;
        Self { server, builder, ada, bea, job }
    }

    async fn tells(&self, part: &str, body: serde_json::Value) {
        self.builder.admin.post(&format!("/v1/jobs/{}/{part}", self.job), body).await.is(201);
    }

    fn page(&self) -> String {
        format!("/me/jobs/{}", self.job)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_see_the_same_portal_and_each_their_own_to_dos_and_messages() {
    // Scenario 17; R61 to R63
    Chromium::goes(PHONE, share).await;
}

async fn share(browser: Arc<Chromium>) {
    let house = House::build().await;
    let House { builder, ada, bea, job, .. } = &house;
    house.tells("milestones", json!({ "title": "Roof on", "due": "2031-06-01" })).await;
    for (title, done) in [("Dig", true), ("Pour", false)] {
        let task = json!({ "title": title, "phase": "execution", "assignee": { "staff": "K" } });
        let task = builder.admin.post(&format!("/v1/jobs/{job}/tasks"), task).await.is(201).id();
        let path = format!("/v1/jobs/{job}/tasks/{task}");
        builder.admin.patch(&path, json!({ "done": done })).await.is(200);
    }
    let approval = json!({ "title": "Approve the plans", "kind": "approval", "phase": "planning",
        "assignee": { "owner": bea.contact } });
    house.tells("tasks", approval).await;
    for (owner, name) in [(ada, "Ada"), (bea, "Bea")] {
        let todo = json!({ "contact_id": owner.contact, "title": format!("Only {name} calls") });
        house.tells("todos", todo).await;
        let text = format!("Only {name} reads this.");
        house.tells("messages", json!({ "contact_id": owner.contact, "text": text })).await;
    }
    // What all owners see, which is the sheet but for one's own items.
    let sheet = "[...document.querySelectorAll('.sheet .gauges, .sheet .phases, .sheet .timeline')]\
                 .map(part => part.innerText).join('\\n')";
    let mut seen = Vec::new();
    for (who, own, others) in [(ADA, "Only Ada", "Only Bea"), (BEA, "Only Bea", "Only Ada")] {
        browser.signs_in(&house.server.base, &house.page(), who, "Roof on").await;
        let page = browser.tells("document.documentElement.outerHTML").await;
        let page = page.as_str().expect("a page");
        assert!(page.contains(&format!("{own} calls")), "{page}");
        assert!(page.contains(&format!("{own} reads this.")), "{page}");
        assert!(!page.contains(others), "R63: {page}");
        seen.push(browser.tells(sheet).await);
    }
    assert_eq!(seen[0], seen[1], "R61");
    assert!(seen[0].as_str().is_some_and(|sheet| sheet.contains("33 %")), "{}", seen[0]);

    // R62: what waits for one of them, the other may settle; and sees nothing of what is hers alone.
    browser.signs_in(&house.server.base, &house.page(), ADA, "For any owner").await;
    browser.sees("document.querySelector('[data-still]').hidden").await;
    browser.presses("button[aria-label='I approve this: Approve the plans']").await;
    browser.shows("That is done.").await;
    browser.shows("66 %").await;
    browser.sees("document.querySelector('[data-still]').hidden").await;
    browser.types("#text", "May we visit on Sunday?").await;
    browser.presses("button[value=write]").await;
    browser.shows("Your message is with your builder.").await;
    browser.signs_in(&house.server.base, &house.page(), BEA, "66 %").await;
    let read = browser.reads("Approval · done").await;
    assert!(!read.contains("Sunday"), "{read}");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_makes_a_link_of_their_own_copies_it_and_revokes_it_while_it_is_open_elsewhere() {
    // 2.8, R90, R101, G17, G18, promise 28
    Chromium::goes(PHONE, makes_links).await;
}

async fn makes_links(browser: Arc<Chromium>) {
    let house = House::build().await;
    let base = house.server.base.clone();
    let task = json!({ "title": "Choose the tiles", "phase": "planning",
        "assignee": { "owner": house.ada.contact } });
    house.tells("tasks", task).await;
    browser.signs_in(&base, &house.page(), ADA, "Choose the tiles").await;
    // What stands below the hint that goes then, stands still from now on.
    browser.sees("document.querySelector('[data-still]').hidden").await;
    browser.presses("a[href$='/portal-links']").await;
    browser.shows("Whoever has it can pass it on.").await;
    browser.types("#name", "For my sister, who follows the kitchen and the porch").await;
    browser.types("#days", "7").await;
    browser.presses("button[value=issue]").await;
    browser.shows("It is shown this once.").await;
    let url = browser.tells("document.querySelector('#url').value").await;
    let url = url.as_str().expect("a link").to_owned();
    assert!(url.starts_with(&format!("{base}/portal/")) && url.contains("?token=tbp_"), "{url}");
    browser.presses("button[data-copy]").await;
    browser.shows("Copied").await;
    browser.types("#name", "\u{e009}v").await;
    assert_eq!(browser.tells("document.querySelector('#name').value").await, url, "it is copied");

    // Somebody else's phone, without a login.
    let elsewhere = Chromium::start_with(PHONE).await.expect("another browser");
    let elsewhere = Arc::new(elsewhere);
    let sister = Arc::clone(&elsewhere);
    let went = tokio::spawn(async move {
        sister.look(&url).await;
        sister.shows("Choose the tiles").await;
        sister.sees("document.querySelector('[data-still]').hidden").await;
        browser.look(&format!("{base}{}/portal-links", house.page())).await;
        browser.shows("Looked at last").await;
        assert_eq!(browser.counts("#url").await, 0, "no page shows the link again");
        browser.presses("button[value=revoke]").await;
        browser.shows("The link opens nothing any more").await;
        assert_eq!(browser.counts("button[value=revoke]").await, 0);
        sister.shows("This link was taken back and opens nothing any more.").await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
    let went = went.await;
    elsewhere.quit().await;
    went.expect("the journey");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_makes_and_replaces_a_link_of_their_own_without_javascript() {
    // 2.8, G17
    Chromium::goes(PHONE_WITHOUT_SCRIPTS, replaces_links).await;
}

async fn replaces_links(browser: Arc<Chromium>) {
    let house = House::build().await;
    let base = &house.server.base;
    let path = format!("{}/portal-links", house.page());
    browser.signs_in(base, &path, ADA, "None yet.").await;
    browser.types("#name", "My phone").await;
    browser.types("#days", "400").await;
    browser.presses("button[value=issue]").await;
    browser.shows("That was not taken").await;
    let typed = browser.tells("document.querySelector('#name').value").await;
    assert_eq!(typed, "My phone", "what was typed stays");
    browser.types("#days", "366").await;
    browser.presses("button[value=issue]").await;
    browser.shows("It is shown this once.").await;
    let first = browser.tells("document.querySelector('#url').value").await;
    let copies = "document.querySelector('[data-copy]').checkVisibility()";
    assert_eq!(browser.tells(copies).await, false, "what takes a script is not offered");
    browser.look(&format!("{base}{path}")).await;
    browser.presses("button[aria-label='Replace: My phone']").await;
    browser.shows("It is shown this once.").await;
    let second = browser.tells("document.querySelector('#url').value").await;
    browser.look(first.as_str().expect("a link")).await;
    browser.shows("This link was replaced by a newer one.").await;
    browser.look(second.as_str().expect("a link")).await;
    browser.shows("12 Elm Street, kitchen and porch").await;
}
