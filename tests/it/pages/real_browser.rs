//! The same in a real browser of the size of a phone: Debian's chromium, told what to do over
//! `WebDriver`. Where there is none, that is said and nothing is shown.

pub(super) mod going;
mod histories;

use super::super::harness::Server;
use super::PASSWORD;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Client;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The narrowest phone that pages are made for, in pixels.
const WIDTH: u32 = 360;

/// How long a page is waited for; the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a browser is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// In pixels; none where it changes, as `resized` says.
    pub(super) width: Option<u32>,
    /// Whether it runs scripts.
    pub(super) scripts: bool,
}

/// A browser with a window of its own.
pub(super) struct Chromium {
    client: Client,
    session: String,
    window: Window,
    // Ends with it; the browser itself is ended by `quit`.
    _driver: Child,
}

impl Chromium {
    /// Starts one, where there is one.
    pub(super) async fn start() -> Option<Self> {
        Self::of_width(WIDTH).await
    }

    /// The same, with a window of this width.
    pub(super) async fn of_width(width: u32) -> Option<Self> {
        Self::start_with(Window { width: Some(width), scripts: true }).await
    }

    /// Starts one like this, where there is one.
    pub(super) async fn start_with(window: Window) -> Option<Self> {
        let Window { width, scripts } = window;
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
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build();
        let client = client.expect("a client");
        let args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-proxy-server"];
        let mut options = json!({ "args": args });
        if let Some(width) = width {
            let metrics = json!({ "width": width, "height": 740, "pixelRatio": 2 });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        if !scripts {
            // As in its settings: blocked on every site.
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let wanted =
            json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let wanted = json!({ "capabilities": { "alwaysMatch": wanted } });
        let base = format!("http://127.0.0.1:{port}/session");
        let begun = client.post(&base).json(&wanted).send().await.expect("an answer");
        let begun: Value = begun.json().await.expect("JSON");
        let id = begun["value"]["sessionId"].as_str();
        let id = id.unwrap_or_else(|| panic!("no browser: {begun}"));
        Some(Self { session: format!("{base}/{id}"), client, window, _driver: driver })
    }

    /// Whether pages' scripts run in it.
    pub(super) const fn runs_scripts(&self) -> bool {
        self.window.scripts
    }

    async fn ask(&self, path: &str, body: Value) -> Value {
        let answer = self.try_to(path, &body).await;
        assert!(answer["error"].is_null(), "{path} {body}: {answer}");
        answer
    }

    /// The same, be it that it fails.
    async fn try_to(&self, path: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}/{path}", self.session)).json(body);
        let mut answer: Value =
            request.send().await.expect("an answer").json().await.expect("JSON");
        answer["value"].take()
    }

    pub(super) async fn look(&self, url: &str) {
        self.ask("url", json!({ "url": url })).await;
    }

    /// No script of a page is fetched from now on.
    pub(super) async fn without_scripts(&self) {
        let off = json!({ "urls": ["*.js"] });
        for (order, params) in [("Network.enable", json!({})), ("Network.setBlockedURLs", off)] {
            self.ask("goog/cdp/execute", json!({ "cmd": order, "params": params })).await;
        }
    }

    async fn element(&self, css: &str) -> String {
        let wanted = json!({ "using": "css selector", "value": css });
        let began = Instant::now();
        loop {
            let found = self.try_to("element", &wanted).await;
            let ids = found.as_object().filter(|ids| !ids.contains_key("error"));
            if let Some(id) = ids.and_then(|ids| ids.values().next()).and_then(Value::as_str) {
                return id.to_owned();
            }
            // A page may still be on its way.
            assert!(began.elapsed() < PATIENCE, "no {css}: {found}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
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
        // A page that has just gone leaves an element that nobody can press any more.
        for _ in 0..4 {
            let answer = self.press(css).await;
            if answer["error"] != "stale element reference" {
                assert!(answer["error"].is_null(), "{css}: {answer}");
                return;
            }
        }
        panic!("{css} went away again and again");
    }

    async fn press(&self, css: &str) -> Value {
        let button = self.element(css).await;
        if self.window.scripts {
            return self.try_to(&format!("element/{button}/click"), &json!({})).await;
        }
        // A driver's click waits for a script of its own. Keys are pressed without: the space bar on
        // a box, Enter on what leads on.
        let key = if css.starts_with("input") { " " } else { "\u{e007}" };
        self.try_to(&format!("element/{button}/value"), &json!({ "text": key })).await
    }

    pub(super) async fn tells(&self, script: &str) -> Value {
        self.ask("execute/sync", json!({ "script": format!("return {script}"), "args": [] })).await
    }

    /// What a script passes on when it is done, to its last argument.
    pub(super) async fn tells_later(&self, script: &str) -> Value {
        self.ask("execute/async", json!({ "script": script, "args": [] })).await
    }

    /// Another width, in pixels, and whether people like it dark.
    pub(super) async fn resized(&self, width: u32, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1,
            "mobile": false });
        for (cmd, params) in
            [("Emulation.setEmulatedMedia", media), ("Emulation.setDeviceMetricsOverride", metrics)]
        {
            self.ask("goog/cdp/execute", json!({ "cmd": cmd, "params": params })).await;
        }
    }

    /// Forgets who is signed in.
    pub(super) async fn forgets(&self) {
        let forgotten = self.client.delete(format!("{}/cookie", self.session)).send().await;
        assert!(forgotten.expect("an answer").status().is_success());
    }

    /// A picture of the whole page, as PNG.
    pub(super) async fn picture(&self) -> Vec<u8> {
        let whole = json!({ "captureBeyondViewport": true });
        let asked = json!({ "cmd": "Page.captureScreenshot", "params": whole });
        let taken = self.ask("goog/cdp/execute", asked).await;
        STANDARD.decode(taken["data"].as_str().expect("a picture")).expect("base64")
    }

    /// Asserts that this is to be read soon, on a page that is no wider than the window.
    pub(super) async fn shows(&self, text: &str) {
        let read = self.reads(text).await;
        let wide = self.tells("document.documentElement.scrollWidth").await;
        assert_eq!(Some(wide), self.window.width.map(Value::from), "{read}");
    }

    /// Asserts that this is to be read soon, and tells all that is.
    pub(super) async fn reads(&self, text: &str) -> String {
        let began = Instant::now();
        loop {
            let read = self.tells("document.body.innerText").await;
            let read = read.as_str().unwrap_or_default().to_owned();
            if read.contains(text) {
                return read;
            }
            assert!(began.elapsed() < PATIENCE, "no {text:?} in {read}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
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

/// R100
#[tokio::test(flavor = "multi_thread")]
async fn an_owners_page_follows_the_job_without_being_loaded_again() {
    let Some(chromium) = Chromium::start().await else {
        eprintln!("SKIPPED: there is no chromedriver here (Debian: chromium, chromium-driver)");
        return;
    };
    let chromium = std::sync::Arc::new(chromium);
    let browser = std::sync::Arc::clone(&chromium);
    let went = tokio::spawn(async move { live_journey(&browser).await }).await;
    chromium.quit().await;
    went.expect("the journey");
}

async fn live_journey(browser: &Chromium) {
    let server = Server::start().await;
    let base = &server.base;
    let builder = server.builder("Elm & Sons").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let job = builder.admin.job("Barn", &[ada.contact]).await;
    let tasks = format!("/v1/jobs/{job}/tasks");
    let mut ids = Vec::new();
    for title in ["Dig", "Pour", "Frame", "Roof"] {
        let task = json!({ "title": title, "phase": "execution", "assignee": { "staff": "K" } });
        ids.push(builder.admin.post(&tasks, task).await.is(201).id());
    }
    let todo = json!({ "contact_id": ada.contact, "title": "Bring the keys" });
    builder.admin.post(&format!("/v1/jobs/{job}/todos"), todo).await.is(201);

    browser.look(&format!("{base}/sign-in?next=/me/jobs/{job}")).await;
    browser.types("#email", "ada@example.org").await;
    browser.types("#password", PASSWORD).await;
    browser.presses("button[value=sign-in]").await;
    browser.shows("0 of 4").await;
    // The hint to load the page again goes when the page is told by itself.
    let kept = "getComputedStyle(document.querySelector('[data-still]')).display";
    let began = Instant::now();
    while browser.tells(kept).await != "none" {
        assert!(began.elapsed() < Duration::from_secs(10), "the page does not listen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    browser.types("#text", "What I am typing").await;
    browser.tells("(window.stays = true)").await;
    let mut took = Vec::new();
    for (number, task) in (1..).zip(&ids) {
        let done = json!({ "done": true });
        let began = Instant::now();
        builder.admin.patch(&format!("{tasks}/{task}"), done).await.is(200);
        browser.shows(&format!("{number} of 4")).await;
        took.push(began.elapsed());
    }
    assert!(took.iter().min() < Some(&Duration::from_secs(1)), "{took:?}");
    browser.shows("100 %").await;
    assert_eq!(browser.tells("window.stays").await, true, "it is the same page");
    assert_eq!(browser.tells("document.querySelector('#text').value").await, "What I am typing");
    let arc = "document.querySelector('.ring .part').getAttribute('stroke-dasharray')";
    assert_eq!(browser.tells(arc).await, "100 100");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    // What was put in place works like what was there.
    browser.presses("button[value=todo-done]").await;
    browser.shows("The To-Do is done.").await;

    // Whose session ends elsewhere is shown where to sign in.
    ada.session.delete("/v1/sessions").await.is(204);
    browser.shows("I forgot my password").await;
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
