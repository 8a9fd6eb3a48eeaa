//! Live equals rebuilt, also while commands keep coming and after a stop.

use super::random::RandomHistory;
use super::random_conflicts;
use super::random_customers;
use super::random_items;
use super::random_trades;
use super::{all_tuples, bring_up, trade_org, viewed};
use crate::support::{Account, apply, size};
use domain::LedgerId;
use event_store::EventStore;
use projections::diff::diff;
use projections::rebuild::rebuild;
use projections::runner::Runner;
use projections::verify::verify;
use projections::view::{AnyView, Kind, Table};
use projections::{VIEW_NAMES, ViewError, all_views};
use std::time::Duration;
use tokio_postgres::Client;
use uuid::Uuid;

async fn assert_clean(store: &EventStore, account: &Account) {
    for view in all_views() {
        let diff = diff(store.reader(), view, account.ledger, &|_| {}).await.expect("compared");
        assert!(diff.is_clean(), "{}: {diff:?}", view.name());
    }
    let verified = verify(store.reader(), account.ledger, &|_| {}).await.expect("verified");
    assert!(verified.is_clean(), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_random_history_every_view_is_what_a_rebuild_makes() {
    for seed in 0..size(3, 40) {
        let (database, store) = viewed().await;
        let account = Account::open(&store, 100 + seed).await;
        // Chance may invite nobody, and leave nobody a To-Do.
        let (contact, job) = (account.contact_id(), account.job_id());
        apply(&store, account.save(contact, "Fay", "fay@example.org", Vec::new())).await;
        apply(&store, account.create_job(job, "Shed", vec![contact])).await;
        apply(&store, account.staff(random_items::todo(&account, job, contact))).await;
        apply(&store, super::random_impersonations::start(&account, job, contact)).await;
        for submission in random_conflicts::waiting(&account) {
            apply(&store, submission).await;
        }
        for submission in random_customers::asking(&account) {
            apply(&store, submission).await;
        }
        for submission in random_trades::at_work(&account, job) {
            apply(&store, submission).await;
        }
        let mut history = RandomHistory::new(&account, seed);
        // In batches of all sizes, so that folds meet their rows again.
        for commands in [1, 7, 60, 200, size(400, 4_000)] {
            history.run(&store, commands).await;
            bring_up(&store, &[account.ledger]).await;
        }
        assert!(history.carried_out > 200 && history.refused > 50, "a history worth folding");
        assert_clean(&store, &account).await;
        // A company's own ledger alone has rows of the companies' view.
        let ledgers = [account.ledger, trade_org::lives(&store, &account).await];
        let client = database.client().await;
        let live = all_tuples(&client).await;
        for view in all_views() {
            let written = written_anew(&store, view, &ledgers).await;
            assert!(view.row_per_event() || written == 0, "{} was healthy", view.name());
        }
        assert_eq!(all_tuples(&client).await, live, "healthy, seed {seed}");
        for view in all_views() {
            for table in view.tables() {
                damage(&client, table).await;
            }
            assert!(written_anew(&store, view, &ledgers).await > 0, "{}", view.name());
        }
        assert_eq!(all_tuples(&client).await, live, "damaged, seed {seed}");
        for view in all_views() {
            for table in view.tables() {
                client.batch_execute(&format!("TRUNCATE {}", table.name)).await.expect("emptied");
            }
            assert!(written_anew(&store, view, &ledgers).await > 0, "{}", view.name());
        }
        assert_eq!(all_tuples(&client).await, live, "emptied, seed {seed}");
    }
}

async fn written_anew(store: &EventStore, view: &'static dyn AnyView, ledgers: &[LedgerId]) -> u64 {
    let mut tuples = 0;
    for ledger in ledgers {
        let rebuilt = rebuild(store.reader(), view, *ledger, Uuid::now_v7(), &|_| {}).await;
        tuples += rebuilt.expect("rebuilt").tuples;
    }
    tuples
}

/// Takes rows of a table away, changes one, and puts one there that no event gave.
async fn damage(client: &Client, table: &Table) {
    let (name, key) = (table.name, table.columns[table.key - 1].0);
    let columns: Vec<&str> = table.columns.iter().map(|(column, _)| *column).collect();
    let kind = table.columns[table.key - 1].1;
    let other = if kind == Kind::Id { "gen_random_uuid()" } else { "'zzz'" };
    let others: Vec<&str> = columns.iter().map(|c| if *c == key { other } else { c }).collect();
    let others = others.join(", ");
    let sql = format!(
        "WITH numbered AS (SELECT ctid, row_number() OVER () AS number FROM {name}) \
         DELETE FROM {name} USING numbered \
         WHERE {name}.ctid = numbered.ctid AND number % 3 = 1",
    );
    client.batch_execute(&sql).await.expect("rows gone");
    if let Some((text, _)) = table.columns[table.key..].iter().find(|(_, kind)| *kind == Kind::Text)
    {
        let some = format!("(SELECT ctid FROM {name} LIMIT 1)");
        let sql = format!("UPDATE {name} SET {text} = {text} || '?' WHERE ctid = {some}");
        client.batch_execute(&sql).await.expect("a row changed");
    }
    if kind != Kind::Number {
        let list = columns.join(", ");
        let sql = format!(
            "INSERT INTO {name} (ledger_id, {list}) SELECT ledger_id, {others} FROM {name} LIMIT 1"
        );
        client.batch_execute(&sql).await.expect("a row too many");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_beside_live_commands_loses_nothing() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 7).await;
    let runner = Runner::start(store.reader().clone(), store.hints());
    // A second one, as of another process, shares the work.
    let other = Runner::start(store.reader().clone(), store.hints());
    let mut history = RandomHistory::new(&account, 7);
    history.run(&store, 100).await;
    let rebuilding = async {
        for _ in 0..size(4, 40) {
            for view in all_views() {
                let run = Uuid::now_v7();
                rebuild(store.reader(), view, account.ledger, run, &|_| {}).await.expect("rebuilt");
            }
        }
    };
    tokio::join!(rebuilding, history.run(&store, size(600, 6_000)));
    let head = store.reader().head(account.ledger).await.expect("read").expect("there").position;
    let wait = Duration::from_secs(20);
    let waited = runner.progress().wait(account.ledger, head, &VIEW_NAMES, wait).await;
    waited.expect("the views come up");
    assert_clean(&store, &account).await;
    runner.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_that_was_stopped_does_not_do_again_what_it_finished() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 8).await;
    bring_up(&store, &[account.ledger]).await;
    let run = Uuid::now_v7();
    let view = all_views()[0];
    let again = || rebuild(store.reader(), view, account.ledger, run, &|_| panic!("folded again"));
    let first = rebuild(store.reader(), view, account.ledger, run, &|_| {}).await.expect("rebuilt");
    assert_eq!(again().await.expect("known").position, first.position);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_writes_reads_it_and_nobody_waits_for_what_has_not_happened() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 9).await;
    let runner = Runner::start(store.reader().clone(), store.hints());
    let progress = runner.progress();
    for number in 0..20 {
        let contact = account.contact_id();
        let created = apply(&store, account.create(contact, &format!("P {number}"), None)).await;
        let wait = Duration::from_secs(2);
        progress
            .wait(account.ledger, created.position, &["contact_directory"], wait)
            .await
            .expect("reached in time");
        let entry =
            projections::contact_directory::get(store.reader(), account.ledger, contact).await;
        assert!(entry.expect("read").is_some());
    }
    let wait = Duration::from_millis(100);
    let beyond = progress.wait(account.ledger, 10_000, &["job_list"], wait).await;
    assert!(matches!(beyond, Err(ViewError::BeyondHead)), "{beyond:?}");
    runner.stop().await;
    let created = apply(&store, account.create(account.contact_id(), "Late", None)).await;
    let behind = progress.wait(account.ledger, created.position, &["job_list"], wait).await;
    assert!(matches!(behind, Err(ViewError::Behind { .. })), "{behind:?}");
}
