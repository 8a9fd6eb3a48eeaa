//! Our store: personal values sealed, Merkle log on, as the product runs it.

use crate::life::{Life, STEPS};
use crate::load;
use crate::server::Server;
use anyhow::{Context, Result};
use domain::{Command, LedgerId};
use event_store::{Database, EventStore, MasterKey, StoreOptions, Submission};
use projections::VIEW_NAMES;
use uuid::Uuid;

/// The store over a database of its own.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) events: EventStore,
    pub(crate) ledgers: Vec<LedgerId>,
    /// As base64, for a tool beside it.
    pub(crate) master_key: String,
}

impl Store {
    pub(crate) async fn open(server: &Server, name: &str, ledgers: usize) -> Result<Self> {
        let url = server.create_database(name).await?;
        let database = Database::new(&url, 8)?;
        let options = StoreOptions { views: VIEW_NAMES.to_vec(), ..StoreOptions::default() };
        let key = MasterKey::generate()?;
        let store = EventStore::open(database, &key, options).await?;
        let ledgers: Vec<LedgerId> = (0..ledgers).map(|_| LedgerId(Uuid::now_v7())).collect();
        for ledger in &ledgers {
            store.ensure_ledger(*ledger, "builder_account").await?;
        }
        Ok(Self { events: store, ledgers, master_key: key.to_base64() })
    }

    /// Clients whose contacts go round over the ledgers.
    pub(crate) fn clients(&self, count: usize) -> Vec<Client> {
        (0..count)
            .map(|number| Client {
                store: self.clone(),
                life: Life::new(),
                step: 0,
                ledger: number * self.ledgers.len() / count,
            })
            .collect()
    }
}

/// One client, with the contact that it is busy with.
#[derive(Debug)]
pub(crate) struct Client {
    store: Store,
    life: Life,
    step: usize,
    ledger: usize,
}

impl load::Client for Client {
    async fn step(&mut self) -> Result<()> {
        if self.step == STEPS {
            self.life = Life::new();
            self.step = 0;
            self.ledger += 1;
        }
        let ledger = self.store.ledgers[self.ledger % self.store.ledgers.len()];
        let step = self.step;
        // A command that fails is not tried again, nor is this contact.
        self.step = STEPS;
        execute(&self.store.events, ledger, &self.life, step).await?;
        self.step = step + 1;
        Ok(())
    }
}

/// Carries out one command of a life.
pub(crate) async fn execute(
    store: &EventStore,
    ledger: LedgerId,
    life: &Life,
    step: usize,
) -> Result<()> {
    let command = Command::Contact(life.contact, life.command(step)?);
    let submission = Submission::new(ledger, command, life.circumstances(step)?);
    let submission = if step == 2 { submission.with_secret()? } else { submission };
    let applied = store.execute(submission).await.with_context(|| format!("step {step}"))?;
    anyhow::ensure!(applied.position > 0, "nothing was appended");
    Ok(())
}
