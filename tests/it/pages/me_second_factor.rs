//! Turning a second factor on and off on pages (promise 24).

use super::super::harness::Server;
use super::super::second_factors::code;
use super::browser::{Browser, Seen};
use super::{OTHER, PASSWORD};

const PATH: &str = "/me/second-factor";

async fn site() -> (Server, Browser) {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    server.owner(&builder, "ada@example.org", PASSWORD).await;
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    (server, browser)
}

/// The key that is to be typed into an app.
fn key(begun: &Seen) -> String {
    let key = begun.html.split("class=\"key\">").nth(1).expect("a key");
    let key = key.split("</p>").next().expect("a key");
    let fours = key.split("<span>").filter_map(|part| part.split_once("</span>"));
    fours.map(|(four, _)| four).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_turned_on_and_off_again() {
    let (_server, mut browser) = site().await;
    let sessions = browser.look("/me/sessions").await.is(200);
    assert!(sessions.html.contains(&format!("href=\"{PATH}\"")));
    let page = browser.look(PATH).await.is(200).says(&["It is off."]);
    let wrong = browser.fill(&page, "begin", &[("password", OTHER)]).await.is(403);
    let wrong = wrong.says(&["That was not taken", "This is not the password"]);
    assert!(!wrong.html.contains(OTHER) && !wrong.html.contains("<svg"));

    let begun = browser.fill(&page, "begin", &[("password", PASSWORD)]).await.is(200);
    let secret = key(&begun);
    assert_eq!(secret.len(), 32, "{secret}");
    let begun = begun.says(&["otpauth://totp/Titleblock:ada%40example.org?secret=", &secret]);
    assert!(begun.html.contains("class=\"qr\"") && begun.html.contains("role=\"img\""));
    assert_eq!(begun.headers["cache-control"], "no-store");
    let refused = browser.fill(&begun, "confirm", &[("code", "000000")]).await.is(403);
    let refused = refused.says(&["That was not taken", "Code from your app"]);
    assert!(!refused.html.contains(&secret), "it is told once");
    browser.look(PATH).await.is(200).says(&["It is off."]);

    let first = code(&secret, -1);
    let on = browser.fill(&refused, "confirm", &[("code", &first)]).await.is(200);
    let on = on.says(&["The second factor is on.", "They are not shown again."]);
    let codes: Vec<&str> = on.html.split("<li class=\"key\">").skip(1).collect();
    let codes: Vec<String> =
        codes.iter().map(|code| code.split('<').next().expect("a code").to_owned()).collect();
    assert_eq!((codes.len(), codes[0].len()), (10, 19));
    let page = browser.look(PATH).await.is(200).says(&["It is on.", "10 recovery codes"]);
    for code in codes.iter().chain([&secret]) {
        assert!(!page.html.contains(code.as_str()), "it is told once");
    }
    // Sent again, as browsers do when a page is loaded anew.
    browser.fill(&refused, "confirm", &[("code", &first)]).await.is(409);
    browser.send(PATH, &[("action", "begin"), ("password", PASSWORD)]).await.is(409);

    // Signing in takes a code now, or one of those.
    browser.send("/sign-out", &[]).await.leads_to();
    let asked = browser.sign_in("ada@example.org", PASSWORD).await;
    assert_eq!(asked.status, 401, "{}", asked.html);
    let typed = [("email", "ada@example.org"), ("password", PASSWORD), ("code", codes[0].as_str())];
    assert_eq!(browser.fill(&asked, "sign-in", &typed).await.leads_to(), "/me");
    let page = browser.look(PATH).await.is(200).says(&["9 recovery codes"]);
    for (password, code) in [(OTHER, codes[1].as_str()), (PASSWORD, "000000")] {
        let refused = browser.fill(&page, "end", &[("password", password), ("code", code)]).await;
        refused.is(403).says(&["That was not taken", "It is on."]);
    }
    let typed = [("password", PASSWORD), ("code", codes[2].as_str())];
    let off = browser.fill(&page, "end", &typed).await;
    assert_eq!(off.leads_to(), "/me/second-factor?done=second-factor-off");
    browser.follow(&off).await.says(&["The second factor is off.", "It is off."]);
    browser.send(PATH, &[("action", "nonsense")]).await.is(400);
    browser.send(PATH, &[("action", "confirm"), ("code", "000000")]).await.is(409);
}
