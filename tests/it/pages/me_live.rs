//! An owner's job page that keeps itself up (R100): what its stream tells, over two servers on one
//! database, to whom, and when it ends.

use super::super::harness::{Builder, Owner, Server};
use super::PASSWORD;
use super::browser::{Browser, attribute};
use api::{AppState, Limits, Site};
use domain::LedgerId;
use event_store::StoreOptions;
use projections::{Progress, Runner, VIEW_NAMES};
use reqwest::{Method, Response};
use serde_json::json;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

/// What is waited for at most, where it is to be there much sooner.
const SOON: Duration = Duration::from_secs(5);
/// A while in which nothing is to be told.
const WHILE: Duration = Duration::from_millis(1_500);

/// Another server on the same database, with a store, views and streams of its own.
struct Second {
    base: String,
    progress: Progress,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<anyhow::Result<()>>,
    _runner: Runner,
}

impl Second {
    async fn beside(server: &Server, limits: Limits) -> Self {
        let options = StoreOptions { views: VIEW_NAMES.to_vec(), ..StoreOptions::default() };
        let store = server.database().store_with(options).await;
        let runner = Runner::start(store.reader().clone(), store.hints());
        let progress = runner.progress();
        let state = AppState::new(store, progress.clone(), limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        state.found_at(Site::new(&base, Ipv4Addr::LOCALHOST.into()));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(api::server::serve(listener, state, async move {
            drop(stopped.await);
        }));
        Self { base, progress, stop, serving, _runner: runner }
    }
}

/// A stream that is open.
struct Stream {
    response: Response,
    unread: String,
}

impl Stream {
    async fn open(browser: &Browser, path: &str) -> Self {
        let response = browser.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        for (name, value) in [("content-type", "text/event-stream"), ("cache-control", "no-store")]
        {
            assert_eq!(response.headers()[name], value);
        }
        Self { response, unread: String::new() }
    }

    /// What is told next; none when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            while let Some((event, rest)) = self.unread.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.unread = rest;
                if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                    return Some(data.to_owned());
                }
            }
            // A server that is gone may end it in the middle.
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.unread.push_str(std::str::from_utf8(&chunk).expect("a text"));
        }
    }

    /// The same, which must come soon.
    async fn soon(&mut self) -> Option<String> {
        timeout(SOON, self.next()).await.expect("told soon")
    }

    /// Asserts that nothing is told for a while.
    async fn is_quiet(&mut self) {
        let told = timeout(WHILE, self.next()).await;
        assert!(told.is_err(), "{told:?}");
    }
}

/// A job of Ada's at one server, and her browser at another.
struct House {
    server: Server,
    second: Second,
    builder: Builder,
    ada: Owner,
    job: Uuid,
    browser: Browser,
}

impl House {
    async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    async fn with(limits: Limits) -> Self {
        let server = Server::start().await;
        let second = Second::beside(&server, limits).await;
        let builder = server.builder("Elm").await;
        let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
        let job = builder.admin.job("Barn", &[ada.contact]).await;
        let mut browser = Browser::at(&second.base);
        browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
        Self { server, second, builder, ada, job, browser }
    }

    fn page(&self) -> String {
        format!("/me/jobs/{}", self.job)
    }

    async fn stream(&self) -> Stream {
        Stream::open(&self.browser, &format!("{}/live", self.page())).await
    }

    async fn milestone(&self, title: &str) {
        let path = format!("/v1/jobs/{}/milestones", self.job);
        self.builder.admin.post(&path, json!({ "title": title })).await.is(201);
    }

    /// What the page says that it shows.
    async fn seen(&mut self) -> String {
        let path = self.page();
        let page = self.browser.look(&path).await.is(200);
        let tag = page.html.split("<div").find(|tag| tag.contains("data-live=")).expect("a part");
        assert_eq!(attribute(tag, "data-live"), Some(format!("{path}/live")));
        attribute(tag, "data-seen").expect("what it shows")
    }
}

