//! The curl tour runs, what it says is so, and the log that it leaves is sound.

use super::harness::Server;
use super::mail::nothing_waits;
use domain::LedgerId;
use projections::all_views;
use projections::diff::diff;
use projections::runner::catch_up;
use projections::verify::verify;
use std::collections::BTreeSet;
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
    nothing_waits(&server).await;
    sound(&server).await;
}

/// What `replay-tool verify` and `diff` say of every ledger: the accounts', the persons' and the
/// installation's own.
async fn sound(server: &Server) {
    let reader = server.store.reader();
    let heads = reader.heads().await.expect("ledgers");
    let ledgers: BTreeSet<LedgerId> = heads.iter().map(|head| head.ledger).collect();
    assert!(ledgers.len() >= 5, "two accounts, two persons, the installation: {}", ledgers.len());
    catch_up(reader, &ledgers).await.expect("the views take everything");
    for ledger in ledgers {
        let verified = verify(reader, ledger, &|_| {}).await.expect("verified");
        assert!(verified.is_clean(), "{verified:?}");
        for view in all_views() {
            let compared = diff(reader, view, ledger, &|_| {}).await.expect("compared");
            assert!(compared.is_clean(), "{}: {compared:?}", view.name());
        }
    }
}
