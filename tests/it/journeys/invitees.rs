//! Links that are dead, and why; and saying no.

use super::harness::{Builder, Server};
use domain::Timestamp;
use event_store::system_clock;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";

/// Looking, accepting and declining all say why; the link has done nothing.
async fn is_dead(server: &Server, link: &str, status: u16, code: &str) {
    let path = format!("/v1/invitations/{link}");
    let anybody = server.anybody();
    let accept = json!({ "password": PASSWORD });
    for refused in [
        anybody.get(&path).await,
        anybody.post(&format!("{path}/accept"), accept).await,
        anybody.order(&format!("{path}/decline")).await,
    ] {
        assert_eq!(refused.clone().is(status).code(), code, "{}", refused.text);
        assert!(!refused.text.contains("ada@example.org"), "a dead link tells whose it was");
    }
}

async fn access(builder: &Builder, contact: Uuid) -> String {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Somebody else" })).await.is(201);
    let contact = builder.admin.get_after(&last, &format!("/v1/contacts/{contact}")).await.is(200);
    contact.body["access"].as_str().expect("an access").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dead_link_says_why() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let contact = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/v1/contacts/{contact}");
    let first = server.invite(&builder, contact).await;
    builder.admin.order(&format!("{path}/invite/resend")).await.is(200);
    is_dead(&server, &first, 410, "invite_superseded").await;
    let second = server.newest_link(builder.id, contact).await;
    assert_ne!(first, second);
    builder.admin.order(&format!("{path}/invite/cancel")).await.is(200);
    is_dead(&server, &second, 410, "invite_cancelled").await;
    let third = server.invite(&builder, contact).await;
    let declined = server.anybody().order(&format!("/v1/invitations/{third}/decline")).await;
    declined.is(204);
    is_dead(&server, &third, 410, "invite_cancelled").await;
    assert_eq!(access(&builder, contact).await, "not_invited");

    let fourth = server.invite(&builder, contact).await;
    builder.admin.delete(&format!("{path}?confirm=true")).await.is(200);
    is_dead(&server, &fourth, 410, "invite_cancelled").await;
    builder.admin.order(&format!("{path}/restore")).await.is(200);
    let fifth = server.invite(&builder, contact).await;
    let bea = builder.admin.contact("Bea", None).await;
    let merge = json!({ "survivor": bea, "absorbed": [contact] });
    builder.admin.post("/v1/contacts/merge", merge).await.is(200);
    is_dead(&server, &fifth, 410, "invite_merged").await;

    let cem = builder.admin.contact("Cem", Some("cem@example.org")).await;
    let used = server.invite(&builder, cem).await;
    let accept = format!("/v1/invitations/{used}/accept");
    server.anybody().post(&accept, json!({ "password": PASSWORD })).await.is(200);
    is_dead(&server, &used, 410, "invite_used").await;
    assert_eq!(access(&builder, cem).await, "active");
}

static HOURS_AHEAD: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_hours(HOURS_AHEAD.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_sessions_die_in_their_time() {
    let server = Server::start_by(clock).await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let contact = builder.admin.contact("Bea", Some("bea@example.org")).await;
    let link = server.invite(&builder, contact).await;
    let body = json!({ "email": "ada@example.org" });
    server.anybody().post("/v1/password-resets", body).await.is(202);
    let reset = super::logins::reset_link(&server, ada.person, 1).await;

    // Half an hour for a reset, a day for a session.
    HOURS_AHEAD.store(1, Ordering::SeqCst);
    let path = format!("/v1/password-resets/{reset}");
    let late = server.anybody().post(&path, json!({ "password": "a house by the sea" })).await;
    assert_eq!(late.is(410).code(), "reset_expired");
    ada.session.get("/v1/me").await.is(200);
    HOURS_AHEAD.store(25, Ordering::SeqCst);
    assert_eq!(ada.session.get("/v1/me").await.is(401).code(), "unauthorized");
    server.anybody().get(&format!("/v1/invitations/{link}")).await.is(200);
    HOURS_AHEAD.store(24 * 60, Ordering::SeqCst);
    is_dead(&server, &link, 410, "invite_expired").await;
    server.sign_in("ada@example.org", PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_nobody_has_is_a_404() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let contact = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let link = server.invite(&builder, contact).await;
    let (most, last) = link.split_at(link.len() - 2);
    let forged = format!("{most}{}", if last == "AA" { "BB" } else { "AA" });
    let elsewhere = format!("tbi_{}{}", "A".repeat(22), &link[26..]);
    let session = link.replacen("tbi_", "tbs_", 1);
    let reset = link.replacen("tbi_", "tbr_", 1);
    for none in [&forged, &elsewhere, &session, &reset, "nonsense", "tbi_", "%00", "tbi_%F0%9F"] {
        let path = format!("/v1/invitations/{none}");
        let anybody = server.anybody();
        let accept = json!({ "password": PASSWORD });
        for refused in [
            anybody.get(&path).await,
            anybody.post(&format!("{path}/accept"), accept.clone()).await,
            anybody.order(&format!("{path}/decline")).await,
            anybody.post(&format!("/v1/password-resets/{none}"), accept).await,
        ] {
            assert_eq!(refused.is(404).code(), "not_found", "{none}");
        }
    }
    server.anybody().get(&format!("/v1/invitations/{link}")).await.is(200);
}
