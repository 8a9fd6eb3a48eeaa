//! How often somebody may try, whoever they say they are (promise 26). What one login may, `logins` and
//! `second_factors` show.

use super::harness::{Answer, Caller, Server};
use futures_util::StreamExt as _;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::{IpAddr, UdpSocket};
use tokio::net::TcpListener;

const PASSWORD: &str = "a house by the river";

/// The server once more, at an address of this machine that is not its loopback, which stands for a
/// proxy and is not counted; none where there is no network.
async fn from_a_network(server: &Server) -> Option<Caller> {
    // Nothing is sent: it says by which of its addresses this machine would.
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let own = socket.local_addr().ok()?.ip();
    let reachable = own != IpAddr::from([0, 0, 0, 0]) && !own.is_loopback();
    let Some(listener) = TcpListener::bind((own, 0)).await.ok().filter(|_| reachable) else {
        eprintln!("SKIPPED: this machine has no address but its loopback's");
        return None;
    };
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(api::server::serve(listener, server.state.clone(), std::future::pending()));
    Some(server.anybody().at(&base))
}

/// Sends so many of these, each about another address, a few at a time; how often each code was the
/// answer.
async fn sent(
    anybody: &Caller,
    many: usize,
    path: &str,
    body: impl Fn(usize) -> serde_json::Value,
) -> BTreeMap<u16, usize> {
    let bodies: Vec<_> = (0..many).map(body).collect();
    let answers = futures_util::stream::iter(bodies)
        .map(|body| {
            let anybody = anybody.clone();
            async move { anybody.post(path, body).await }
        })
        .buffer_unordered(4)
        .collect::<Vec<Answer>>()
        .await;
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.status.as_u16()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_sign_ins_come_from_one_place_in_a_quarter_of_an_hour() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    server.owner(&builder, "ada@example.org", PASSWORD).await;
    let wrong = |n: usize| json!({ "email": format!("n{n}@example.org"), "password": PASSWORD });
    let Some(there) = from_a_network(&server).await else { return };
    let counts = sent(&there, 105, "/v1/sessions", wrong).await;
    assert_eq!(counts, BTreeMap::from([(401, 100), (429, 5)]));
    // Whoever it is: the place has had its tries.
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let refused = there.post("/v1/sessions", body.clone()).await.is(429);
    assert_eq!(refused.code(), "too_many_tries");
    assert!(refused.headers.contains_key("retry-after"));
    // From elsewhere the same person comes in.
    server.anybody().post("/v1/sessions", body).await.is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_resets_come_from_one_place_in_an_hour() {
    let server = Server::start().await;
    let email = |n: usize| json!({ "email": format!("n{n}@example.org") });
    let Some(there) = from_a_network(&server).await else { return };
    let counts = sent(&there, 104, "/v1/password-resets", email).await;
    assert_eq!(counts, BTreeMap::from([(202, 100), (429, 4)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_tried_ten_times_in_a_quarter_of_an_hour_and_is_not_used_up_by_it() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let contact = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let link = server.invite(&builder, contact).await;
    let path = format!("/v1/invitations/{link}/accept");
    let anybody = server.anybody();
    let counts = sent(&anybody, 12, &path, |_| json!({ "password": "too short" })).await;
    assert_eq!(counts, BTreeMap::from([(422, 10), (429, 2)]));
    // Another one of the same builder's is not counted with it.
    let other = builder.admin.contact("Bea", Some("bea@example.org")).await;
    let other = server.invite(&builder, other).await;
    let body = json!({ "password": PASSWORD });
    server.anybody().post(&format!("/v1/invitations/{other}/accept"), body).await.is(200);
    server.anybody().get(&format!("/v1/invitations/{link}")).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_asks_five_times_an_hour_for_another_address() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    for n in 0..6 {
        let body = json!({ "email": format!("n{n}@work.example"), "password": PASSWORD });
        let answer = ada.session.post("/v1/me/primary-email", body).await;
        assert_eq!(answer.status, if n < 5 { 202 } else { 429 }, "{n}: {}", answer.text);
    }
    let mails = server.mails(ada.person, ada.person).await;
    let links = mails.iter().filter(|mail| mail.kind == "primary_email_change").count();
    assert_eq!(links, 5);
}
