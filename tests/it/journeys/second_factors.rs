//! A second factor: codes by the time, each once, and ten codes for when the app is lost.

use super::harness::{Answer, Caller, STAFF_PASSWORD, Server};
use super::logins::reset_link;
use event_store::system_clock;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::json;
use sha1::Sha1;

const PASSWORD: &str = "a house by the river";
const SHORT: &str = "river+42";

/// What an app would tell `steps` of 30 seconds from now: written anew from RFC 6238.
pub(super) fn code(secret: &str, steps: i64) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String =
        secret.chars().map(|c| format!("{:05b}", alphabet.find(c).expect("base32"))).collect();
    let byte = |bits: &[u8]| {
        let text = std::str::from_utf8(bits).expect("digits");
        u8::from_str_radix(text, 2).expect("a byte")
    };
    let key: Vec<u8> = bits.as_bytes().chunks_exact(8).map(byte).collect();
    let step = system_clock().moment().unix_timestamp() / 30 + steps;
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).expect("a key");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] % 16);
    let number = hash[at..at + 4].iter().fold(0_u64, |sum, byte| sum * 256 + u64::from(*byte));
    format!("{:06}", number % (1 << 31) % 1_000_000)
}

async fn sign_in(server: &Server, password: &str, code: Option<&str>) -> Answer {
    let mut body = json!({ "email": "ada@example.org", "password": password });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    server.anybody().post("/v1/sessions", body).await
}

pub(super) async fn begin(session: &Caller) -> String {
    let body = json!({ "password": PASSWORD });
    let begun = session.post("/v1/me/second-factor", body).await.is(201);
    let secret = begun.body["secret"].as_str().expect("a secret").to_owned();
    let uri = begun.body["uri"].as_str().expect("a URI");
    assert!(uri.starts_with("otpauth://totp/Titleblock:ada%40example.org?"), "{uri}");
    assert!(uri.contains(&secret), "{uri}");
    secret
}

