//! Forms that are not taken: the API's sentence, rule and remedy, and what was typed.

use super::super::harness::{Owner, Server};
use super::PASSWORD;
use super::browser::{Browser, with_form};
use reqwest::Method;
use serde_json::json;

async fn signed_in(server: &Server) -> (Browser, Owner) {
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let mut browser = Browser::new(server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    (browser, ada)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_address_read_alike() {
    let server = Server::start().await;
    let (_, _) = signed_in(&server).await;
    let mut shown = Vec::new();
    for email in ["ada@example.org", "ida@example.org"] {
        let mut browser = Browser::new(&server);
        let refused = browser.sign_in(email, "not the password").await.is(401).says(&[
            "There is no login with this address and this password.",
            "Check both, or reset the password.",
        ]);
        let refused = refused.says_nothing_of(&["not the password"]);
        assert_eq!(refused.form("sign-in").value("email"), email, "what was typed stays");
        assert_eq!(refused.headers["www-authenticate"], "Bearer realm=\"titleblock\"");
        shown.push(refused.html.replace(email, ""));
    }
    assert_eq!(shown[0], shown[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn details_that_are_not_taken_come_back_as_they_were_typed() {
    let server = Server::start().await;
    let (mut browser, ada) = signed_in(&server).await;
    let page = browser.look("/me/details").await.is(200);
    let long = "x".repeat(61);
    let typed = [("name", "  "), ("phones", &long), ("address", "12 Elm St\r\nSpringfield")];
    let refused = browser.fill(&page, "save", &typed).await.is(422);
    let refused = refused.says(&[
        "That was not taken",
        "Name must not be empty.",
        "Phone must have at most 60 characters.",
    ]);
    let form = refused.form("save");
    assert_eq!((form.value("phones"), form.value("name")), (&*long, "  "));
    assert_eq!(form.value("address"), "12 Elm St\nSpringfield");
    for id in ["href=\"#name\"", "href=\"#phones-0\"", "id=\"phones-0\"", "id=\"name-wrong\""] {
        assert!(refused.html.contains(id), "{id}: {}", refused.html);
    }
    let me = ada.session.get("/v1/me").await.is(200).body;
    assert_eq!(me["contacts"][0]["name"], "Ada");
    // Nothing edited, nothing changed.
    let page = browser.look("/me/details").await.is(200);
    let same = browser.fill(&page, "save", &[]).await;
    assert_eq!(same.leads_to(), "/me/details?done=unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_does_not_undo_what_was_changed_since_the_form_was_shown() {
    let server = Server::start().await;
    let (mut browser, ada) = signed_in(&server).await;
    let page = browser.look("/me/details").await.is(200);
    ada.session.patch("/v1/me", json!({ "address": "77 Oak St" })).await.is(200);
    browser.fill(&page, "save", &[("name", "Ada King")]).await.leads_to();
    let me = ada.session.get("/v1/me").await.is(200).body;
    assert_eq!(me["contacts"][0]["name"], "Ada King");
    assert_eq!(me["contacts"][0]["address"], "77 Oak St");
}

#[tokio::test(flavor = "multi_thread")]
async fn emails_are_added_changed_and_removed_and_a_seventh_is_refused_with_its_rule() {
    // R20, R21, R40, G7
    let server = Server::start().await;
    let (mut browser, ada) = signed_in(&server).await;
    let mut page = browser.look("/me/emails").await.is(200);
    for number in 1..=5 {
        let typed = format!("ada{number}@work.example");
        let added = browser.fill(&page, "add", &[("email", &typed)]).await;
        page = browser.follow(&added).await;
    }
    let refused = browser.fill(&page, "add", &[("email", "ada6@work.example")]).await.is(409);
    let refused = refused.says(&["Elm: ", "Remove an additional email first.", "Rule R20"]);
    assert_eq!(refused.form("add").value("email"), "ada6@work.example");
    let refused = browser.fill(&page, "add", &[("email", "no address")]).await.is(422);
    refused.says(&["New address must have exactly one @."]);

    let change = [("from", "ada1@work.example"), ("to", "ada@home.example")];
    let changed = browser.fill(&page, "change", &change).await;
    page = browser.follow(&changed).await.says(&["The address is changed.", "ada@home.example"]);
    let change = [("from", "ada2@work.example"), ("to", "nothing")];
    let refused = browser.fill(&page, "change", &change).await.is(422);
    refused.says(&["Address must have exactly one @."]);
    let removed = browser.fill(&page, "remove", &[("from", "ada5@work.example")]).await;
    browser.follow(&removed).await.says_nothing_of(&["ada5@work.example"]);
    let me = ada.session.get("/v1/me").await.is(200).body;
    let emails =
        ["ada@home.example", "ada2@work.example", "ada3@work.example", "ada4@work.example"];
    assert_eq!(me["contacts"][0]["additional_emails"], json!(emails));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_form_is_refused_and_breaks_nothing() {
    let server = Server::start().await;
    let (mut browser, _) = signed_in(&server).await;
    let request = browser.request(Method::POST, "/me/details").json(&json!({ "name": "X" }));
    let request = request.header("sec-fetch-site", "same-origin");
    browser.take("/me/details", request).await.is(415);
    let many: Vec<(&str, &str)> = vec![("phones", "1"); 300];
    browser.send("/me/details", &many).await.is(400);
    let long = "x".repeat(100_000);
    browser.send("/me/details", &[("name", &long)]).await.is(413);
    let phones: Vec<(&str, &str)> = vec![("phones", "555-0101"); 11];
    browser.send("/me/details", &phones).await.is(422);
    for body in ["%", "name=%ff%fe&%00=%00", "&&&===", "name=a%00b"] {
        let request = with_form(browser.request(Method::POST, "/me/details"), &[]).body(body);
        let request = request.header("sec-fetch-site", "same-origin");
        let seen = browser.take("/me/details", request).await;
        assert!([303, 422].contains(&seen.status), "{body}: {}", seen.html);
    }
    for query in ["cursor=x", "contact=nonsense", "contact=%00", "cursor=%F0%9F", "done=%3Cb%3E"] {
        let status = browser.look(&format!("/me/history?{query}")).await.status;
        assert!([200, 400, 422].contains(&status), "{query}: {status}");
    }
    let another = uuid::Uuid::now_v7();
    browser.look(&format!("/me/history?contact={another}")).await.is(404);
}
