//! From the mail of an invitation to one's own pages, and out again.

use super::super::harness::Server;
use super::PASSWORD;
use super::browser::Browser;
use serde_json::json;
use std::time::{Duration, Instant};

/// The newest mail's link, as a path of ours.
async fn mailed_link(server: &Server) -> String {
    let began = Instant::now();
    loop {
        let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
        if let Some(link) = mailbox.each("link").first() {
            let path = link.strip_prefix(&server.base);
            return path.expect("a link that leads to us").to_owned();
        }
        assert!(began.elapsed() < Duration::from_secs(10), "no mail");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_owner_comes_from_the_mail_to_their_own_pages_and_signs_out_again() {
    // R3, R7, R14, R38, R47, R91 to R95, promises 17 and 25
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm & Sons").await;
    let body = json!({ "name": "Ada Byron", "title": "Ms", "primary_email": "Ada@example.org",
        "phones": ["555-0101"], "address": "12 Elm St\nSpringfield" });
    let ada = builder.admin.post("/v1/contacts", body).await.is(201).id();
    let job = builder.admin.job("Elm St kitchen", &[ada]).await;
    let tasks = format!("/v1/jobs/{job}/tasks");
    let tiles = json!({ "title": "Choose the tiles", "phase": "planning", "kind": "selection",
        "assignee": { "owner": ada } });
    builder.admin.post(&tasks, tiles).await.is(201);
    let pour =
        json!({ "title": "Pour the slab", "phase": "execution", "assignee": { "staff": "Boris" } });
    let pour = builder.admin.post(&tasks, pour).await.is(201).id();
    builder.admin.patch(&format!("{tasks}/{pour}"), json!({ "done": true })).await.is(200);
    builder.admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    let link = mailed_link(&server).await;

    let mut browser = Browser::new(&server);
    let invitation = browser.look(&link).await.is(200).says(&[
        "Elm & Sons invites you",
        "Ms Ada Byron",
        "Ada@example.org",
        "555-0101",
        "12 Elm St\nSpringfield",
    ]);
    assert_eq!(invitation.form("accept").value("username"), "Ada@example.org");
    let typed = [("password", PASSWORD), ("password_again", PASSWORD)];
    let accepted = browser.fill(&invitation, "accept", &typed).await;
    assert_eq!(accepted.leads_to(), "/me?done=accepted");
    browser
        .follow(&accepted)
        .await
        .says(&["Welcome.", "Elm & Sons", "Elm St kitchen", "50 % done", "Choose the tiles"])
        .says_nothing_of(&["Pour the slab", "Boris"]);

    // What they change is changed in the builder's book, and what they leave stays.
    let details = browser.look("/me/details").await.is(200);
    assert_eq!(details.form("save").value("address"), "12 Elm St\nSpringfield");
    let typed = [("name", "Ada <King>"), ("phones", "555-0202")];
    let saved = browser.fill(&details, "save", &typed).await;
    browser.follow(&saved).await.says(&["Your details are saved", "You alone change these"]);
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let shown = builder.admin.get_after(&last, &format!("/v1/contacts/{ada}")).await.is(200).body;
    assert_eq!(shown["name"], "Ada <King>");
    assert_eq!(shown["phones"], json!(["555-0101", "555-0202"]));
    assert_eq!(
        (&shown["title"], &shown["address"]),
        (&json!("Ms"), &json!("12 Elm St\nSpringfield"))
    );

    let emails = browser.look("/me/emails").await.is(200);
    let added = browser.fill(&emails, "add", &[("email", "ada@work.example")]).await;
    browser.follow(&added).await.says(&["The address is added", "ada@work.example"]);
    let history = browser.look(&format!("/me/history?contact={ada}")).await.is(200);
    history
        .says(&["Details changed", "You", "Ada Byron → Ada <King>", "Additional email added"])
        .says_nothing_of(&["<King>"]);
    browser.look("/me/history").await.is(200).says(&["Login made", "Password set", "Signed in"]);

    let carried = browser.cookies.clone();
    let me = browser.look("/me").await.is(200);
    assert!(me.html.contains("action=\"/sign-out\""), "{}", me.html);
    let out = browser.send("/sign-out", &[]).await;
    browser.follow(&out).await.says(&["You are signed out."]);
    assert!(browser.cookies.is_empty(), "the browser has forgotten the session");
    assert_eq!(browser.look("/me/emails").await.leads_to(), "/sign-in?next=/me/emails");
    browser.cookies = carried;
    assert_eq!(browser.look("/me").await.leads_to(), "/sign-in?next=/me");

    let back = browser.look("/sign-in?next=/me/emails").await.is(200);
    let typed = [("email", "ADA@example.org"), ("password", PASSWORD)];
    let back = browser.fill(&back, "sign-in", &typed).await;
    assert_eq!(back.leads_to(), "/me/emails");
    browser.follow(&back).await.says(&["Ada@example.org"]);
    assert_eq!(browser.look(&link).await.status, 410, "the link was used");
}
