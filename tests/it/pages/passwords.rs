//! Forgotten passwords, on pages (R17, promise 23).

use super::super::harness::Server;
use super::super::logins::reset_link;
use super::super::second_factors::{begin, code};
use super::browser::Browser;
use super::{OTHER, PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_with_the_mailed_link_and_ends_all_sessions() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let mut signed_in = Browser::new(&server);
    signed_in.sign_in("ada@example.org", PASSWORD).await.leads_to();

    let mut browser = Browser::new(&server);
    let page = browser.look("/forgotten-password").await.is(200);
    let unknown = browser.fill(&page, "ask", &[("email", "nobody@example.org")]).await;
    let known = browser.fill(&page, "ask", &[("email", "ada@example.org")]).await;
    assert_eq!((unknown.status, unknown.leads_to()), (known.status, known.leads_to()));
    browser.follow(&known).await.says(&["If there is a login with this address"]);
    let refused = browser.fill(&page, "ask", &[("email", "no address")]).await.is(422);
    let refused = refused.says(&["Email must have exactly one @."]);
    assert_eq!(refused.form("ask").value("email"), "no address");

    let path = format!("/password-resets/{}", reset_link(&server, ada.person, 1).await);
    for _ in 0..5 {
        browser.look(&path).await.is(200).says(&["For ada@example.org."]);
    }
    let page = browser.look(&path).await;
    let typed = [("password", OTHER), ("password_again", "another")];
    let page = browser.fill(&page, "set", &typed).await.is(422);
    let page = page.says(&["Once more must be the same as above."]).says_nothing_of(&[OTHER]);
    let typed = [("password", "passwordpassword"), ("password_again", "passwordpassword")];
    let page = browser.fill(&page, "set", &typed).await.is(422);
    let page = page.says(&["is one of those that are tried first", "Rule R15"]);
    signed_in.look("/me").await.is(200);

    let typed = [("password", OTHER), ("password_again", OTHER)];
    let done = browser.fill(&page, "set", &typed).await;
    assert_eq!(done.leads_to(), "/sign-in?done=password-set");
    assert!(browser.cookies.is_empty(), "nobody is signed in by it");
    signed_in.look("/me").await.leads_to();
    browser.look(&path).await.is(410).says(&["This link was used, or a newer one was sent."]);
    browser.send(&path, &typed).await.is(410);
    browser.sign_in("ada@example.org", PASSWORD).await.is(401);
    browser.sign_in("ada@example.org", OTHER).await.leads_to();
    browser.look("/password-resets/tbr_x").await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_too_often_is_told_to_wait() {
    // promise 26
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    let page = browser.look("/sign-in").await;
    let typed = [("email", "ada@example.org"), ("password", "wrong password")];
    for _ in 0..10 {
        browser.fill(&page, "sign-in", &typed).await.is(401);
    }
    let refused = browser.fill(&page, "sign-in", &typed).await.is(429);
    let refused =
        refused.says(&["This was tried too often in a short time.", "Please wait for 15"]);
    assert_eq!(refused.form("sign-in").value("email"), "ada@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_second_factor_is_asked_for_its_code_after_the_password() {
    // promise 24
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let secret = begin(&ada.session).await;
    let body = serde_json::json!({ "code": code(&secret, 0) });
    ada.session.post("/v1/me/second-factor/confirm", body).await.is(200);
    let mut browser = Browser::new(&server);
    let page = browser.look("/sign-in").await.is(200).says_nothing_of(&["Code from your app"]);
    let typed = [("email", "ada@example.org"), ("password", OTHER)];
    browser.fill(&page, "sign-in", &typed).await.is(401).says_nothing_of(&["Code from your app"]);
    let typed = [("email", "ada@example.org"), ("password", PASSWORD)];
    let asked = browser.fill(&page, "sign-in", &typed).await.is(401);
    let asked = asked.says(&["Code from your app"]);
    let wrong = [("password", PASSWORD), ("code", "000000")];
    let asked = browser.fill(&asked, "sign-in", &wrong).await.is(403);
    let next = code(&secret, 1);
    let right = [("password", PASSWORD), ("code", next.as_str())];
    assert_eq!(browser.fill(&asked, "sign-in", &right).await.leads_to(), "/me");
}
