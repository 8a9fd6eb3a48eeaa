//! Promise 23: whether an address has a login does not show, neither in what is answered nor in what
//! is done before the answer. Counted, not timed: a clock says little on a busy machine.

use super::harness::{Answer, Caller, Server, send};
use crate::support::log::Log;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use tokio_postgres::IsolationLevel;

const PASSWORD: &str = "a house by the river";
const WRONG: &str = "a house by the sea";

/// How many passwords were verified, as Argon2 does it: a hash each.
fn hashes(log: &Log) -> usize {
    let text = log.text();
    let verified = text.lines().filter(|line| line.contains("a password was verified"));
    verified.filter(|line| line.contains("hashed=true")).count()
}

async fn sign_in(server: &Server, email: &str) -> Answer {
    let body = json!({ "email": email, "password": WRONG });
    server.anybody().post("/v1/sessions", body).await
}

// On one thread, so that one log hears all of it.
#[tokio::test]
async fn a_sign_in_costs_one_hash_whoever_has_the_address() {
    let (log, _guard) = Log::hear();
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    server.owner(&builder, "ada@example.org", PASSWORD).await;
    let more = json!({ "email": "more@example.org" });
    let invited = builder.admin.contact("Bea", Some("bea@example.org")).await;
    server.invite(&builder, invited).await;
    builder.admin.post(&format!("/v1/contacts/{invited}/additional-emails"), more).await.is(200);
    let file = "reference,name,emails,activated\nO-1,Zoe,zoe@example.org,yes\n";
    let file = json!({ "format": "owners_csv", "content": file });
    builder.admin.post("/v1/imports", file).await.is(200);
    // Registered, and then a crash: nobody's yet.
    let email = domain::EmailAddress::parse("dee@example.org").expect("valid");
    let person = server.store.reader().keys().imported_person(&email);
    server.store.reserve_login(&email, person).await.expect("reserved");

    let mut answers = Vec::new();
    for email in [
        "ada@example.org",
        "nobody@example.org",
        "bea@example.org",
        "more@example.org",
        "zoe@example.org",
        "dee@example.org",
    ] {
        let before = hashes(&log);
        let refused = sign_in(&server, email).await.is(401);
        assert_eq!(hashes(&log) - before, 1, "{email}");
        answers.push((refused.shown(), refused.headers.keys().cloned().collect::<Vec<_>>()));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    server.sign_in("ada@example.org", PASSWORD).await;
    assert_eq!(hashes(&log), 7, "the right password costs what a wrong one does");
    // What can be told without a hash costs none: links are looked up by what they hold.
    for path in ["/v1/invitations/tbi_none/accept", "/v1/password-resets/tbr_none"] {
        server.anybody().post(path, json!({ "password": WRONG })).await.is(404);
    }
    assert_eq!(hashes(&log), 7);
}

/// Whoever asks for resets and watches what is counted would learn whose logins there are.
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_told_inside_and_to_operators_alone() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let owner = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let by_proxy = async |caller: &Caller, path: &str, name: &str| {
        send(caller.request(Method::GET, path).header(name, "192.0.2.7")).await
    };
    let anybody = server.anybody();
    anybody.get("/metrics").await.is(200);
    assert!(anybody.get("/readyz").await.is(200).body["mail"]["waiting"].is_u64());
    for name in ["x-forwarded-for", "forwarded", "via", "x-real-ip"] {
        for caller in [&anybody, &builder.admin, &owner.session] {
            let refused = by_proxy(caller, "/metrics", name).await.is(401);
            assert_eq!(refused.code(), "unauthorized");
            let ready = by_proxy(caller, "/readyz", name).await.is(200);
            assert_eq!(ready.body["status"], "ready");
            assert!(ready.body["mail"].get("waiting").is_none(), "{}", ready.text);
        }
        by_proxy(&server.operator(), "/metrics", name).await.is(200);
        let ready = by_proxy(&server.operator(), "/readyz", name).await.is(200);
        assert!(ready.body["mail"]["waiting"].is_u64(), "{}", ready.text);
    }
}

/// The answer to a request for a reset does not wait for what is done for a known address alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_answered_before_anybody_looks_whose_address_it_is() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let forget = async |email: &str| {
        let body = json!({ "email": email });
        let asked = server.anybody();
        let asked = asked.post("/v1/password-resets", body);
        tokio::time::timeout(Duration::from_secs(5), asked).await.expect("an answer").is(202)
    };
    // While somebody holds all that a reset of Ada's would write.
    let mut client = server.database().client().await;
    let held = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted);
    let held = held.start().await.expect("a transaction");
    let lock = "SELECT 1 FROM ledgers WHERE ledger_id = $1 FOR UPDATE";
    held.query_one(lock, &[&ada.person]).await.expect("the person's ledger");
    let known = forget("ada@example.org").await;
    let unknown = forget("nobody@example.org").await;
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
    let names = |answer: &Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown));
    assert!(server.rows("reset_tokens").await.is_empty(), "nothing was written yet");
    held.rollback().await.expect("let go");
    super::logins::reset_link(&server, ada.person, 1).await;
    assert_eq!(server.rows("reset_tokens").await.len(), 1);
}
