//! Opening accounts, and what a start finishes.

use super::harness::{Server, send};
use crate::support::{fresh_database, master_key};
use api::config::Config;
use api::server::App;
use domain::installation::InstallationCommand;
use domain::text::Label;
use domain::{AccountId, Actor, Authority, Channel, Circumstances, Command, LedgerId};
use event_store::{StoreOptions, Submission};
use projections::VIEW_NAMES;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn opening_an_account_again_with_its_key_tells_the_same_secret() {
    let server = Server::start().await;
    let operator = server.operator();
    let body = json!({ "name": "Elm Street Builders" });
    let key = [("idempotency-key", "elm")];
    let first = operator.with("/v1/accounts", body.clone(), &key).await.is(201);
    let again = operator.with("/v1/accounts", body, &key).await.is(201);
    assert_eq!(first.text, again.text);
    let another = json!({ "name": "Oak" });
    operator.with("/v1/accounts", another, &key).await.is(422);
    let secret = first.body["api_key"]["secret"].as_str().expect("a secret");
    server.caller(secret).get("/v1/jobs").await.is(200);

    let keys = format!("/v1/accounts/{}/api-keys", first.id());
    let body = json!({ "role": "staff", "grants": ["read_audit"], "label": "The yard" });
    let key = [("idempotency-key", "elm-yard")];
    let first = operator.with(&keys, body.clone(), &key).await.is(201);
    assert_eq!(first.text, operator.with(&keys, body, &key).await.is(201).text);
    let body = json!({ "role": "admin", "grants": ["read_audit"], "label": "x" });
    operator.post(&keys, body).await.is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_opens_what_was_ordered_and_stops_in_time() {
    let database = fresh_database().await;
    let options = StoreOptions { views: VIEW_NAMES.to_vec(), ..StoreOptions::default() };
    let store = database.store_with(options).await;
    let account = AccountId(Uuid::now_v7());
    let name = Label::parse("Cut Short").expect("a label");
    let order = Command::Installation(InstallationCommand::OrderAccount { account, name });
    let by = Circumstances {
        actor: Actor::System,
        authority: Authority::System,
        acting_as: None,
        channel: Channel::System,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    };
    let ordered = Submission::new(LedgerId::INSTALLATION, order, by);
    store.execute(ordered).await.expect("ordered");
    store.stop().await;

    let url = format!("--database-url={}", database.url());
    let key = format!("--master-key={}", master_key().to_base64());
    let config = Config::from_flags([&url, &key, "--listen=127.0.0.1:0", "--connections=4"]);
    let app = App::start(&config.expect("settings")).await.expect("a start");
    let base = format!("http://{}", app.address().expect("an address"));
    let head = store.reader().head(LedgerId::from(account)).await.expect("a head");
    assert_eq!(head.map(|head| head.position), Some(1), "the account is open");

    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(app.run(async move { drop(stopped.await) }));
    let client = reqwest::Client::new();
    send(client.get(format!("{base}/readyz"))).await.is(200);
    let began = Instant::now();
    drop(stop);
    running.await.expect("no panic").expect("an orderly end");
    assert!(began.elapsed() < Duration::from_secs(10), "promise 8");
    assert!(client.get(format!("{base}/healthz")).send().await.is_err(), "nobody listens");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_opened_once_and_has_some_life() {
    let database = fresh_database().await;
    let url = format!("--database-url={}", database.url());
    let key = format!("--master-key={}", master_key().to_base64());
    let mut heads = Vec::new();
    for _ in 0..2 {
        let flags = [&url, &key, "--listen=127.0.0.1:0", "--connections=4", "--demo"];
        let config = Config::from_flags(flags).expect("settings");
        let app = App::start(&config).await.expect("a start");
        app.run(std::future::ready(())).await.expect("an orderly end");
        // Its mail is sent in its own time.
        let said = "SELECT ledger_id, count(*) FROM events WHERE event_type NOT LIKE 'notification.%' \
                    GROUP BY ledger_id ORDER BY ledger_id";
        let rows = database.client().await.query(said, &[]).await.expect("counts");
        let counts = rows.iter().map(|row| (row.get::<_, Uuid>(0), row.get::<_, i64>(1)));
        heads.push(counts.collect::<Vec<_>>());
    }
    assert_eq!(heads[0], heads[1], "the second start does nothing again");
    // The installation, the account, a subcontractor's company, and five who have a login: of the
    // staff, an owner, one who was, and the company's two.
    let [_, _, _, _, _, _, _, _] = heads[0][..] else { panic!("{heads:?}") };
    assert!(heads[0].iter().any(|(_, position)| *position > 100), "{heads:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_of_a_file_has_somebody_of_the_staff_who_signs_in_too() {
    let database = fresh_database().await;
    let url = format!("--database-url={}", database.url());
    let key = format!("--master-key={}", master_key().to_base64());
    let file = concat!("--demo=", env!("CARGO_MANIFEST_DIR"), "/../examples/demo.csv");
    // Beside the demo's own set, and once however often it is started.
    for demo in ["--demo", file, file] {
        let flags = [&url, &key, "--listen=127.0.0.1:0", "--connections=4", demo];
        let config = Config::from_flags(flags).expect("settings");
        let app = App::start(&config).await.expect("a start");
        app.run(std::future::ready(())).await.expect("an orderly end");
    }
    let joined = "SELECT count(DISTINCT ledger_id), count(*) FROM events \
                  WHERE event_type = 'builder_account.staff_joined'";
    let row = database.client().await.query_one(joined, &[]).await.expect("counts");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (2, 2));
}
