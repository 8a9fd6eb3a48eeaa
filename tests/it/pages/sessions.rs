//! The cookie that carries a session, and what becomes of it (promise 25).

use super::super::harness::{Server, send};
use super::browser::Browser;
use super::{OTHER, PASSWORD};
use reqwest::Method;
use reqwest::header::SET_COOKIE;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn each_sign_in_begins_a_session_and_ends_the_one_before_it() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    server.owner(&builder, "ada@example.org", PASSWORD).await;
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let first = browser.cookies.clone();
    assert_eq!(browser.look("/sign-in").await.leads_to(), "/me", "they are signed in");
    let typed = [("action", "sign-in"), ("email", "ada@example.org"), ("password", PASSWORD)];
    browser.send("/sign-in", &typed).await.leads_to();
    assert_ne!(browser.cookies, first);
    browser.look("/me").await.is(200);
    browser.cookies = first;
    browser.look("/me").await.leads_to();
    // A wrong password ends nothing.
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let wrong = [("action", "sign-in"), ("email", "ada@example.org"), ("password", OTHER)];
    browser.send("/sign-in", &wrong).await.is(401);
    browser.look("/me").await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_opens_pages_by_its_cookie_and_the_api_by_its_header_alone() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let (name, secret) =
        browser.cookies.iter().next().map(|(n, s)| (n.clone(), s.clone())).expect("one");
    assert_eq!(name, "titleblock", "a machine of one's own without TLS");
    send(browser.request(Method::GET, "/v1/me")).await.is(401);
    server.caller(&secret).get("/v1/me").await.is(200);
    let by_header = server.client.get(format!("{}/me", server.base)).bearer_auth(&secret);
    assert_eq!(send(by_header).await.status, 200, "it is sent to sign in");
    // Other credentials open no page.
    for other in [&builder.admin.secret, &server.operator().secret, "tbs_nonsense"] {
        browser.cookies.insert(name.clone(), other.to_owned());
        browser.look("/me").await.leads_to();
    }
    browser.cookies.insert(name, ada.session.secret.clone());
    browser.look("/me").await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_cookie_is_the_hosts_alone_and_browsers_come_back_over_tls() {
    let server = Server::start_at("https://builders.example").await;
    let builder = server.builder("Elm").await;
    server.owner(&builder, "ada@example.org", PASSWORD).await;
    let mut browser = Browser::new(&server);
    let signed_in = browser.sign_in("ada@example.org", PASSWORD).await;
    let cookie = signed_in.headers[SET_COOKIE].to_str().expect("a text");
    assert!(cookie.starts_with("__Host-titleblock=tbs_"), "{cookie}");
    for part in ["Path=/", "Max-Age=86400", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(cookie.split("; ").any(|there| there == part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(signed_in.headers["strict-transport-security"], "max-age=31536000");
    browser.look("/me").await.is(200);
    let plain = Server::start().await;
    let seen = Browser::new(&plain).look("/").await;
    assert!(!seen.headers.contains_key("strict-transport-security"));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_ends_their_own_sessions_and_nobody_elses() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    server.owner(&builder, "ada@example.org", PASSWORD).await;
    let cem = server.owner(&builder, "cem@example.org", PASSWORD).await;
    let theirs = cem.session.get("/v1/sessions").await.is(200).each("id").remove(0);
    let (mut phone, mut desk) = (Browser::new(&server), Browser::new(&server));
    phone.sign_in("ada@example.org", PASSWORD).await.leads_to();
    desk.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let page = desk.look("/me/sessions").await.is(200).says(&["This one", "Another one"]);
    assert_eq!(page.html.matches("value=\"end\"").count(), 3, "the one of the invitation too");
    for foreign in [theirs.as_str(), &Uuid::now_v7().to_string(), "nonsense"] {
        desk.send("/me/sessions", &[("action", "end"), ("session", foreign)]).await.is(404);
    }
    cem.session.get("/v1/me").await.is(200);
    let phones = phone.look("/me/sessions").await.is(200);
    let at = phones.html.find("Sign out here").expect("its own");
    let own = phones.html[..at].rsplit("name=\"session\" value=\"").next().expect("an id");
    let own = own[..36].to_owned();
    let ended = desk.send("/me/sessions", &[("action", "end"), ("session", &own)]).await;
    assert_eq!(ended.leads_to(), "/me/sessions?done=ended");
    phone.look("/me").await.leads_to();
    let page = desk.look("/me/sessions").await.is(200);
    let out = desk.fill(&page, "end-all", &[]).await;
    assert_eq!(out.leads_to(), "/sign-in?done=signed-out");
    assert!(desk.cookies.is_empty());
    cem.session.get("/v1/me").await.is(200);
}
