//! Stock cqrs-es over stock postgres-es: the same aggregate in the framework's own dress.

use crate::life::{Life, STEPS};
use crate::load;
use crate::server::Server;
use anyhow::{Result, anyhow};
use domain::contact::{ContactAggregate, Given};
use event_store::system_clock;
use postgres_es::{PostgresCqrs, postgres_cqrs};
use std::sync::Arc;

/// The tables of `db/init.sql` in postgres-es 0.5.
pub(crate) const TABLES: &str = "
    CREATE TABLE events (
        aggregate_type text                         NOT NULL,
        aggregate_id   text                         NOT NULL,
        sequence       bigint CHECK (sequence >= 0) NOT NULL,
        event_type     text                         NOT NULL,
        event_version  text                         NOT NULL,
        payload        json                         NOT NULL,
        metadata       json                         NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    );
    CREATE TABLE contact_view (
        view_id text                        NOT NULL,
        version bigint CHECK (version >= 0) NOT NULL,
        payload json                        NOT NULL,
        PRIMARY KEY (view_id)
    );";

/// The framework over a database of its own.
#[derive(Clone)]
pub(crate) struct Stock {
    cqrs: Arc<PostgresCqrs<ContactAggregate>>,
}

impl std::fmt::Debug for Stock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stock")
    }
}

impl Stock {
    /// Creates the database and its tables.
    pub(crate) async fn create(server: &Server, name: &str) -> Result<()> {
        server.create_database(name).await?;
        Ok(server.connect(name).await?.batch_execute(TABLES).await?)
    }

    /// No snapshots, no queries; a pool with a connection for every client.
    pub(crate) async fn open(server: &Server, name: &str, connections: u32) -> Result<Self> {
        let pool = server.pool(name, connections).await?;
        Ok(Self { cqrs: Arc::new(postgres_cqrs(pool, Vec::new(), ())) })
    }

    pub(crate) fn clients(&self, count: usize) -> Vec<Client> {
        (0..count).map(|_| Client { stock: self.clone(), life: Life::new(), step: 0 }).collect()
    }
}

/// One client, with the contact that it is busy with.
#[derive(Debug)]
pub(crate) struct Client {
    stock: Stock,
    life: Life,
    step: usize,
}

impl load::Client for Client {
    async fn step(&mut self) -> Result<()> {
        if self.step == STEPS {
            self.life = Life::new();
            self.step = 0;
        }
        let step = self.step;
        self.step = STEPS;
        let given = Given {
            id: self.life.contact,
            command: self.life.command(step)?,
            circumstances: self.life.circumstances(step)?,
            now: system_clock(),
        };
        let executed = self.stock.cqrs.execute(&self.life.contact.0.to_string(), given).await;
        executed.map_err(|error| anyhow!("step {step}: {error:?}"))?;
        self.step = step + 1;
        Ok(())
    }
}