/// R100: the promise is a second, and it is kept on a machine that does other things too if the best of
/// a few is well within it.
#[tokio::test(flavor = "multi_thread")]
async fn what_changes_over_one_server_is_told_by_the_other_within_a_second() {
    let mut house = House::new().await;
    let mut stream = house.stream().await;
    let mut shown = stream.soon().await.expect("what is shown now");
    assert_eq!(shown, house.seen().await, "the page shows what the stream begins with");
    let mut took = Vec::new();
    for title in ["Walls", "Roof", "Keys"] {
        let began = Instant::now();
        house.milestone(title).await;
        let told = stream.soon().await.expect("told");
        took.push(began.elapsed());
        assert_ne!(told, shown);
        let path = house.page();
        house.browser.look(&path).await.is(200).says(&[title]);
        assert_eq!(told, house.seen().await, "the page shows what was told");
        shown = told;
    }
    assert!(took.iter().min() < Some(&Duration::from_secs(1)), "{took:?}");
    // Whoever comes back begins with what is there now.
    assert_eq!(house.stream().await.soon().await, Some(shown));
    // What the page does not show is not told, be it as much as that it happened.
    house.builder.admin.job("Shed", &[]).await;
    let note = format!("/v1/jobs/{}/notes", house.job);
    house.builder.admin.post(&note, json!({ "text": "Dig deeper" })).await.is(201);
    stream.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ones_own_is_told_to_nobody_else() {
    let house = House::new().await;
    let bea = house.server.owner(&house.builder, "bea@example.org", PASSWORD).await;
    let path = format!("/v1/jobs/{}/owners", house.job);
    house.builder.admin.post(&path, json!({ "contact_id": bea.contact })).await.is(200);
    let mut other = Browser::at(&house.second.base);
    other.sign_in("bea@example.org", PASSWORD).await.leads_to();
    let live = format!("{}/live", house.page());
    let (mut hers, mut beas) = (house.stream().await, Stream::open(&other, &live).await);
    hers.soon().await.expect("what is shown now");
    beas.soon().await.expect("what is shown now");
    let body = json!({ "contact_id": house.ada.contact, "text": "Good morning, Ada." });
    let path = format!("/v1/jobs/{}/messages", house.job);
    house.builder.admin.post(&path, body).await.is(201);
    hers.soon().await.expect("her message");
    beas.is_quiet().await;
}

/// The poll stands behind the hints: here nobody who appends tells anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_nothing_finds_out_by_itself() {
    let mut house = House::new().await;
    let mut stream = house.stream().await;
    let shown = stream.soon().await;
    house.server.stop_views().await;
    house.milestone("Walls").await;
    assert_ne!(stream.soon().await, shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_tells_others_which_ledgers_have_moved_and_hears_it_of_them() {
    let house = House::new().await;
    let mut listening = house.second.progress.listen(LedgerId(house.builder.id));
    house.milestone("Walls").await;
    timeout(SOON, listening.changed()).await.expect("soon").expect("told");
    let head = *listening.borrow_and_update();
    // A position that no poll finds can only have been heard.
    let client = house.server.database().client().await;
    let (stranger, ledger) = (Uuid::now_v7().simple(), house.builder.id.simple());
    let told = format!("{stranger} {ledger}:{}", head + 1_000);
    let began = Instant::now();
    while *listening.borrow_and_update() < head + 1_000 {
        assert!(began.elapsed() < SOON, "nothing was heard");
        let tell = "SELECT pg_notify('titleblock_views', $1)";
        client.execute(tell, &[&told]).await.expect("told");
        drop(timeout(Duration::from_millis(100), listening.changed()).await);
    }
    for nonsense in ["", "nonsense", "a b:c", &"x".repeat(7_000)] {
        let tell = "SELECT pg_notify('titleblock_views', $1)";
        client.execute(tell, &[&nonsense]).await.expect("told");
    }
    let mut stream = house.stream().await;
    stream.soon().await.expect("what is shown now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_session_and_with_the_place_on_the_job() {
    let mut house = House::new().await;
    let mut stream = house.stream().await;
    stream.soon().await.expect("what is shown now");
    // Over the other server.
    house.ada.session.delete("/v1/sessions").await.is(204);
    assert_eq!(stream.soon().await.as_deref(), Some("gone"));
    assert_eq!(stream.soon().await, None);
    house.browser.look(&house.page()).await.leads_to();

    house.browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let mut stream = house.stream().await;
    stream.soon().await.expect("what is shown now");
    let path = format!("/v1/jobs/{}/owners/{}", house.job, house.ada.contact);
    house.builder.admin.delete(&path).await.is(200);
    assert_eq!(stream.soon().await.as_deref(), Some("gone"));
    assert_eq!(stream.soon().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_has_a_stream_of_the_job() {
    let house = House::new().await;
    house.server.owner(&house.builder, "bea@example.org", PASSWORD).await;
    let oak = house.server.builder("Oak").await;
    house.server.owner(&oak, "cid@example.org", PASSWORD).await;
    let live = format!("{}/live", house.page());
    let unknown = format!("/me/jobs/{}/live", Uuid::now_v7());
    for email in ["bea@example.org", "cid@example.org"] {
        let mut browser = Browser::at(&house.second.base);
        browser.sign_in(email, PASSWORD).await.leads_to();
        let words = |html: &str| html.split("Reference").next().unwrap_or_default().to_owned();
        let foreign = browser.look(&live).await.is(404);
        let never = browser.look(&unknown).await.is(404);
        assert_eq!(words(&foreign.html).len(), words(&never.html).len(), "{email}");
        browser.look("/me/jobs/nonsense/live").await.is(404);
    }
    let mut stranger = Browser::at(&house.second.base);
    assert_eq!(stranger.look(&live).await.leads_to(), format!("/sign-in?next={live}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_take_no_requests_place_outlast_its_time_and_are_only_so_many() {
    let limits = Limits { requests_max: 2, request_timeout: Duration::from_secs(1) };
    let mut house = House::with(limits).await;
    let mut streams = Vec::new();
    for _ in 0..10 {
        let mut stream = house.stream().await;
        stream.soon().await.expect("what is shown now");
        streams.push(stream);
    }
    let live = format!("{}/live", house.page());
    let refused = house.browser.look(&live).await.is(503);
    assert!(refused.headers.contains_key("retry-after"));
    house.browser.look("/me").await.is(200);
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    house.milestone("Walls").await;
    for stream in &mut streams {
        stream.soon().await.expect("told");
    }
    // Somebody else is not refused, and a place is free again when its stream has ended.
    house.server.owner(&house.builder, "bea@example.org", PASSWORD).await;
    drop(streams);
    let began = Instant::now();
    while house.browser.request(Method::GET, &live).send().await.expect("one").status() != 200 {
        assert!(began.elapsed() < SOON, "no place is free");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Promise 8.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_ends_its_streams_and_does_not_wait_for_them() {
    let house = House::new().await;
    let mut stream = house.stream().await;
    stream.soon().await.expect("what is shown now");
    let began = Instant::now();
    house.second.stop.send(()).expect("it serves");
    assert_eq!(stream.soon().await, None);
    drop(stream);
    timeout(SOON, house.second.serving).await.expect("it stops").expect("it ran").expect("served");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}
