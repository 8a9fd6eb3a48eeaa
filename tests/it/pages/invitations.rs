//! The page behind an invitation's link: for whom, whether it still works, and that nothing happens
//! without a press on a button (H16, promise 10).

use super::super::harness::{Builder, Server};
use super::browser::{Browser, with_form};
use super::{OTHER, PASSWORD};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

/// The contact as its builder sees it once everything done until now has arrived.
async fn shown(builder: &Builder, contact: Uuid) -> Value {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let path = format!("/v1/contacts/{contact}");
    builder.admin.get_after(&last, &path).await.is(200).body
}

async fn access(builder: &Builder, contact: Uuid) -> String {
    shown(builder, contact).await["access"].as_str().expect("an access").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_never_uses_an_invitation_up() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/invitations/{}", server.invite(&builder, ada).await);
    let mut browser = Browser::new(&server);
    for _ in 0..20 {
        browser.look(&path).await.is(200);
        let request = browser.request(Method::HEAD, &path);
        browser.take(&path, request).await.is(200);
    }
    assert_eq!(access(&builder, ada).await, "pending");
    assert!(browser.cookies.is_empty());
    let page = browser.look(&path).await;
    let typed = [("password", PASSWORD), ("password_again", PASSWORD)];
    browser.fill(&page, "accept", &typed).await.leads_to();
    assert_eq!(access(&builder, ada).await, "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_not_taken_is_explained_beside_its_field_and_not_repeated() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/invitations/{}", server.invite(&builder, ada).await);
    let mut browser = Browser::new(&server);
    let page = browser.look(&path).await;
    let typed = [("password", "short secret"), ("password_again", "short secret")];
    let refused = browser.fill(&page, "accept", &typed).await.is(422);
    let refused = refused
        .says(&[
            "The password must have at least 15 characters",
            "Take at least 15 characters; some words with spaces will do.",
            "Rule R15",
        ])
        .says_nothing_of(&["short secret"]);
    assert!(refused.html.contains("aria-describedby=\"password-hint password-wrong\""));
    let typed = [("password", PASSWORD), ("password_again", OTHER)];
    let refused = browser.fill(&refused, "accept", &typed).await.is(422);
    refused.says(&["Password once more must be the same as above."]);
    assert_eq!(access(&builder, ada).await, "pending");
    browser.send(&path, &[("action", "nonsense")]).await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_login_signs_in_to_accept() {
    // R45, R15
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    server.owner(&elm, "ada@example.org", PASSWORD).await;
    let theirs = oak.admin.contact("A. Byron", Some("ada@example.org")).await;
    let path = format!("/invitations/{}", server.invite(&oak, theirs).await);
    let mut browser = Browser::new(&server);
    let page = browser.look(&path).await.is(200).says(&["You have a login with this address"]);
    let refused = browser.fill(&page, "sign-in", &[("password", OTHER)]).await.is(401);
    refused.says(&["There is no login with this address and this password."]);
    assert_eq!(access(&oak, theirs).await, "pending");
    let accepted = browser.fill(&page, "sign-in", &[("password", PASSWORD)]).await;
    assert_eq!(accepted.leads_to(), "/me?done=accepted");
    assert_eq!(access(&oak, theirs).await, "active");
    // Signed in as just the one, a press is enough; and it takes one.
    let yew = server.builder("Yew").await;
    let at_yew = yew.admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/invitations/{}", server.invite(&yew, at_yew).await);
    let page = browser.look(&path).await.is(200).says(&["You are signed in with this address."]);
    assert_eq!(access(&yew, at_yew).await, "pending");
    browser.fill(&page, "accept", &[]).await.leads_to();
    assert_eq!(access(&yew, at_yew).await, "active");
    // The builders' details of them differ; the page says so, and leaves what was not edited.
    let page = browser.look("/me/details").await.is(200);
    let page = page.says(&["Oak has A. Byron"]);
    browser.fill(&page, "save", &[("address", "12 Elm St")]).await.leads_to();
    let last = oak.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let shown = oak.admin.get_after(&last, &format!("/v1/contacts/{theirs}")).await.is(200).body;
    assert_eq!((&shown["name"], &shown["address"]), (&json!("A. Byron"), &json!("12 Elm St")));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_who_is_signed_in_is_asked_and_accepts_nothing() {
    // H16
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    server.owner(&builder, "cem@example.org", PASSWORD).await;
    let body = json!({ "name": "Ada", "primary_email": "ada@example.org",
        "phones": ["(212) 555-0180"] });
    let ada = builder.admin.post("/v1/contacts", body).await.is(201).id();
    let path = format!("/invitations/{}", server.invite(&builder, ada).await);
    let mut browser = Browser::new(&server);
    browser.sign_in("cem@example.org", PASSWORD).await.leads_to();
    let page = browser.look(&path).await.is(200).says(&[
        "Is this for you?",
        "The invitation is for ada@example.org. You are signed in as cem@example.org.",
    ]);
    let page = page.says_nothing_of(&["value=\"accept\"", "value=\"decline\"", "(212) 555-0180"]);
    let tried = [("action", "accept"), ("password", PASSWORD), ("password_again", PASSWORD)];
    browser.send(&path, &tried).await.is(409).says(&["Rule H16"]);
    assert_eq!(access(&builder, ada).await, "pending");
    let out = browser.fill(&page, "sign-out", &[]).await;
    assert_eq!(out.leads_to(), path);
    browser.follow(&out).await.says(&["Choose a password."]);
    assert!(browser.cookies.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dead_link_says_why() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let contact = format!("/v1/contacts/{ada}");
    let mut browser = Browser::new(&server);
    let mut is_dead = async |link: &str, why: &str| {
        let path = format!("/invitations/{link}");
        let typed = [("action", "accept"), ("password", PASSWORD), ("password_again", PASSWORD)];
        let decline = [("action", "decline")];
        let sign_in = [("action", "sign-in"), ("password", PASSWORD)];
        for seen in [
            browser.look(&path).await,
            browser.send(&path, &typed).await,
            browser.send(&path, &decline).await,
            browser.send(&path, &sign_in).await,
        ] {
            let seen = seen.is(410).says(&[why, "It came from Elm."]);
            seen.says_nothing_of(&["ada@example.org", "<form"]);
        }
    };
    let first = server.invite(&builder, ada).await;
    builder.admin.order(&format!("{contact}/invite/resend")).await.is(200);
    is_dead(&first, "A newer mail has been sent").await;
    let second = server.newest_link(builder.id, ada).await;
    builder.admin.order(&format!("{contact}/invite/cancel")).await.is(200);
    is_dead(&second, "This invitation was taken back.").await;
    let third = server.invite(&builder, ada).await;
    let bea = builder.admin.contact("Bea", None).await;
    let merge = json!({ "survivor": bea, "absorbed": [ada] });
    builder.admin.post("/v1/contacts/merge", merge).await.is(200);
    is_dead(&third, "has been merged into another").await;
    let cem = builder.admin.contact("Cem", Some("cem@example.org")).await;
    let used = server.invite(&builder, cem).await;
    let accept = json!({ "password": PASSWORD });
    server.anybody().post(&format!("/v1/invitations/{used}/accept"), accept).await.is(200);
    is_dead(&used, "has been accepted already").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_can_be_declined_and_an_unknown_link_leads_nowhere() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/invitations/{}", server.invite(&builder, ada).await);
    let mut browser = Browser::new(&server);
    let page = browser.look(&path).await;
    let declined = browser.fill(&page, "decline", &[]).await;
    browser.follow(&declined).await.says(&["You have declined the invitation."]);
    assert_eq!(access(&builder, ada).await, "not_invited");
    browser.look(&path).await.is(410);
    for none in ["nonsense", "tbi_", "%00", &"x".repeat(300)] {
        let path = format!("/invitations/{none}");
        browser.look(&path).await.is(404).says(&["There is no page at this address."]);
        browser.send(&path, &[("action", "decline")]).await.is(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_accept_at_once_are_one_person() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/invitations/{}", server.invite(&builder, ada).await);
    let typed = [("action", "accept"), ("password", PASSWORD), ("password_again", PASSWORD)];
    let press = async || {
        let mut browser = Browser::new(&server);
        let request = browser.request(Method::POST, &path).header(SAME_ORIGIN.0, SAME_ORIGIN.1);
        browser.take(&path, with_form(request, &typed)).await.status
    };
    let (one, other) = tokio::join!(press(), press());
    assert!(one == 303 || other == 303, "{one} {other}");
    assert!([one, other].iter().all(|status| [303, 410, 403, 503].contains(status)));
    assert_eq!(server.rows("person_directory").await.len(), 1);
}

/// H16, 2.1: nobody chooses for whoever is signed in with another address.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_with_another_address_keeps_it_or_moves_to_the_invited_one() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let spare = oak.admin.contact("Ada", Some("spare@example.org")).await;
    let path = format!("/invitations/{}", server.invite(&oak, spare).await);
    let page = browser.look(&path).await.is(200);
    let page = page.says(&["spare@example.org", "ada@example.org", "Both addresses are mine"]);
    assert_eq!(browser.fill(&page, "stay", &[]).await.leads_to(), "/me?done=accepted");
    let kept = shown(&oak, spare).await;
    assert_eq!(kept["access"], "active");
    assert_eq!(kept["primary_email"], "ada@example.org");

    let ash = server.builder("Ash").await;
    let work = ash.admin.contact("Ada", Some("ada@work.example")).await;
    let path = format!("/invitations/{}", server.invite(&ash, work).await);
    let page = browser.look(&path).await.is(200);
    browser.fill(&page, "move", &[("password", OTHER)]).await.is(403);
    let moved = browser.fill(&page, "move", &[("password", PASSWORD)]).await;
    assert_eq!(moved.leads_to(), "/me?done=accepted");
    browser.look("/me/emails").await.is(200).says(&["ada@work.example"]);
    assert_eq!(shown(&elm, ada.contact).await["primary_email"], "ada@work.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_with_another_builder_sees_both_sets_of_details_and_says_which_stands() {
    // 2.1, R38
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let own = json!({ "name": "Ada King", "phones": ["(212) 555-0180"], "address": "12 Elm St" });
    ada.session.patch("/v1/me", own).await.is(200);
    let invited = async |builder: &Builder, email: &str| {
        let body = json!({ "name": "A. Byron", "title": "Ms", "primary_email": email,
            "phones": ["(212) 555-0199"] });
        let contact = builder.admin.post("/v1/contacts", body).await.is(201).id();
        (contact, format!("/invitations/{}", server.invite(builder, contact).await))
    };
    let has = async |builder: &Builder, contact: Uuid| {
        let shown = shown(builder, contact).await;
        [&shown["name"], &shown["title"], &shown["phones"], &shown["address"]].map(Value::to_string)
    };
    let of = |[name, title, phones, address]: [Value; 4]| {
        [name, title, phones, address].map(|value| value.to_string())
    };
    let builders = || of([json!("A. Byron"), json!("Ms"), json!(["(212) 555-0199"]), Value::Null]);
    let hers =
        || of([json!("Ada King"), Value::Null, json!(["(212) 555-0180"]), json!("12 Elm St")]);
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    // Signed in: both are shown, and nothing is taken over unless she says so.
    for (company, choice, stands) in [
        ("Oak", None, builders()),
        ("Ash", Some("own"), hers()),
        ("Yew", Some("builders"), builders()),
    ] {
        let builder = server.builder(company).await;
        let (contact, path) = invited(&builder, "ada@example.org").await;
        let page = browser.look(&path).await.is(200).says(&[
            &format!("What {company} has on file of you"),
            "Ms A. Byron",
            "(212) 555-0199",
            "What you have with Elm",
            "Ada King",
            "(212) 555-0180",
            "12 Elm St",
        ]);
        let chosen: Vec<_> = choice.iter().map(|choice| ("info_accept", *choice)).collect();
        browser.fill(&page, "accept", &chosen).await.leads_to();
        assert_eq!(has(&builder, contact).await, stands, "{company}");
    }
    // What changed, and that the owner did it, stands in the builder's history.
    let fir = server.builder("Fir").await;
    let (contact, path) = invited(&fir, "ada@example.org").await;
    let mut other = Browser::new(&server);
    let page = other.look(&path).await.is(200).says_nothing_of(&["Ada King", "(212) 555-0180"]);
    let typed = [("password", PASSWORD), ("info_sign-in", "own")];
    other.fill(&page, "sign-in", &typed).await.leads_to();
    assert_eq!(has(&fir, contact).await, hers());
    let last = fir.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let path = format!("/v1/contacts/{contact}/history");
    let history = fir.admin.get_after(&last, &path).await.is(200);
    let items = history.body["items"].as_array().expect("a list");
    let edit = items.iter().find(|item| item["event"] == "contact.info_updated").expect("an edit");
    assert_eq!(edit["actor"]["kind"], "owner");
    assert!(edit["changes"].to_string().contains("A. Byron"), "{edit}");
    // With another address of hers, which may also be somebody else's: nothing of what is on file.
    let oak = server.builder("Oak").await;
    let (contact, path) = invited(&oak, "ada@work.example").await;
    let page = browser.look(&path).await.is(200).says(&["What you have with Elm", "Ada King"]);
    let page = page.says_nothing_of(&["A. Byron", "(212) 555-0199"]);
    browser.fill(&page, "stay", &[("info_stay", "own")]).await.leads_to();
    assert_eq!(has(&oak, contact).await, hers());
    // Who has nothing elsewhere is not asked.
    let path = invited(&oak, "new@example.org").await.1;
    let mut new = Browser::new(&server);
    new.look(&path).await.is(200).says_nothing_of(&["info_", "As my other builders"]);
}
