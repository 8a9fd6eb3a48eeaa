//! Rebuilding a list and replaying a whole log, ours against stock's, and against reading and
//! deserialising the same rows with nothing else.

use crate::contestants::store::Store;
use crate::load::Sample;
use crate::logs;
use crate::plan::Plan;
use crate::rounds::Rounds;
use crate::server::{Server, connect};
use anyhow::{Context, Result, ensure};
use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{Aggregate, EventEnvelope, Query, View};
use domain::LedgerState;
use domain::contact::{ContactAggregate, ContactEvent};
use event_store::Open;
use event_store::codec::decode;
use futures_util::TryStreamExt;
use postgres_es::{PostgresEventRepository, PostgresViewRepository};
use projections::diff::diff;
use projections::rebuild::rebuild;
use projections::{runner, view_named};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use uuid::Uuid;

const EVENTS: &str = "events/s";

/// The list that is rebuilt.
const LIST: &str = "contact_directory";

/// Stock's rebuild of a list is slow: it gets fewer events.
const STOCK_LIST_SHARE: u64 = 20;

/// The logs that are read.
#[derive(Debug)]
pub(crate) struct Reading {
    ours: Store,
    url: String,
    events: u64,
    stock_events: u64,
    stock_list_events: u64,
}

impl Reading {
    /// Fills the logs, and the list from the live fold.
    pub(crate) async fn create(server: &Server, plan: &Plan) -> Result<Self> {
        let ours = logs::ours(server, "log", plan.log_events).await?;
        let reader = ours.events.reader();
        runner::catch_up(reader, &BTreeSet::from([ours.ledgers[0]])).await?;
        let events = reader.head(ours.ledgers[0]).await?.context("no head")?.position;
        let stock_events = logs::stock(server, "stock_log", plan.log_events).await?;
        let fewer = (plan.log_events / STOCK_LIST_SHARE).max(logs::EVENTS_OF_A_LIFE * 10);
        let stock_list_events = logs::stock(server, "stock_list", fewer).await?;
        let url = server.url("log");
        Ok(Self { ours, url, events, stock_events, stock_list_events })
    }

    pub(crate) async fn round(&self, server: &Server, rounds: &mut Rounds) -> Result<()> {
        rounds.add("reading and deserialising alone", EVENTS, self.read().await?);
        rounds.add("rebuild of a list, ours", EVENTS, self.rebuild().await?);
        rounds.add("rebuild of a healthy list, ours", EVENTS, self.rebuild_healthy().await?);
        rounds.add("rebuild of a list, stock", EVENTS, self.stock_rebuild(server).await?);
        rounds.add("replay of the log, ours", EVENTS, self.replay().await?);
        rounds.add("replay of the log, stock", EVENTS, self.stock_replay(server).await?);
        Ok(())
    }

    /// Reads all rows in one statement, decodes them, and drops them.
    async fn read(&self) -> Result<Sample> {
        let ledger = self.ours.ledgers[0];
        let client = connect(&self.url).await?;
        // As ours reads: by the primary key, and not sorted first.
        client.batch_execute("SET enable_seqscan = off; SET enable_bitmapscan = off").await?;
        let began = Instant::now();
        let sql = "SELECT position, event FROM events WHERE ledger_id = $1 ORDER BY position";
        let mut rows = pin!(client.query_raw(sql, [&ledger.0]).await?);
        let mut read = 0;
        while let Some(row) = rows.try_next().await? {
            let position = u64::try_from(row.get::<_, i64>(0))?;
            read += u64::from(decode(ledger, position, row.get(1))?.position > 0);
        }
        ensure!(read == self.events, "{read} of {} events were read", self.events);
        Ok(Sample::rate(read, began.elapsed()))
    }

