//! Logs of a known length: contact after contact, ours through the store, and the same events in
//! the tables of postgres-es.

use crate::contestants::stock::TABLES;
use crate::contestants::store::{Store, execute};
use crate::life::{Life, STEPS};
use crate::server::Server;
use anyhow::{Result, anyhow};
use cqrs_es::DomainEvent;
use domain::contact::{Claims, Contact, Holder, decide};
use domain::{EmailAddress, Halt, LedgerId};
use event_store::{EventStore, system_clock};
use tokio::task::JoinSet;

/// How many events a life leaves.
pub(crate) const EVENTS_OF_A_LIFE: u64 = 13;

/// How many lives are lived at once.
const AT_ONCE: u64 = 64;

/// Fills a ledger with lives up to about so many events.
pub(crate) async fn fill(store: &EventStore, ledger: LedgerId, events: u64) -> Result<()> {
    let lives = events / EVENTS_OF_A_LIFE;
    let mut running = JoinSet::new();
    for worker in 0..AT_ONCE {
        let store = store.clone();
        let mine = lives / AT_ONCE + u64::from(worker < lives % AT_ONCE);
        running.spawn(async move {
            for _ in 0..mine {
                let life = Life::new();
                for step in 0..STEPS {
                    execute(&store, ledger, &life, step).await?;
                }
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}

/// A store with one filled ledger.
pub(crate) async fn ours(server: &Server, name: &str, events: u64) -> Result<Store> {
    let store = Store::open(server, name, 1).await?;
    fill(&store.events, store.ledgers[0], events).await?;
    Ok(store)
}

struct NobodyClaims;

impl Claims for NobodyClaims {
    fn holder(&self, _: &EmailAddress) -> Result<Option<Holder>, Halt> {
        Ok(None)
    }
}

#[derive(Default)]
struct Columns {
    aggregates: Vec<String>,
    sequences: Vec<i64>,
    types: Vec<String>,
    versions: Vec<String>,
    payloads: Vec<String>,
}

/// How many lives are written in one statement.
const LIVES_OF_A_STATEMENT: u64 = 500;

/// The same lives as postgres-es would have stored them; gives the number of events.
pub(crate) async fn stock(server: &Server, name: &str, events: u64) -> Result<u64> {
    server.create_database(name).await?;
    let client = server.connect(name).await?;
    client.batch_execute(TABLES).await?;
    let (mut left, mut written) = (events / EVENTS_OF_A_LIFE, 0);
    while left > 0 {
        let some = left.min(LIVES_OF_A_STATEMENT);
        let mut columns = Columns::default();
        for _ in 0..some {
            live(&mut columns)?;
        }
        written += client
            .execute(
                "INSERT INTO events SELECT 'contact', a, s, t, v, p::json, '{}' FROM unnest(\
                 $1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[]) AS e (a, s, t, v, p)",
                &[
                    &columns.aggregates,
                    &columns.sequences,
                    &columns.types,
                    &columns.versions,
                    &columns.payloads,
                ],
            )
            .await?;
        left -= some;
    }
    client.batch_execute("ANALYZE").await?;
    Ok(written)
}

fn live(columns: &mut Columns) -> Result<()> {
    let life = Life::new();
    let mut contact: Option<Contact> = None;
    let mut sequence = 0;
    for step in 0..STEPS {
        let circumstances = life.circumstances(step)?;
        let command = life.command(step)?;
        let (id, now) = (life.contact, system_clock());
        let decided = decide(id, contact.as_ref(), &command, &circumstances, now, &NobodyClaims);
        for event in decided.map_err(|halt| anyhow!("step {step}: {halt:?}"))? {
            match &mut contact {
                Some(contact) => contact.apply(&event)?,
                None => contact = Some(Contact::from_first(id, &event)?),
            }
            sequence += 1;
            columns.aggregates.push(id.0.to_string());
            columns.sequences.push(sequence);
            columns.types.push(event.event_type());
            columns.versions.push(event.event_version());
            columns.payloads.push(serde_json::to_string(&event)?);
        }
    }
    Ok(())
}
