//! The headers under which commands and queries are carried out.

use super::harness::{Server, send};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_retried_command_acts_once() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let body = json!({ "name": "Ada", "primary_email": "ada@example.org" });
    let key = [("idempotency-key", "one")];
    let first = admin.with("/v1/contacts", body.clone(), &key).await.is(201);
    let again = admin.with("/v1/contacts", body.clone(), &key).await.is(201);
    assert_eq!((first.text, &first.headers["etag"]), (again.text, &again.headers["etag"]));
    let other = json!({ "name": "Bea" });
    let reused = admin.with("/v1/contacts", other.clone(), &key).await.is(422);
    assert_eq!(reused.code(), "idempotency_key_reused");
    // Another actor's key of the same text is another key.
    let staff = server.key(&builder, "staff", &[]).await;
    let theirs = staff.with("/v1/contacts", other, &key).await.is(201);
    let list = admin.get_after(&theirs, "/v1/contacts").await.is(200);
    assert_eq!(list.each("name"), ["Ada", "Bea"]);

    // A bulk change is told again with the same ids.
    let job = admin.job("Barn", &[]).await;
    let bulk = json!({ "mode": "add", "jobs": [job], "contacts": [list.each("id")[0]] });
    let key = [("idempotency-key", "two")];
    let first = admin.with("/v1/jobs/bulk-owners", bulk.clone(), &key).await.is(200);
    assert_eq!(first.text, admin.with("/v1/jobs/bulk-owners", bulk, &key).await.is(200).text);
    assert_eq!(first.body["changed"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_an_older_version_is_refused_with_the_present_one() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let contact = admin.contact("Ada", None).await;
    let path = format!("/v1/contacts/{contact}");
    let edit = async |name: &str, version: &str| {
        let request = admin.request(Method::PATCH, &path).json(&json!({ "name": name }));
        send(request.header("if-match", version)).await
    };
    let first = edit("Ada B", "\"1\"").await.is(200);
    assert_eq!(first.headers["etag"], "\"2\"");
    let stale = edit("Ada C", "\"1\"").await.is(412);
    assert_eq!((stale.code(), &stale.headers["etag"]), ("stale_version", &first.headers["etag"]));
    assert_eq!(stale.body["current"], 2);
    edit("Ada C", "\"2\"").await.is(200);
    edit("Ada D", "*").await.is(200);
    let read = admin.get_after(&first, &path).await.is(200);
    assert!(read.headers.contains_key("etag"));
    // Of what is not there, the answer says so and no version.
    let unknown = admin.request(Method::PATCH, &format!("/v1/contacts/{}", builder.id));
    send(unknown.json(&json!({ "name": "X" })).header("if-match", "\"1\"")).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_as_new_as_the_position_that_is_sent_back() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    for number in 0..30 {
        let body = json!({ "name": format!("Job {number}") });
        let created = admin.post("/v1/jobs", body).await.is(201);
        let list = admin.get_after(&created, "/v1/jobs?limit=200").await.is(200);
        assert_eq!(list.each("id").len(), number + 1);
    }
    // Another account's position, and one that has not happened.
    let other = server.builder("Oak").await;
    let theirs = other.admin.post("/v1/jobs", json!({ "name": "Theirs" })).await.is(201);
    let refused = admin.get_after(&theirs, "/v1/jobs").await.is(400);
    assert_eq!(refused.code(), "bad_ledger_position");
    let position = theirs.headers["ledger-position"].to_str().expect("text");
    let beyond = format!("{}__8", &position[..position.len() - 3]);
    let request = other.admin.request(Method::GET, "/v1/jobs").header("ledger-position", beyond);
    assert_eq!(send(request).await.is(400).code(), "position_beyond_head");
}

/// Promise 5, through the whole server: a client that goes away cancels nothing and breaks nothing,
/// and whoever asks again with the same key is told what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_harms_nothing() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let requests = crate::support::size(300_u32, 50_000);
    let create = |number: u32| {
        admin
            .request(Method::POST, "/v1/jobs")
            .json(&json!({ "name": format!("Job {number:05}") }))
            .header("idempotency-key", format!("job-{number}"))
    };
    let mut cut = 0;
    for number in 0..requests {
        let after = Duration::from_micros(u64::from(number % 40) * 150);
        let answer = tokio::time::timeout(after, create(number).send()).await;
        cut += u32::from(answer.is_err());
    }
    assert!(cut > requests / 20, "only {cut} were cut");
    for number in 0..requests {
        send(create(number)).await.is(201);
    }
    // A retried one's position is that of its first time; a new one's lies behind all of them.
    let last = send(create(requests)).await.is(201);
    let mut names = Vec::new();
    let mut path = "/v1/jobs?limit=200".to_owned();
    loop {
        let page = admin.get_after(&last, &path).await.is(200);
        names.extend(page.each("name"));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/v1/jobs?limit=200&cursor={next}");
    }
    let expected: Vec<String> = (0..=requests).map(|number| format!("Job {number:05}")).collect();
    assert_eq!(names, expected, "each once");
    let client = server.idle_in_transaction().await;
    assert_eq!(client, 0, "transactions left open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_behind_says_so() {
    let mut server = Server::start().await;
    let builder = server.builder("Elm").await;
    server.stop_views().await;
    let created = builder.admin.post("/v1/jobs", json!({ "name": "Barn" })).await.is(201);
    let behind = builder.admin.get_after(&created, "/v1/jobs").await.is(503);
    assert_eq!(
        (behind.code(), &behind.headers["retry-after"]),
        ("view_behind", &"1".parse().expect("a value"))
    );
    builder.admin.get("/v1/jobs").await.is(200);
}

/// Promise 7, through the whole server.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_told_at_once_and_comes_back() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    admin.job("Before", &[]).await;
    server.admit(false).await;
    let began = Instant::now();
    for _ in 0..3 {
        let list = admin.get("/v1/jobs").await.is(503);
        assert_eq!((list.code(), list.headers.contains_key("retry-after")), ("unavailable", true));
        let refused = admin.post("/v1/jobs", json!({ "name": "Away" })).await.is(503);
        assert_eq!(refused.code(), "unavailable");
    }
    assert!(began.elapsed() < Duration::from_secs(12), "each within two seconds");
    admin.get("/healthz").await.is(200);
    admin.get("/readyz").await.is(503);
    server.admit(true).await;
    let back = Instant::now();
    while admin.get("/readyz").await.status.as_u16() != 200 {
        assert!(back.elapsed() < Duration::from_secs(5), "the database is back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let created = admin.post("/v1/jobs", json!({ "name": "After" })).await.is(201);
    let list = admin.get_after(&created, "/v1/jobs").await.is(200);
    assert_eq!(list.each("name"), ["After", "Before"]);
}