async fn end(session: &Caller, password: &str, code: &str) -> Answer {
    let request = session.request(Method::DELETE, "/v1/me/second-factor");
    super::harness::send(request.json(&json!({ "password": password, "code": code }))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_asks_for_a_code_after_the_password_and_takes_each_once() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let session = &ada.session;
    let state = session.get("/v1/me/second-factor").await.is(200);
    assert_eq!(state.body, json!({ "on": false, "recovery_codes_left": 0 }));
    let none = session.post("/v1/me/second-factor/confirm", json!({ "code": "123456" })).await;
    assert_eq!(none.is(409).code(), "second_factor_off");
    let wrong = json!({ "password": "a house by the sea" });
    let wrong = session.post("/v1/me/second-factor", wrong).await.is(403);
    assert_eq!(wrong.code(), "password_wrong");
    let before = begin(session).await;
    let secret = begin(session).await;
    // Nothing is on before a code of the newest secret confirms it.
    sign_in(&server, PASSWORD, None).await.is(201);
    let confirm = |code: String| json!({ "code": code });
    let path = "/v1/me/second-factor/confirm";
    let refused = session.post(path, confirm(code(&before, 0))).await.is(403);
    assert_eq!(refused.code(), "second_factor_refused");
    let (first, once) = (code(&secret, -1), [("idempotency-key", "on")]);
    let on = session.with(path, confirm(first.clone()), &once).await.is(200);
    let codes = on.body["recovery_codes"].as_array().expect("codes").clone();
    assert_eq!(codes.len(), 10);
    let again = session.with(path, confirm(first.clone()), &once).await.is(200);
    assert_eq!(again.body, on.body, "a retry tells them again, and nobody else");
    let later = session.post(path, confirm(code(&secret, 0))).await.is(409);
    assert_eq!(later.code(), "second_factor_on");

    let asked = sign_in(&server, PASSWORD, None).await.is(401);
    assert_eq!(asked.code(), "second_factor_needed");
    let wrong = sign_in(&server, "a house by the sea", None).await.is(401);
    assert_eq!(wrong.code(), "invalid_credentials", "the password comes first");
    // The code that confirmed it was taken; so is one that signed in.
    let replay = sign_in(&server, PASSWORD, Some(&first)).await.is(403);
    assert_eq!(replay.code(), "second_factor_refused");
    let next = code(&secret, 1);
    sign_in(&server, PASSWORD, Some(&next)).await.is(201);
    assert_eq!(
        sign_in(&server, PASSWORD, Some(&next)).await.is(403).code(),
        "second_factor_refused"
    );
    let older = sign_in(&server, PASSWORD, Some(&code(&secret, 0))).await.is(403);
    assert_eq!(older.code(), "second_factor_refused", "nor is one before it");

    // What is kept shows neither the secret nor a code.
    let kept = [server.rows("second_factors").await, server.rows("recovery_codes").await].concat();
    let events = server.rows("events").await;
    for told in codes.iter().filter_map(|code| code.as_str()).chain([secret.as_str()]) {
        assert!(kept.iter().chain(&events).all(|row| !row.contains(told)), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_stands_in_once_and_a_shorter_password_goes_with_a_second_factor_alone() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let reset = |link: String, password: &'static str| {
        let (path, body) = (format!("/v1/password-resets/{link}"), json!({ "password": password }));
        let anybody = server.anybody();
        async move { anybody.post(&path, body).await }
    };
    let forget = || async {
        let body = json!({ "email": "ada@example.org" });
        server.anybody().post("/v1/password-resets", body).await.is(202);
    };
    forget().await;
    let link = reset_link(&server, ada.person, 1).await;
    assert_eq!(reset(link.clone(), SHORT).await.is(422).code(), "password_refused");

    let secret = begin(&ada.session).await;
    let confirm = json!({ "code": code(&secret, 0) });
    let on = ada.session.post("/v1/me/second-factor/confirm", confirm).await.is(200);
    let spare = |n: usize| on.body["recovery_codes"][n].as_str().expect("a code").to_owned();
    let typed = spare(0).to_lowercase().replace('-', " ");
    sign_in(&server, PASSWORD, Some(&typed)).await.is(201);
    let twice = sign_in(&server, PASSWORD, Some(&spare(0))).await.is(403);
    assert_eq!(twice.code(), "second_factor_refused");
    let left = ada.session.get("/v1/me/second-factor").await.is(200);
    assert_eq!(left.body, json!({ "on": true, "recovery_codes_left": 9 }));

    assert_eq!(reset(link.clone(), "river42").await.is(422).code(), "password_refused");
    reset(link, SHORT).await.is(204);
    let asked = sign_in(&server, SHORT, None).await.is(401);
    assert_eq!(asked.code(), "second_factor_needed", "a reset turns nothing off");
    let begun = sign_in(&server, SHORT, Some(&spare(1))).await.is(201);
    let session = server.caller(begun.body["token"].as_str().expect("a token"));
    let alone = end(&session, SHORT, &spare(2)).await.is(409);
    assert_eq!(alone.code(), "password_too_short_alone");
    forget().await;
    reset(reset_link(&server, ada.person, 2).await, "a house by the sea").await.is(204);
    let begun = sign_in(&server, "a house by the sea", Some(&spare(2))).await.is(201);
    let session = server.caller(begun.body["token"].as_str().expect("a token"));
    let refused = end(&session, "a house by the sea", "AAAA-AAAA-AAAA-AAAA").await.is(403);
    assert_eq!(refused.code(), "second_factor_refused");
    end(&session, "a house by the sea", &spare(3)).await.is(204);
    assert_eq!(server.rows("second_factors").await.len(), 0);
    assert_eq!(server.rows("recovery_codes").await.len(), 0);
    sign_in(&server, "a house by the sea", None).await.is(201);
}

/// Promise 26
#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_throttled_however_it_is_tried() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let secret = begin(&ada.session).await;
    let path = "/v1/me/second-factor/confirm";
    let wrong = |n: u32| {
        let guess = format!("{n:06}");
        // One that happens to be right is none.
        let right = [-1, 0, 1, 2].map(|steps| code(&secret, steps));
        json!({ "code": if right.contains(&guess) { "no".to_owned() } else { guess } })
    };
    for n in 0..10 {
        ada.session.post(path, wrong(n)).await.is(403);
    }
    let right = json!({ "code": code(&secret, 0) });
    let refused = ada.session.post(path, right).await.is(429);
    assert_eq!(refused.code(), "too_many_tries");
    assert!(refused.headers.contains_key("retry-after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_sign_in_to_work_with_their_second_factor() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    server.staff(&builder, "ada@example.org", "staff", &[]).await;
    let own = server.sign_in("ada@example.org", STAFF_PASSWORD).await;
    let body = json!({ "password": STAFF_PASSWORD });
    let begun = own.post("/v1/me/second-factor", body).await.is(201);
    let secret = begun.body["secret"].as_str().expect("a secret");
    let confirm = json!({ "code": code(secret, 0) });
    own.post("/v1/me/second-factor/confirm", confirm).await.is(200);
    let mut body = json!({
        "email": "ada@example.org", "password": STAFF_PASSWORD, "account": builder.id,
    });
    let asked = server.anybody().post("/v1/sessions", body.clone()).await.is(401);
    assert_eq!(asked.code(), "second_factor_needed");
    body["code"] = json!(code(secret, 1));
    server.anybody().post("/v1/sessions", body).await.is(201);
}
