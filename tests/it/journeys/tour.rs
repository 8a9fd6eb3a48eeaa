//! The curl tour runs, and what it says is so.

use super::harness::Server;
use std::path::Path;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn the_curl_tour_is_as_told() {
    let server = Server::start_with_mailbox().await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tour.sh");
    let mut tour = Command::new("bash");
    tour.arg(script).env("BASE", &server.base).env("OPERATOR_TOKEN", server.operator().secret);
    let ran = tokio::task::spawn_blocking(move || tour.output()).await.expect("no panic");
    let ran = ran.expect("bash runs");
    let said = [ran.stdout, ran.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(ran.status.success(), "{}\n{}", said[0], said[1]);
}
