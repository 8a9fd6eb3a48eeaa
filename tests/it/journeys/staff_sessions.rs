//! How long sessions for work last (promise 25): half an hour unused, twelve hours at most.

use super::harness::{STAFF_PASSWORD, Server};
use domain::Timestamp;
use event_store::system_clock;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};

static MINUTES_AHEAD: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_minutes(MINUTES_AHEAD.load(Ordering::Relaxed))
}

fn pass(minutes: i64) {
    MINUTES_AHEAD.fetch_add(minutes, Ordering::Relaxed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_for_work_ends_unused_after_half_an_hour_and_used_after_twelve() {
    let server = Server::start_by(clock).await;
    let builder = server.builder("Elm").await;
    let mia = server.staff(&builder, "mia@elm.example", "staff", &[]).await;
    let own = server.sign_in("mia@elm.example", STAFF_PASSWORD).await;
    pass(29);
    mia.session.get("/v1/contacts").await.is(200);
    pass(31);
    assert_eq!(mia.session.get("/v1/contacts").await.is(401).code(), "unauthorized");
    // One that is for a person's own things is not as short.
    assert_eq!(own.get("/v1/sessions").await.is(200).each("id").len(), 1, "the other is over");

    let body =
        json!({ "email": "mia@elm.example", "password": STAFF_PASSWORD, "account": builder.id });
    let begun = server.anybody().post("/v1/sessions", body).await.is(201);
    let session = server.caller(begun.body["token"].as_str().expect("a token"));
    for _ in 0..35 {
        pass(20);
        session.get("/v1/contacts").await.is(200);
    }
    pass(20);
    assert_eq!(session.get("/v1/contacts").await.is(401).code(), "unauthorized");
    own.get("/v1/me").await.is(200);
}