    /// Rebuilds the list from nothing, as stock does; its rows must be those of the live fold, before
    /// and after.
    async fn rebuild(&self) -> Result<Sample> {
        let reader = self.ours.events.reader();
        let ledger = self.ours.ledgers[0];
        let view = view_named(LIST).context("there is no such list")?;
        let live = self.fingerprint().await?;
        let client = connect(&self.url).await?;
        for table in view.tables() {
            client.batch_execute(&format!("TRUNCATE {}", table.name)).await?;
        }
        let began = Instant::now();
        let rebuilt = rebuild(reader, view, ledger, Uuid::now_v7(), &|_| {}).await?;
        let took = began.elapsed();
        ensure!(rebuilt.position == self.events, "the rebuild ended at {}", rebuilt.position);
        ensure!(
            live == self.fingerprint().await?,
            "the rebuilt rows are not those of the live fold"
        );
        ensure!(
            diff(reader, view, ledger, &|_| {}).await?.is_clean(),
            "a rebuild would change rows"
        );
        Ok(Sample::rate(rebuilt.position, took))
    }

    /// The same where all rows are there and right, as an operator's rebuild most often finds them.
    async fn rebuild_healthy(&self) -> Result<Sample> {
        let view = view_named(LIST).context("there is no such list")?;
        let ledger = self.ours.ledgers[0];
        let began = Instant::now();
        let rebuilt =
            rebuild(self.ours.events.reader(), view, ledger, Uuid::now_v7(), &|_| {}).await?;
        let took = began.elapsed();
        ensure!(rebuilt.tuples == 0, "{} tuples of a healthy list were written", rebuilt.tuples);
        Ok(Sample::rate(rebuilt.position, took))
    }

    /// All rows of the list's tables as one hash.
    async fn fingerprint(&self) -> Result<Vec<Option<String>>> {
        let client = connect(&self.url).await?;
        let mut hashes = Vec::new();
        for table in view_named(LIST).context("there is no such list")?.tables() {
            let sql = format!(
                "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t",
                table.name
            );
            hashes.push(client.query_one(&sql, &[]).await?.get(0));
        }
        Ok(hashes)
    }

    async fn stock_rebuild(&self, server: &Server) -> Result<Sample> {
        let client = server.connect("stock_list").await?;
        client.batch_execute("TRUNCATE contact_view").await?;
        let pool = server.pool("stock_list", 10).await?;
        let views =
            PostgresViewRepository::<ListRow, ContactAggregate>::new("contact_view", pool.clone());
        let mut query = GenericQuery::new(Arc::new(views));
        let failed = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&failed);
        query.use_error_handler(Box::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        }));
        let began = Instant::now();
        QueryReplay::new(PostgresEventRepository::new(pool), query).replay_all().await?;
        let took = began.elapsed();
        let rows: i64 = client.query_one("SELECT count(*) FROM contact_view", &[]).await?.get(0);
        let lives = self.stock_list_events / logs::EVENTS_OF_A_LIFE;
        ensure!(u64::try_from(rows)? == lives, "stock rebuilt {rows} of {lives} rows");
        let mut sample = Sample::rate(self.stock_list_events, took);
        sample.failures = failed.load(Ordering::Relaxed);
        Ok(sample)
    }

    /// Reads the log, opens what is sealed, and folds it into the state that commands are decided on.
    async fn replay(&self) -> Result<Sample> {
        let began = Instant::now();
        let mut state = LedgerState::default();
        let mut chunks = self.ours.events.reader().stream(
            self.ours.ledgers[0],
            0,
            self.events,
            Open::Everything,
        );
        let mut replayed = 0;
        while let Some(chunk) = chunks.recv().await {
            for event in chunk? {
                state.record(event.aggregate, event.sequence, &event.event)?;
                replayed += 1;
            }
        }
        ensure!(replayed == self.events, "{replayed} of {} events were replayed", self.events);
        Ok(Sample::rate(replayed, began.elapsed()))
    }

    /// The same by stock's replay, into its aggregates.
    async fn stock_replay(&self, server: &Server) -> Result<Sample> {
        let pool = server.pool("stock_log", 10).await?;
        let folding = Folding::default();
        let replayed = Arc::clone(&folding.replayed);
        let began = Instant::now();
        QueryReplay::new(PostgresEventRepository::new(pool), folding).replay_all().await?;
        let (took, replayed) = (began.elapsed(), replayed.load(Ordering::Relaxed));
        ensure!(
            replayed == self.stock_events,
            "stock replayed {replayed} of {}",
            self.stock_events
        );
        Ok(Sample::rate(replayed, took))
    }
}

