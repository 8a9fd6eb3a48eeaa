//! An owner's page of one job: what all its owners see, what is theirs alone, and what they do there
//! (R61 to R63, R91 to R99).

use super::super::harness::{Builder, Owner, Server};
use super::PASSWORD;
use super::browser::Browser;
use serde_json::json;
use uuid::Uuid;

struct House {
    server: Server,
    builder: Builder,
    ada: Owner,
    bea: Owner,
    job: Uuid,
}

impl House {
    async fn new() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons").await;
        let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
        let bea = server.owner(&builder, "bea@example.org", PASSWORD).await;
        let job = builder.admin.job("Barn", &[ada.contact, bea.contact]).await;
        Self { server, builder, ada, bea, job }
    }

    async fn browser(&self, email: &str) -> Browser {
        let mut browser = Browser::new(&self.server);
        browser.sign_in(email, PASSWORD).await.leads_to();
        browser
    }

    fn page(&self) -> String {
        format!("/me/jobs/{}", self.job)
    }

    async fn task(&self, title: &str, kind: &str, owner: Uuid) -> Uuid {
        let body = json!({ "title": title, "kind": kind, "phase": "planning", "due": "2030-05-31",
            "assignee": { "owner": owner } });
        self.builder.admin.post(&format!("/v1/jobs/{}/tasks", self.job), body).await.is(201).id()
    }

    async fn tell(&self, part: &str, body: serde_json::Value) {
        self.builder.admin.post(&format!("/v1/jobs/{}/{part}", self.job), body).await.is(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_see_the_same_sheet_and_each_what_is_theirs_alone() {
    let house = House::new().await;
    let House { builder, ada, bea, job, .. } = &house;
    let dig = json!({ "title": "canary dig", "phase": "execution", "assignee": { "staff": "K" } });
    house.tell("tasks", dig).await;
    house.tell("notes", json!({ "text": "canary note" })).await;
    let lines = json!({ "lines": [{ "label": "canary budget", "amount_cents": 5 }] });
    builder.admin.put(&format!("/v1/jobs/{job}/budget"), lines).await.is(200);
    let deadline = json!({ "deadline": "2030-01-01" });
    builder.admin.put(&format!("/v1/jobs/{job}/deadline"), deadline).await.is(200);
    house.tell("milestones", json!({ "title": "Roof on", "due": "2029-06-01" })).await;
    house.task("Only Ada chooses the tiles", "task", ada.contact).await;
    house
        .tell("todos", json!({ "contact_id": ada.contact, "title": "Only Ada brings keys" }))
        .await;
    house.tell("todos", json!({ "contact_id": bea.contact, "title": "Only Bea calls" })).await;
    house.tell("messages", json!({ "contact_id": ada.contact, "text": "Only Ada reads" })).await;

    let mut browser = house.browser("ada@example.org").await;
    let me = browser.look("/me").await.is(200).says(&["Barn", "0 % done", "Only Ada chooses"]);
    assert!(me.html.contains(&format!("href=\"{}\"", house.page())), "{}", me.html);
    let page = browser.look(&house.page()).await.is(200);
    let page = page.says(&[
        "Elm & Sons",
        "0 % done",
        "days left",
        "Planning",
        "Execution",
        "Closeout",
        "Roof on",
        "Planned",
        "Only Ada chooses the tiles",
        "Only Ada brings keys",
        "Only Ada reads",
    ]);
    page.says_nothing_of(&["canary", "Only Bea"]);
    let mut browser = house.browser("bea@example.org").await;
    let page = browser.look(&house.page()).await.is(200);
    page.says(&["0 % done", "Roof on", "Only Bea calls"]).says_nothing_of(&[
        "canary",
        "Only Ada",
        "Your items",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_settle_what_waits_do_their_to_dos_and_write_to_the_builder() {
    let house = House::new().await;
    let House { builder, ada, job, .. } = &house;
    house.task("Clear the yard", "task", ada.contact).await;
    house.tell("todos", json!({ "contact_id": ada.contact, "title": "Bring the keys" })).await;
    let mut browser = house.browser("ada@example.org").await;
    let page = browser.look(&house.page()).await.is(200);
    let done = browser.fill(&page, "complete", &[]).await;
    let page = browser.follow(&done).await;
    let page = page.says(&["That is done.", "100 % done", "Task · done"]);
    let done = browser.fill(&page, "todo-done", &[]).await;
    let page = browser.follow(&done).await.says(&["The To-Do is done.", "Done: 1"]);
    let back = browser.fill(&page, "todo-reopen", &[]).await;
    let page = browser.follow(&back).await.says(&["The To-Do is open again."]);
    let text = "May we visit?\nOn <b>Sunday</b>.";
    let written = browser.fill(&page, "write", &[("text", text)]).await;
    let page = browser.follow(&written).await;
    let page = page.says(&["Your message is with your builder.", "You", text]);
    let sent = builder.admin.get(&format!("/v1/jobs/{job}/messages")).await.is(200);
    assert_eq!(sent.each("text"), [text]);
    assert_eq!(sent.each("author"), ["owner"]);
    let todos = builder.admin.get(&format!("/v1/jobs/{job}/todos")).await.is(200);
    assert_eq!(todos.each("done"), ["false"]);

    // What is not taken comes back as it was typed, beside the field.
    let long = "x".repeat(4_001);
    for text in [" ", &long] {
        let refused = browser.fill(&page, "write", &[("text", text)]).await.is(422);
        let refused = refused.says(&["That was not taken", "Write to Elm & Sons"]);
        assert_eq!(refused.form("write").value("text"), text);
    }
    assert_eq!(builder.admin.get(&format!("/v1/jobs/{job}/messages")).await.each("text").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_any_owners_to_give() {
    // R62
    let house = House::new().await;
    house.task("Approve the plans", "approval", house.bea.contact).await;
    house.task("Clear the yard", "task", house.bea.contact).await;
    let mut browser = house.browser("ada@example.org").await;
    let page = browser.look(&house.page()).await.is(200);
    let page = page.says(&["For any owner", "Approve the plans"]).says_nothing_of(&["Clear the"]);
    let done = browser.fill(&page, "complete", &[]).await;
    browser.follow(&done).await.says(&["That is done.", "50 % done", "Approval · done"]);
    let mut other = house.browser("bea@example.org").await;
    other.look(&house.page()).await.says(&["Your items", "Approval · done", "Clear the yard"]);
}

/// Promise 21.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_others_is_answered_like_one_that_nobody_has() {
    let house = House::new().await;
    let task = house.task("Clear the yard", "task", house.ada.contact).await;
    let alone = house.builder.admin.job("Shed", &[house.bea.contact]).await;
    let oak = house.server.builder("Oak").await;
    let cid = house.server.owner(&oak, "cid@example.org", PASSWORD).await;
    let theirs = oak.admin.job("Mill", &[cid.contact]).await;
    let mut browser = house.browser("ada@example.org").await;
    let never = browser.look(&format!("/me/jobs/{}", Uuid::now_v7())).await.is(404);
    for job in [alone, theirs] {
        let path = format!("/me/jobs/{job}");
        let foreign = browser.look(&path).await.is(404);
        assert_eq!(foreign.html.len(), never.html.len());
        for action in ["complete", "todo-done", "write", "nonsense"] {
            let fields = [("action", action), ("task", &task.to_string()), ("text", "Hello")];
            browser.send(&path, &fields).await.is(404);
        }
    }
    // Nor is another job's task settled from here, nor what is no id at all.
    let mut cids = house.browser("cid@example.org").await;
    let path = format!("/me/jobs/{theirs}");
    for task in [task.to_string(), Uuid::now_v7().to_string(), "nonsense".to_owned()] {
        for (action, field) in
            [("complete", "task"), ("todo-done", "todo"), ("todo-reopen", "todo")]
        {
            cids.send(&path, &[("action", action), (field, &task)]).await.is(404);
        }
    }
    cids.send(&path, &[("action", "nonsense")]).await.is(400);
    // A job that is put away is none of theirs to see.
    house.builder.admin.order(&format!("/v1/jobs/{}/archive", house.job)).await.is(200);
    browser.look(&house.page()).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn older_messages_are_a_page_away() {
    let house = House::new().await;
    for number in 1..=21 {
        let body = json!({ "contact_id": house.ada.contact, "text": format!("Letter {number}.") });
        house.tell("messages", body).await;
    }
    let mut browser = house.browser("ada@example.org").await;
    let page = browser.look(&house.page()).await.is(200);
    let text = page.text();
    assert!(text.find("Letter 20.") < text.find("Letter 21."), "the newest last: {text}");
    let page = page.says(&["Letter 2.", "Letter 21."]).says_nothing_of(&["Letter 1."]);
    let older =
        page.html.split("href=\"").find(|link| link.contains("?messages=")).expect("a link");
    let older = older.split(['"', '#']).next().expect("a path").to_owned();
    let page = browser.look(&older).await.is(200).says(&["Letter 1.", "Back to the newest"]);
    page.says_nothing_of(&["Letter 2.", "data-live"]);
    browser.look(&format!("{}?messages=nonsense", house.page())).await.is(400);
}
