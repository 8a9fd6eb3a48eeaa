//! An owner's picture, sent by a form (R36, R37).

use super::super::harness::{Owner, Server, send};
use super::super::images::png;
use super::PASSWORD;
use super::browser::{Browser, Seen};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

const DETAILS: &str = "/me/details";

async fn site() -> (Server, Owner, Browser, super::super::harness::Builder) {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    (server, ada, browser, builder)
}

/// Sends the page's form, as a browser does that a file was chosen in.
async fn choose(browser: &mut Browser, action: &str, file: &[u8]) -> Seen {
    let head = "--boundary42\r\nContent-Disposition: form-data; name=\"image\"; \
                filename=\"me.png\"\r\nContent-Type: image/png\r\n\r\n";
    let tail = format!(
        "\r\n--boundary42\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\n{action}\r\n\
         --boundary42--\r\n"
    );
    let body = [head.as_bytes(), file, tail.as_bytes()].concat();
    let request = browser.request(Method::POST, "/me/image");
    let request = request.header("sec-fetch-site", "same-origin");
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=boundary42");
    browser.take("/me/image", request.body(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_sets_a_picture_builders_see_it_and_it_is_taken_away() {
    let (_server, ada, mut browser, builder) = site().await;
    let page = browser.look(DETAILS).await.is(200).says(&["Your picture", "A picture"]);
    assert!(page.html.contains("enctype=\"multipart/form-data\""), "{}", page.html);
    assert!(!page.html.contains("<img"));
    browser.look("/me/image").await.is(404);

    let set = choose(&mut browser, "set-image", &png(64, 32)).await;
    assert_eq!(set.leads_to(), "/me/details?done=image-set");
    let page = browser.follow(&set).await.says(&["Your picture is saved", "Another picture"]);
    assert!(page.html.contains("<img class=\"picture\" src=\"/me/image\" alt=\""));
    let shown = send(browser.request(Method::GET, "/me/image")).await.is(200);
    assert_eq!(shown.headers["content-type"], "image/jpeg");
    assert_eq!(shown.headers["x-content-type-options"], "nosniff");
    assert_eq!(shown.headers["cache-control"], "private, no-cache");
    let path = format!("/v1/contacts/{}/image", ada.contact);
    let seen = builder.admin.get(&path).await.is(200);
    assert_eq!(seen.headers["etag"], shown.headers["etag"], "the builder sees the same");

    let gone = choose(&mut browser, "remove-image", b"").await;
    assert_eq!(gone.leads_to(), "/me/details?done=image-removed");
    browser.follow(&gone).await.says(&["Your picture is taken away"]);
    browser.look("/me/image").await.is(404);
    builder.admin.get(&path).await.is(404);
}

/// Promise 30.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_on_the_page() {
    let (server, _ada, mut browser, _builder) = site().await;
    let none = choose(&mut browser, "set-image", b"").await.is(400);
    none.says(&["That was not taken", "The picture must be chosen first."]);
    let text = choose(&mut browser, "set-image", b"<svg onload=alert(1)>").await.is(415);
    text.says(&["An image is a JPEG, PNG or WebP file"]).says_nothing_of(&["onload"]);
    let large = vec![0; (5 << 20) + 1];
    choose(&mut browser, "set-image", &large).await.is(413).says(&["That was not taken"]);
    let larger = vec![0; 6 << 20];
    choose(&mut browser, "set-image", &larger).await.is(413).says(&["That was not taken"]);
    choose(&mut browser, "nonsense", b"").await.is(400);
    browser.send("/me/image", &[("action", "set-image")]).await.is(415);
    browser.look("/me/image").await.is(404);
    let mut stranger = Browser::new(&server);
    let sent = choose(&mut stranger, "set-image", &png(8, 8)).await;
    assert_eq!(sent.leads_to(), "/sign-in?next=/me/image");
}
