//! The portal behind a link, as a browser without a login sees it (R90 to R102, H10, promise 28).

use super::super::harness::{Builder, Server};
use super::browser::{Browser, attribute};
use domain::Timestamp;
use event_store::system_clock;
use reqwest::header::SET_COOKIE;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tokio::time::timeout;
use uuid::Uuid;

/// What is waited for at most, where it is to be there much sooner.
const SOON: Duration = Duration::from_secs(5);

struct House {
    server: Server,
    elm: Builder,
    ada: Uuid,
    job: Uuid,
}

/// A barn of Ada's with something to see, and something that is not for customers.
async fn house(server: Server) -> House {
    let elm = server.builder("Elm & Sons").await;
    let ada = elm.admin.contact("Ada", Some("ada@example.org")).await;
    let job = elm.admin.job("Barn", &[ada]).await;
    for (title, assignee) in [
        ("Choose the tiles", json!({ "owner": ada })),
        ("qanary wiring", json!({ "subcontractor": "Qanary Electric" })),
    ] {
        let task = json!({ "title": title, "phase": "planning", "assignee": assignee });
        elm.admin.post(&format!("/v1/jobs/{job}/tasks"), task).await.is(201);
    }
    let note = json!({ "text": "qanary: they pay late" });
    elm.admin.post(&format!("/v1/jobs/{job}/notes"), note).await.is(201);
    let budget = json!({ "lines": [{ "label": "qanary", "amount_cents": 987_654 }] });
    elm.admin.put(&format!("/v1/jobs/{job}/budget"), budget).await.is(200);
    House { server, elm, ada, job }
}

impl House {
    /// A link's page and its secret.
    async fn link(&self, body: Value) -> (String, String) {
        let path = format!("/v1/jobs/{}/portal-links", self.job);
        let issued = self.elm.admin.post(&path, body).await.is(201);
        let token = issued.body["token"].as_str().expect("a token").to_owned();
        (format!("/portal/{}", issued.id()), token)
    }

    async fn milestone(&self, title: &str) {
        let path = format!("/v1/jobs/{}/milestones", self.job);
        self.elm.admin.post(&path, json!({ "title": title })).await.is(201);
    }

    /// What becomes of the link of this page.
    async fn command(&self, page: &str, deed: &str) {
        let link = page.rsplit('/').next().expect("an id");
        let path = format!("/v1/jobs/{}/portal-links/{link}/{deed}", self.job);
        self.elm.admin.order(&path).await.is(200);
    }
}

