//! Read models are their events: live equals rebuilt, damage is found, poison parks.

mod as_of;
mod cut;
mod damage;
mod duplicates;
mod equal;
mod expiry;
mod neighbours;
mod orgs;
mod persons;
mod poison;
mod random;
mod random_conflicts;
mod random_customers;
mod random_fields;
mod random_impersonations;
mod random_items;
mod random_jobs;
mod random_leads;
mod random_links;
mod random_staff;
mod random_support;
mod random_trades;
mod tail;
mod taken_over;
mod told;
mod trade_org;

use crate::support::database::open_store;
use crate::support::{TestDatabase, fresh_database};
use domain::LedgerId;
use event_store::{EventStore, StoreOptions};
use projections::runner::catch_up;
use projections::{VIEW_NAMES, all_views};
use std::collections::BTreeSet;
use tokio_postgres::Client;

/// A database and a store whose ledgers have the checkpoints of all views.
async fn viewed() -> (TestDatabase, EventStore) {
    let database = fresh_database().await;
    let options = StoreOptions { views: VIEW_NAMES.to_vec(), ..StoreOptions::default() };
    let store = open_store(database.url(), options).await;
    (database, store)
}

/// Brings the views of some ledgers up to their heads.
async fn bring_up(store: &EventStore, ledgers: &[LedgerId]) {
    let ledgers: BTreeSet<LedgerId> = ledgers.iter().copied().collect();
    catch_up(store.reader(), &ledgers).await.expect("the views take everything");
}

/// Every tuple of every view, as text.
async fn all_tuples(client: &Client) -> Vec<String> {
    let mut tuples = Vec::new();
    for table in all_views().into_iter().flat_map(projections::AnyView::tables) {
        let sql = format!("SELECT '{0} ' || t::text AS tuple FROM {0} t ORDER BY 1", table.name);
        let rows = client.query(&sql, &[]).await.expect("the rows");
        tuples.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    tuples
}