/// Folds into aggregates in memory.
#[derive(Default)]
struct Folding {
    contacts: Mutex<HashMap<String, ContactAggregate>>,
    replayed: Arc<AtomicU64>,
}

impl Query<ContactAggregate> for Folding {
    fn dispatch<'s, 'i, 'e, 'f>(
        &'s self,
        aggregate_id: &'i str,
        events: &'e [EventEnvelope<ContactAggregate>],
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'f>>
    where
        Self: 'f,
        's: 'f,
        'i: 'f,
        'e: 'f,
    {
        Box::pin(async move {
            let mut contacts = self.contacts.lock().unwrap_or_else(PoisonError::into_inner);
            for event in events {
                if !contacts.contains_key(aggregate_id) {
                    contacts.insert(aggregate_id.to_owned(), ContactAggregate::default());
                }
                if let Some(contact) = contacts.get_mut(aggregate_id) {
                    contact.apply(event.payload.clone());
                }
                self.replayed.fetch_add(1, Ordering::Relaxed);
            }
        })
    }
}

/// A row of the list as stock keeps it: name, phone, email and status.
#[derive(Debug, Default, Serialize, Deserialize)]
struct ListRow {
    name: String,
    phone: Option<String>,
    email: Option<String>,
    status: String,
}

impl View<ContactAggregate> for ListRow {
    fn update(&mut self, event: &EventEnvelope<ContactAggregate>) {
        use ContactEvent as E;
        let status = match &event.payload {
            E::ContactCreated(e) => {
                self.name = e.name.value().map(|n| n.as_str().to_owned()).unwrap_or_default();
                let phones = e.phones.as_ref().and_then(|phones| phones.value());
                self.phone = phones.and_then(|p| p.first()).map(|p| p.typed().to_owned());
                "not_invited"
            }
            E::PrimaryEmailSet(e) => {
                self.email = e.email.value().map(|email| email.typed().to_owned());
                return;
            }
            E::InviteSent(_) => "pending",
            E::OwnerActivated(_) => "active",
            E::OwnerDeactivated(_) => "deactivated",
            // The lives that are replayed change nothing else of the list.
            E::ContactInfoUpdated(_)
            | E::PrimaryEmailChanged(_)
            | E::PrimaryEmailSwapped(_)
            | E::AdditionalEmailAdded(_)
            | E::AdditionalEmailEdited(_)
            | E::AdditionalEmailRemoved(_)
            | E::PrimaryEmailClaimed(_)
            | E::PrimaryEmailReleased(_)
            | E::InviteResent(_)
            | E::InviteCancelled(_)
            | E::InviteAccepted(_)
            | E::InviteDeclined(_)
            | E::InviteExpired(_)
            | E::PersonLinked(_)
            | E::OwnerReactivated(_)
            | E::OwnerDisabled(_)
            | E::OwnerReenabled(_)
            | E::ContactDeleted(_)
            | E::ContactRestored(_)
            | E::ContactsMerged(_)
            | E::ContactMergedInto(_)
            | E::ContactsUnmerged(_)
            | E::ContactUnmergedFrom(_)
            | E::PermissionsChanged(_)
            | E::CustomFieldSet(_)
            | E::OwnerImported(_)
            | E::PrimaryEmailDefaulted(_)
            | E::DuplicateResolved(_)
            | E::ProfileImageSet(_)
            | E::ProfileImageRemoved(_)
            | E::InviteReminded(_)
            | E::FormerAddressTold(_)
            | E::ContactJoinedCustomer(_)
            | E::ContactLeftCustomer(_)
            | E::EmailConflictReported(_)
            | E::EmailConflictClosed(_) => return,
        };
        status.clone_into(&mut self.status);
    }
}