/// A browser that has come by the link.
async fn come(server: &Server, page: &str, token: &str) -> Browser {
    let mut browser = Browser::new(server);
    let first = browser.look(&format!("{page}?token={token}")).await;
    assert_eq!(first.leads_to(), page);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_look_keeps_the_secret_for_that_portal_alone_and_goes_on_without_it() {
    // H10
    let house = house(Server::start().await).await;
    let (page, token) = house.link(json!({ "name": "Family" })).await;
    let mut browser = Browser::new(&house.server);
    let first = browser.look(&format!("{page}?token={token}")).await;
    assert_eq!(first.leads_to(), page);
    let cookie = first.headers[SET_COOKIE].to_str().expect("a text");
    let lasts = cookie.split("Max-Age=").nth(1).and_then(|rest| rest.split(';').next());
    let lasts: i64 = lasts.and_then(|seconds| seconds.parse().ok()).expect("seconds");
    assert!((30 * 86_400 - 60..=30 * 86_400).contains(&lasts), "{lasts}");
    let expected =
        format!("titleblock-portal={token}; Path={page}; Max-Age={lasts}; HttpOnly; SameSite=Lax");
    assert_eq!(cookie, expected);
    let seen = browser.follow(&first).await.says(&["Barn", "Elm & Sons", "0 %", "Planning"]);
    let seen = seen.says_nothing_of(&[&token[27..], "anary", "987", "tiles", "<form", "<input"]);
    assert_eq!(seen.headers["referrer-policy"], "no-referrer");
    assert_eq!(seen.headers["cache-control"], "no-store");
    assert_eq!(seen.headers["x-robots-tag"], "noindex");
    // What is kept for one portal opens no other, and no page and route of anybody's.
    let (other, others) = house.link(json!({ "name": "Other" })).await;
    browser.look(&other).await.is(404);
    browser.look("/me").await.leads_to();
    let api = browser.request(Method::GET, &format!("/v1{page}"));
    assert_eq!(api.send().await.expect("an answer").status(), 400, "the API takes no cookie");
    // A newer link takes the older one's place in the browser.
    come(&house.server, &other, &others).await.look(&other).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_cookie_is_secure_and_a_link_begins_with_the_public_url() {
    // promises 25 and 31
    let house = house(Server::start_at("https://portal.example").await).await;
    let path = format!("/v1/jobs/{}/portal-links", house.job);
    let issued = house.elm.admin.post(&path, json!({})).await.is(201);
    let url = issued.body["url"].as_str().expect("a url");
    let page = format!("/portal/{}", issued.id());
    let at = url.strip_prefix("https://portal.example").expect("the public URL");
    assert!(at.starts_with(&format!("{page}?token=tbp_")), "{url}");
    let mut browser = Browser::new(&house.server);
    let first = browser.look(at).await;
    assert_eq!(first.leads_to(), page);
    let cookie = first.headers[SET_COOKIE].to_str().expect("a text");
    assert!(cookie.starts_with("__Secure-titleblock-portal=tbp_"), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    browser.look(&page).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_link_shows_what_waits_for_its_owner() {
    // G18, R93
    let house = house(Server::start().await).await;
    let (page, token) = house.link(json!({ "contact": house.ada })).await;
    let mut browser = come(&house.server, &page, &token).await;
    let seen = browser.look(&page).await.is(200).says(&["Your items", "Choose the tiles"]);
    seen.says_nothing_of(&["anary", "987", "<form", "<input"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_share_page_has_the_whole_link_made_of_what_the_browser_has_kept() {
    // R101
    let house = house(Server::start().await).await;
    let (page, token) = house.link(json!({})).await;
    let mut browser = come(&house.server, &page, &token).await;
    browser.look(&page).await.is(200).says(&["Share this page"]);
    let share = browser.look(&format!("{page}/share")).await.is(200);
    let tag = share.html.split("<input").nth(1).expect("a field");
    let whole = format!("{}{page}?token={token}", house.server.base);
    assert_eq!(attribute(tag, "value").as_deref(), Some(whole.as_str()));
    assert!(tag.contains(" readonly"), "{tag}");
    // Whoever has kept nothing is told nothing.
    Browser::new(&house.server).look(&format!("{page}/share")).await.is(404);
    house.command(&page, "revoke").await;
    let gone = browser.look(&format!("{page}/share")).await.is(410);
    gone.says_nothing_of(&[&token[27..]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_id_and_a_wrong_secret_show_the_same_page_and_a_dead_link_says_why() {
    // promise 28, H10
    let house = house(Server::start().await).await;
    let (page, token) = house.link(json!({})).await;
    let (_, other) = house.link(json!({})).await;
    let unknown = format!("/portal/{}", Uuid::now_v7());
    let mut pages = Vec::new();
    for path in [
        format!("{page}?token={other}"),
        format!("{unknown}?token={token}"),
        format!("{page}?token=nonsense"),
        page.clone(),
        unknown.clone(),
        "/portal/nonsense".to_owned(),
    ] {
        let seen = Browser::new(&house.server).look(&path).await.is(404);
        assert!(!seen.headers.contains_key(SET_COOKIE), "{path}");
        let html = seen.html.split("Request").next().unwrap_or_default().to_owned();
        pages.push(html);
    }
    assert!(pages.iter().all(|seen| *seen == pages[0]), "{pages:?}");
    let mut browser = come(&house.server, &page, &token).await;
    for (deed, says) in
        [("rotate", "This link was replaced by a newer one."), ("revoke", "replaced by a newer")]
    {
        house.command(&page, deed).await;
        for path in [page.clone(), format!("{page}?token={token}")] {
            let seen = browser.look(&path).await.is(410);
            seen.says(&[says, "Ask your builder"]).says_nothing_of(&[&token[27..], "Barn"]);
        }
    }
    let (page, token) = house.link(json!({})).await;
    let mut browser = come(&house.server, &page, &token).await;
    house.command(&page, "revoke").await;
    browser.look(&page).await.is(410).says(&["taken back"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_are_counted_and_their_network_is_all_that_is_kept_of_whoever_looked() {
    let house = house(Server::start().await).await;
    let (page, token) = house.link(json!({})).await;
    let mut browser = come(&house.server, &page, &token).await;
    browser.look(&page).await.is(200);
    browser.look(&page).await.is(200);
    // The page keeps itself up: nobody looks anew.
    let by_script = browser.request(Method::GET, &page).header("sec-fetch-mode", "cors");
    browser.take(&page, by_script).await.is(200);
    let path = format!("/v1/jobs/{}/portal-links", house.job);
    let list = house.elm.admin.get(&path).await.is(200);
    assert_eq!(list.body["items"][0]["views"], 2);
    assert!(list.body["items"][0]["last_viewed_at"].is_string());
    let rows = house.server.rows("portal_views").await.join("\n");
    assert!(rows.contains("127.0.0.0/24") && !rows.contains("127.0.0.1"), "{rows}");
    assert_eq!(house.server.store.prune_portal_views().await.expect("pruned"), 0);
}

/// A stream that is open.
struct Stream {
    response: Response,
    unread: String,
}

impl Stream {
    fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self { response, unread: String::new() }
    }

    async fn open(browser: &Browser, page: &str) -> Self {
        let path = format!("{page}/events");
        Self::of(browser.request(Method::GET, &path).send().await.expect("an answer"))
    }

    /// What is told next; none when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.unread = rest;
                if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                    return Some(data.to_owned());
                }
                continue;
            }
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.unread.push_str(std::str::from_utf8(&chunk).expect("a text"));
        }
    }

    async fn soon(&mut self) -> Option<String> {
        timeout(SOON, self.next()).await.expect("told soon")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_portal_is_told_of_what_changes_and_of_nothing_else() {
    // R100, scenario 23
    let house = house(Server::start().await).await;
    let (page, token) = house.link(json!({})).await;
    let mut browser = come(&house.server, &page, &token).await;
    let mut stream = Stream::open(&browser, &page).await;
    let mut shown = stream.soon().await.expect("what is shown now");
    let mut took = Vec::new();
    for title in ["Walls", "Roof", "Keys"] {
        let began = Instant::now();
        house.milestone(title).await;
        let told = stream.soon().await.expect("told");
        took.push(began.elapsed());
        assert_ne!(told, shown);
        let seen = browser.look(&page).await.is(200).says(&[title]);
        let tag = seen.html.split("<div").find(|tag| tag.contains("data-live=")).expect("a part");
        assert_eq!(attribute(tag, "data-live"), Some(format!("{page}/events")));
        assert_eq!(attribute(tag, "data-seen"), Some(told.clone()));
        shown = told;
    }
    assert!(took.iter().min() < Some(&Duration::from_secs(1)), "{took:?}");
    let note = json!({ "text": "Dig deeper" });
    house.elm.admin.post(&format!("/v1/jobs/{}/notes", house.job), note).await.is(201);
    let quiet = timeout(Duration::from_millis(1_200), stream.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    // A program listens with the secret, and whoever comes back begins with what is there now.
    let url = format!("{}/v1{page}/events?token={token}", house.server.base);
    let mut program = Stream::of(house.server.client.get(url).send().await.expect("an answer"));
    assert_eq!(program.soon().await, Some(shown));
    for wrong in [format!("/v1{page}/events?token=tbp_x"), format!("{page}/events")] {
        Browser::new(&house.server).look(&wrong).await.is(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_stream_is_closed_within_a_second_when_its_link_is_rotated_or_revoked() {
    // scenario 24, promise 28
    let house = house(Server::start().await).await;
    let mut took = Vec::new();
    for deed in ["rotate", "revoke", "rotate"] {
        let (page, token) = house.link(json!({})).await;
        let browser = come(&house.server, &page, &token).await;
        let mut stream = Stream::open(&browser, &page).await;
        stream.soon().await.expect("what is shown now");
        let began = Instant::now();
        house.command(&page, deed).await;
        assert_eq!(stream.soon().await.as_deref(), Some("gone"), "{deed}");
        assert_eq!(stream.soon().await, None);
        took.push(began.elapsed());
        let again = browser.request(Method::GET, &format!("{page}/events"));
        assert_eq!(again.send().await.expect("an answer").status(), 410);
    }
    assert!(took.iter().min() < Some(&Duration::from_secs(1)), "{took:?}");
}

static SECONDS_AHEAD: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    let ahead = time::Duration::seconds(SECONDS_AHEAD.load(Ordering::SeqCst));
    Timestamp::new(system_clock().moment() + ahead)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_stream_is_closed_when_the_time_of_its_link_is_over() {
    // promise 28
    let house = house(Server::start_by(clock).await).await;
    let (page, token) = house.link(json!({})).await;
    // Two seconds before its end.
    SECONDS_AHEAD.store(30 * 86_400 - 2, Ordering::SeqCst);
    let mut browser = come(&house.server, &page, &token).await;
    let mut stream = Stream::open(&browser, &page).await;
    stream.soon().await.expect("what is shown now");
    let began = Instant::now();
    assert_eq!(stream.soon().await, None);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    browser.look(&page).await.is(410).says(&["The time of this link is over."]);
}
