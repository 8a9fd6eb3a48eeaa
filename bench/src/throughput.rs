//! Commands a second, contestant by contestant, round by round.

use crate::contestants::http::Http;
use crate::contestants::stock::Stock;
use crate::contestants::store::Store;
use crate::contestants::{limit, sql};
use crate::load::{self, Window};
use crate::plan::{Part, Plan};
use crate::rounds::Rounds;
use crate::server::Server;
use anyhow::{Context, Result};

const COMMANDS: &str = "commands/s";
const ROWS: &str = "rows/s";

/// The contestants' databases on the server.
#[derive(Debug)]
pub(crate) struct Contestants {
    one_ledger: Option<Store>,
    hundred_ledgers: Option<Store>,
    http: Option<Http>,
    plan: Plan,
}

impl Contestants {
    pub(crate) async fn create(server: &Server, plan: &Plan) -> Result<Self> {
        let (mut one_ledger, mut hundred_ledgers) = (None, None);
        if plan.has(Part::Store) {
            one_ledger = Some(Store::open(server, "one_ledger", 1).await?);
        }
        if plan.has(Part::Ledgers) {
            hundred_ledgers = Some(Store::open(server, "hundred_ledgers", 100).await?);
        }
        if plan.has(Part::Stock) {
            Stock::create(server, "stock").await?;
        }
        if plan.has(Part::Sql) {
            sql::create(server, "sql").await?;
        }
        if plan.has(Part::Limit) {
            limit::create(server, "row_limit").await?;
        }
        let http =
            if plan.has(Part::Http) { Some(Http::start(server, "http").await?) } else { None };
        Ok(Self { one_ledger, hundred_ledgers, http, plan: plan.clone() })
    }

    /// Stops what listens.
    pub(crate) async fn stop(self) {
        if let Some(http) = self.http {
            http.stop().await;
        }
    }

    /// Each measurement once.
    pub(crate) async fn round(&self, server: &Server, rounds: &mut Rounds) -> Result<()> {
        let window = self.plan.window;
        for &clients in &self.plan.clients {
            if let Some(store) = &self.one_ledger {
                let name = format!("store, one ledger, {}", many(clients));
                rounds.add(&name, COMMANDS, load::run(store.clients(clients), window).await?);
            }
            if let Some(store) = &self.hundred_ledgers {
                let name = format!("store, 100 ledgers, {}", many(clients));
                rounds.add(&name, COMMANDS, load::run(store.clients(clients), window).await?);
            }
            if self.plan.has(Part::Stock) {
                let name = format!("stock, {}", many(clients));
                let sample = stock(server, "stock", clients, window).await?;
                rounds.add(&name, COMMANDS, sample);
            }
            if self.plan.has(Part::Sql) {
                let name = format!("sql, {}", many(clients));
                let clients = sql::clients(server, "sql", clients).await?;
                rounds.add(&name, COMMANDS, load::run(clients, window).await?);
            }
            if self.plan.has(Part::Limit) {
                let name = format!("single-row inserts, {}", many(clients));
                let sample = limit::single(server, "row_limit", clients, window).await?;
                rounds.add(&name, ROWS, sample);
            }
        }
        if let Some(http) = &self.http {
            let clients = http.clients(32).await?;
            rounds.add("http, 32 clients", COMMANDS, load::run(clients, window).await?);
        }
        if self.plan.has(Part::Limit) {
            for rows in [100, 1_000] {
                let name = format!("inserts of {rows} rows, 4 clients");
                let clients = limit::multi(server, "row_limit", 4, rows).await?;
                rounds.add(&name, ROWS, load::run(clients, window).await?);
            }
        }
        Ok(())
    }
}

async fn stock(
    server: &Server,
    name: &str,
    clients: usize,
    window: Window,
) -> Result<load::Sample> {
    let stock = Stock::open(server, name, u32::try_from(clients)?).await?;
    load::run(stock.clients(clients), window).await.context("stock")
}

/// The same on a server whose syncs take 2 ms more.
#[derive(Debug)]
pub(crate) struct SlowDisk {
    pub(crate) server: Server,
    store: Store,
    window: Window,
}

impl SlowDisk {
    pub(crate) async fn create(plan: &Plan) -> Result<Self> {
        let server = Server::start_slow().await?;
        let store = Store::open(&server, "one_ledger", 1).await?;
        Stock::create(&server, "stock").await?;
        limit::create(&server, "row_limit").await?;
        Ok(Self { server, store, window: plan.window })
    }

    pub(crate) async fn round(&self, rounds: &mut Rounds) -> Result<()> {
        let (server, window) = (&self.server, self.window);
        let sample = load::run(self.store.clients(32), window).await?;
        rounds.add("slow disk: store, one ledger, 32 clients", COMMANDS, sample);
        let sample = stock(server, "stock", 32, window).await?;
        rounds.add("slow disk: stock, 32 clients", COMMANDS, sample);
        let sample = limit::single(server, "row_limit", 32, window).await?;
        rounds.add("slow disk: single-row inserts, 32 clients", ROWS, sample);
        Ok(())
    }
}

fn many(clients: usize) -> String {
    if clients == 1 { "1 client".to_owned() } else { format!("{clients} clients") }
}
