//! What else links in mails lead to: another address of one's own, and an account's staff.

use super::super::email_changes::came_over;
use super::super::harness::Server;
use super::PASSWORD;
use super::browser::Browser;
use reqwest::Method;

const NEW: &str = "ada@work.example";

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_moves_to_another_address_by_the_link_in_its_mail() {
    // R32, H3
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let page = browser.look("/me/emails").await.is(200);
    let wrong = [("primary_email", NEW), ("password", "not hers at all")];
    let refused = browser.fill(&page, "primary", &wrong).await.is(403);
    assert_eq!(refused.form("primary").value("primary_email"), NEW, "what was typed stays");
    let nonsense = [("primary_email", "nonsense"), ("password", PASSWORD)];
    browser.fill(&page, "primary", &nonsense).await.is(422).says(&["New address"]);
    let typed = [("primary_email", NEW), ("password", PASSWORD)];
    let asked = browser.fill(&page, "primary", &typed).await;
    assert_eq!(asked.leads_to(), "/me/emails?done=email-asked");
    let mails = server.mails(ada.person, ada.person).await;
    let mail = mails.iter().rfind(|mail| mail.kind == "primary_email_change").expect("a mail");
    let path = format!("/email-changes/{}", mail.link);
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let request = browser.request(method, &path);
        browser.take(&path, request).await.is(200);
    }
    let page = browser.look(&path).await.is(200).says(&[NEW]);
    let changed = browser.fill(&page, "confirm", &[]).await;
    assert_eq!(changed.leads_to(), "/me/emails?done=primary-email-changed");
    browser.look("/me/emails").await.is(200).says(&[NEW]);
    browser.look(&path).await.is(410);
    let mut another = Browser::new(&server);
    assert_eq!(another.sign_in(NEW, PASSWORD).await.leads_to(), "/me");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_joins_the_staff_by_the_link_in_their_mail() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let (_, link) = server.invite_staff(&builder, "mia@example.org", "staff", &[]).await;
    let path = format!("/staff-invitations/{link}");
    let mut browser = Browser::new(&server);
    let page = browser.look(&path).await.is(200).says(&["Elm", "staff"]);
    assert_eq!(page.form("accept").value("username"), "mia@example.org");
    let short = [("password", "short"), ("password_again", "short")];
    browser.fill(&page, "accept", &short).await.is(422);
    let typed = [("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(browser.fill(&page, "accept", &typed).await.leads_to(), "/?done=joined");
    browser.look(&path).await.is(410);
    // A login that is there accepts with its password.
    let oak = server.builder("Oak").await;
    let (_, link) = server.invite_staff(&oak, "mia@example.org", "auditor", &[]).await;
    let path = format!("/staff-invitations/{link}");
    let page = browser.look(&path).await.is(200).says(&["Oak", "auditor"]);
    browser.fill(&page, "sign-in", &[("password", "not hers at all")]).await.is(401);
    let joined = browser.fill(&page, "sign-in", &[("password", PASSWORD)]).await;
    assert_eq!(joined.leads_to(), "/?done=joined");
    let body =
        serde_json::json!({ "email": "mia@example.org", "password": PASSWORD, "account": oak.id });
    server.anybody().post("/v1/sessions", body).await.is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_takes_the_contact_that_another_builders_file_brought() {
    // R45
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    server.owner(&elm, "ada@example.org", PASSWORD).await;
    came_over(&oak, "O-1", "ada@example.org").await.is(200);
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let page = browser.look("/me").await.is(200).says(&["Oak", "moved here from an older system"]);
    browser.send("/me", &[("action", "take"), ("contact", "nonsense")]).await.is(422);
    let nobodys = "0198c0de-0000-7000-8000-000000000001";
    browser.send("/me", &[("action", "take"), ("contact", nobodys)]).await.is(404);
    assert_eq!(browser.fill(&page, "take", &[]).await.leads_to(), "/me?done=taken");
    let page = browser.look("/me").await.is(200);
    page.says_nothing_of(&["older system"]);
    browser.look("/me/emails").await.is(200);
}
