//! How long an organisation's invitations and sessions last (promises 23 and 25).

use super::harness::Server;
use super::trades::{TRADE_PASSWORD, accept_anew, add_user, invited, work};
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
async fn an_invitation_to_an_organisation_lasts_72_hours_and_a_session_for_it_half_an_hour_unused()
{
    let server = Server::start_by(clock).await;
    let elm = server.builder("Elm").await;
    let pipes = ("Pipes", "Pia Pipe", "pia@pipes.example");
    let (_, _, link) = invited(&server, &elm, pipes, "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let (nia, link) = add_user(&server, &pia, "nia@pipes.example").await;
    pass(29);
    pia.session.get("/v1/org").await.is(200);
    pass(31);
    assert_eq!(pia.session.get("/v1/org").await.is(401).code(), "unauthorized");

    pass(72 * 60 - 61);
    let show = format!("/v1/org-invitations/{link}");
    server.anybody().get(&show).await.is(200);
    pass(2);
    assert_eq!(server.anybody().get(&show).await.is(410).code(), "invite_expired");
    let accept = format!("{show}/accept");
    let body = json!({ "password": TRADE_PASSWORD });
    assert_eq!(server.anybody().post(&accept, body.clone()).await.is(410).code(), "invite_expired");
    // The clock writes it down, once.
    assert_eq!(api::clock::end_trade_invitations(&server.store).await.expect("looked"), 1);
    assert_eq!(api::clock::end_trade_invitations(&server.store).await.expect("looked"), 0);
    let begun = work(&server, "pia@pipes.example", pia.org).await.is(201);
    let session = server.caller(begun.body["token"].as_str().expect("a token"));
    let users = session.get("/v1/org/users").await.is(200);
    assert_eq!(users.each("status"), ["expired", "registered"]);
    // Sent again, it works again.
    session.order(&format!("/v1/org/users/{nia}/resend")).await.is(200);
    let link = server.newest_link(pia.org, nia).await;
    let accept = format!("/v1/org-invitations/{link}/accept");
    server.anybody().post(&accept, body).await.is(200);
}
