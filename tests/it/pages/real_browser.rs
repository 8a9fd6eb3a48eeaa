//! The same in a real browser of the size of a phone: Debian's chromium, told what to do over
//! `WebDriver`. Where there is none, that is said and nothing is shown.

use super::super::harness::Server;
use super::PASSWORD;
use reqwest::Client;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The narrowest phone that pages are made for, in pixels.
const WIDTH: u32 = 360;

/// A browser with a window of its own.
pub(super) struct Chromium {
    client: Client,
    session: String,
    // Ends with it; the browser itself is ended by `quit`.
    _driver: Child,
}

impl Chromium {
    /// Starts one, where there is one.
    pub(super) async fn start() -> Option<Self> {
        let mut driver = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let mut said = BufReader::new(driver.stdout.take()?).lines();
        let port: u16 = loop {
            let line = said.next_line().await.ok()??;
            let port = line
                .split("successfully on port ")
                .nth(1)
                .map(|rest| rest.trim_end_matches('.').parse());
            if let Some(Ok(port)) = port {
                break port;
            }
        };
        let client = Client::builder().no_proxy().build().expect("a client");
        let args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-proxy-server"];
        let window = json!({ "deviceMetrics": { "width": WIDTH, "height": 740, "pixelRatio": 2 } });
        let options = json!({ "args": args, "mobileEmulation": window });
        let wanted =
            json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let wanted = json!({ "capabilities": { "alwaysMatch": wanted } });
        let base = format!("http://127.0.0.1:{port}/session");
        let begun = client.post(&base).json(&wanted).send().await.expect("an answer");
        let begun: Value = begun.json().await.expect("JSON");
        let id = begun["value"]["sessionId"].as_str();
        let id = id.unwrap_or_else(|| panic!("no browser: {begun}"));
        Some(Self { session: format!("{base}/{id}"), client, _driver: driver })
    }

    async fn ask(&self, path: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}/{path}", self.session)).json(&body);
        let mut answer: Value =
            request.send().await.expect("an answer").json().await.expect("JSON");
        assert!(answer["value"]["error"].is_null(), "{path} {body}: {answer}");
        answer["value"].take()
    }

    pub(super) async fn look(&self, url: &str) {
        self.ask("url", json!({ "url": url })).await;
    }

    async fn element(&self, css: &str) -> String {
        let found = self.ask("element", json!({ "using": "css selector", "value": css })).await;
        let ids = found.as_object().and_then(|ids| ids.values().next());
        ids.and_then(Value::as_str).expect("an element").to_owned()
    }

    /// Types into a field in the place of what is there.
    pub(super) async fn types(&self, css: &str, text: &str) {
        let field = self.element(css).await;
        self.ask(&format!("element/{field}/clear"), json!({})).await;
        self.ask(&format!("element/{field}/value"), json!({ "text": text })).await;
    }

    /// Chooses a file of this machine.
    pub(super) async fn chooses(&self, css: &str, path: &str) {
        let field = self.element(css).await;
        self.ask(&format!("element/{field}/value"), json!({ "text": path })).await;
    }

    pub(super) async fn presses(&self, css: &str) {
        let button = self.element(css).await;
        self.ask(&format!("element/{button}/click"), json!({})).await;
    }

    pub(super) async fn tells(&self, script: &str) -> Value {
        self.ask("execute/sync", json!({ "script": format!("return {script}"), "args": [] })).await
    }

    /// Asserts that this is to be read soon, on a page that is no wider than the window.
    pub(super) async fn shows(&self, text: &str) {
        let began = Instant::now();
        let read = loop {
            let read = self.tells("document.body.innerText").await;
            let read = read.as_str().unwrap_or_default().to_owned();
            if read.contains(text) {
                break read;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "no {text:?} in {read}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let wide = self.tells("document.documentElement.scrollWidth").await;
        assert_eq!(wide, WIDTH, "{read}");
    }

    /// What the browser has to complain about.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let log = self.ask("se/log", json!({ "type": "browser" })).await;
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().filter_map(|entry| entry["message"].as_str().map(str::to_owned)).collect()
    }

    pub(super) async fn quit(&self) {
        let ended = self.client.delete(&self.session).send().await;
        drop(ended.expect("the browser ends"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_goes_the_whole_way_in_a_real_browser_on_a_phone() {
    let Some(chromium) = Chromium::start().await else {
        eprintln!("SKIPPED: there is no chromedriver here (Debian: chromium, chromium-driver)");
        return;
    };
    let chromium = std::sync::Arc::new(chromium);
    let browser = std::sync::Arc::clone(&chromium);
    let went = tokio::spawn(async move { journey(&browser).await }).await;
    chromium.quit().await;
    went.expect("the journey");
}

async fn journey(browser: &Chromium) {
    let server = Server::start().await;
    let base = &server.base;
    let builder = server.builder("Elm & Sons, builders of kitchens, porches and barns").await;
    let long = "margaret.ellsworth-hutchinson.of.elm.street@example.org";
    let ada = builder.admin.contact("Margaret Ellsworth-Hutchinson", Some(long)).await;
    let job = builder.admin.job("12 Elm Street, kitchen and porch", &[ada]).await;
    let task =
        json!({ "title": "Choose the tiles", "phase": "planning", "assignee": { "owner": ada } });
    builder.admin.post(&format!("/v1/jobs/{job}/tasks"), task).await.is(201);
    let link = server.invite(&builder, ada).await;

    browser.look(&format!("{base}/invitations/{link}")).await;
    browser.shows("invites you to follow your project").await;
    browser.types("#password", "short").await;
    browser.types("#password_again", "short").await;
    browser.presses("button[value=accept]").await;
    browser.shows("That was not taken").await;
    browser.types("#password", PASSWORD).await;
    browser.types("#password_again", PASSWORD).await;
    browser.presses("button[value=accept]").await;
    browser.shows("Choose the tiles").await;
    assert_eq!(browser.tells("document.cookie").await, "", "no script sees the session");
    assert_eq!(browser.tells("document.scripts.length").await, 1, "ours");
    let dressed =
        browser.tells("getComputedStyle(document.querySelector('.mark')).borderWidth").await;
    assert_eq!(dressed, "2px", "the style is applied");

    browser.look(&format!("{base}/me/details")).await;
    browser.types("#address", "12 Elm Street\nSpringfield").await;
    browser.presses("button[value=save]").await;
    browser.shows("Your details are saved").await;
    for page in ["emails", "sessions", "history"] {
        browser.look(&format!("{base}/me/{page}")).await;
        browser.shows("Sign out").await;
    }
    browser.look(&format!("{base}/me/history?contact={ada}")).await;
    browser.shows("Details changed").await;
    let mut complaints = browser.complaints().await;
    // That of the form that was not taken, which the browser takes for one.
    complaints.retain(|message| !message.contains("422"));
    assert_eq!(complaints, Vec::<String>::new());

    // Another site's form has them signed out of nothing.
    let form = format!("<form method=post action={base}/sign-out><button>x</button></form>");
    browser.look(&format!("data:text/html,{form}")).await;
    browser.presses("button").await;
    browser.shows("This was not sent from one of our own pages").await;
    browser.look(&format!("{base}/me")).await;
    browser.shows("Your jobs").await;
    browser.presses("header button").await;
    browser.shows("You are signed out.").await;
    browser.look(&format!("{base}/me")).await;
    browser.types("#email", long).await;
    browser.types("#password", PASSWORD).await;
    browser.presses("button[value=sign-in]").await;
    browser.shows("Choose the tiles").await;
}
