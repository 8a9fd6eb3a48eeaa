//! The connection on which views are kept up is cut, and they are kept up.

use super::viewed;
use crate::support::{Account, apply};
use projections::VIEW_NAMES;
use projections::runner::Runner;
use projections::status::status;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio_postgres::Client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_go_on_after_their_connection_is_cut_and_none_is_parked() {
    let (database, store) = viewed().await;
    let account = Account::open(&store, 34).await;
    let client = database.client().await;
    let before = connections(&client).await;
    let runner = Runner::start(store.reader().clone(), store.hints());
    for named in ["Ada", "Bea", "Cem"] {
        let last = apply(&store, account.create(account.contact_id(), named, None)).await;
        let began = Instant::now();
        loop {
            // A connection of the pool may be among those that were cut.
            let ledgers = status(store.reader()).await.unwrap_or_default();
            let of_account = ledgers.into_iter().find(|l| l.ledger == account.ledger.0);
            let views = of_account.map(|ledger| ledger.views).unwrap_or_default();
            assert!(views.iter().all(|view| view.parked.is_none()), "{views:?}");
            let there = views.iter().filter(|view| view.position == last.position).count();
            if there == VIEW_NAMES.len() {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{views:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Those that came with the runner; the writer's stay.
        for pid in connections(&client).await.difference(&before) {
            client.query("SELECT pg_terminate_backend($1)", &[pid]).await.expect("cut");
        }
    }
    runner.stop().await;
}

async fn connections(client: &Client) -> BTreeSet<i32> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
               AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    client.query(sql, &[]).await.expect("the connections").iter().map(|row| row.get(0)).collect()
}
