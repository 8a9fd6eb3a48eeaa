//! The demo, as somebody finds it who starts it and does what it says.

use super::harness::{Answer, send};
use crate::support::process::{role, spawn};
use crate::support::{fresh_database, master_key};
use api::config::Config;
use api::server::App;
use reqwest::Client;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::Child;

const THIS: &str =
    "journeys::demo::the_demo_tells_at_each_start_whom_to_sign_in_as_and_what_they_see";

/// Somebody whom the demo tells to sign in as.
struct Told {
    path: String,
    email: String,
    password: String,
}

impl Told {
    /// `Builder: http://…/jobs sign in as mia@… / demo-…`
    fn of(said: &[String], who: &str, base: &str) -> Self {
        let line = said.iter().find_map(|line| line.strip_prefix(&format!("{who}: ")));
        let line = line.unwrap_or_else(|| panic!("no {who}: {said:?}"));
        let (page, login) = line.split_once(" sign in as ").expect("a login");
        let (email, password) = login.split_once(" / ").expect("a password");
        let path = page.strip_prefix(base).expect("a page of ours");
        let [path, email, password] = [path, email, password].map(str::to_owned);
        Self { path, email, password }
    }
}

/// Starts a server in a process of its own; what it said, and where it listens.
fn start(words: &[String]) -> (Child, Vec<String>, String) {
    let mut child = spawn(THIS, words);
    let out = BufReader::new(child.stdout.take().expect("its output"));
    let lines = out.lines().map(|line| line.expect("a line"));
    let said: Vec<String> = lines.take_while(|line| !line.starts_with("listening on ")).collect();
    let docs = said.iter().find_map(|line| line.strip_prefix("docs: "));
    let base = docs.and_then(|docs| docs.strip_suffix("/docs")).expect("where it listens");
    let base = base.to_owned();
    (child, said, base)
}

async fn sign_in(base: &str, told: &Told, account: Option<&str>) -> Answer {
    let mut body = json!({ "email": told.email, "password": told.password });
    if let Some(account) = account {
        body["account"] = json!(account);
    }
    send(Client::new().post(format!("{base}/v1/sessions")).json(&body)).await.is(201)
}

async fn get(base: &str, session: &Answer, path: &str) -> Answer {
    let token = session.body["token"].as_str().expect("a token");
    send(Client::new().get(format!("{base}{path}")).bearer_auth(token)).await.is(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_tells_at_each_start_whom_to_sign_in_as_and_what_they_see() {
    if let Some(flags) = role() {
        let config = Config::from_flags(flags.iter().map(String::as_str)).expect("settings");
        let app = App::start(&config).await.expect("a start");
        // Until the first process is gone, or lets this one go.
        return app.run(std::future::pending()).await.expect("an orderly end");
    }
    let database = fresh_database().await;
    let words = [
        format!("--database-url={}", database.url()),
        format!("--master-key={}", master_key().to_base64()),
        "--listen=127.0.0.1:0".to_owned(),
        "--connections=4".to_owned(),
        "--demo".to_owned(),
    ];
    let mut passwords = Vec::new();
    for _ in 0..2 {
        let (mut child, said, base) = start(&words);
        let (mia, priya) = (Told::of(&said, "Builder", &base), Told::of(&said, "Owner", &base));
        assert_eq!((&*mia.path, &*priya.path), ("/jobs", "/me"));
        let own = sign_in(&base, &mia, None).await;
        let accounts = get(&base, &own, "/v1/me/accounts").await;
        let account = accounts.body["items"][0]["account"].as_str().expect("an account");
        let work = sign_in(&base, &mia, Some(account)).await;
        let contacts = get(&base, &work, "/v1/contacts?limit=200").await;
        let access = contacts.each("access");
        for there in ["not_invited", "pending", "active", "disabled", "deactivated"] {
            assert!(access.iter().any(|access| access == there), "{there}: {access:?}");
        }
        let groups = get(&base, &work, "/v1/contacts/duplicates").await;
        assert!(!groups.body["items"].as_array().expect("a list").is_empty(), "to be merged");
        let jobs = get(&base, &sign_in(&base, &priya, None).await, "/v1/me/jobs").await;
        assert!(jobs.text.contains("Old Mill lofts"), "{}", jobs.text);
        passwords.push((mia.password, priya.password));
        drop(child.stdin.take());
        child.wait().expect("it ends");
    }
    assert_eq!(passwords[0], passwords[1], "the same at each start");
    assert_ne!(passwords[0].0, passwords[0].1);
}
