//! Reads ledgers back: heads, pages of events, the history of one aggregate.

use crate::codec::{Recorded, decode};
use crate::database::Database;
use crate::error::StoreError;
use crate::keys::{Held, Keys};
use crate::merkle::Frontier;
use crate::sealing::{self, Subjects};
use domain::personal::HoldsPersonal;
use domain::{LedgerId, SubjectId, Timestamp};
use futures_util::StreamExt;
use postgres_types::Type;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_postgres::GenericClient;
use uuid::Uuid;

/// The head of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The ledger.
    pub ledger: LedgerId,
    /// What kind of tenant it is.
    pub kind: String,
    /// Position of the last event; 0 when there is none.
    pub position: u64,
    /// The Merkle tree's frontier.
    pub frontier: Frontier,
    /// Time of the last event.
    pub recorded_at: Timestamp,
}

/// An event's row as it is stored, columns and bytes.
#[derive(Debug, Clone)]
pub struct StoredRow {
    /// The position.
    pub position: u64,
    /// The copied columns: aggregate, sequence, type and time.
    pub copies: (Uuid, u64, String, Timestamp),
    /// The event's bytes.
    pub bytes: String,
}

/// Which personal values of events are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// None.
    Nothing,
    /// Those that the event leaves behind: neither what changed fields were before, nor who asked
    /// from where and why.
    Outcome,
    /// All.
    Everything,
}

/// Events in order, a chunk at a time.
#[derive(Debug)]
pub struct Chunks(mpsc::Receiver<JoinHandle<Result<Vec<Recorded>, StoreError>>>);

impl Chunks {
    /// The next chunk, or none after the last.
    pub async fn recv(&mut self) -> Option<Result<Vec<Recorded>, StoreError>> {
        let chunk = self.0.recv().await?.await;
        Some(chunk.unwrap_or_else(|_panicked| Err(StoreError::Panicked)))
    }
}

/// The most events of a chunk.
const CHUNK_MAX: usize = 250;

/// How many chunks are read ahead of whoever works on them.
const CHUNKS_AHEAD: usize = 8;

/// How a connection reads a whole log: by its primary key, as long as that takes. A planner that knows
/// little of the table would rather sort all of it first, on disk, before it gives the first row.
const IN_ORDER: &str =
    "SET statement_timeout = 0; SET enable_seqscan = off; SET enable_bitmapscan = off";

/// Reads ledgers and opens what is sealed.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(crate) database: Database,
    pub(crate) keys: Arc<Keys>,
}

pub(crate) fn position(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

pub(crate) fn stored(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

impl Reader {
    /// A reader of this database; `keys` opens what is sealed.
    pub const fn new(database: Database, keys: Arc<Keys>) -> Self {
        Self { database, keys }
    }

    /// The database.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// The keys.
    pub const fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    /// The head of a ledger, if there is one.
    pub async fn head(&self, ledger: LedgerId) -> Result<Option<Head>, StoreError> {
        let client = self.database.connection().await?;
        head(&**client, ledger).await
    }

    /// The heads of all ledgers, in the order of their ids.
    pub async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        let client = self.database.connection().await?;
        let rows = client
            .query(
                "SELECT ledger_id, kind, head, frontier, recorded_at FROM ledgers \
                 ORDER BY ledger_id",
                &[],
            )
            .await
            .map_err(StoreError::database("reading heads"))?;
        rows.iter().map(head_of).collect()
    }

    /// Up to `limit` events after a position, opened. A missing position is an error.
    pub async fn events_after(
        &self,
        ledger: LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Recorded>, StoreError> {
        let client = self.database.connection().await?;
        self.events_after_on(&**client, ledger, after, limit).await
    }

    /// The same over a connection of the caller's, within its transaction.
    pub async fn events_after_on(
        &self,
        client: &(impl GenericClient + Sync),
        ledger: LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Recorded>, StoreError> {
        let mut events = sealed_events_after(client, ledger, after, limit).await?;
        self.open_all(client, &mut events).await?;
        Ok(events)
    }

    /// All events of some aggregates of a ledger, in order, opened.
    pub async fn aggregate_events(
        &self,
        ledger: LedgerId,
        aggregates: &[Uuid],
    ) -> Result<Vec<Recorded>, StoreError> {
        let client = self.database.connection().await?;
        self.aggregate_events_on(&**client, ledger, aggregates).await
    }

    /// The same over a connection of the caller's.
    pub async fn aggregate_events_on(
        &self,
        client: &(impl GenericClient + Sync),
        ledger: LedgerId,
        aggregates: &[Uuid],
    ) -> Result<Vec<Recorded>, StoreError> {
        let rows = client
            .query(
                "SELECT position, event FROM events \
                 WHERE ledger_id = $1 AND aggregate_id = ANY($2) ORDER BY position",
                &[&ledger.0, &aggregates],
            )
            .await
            .map_err(StoreError::database("reading aggregates"))?;
        let mut events = decode_rows(ledger, &rows)?;
        self.open_all(client, &mut events).await?;
        Ok(events)
    }

    /// The events of some aggregates of a ledger up to a position, in order, with what `open` says
    /// opened. Reads those events alone, however long the ledger is.
    pub async fn aggregate_events_until(
        &self,
        ledger: LedgerId,
        aggregates: &[Uuid],
        until: u64,
        open: Open,
    ) -> Result<Vec<Recorded>, StoreError> {
        let client = self.database.connection().await?;
        let rows = client
            .query(
                "SELECT position, event FROM events \
                 WHERE ledger_id = $1 AND aggregate_id = ANY($2) AND position <= $3 \
                 ORDER BY position",
                &[&ledger.0, &aggregates, &stored(until)],
            )
            .await
            .map_err(StoreError::database("reading aggregates"))?;
        let mut events = decode_rows(ledger, &rows)?;
        self.open_some(&**client, &mut events, open).await?;
        Ok(events)
    }

    /// The position of the last event recorded at or before a time; 0 when none was, nothing when
    /// there is no such ledger. Times never run backwards within a ledger, so halving finds it by
    /// the key, without an index over times.
    pub async fn position_at(
        &self,
        ledger: LedgerId,
        time: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let client = self.database.connection().await?;
        let row = client
            .query_opt(
                "WITH RECURSIVE halving (low, high) AS ( \
                   SELECT 0::bigint, head FROM ledgers WHERE ledger_id = $1 \
                   UNION ALL \
                   SELECT CASE WHEN e.recorded_at <= $2 THEN e.position ELSE h.low END, \
                          CASE WHEN e.recorded_at <= $2 THEN h.high ELSE e.position - 1 END \
                   FROM halving h JOIN events e \
                     ON e.ledger_id = $1 AND e.position = (h.low + h.high + 1) / 2 \
                   WHERE h.low < h.high) \
                 SELECT low FROM halving WHERE low = high",
                &[&ledger.0, &time.moment()],
            )
            .await
            .map_err(StoreError::database("finding a position by its time"))?;
        Ok(row.map(|row| position(row.get(0))))
    }

    /// When the event at a position was recorded.
    pub async fn recorded_at(
        &self,
        ledger: LedgerId,
        at: u64,
    ) -> Result<Option<Timestamp>, StoreError> {
        let client = self.database.connection().await?;
        let row = client
            .query_opt(
                "SELECT recorded_at FROM events WHERE ledger_id = $1 AND position = $2",
                &[&ledger.0, &stored(at)],
            )
            .await
            .map_err(StoreError::database("reading a time"))?;
        Ok(row.map(|row| Timestamp::new(row.get::<_, OffsetDateTime>(0))))
    }

    /// The events at some positions of a ledger, in order, opened.
    pub async fn events_at(
        &self,
        ledger: LedgerId,
        positions: &[u64],
    ) -> Result<Vec<Recorded>, StoreError> {
        let client = self.database.connection().await?;
        let positions: Vec<i64> = positions.iter().map(|p| stored(*p)).collect();
        let rows = client
            .query(
                "SELECT position, event FROM events \
                 WHERE ledger_id = $1 AND position = ANY($2) ORDER BY position",
                &[&ledger.0, &positions],
            )
            .await
            .map_err(StoreError::database("reading events"))?;
        let mut events = decode_rows(ledger, &rows)?;
        self.open_all(&**client, &mut events).await?;
        Ok(events)
    }

    /// Up to `limit` rows after a position as they are stored, for those who check them.
    pub async fn rows_after(
        &self,
        ledger: LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredRow>, StoreError> {
        let client = self.database.connection().await?;
        let rows = client
            .query(
                "SELECT position, aggregate_id, sequence, event_type, recorded_at, event \
                 FROM events WHERE ledger_id = $1 AND position > $2 ORDER BY position LIMIT $3",
                &[&ledger.0, &stored(after), &i64::from(limit)],
            )
            .await
            .map_err(StoreError::database("reading rows"))?;
        Ok(rows
            .iter()
            .map(|row| StoredRow {
                position: position(row.get(0)),
                copies: (
                    row.get(1),
                    position(row.get(2)),
                    row.get(3),
                    Timestamp::new(row.get::<_, OffsetDateTime>(4)),
                ),
                bytes: row.get::<_, &str>(5).into(),
            })
            .collect())
    }

    /// All events of a ledger after one position and up to another, in order, in chunks, over
    /// connections of its own. Chunks are read, and several at once decoded and opened, ahead of
    /// the caller's work. A missing position is an error.
    pub fn stream(&self, ledger: LedgerId, after: u64, until: u64, open: Open) -> Chunks {
        let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let reader = self.clone();
        tokio::spawn(async move {
            if let Err(error) = reader.send_all(ledger, after, until, open, &sender).await {
                let told = tokio::spawn(async move { Err(error) });
                if sender.send(told).await.is_err() {
                    tracing::debug!("nobody reads the stream any more");
                }
            }
        });
        Chunks(chunks)
    }

    async fn send_all(
        &self,
        ledger: LedgerId,
        after: u64,
        until: u64,
        open: Open,
        to: &mpsc::Sender<JoinHandle<Result<Vec<Recorded>, StoreError>>>,
    ) -> Result<(), StoreError> {
        let failed = || StoreError::database("streaming events");
        let client = self.database.own_connection(None).await?;
        let keys = match open {
            Open::Nothing => None,
            Open::Outcome | Open::Everything => {
                Some(Arc::new(self.database.own_connection(None).await?))
            }
        };
        client.batch_execute(IN_ORDER).await.map_err(failed())?;
        let params: [&(dyn postgres_types::ToSql + Sync); 3] =
            [&ledger.0, &stored(after), &stored(until)];
        let rows = client
            .query_raw(
                "SELECT position, event FROM events \
                 WHERE ledger_id = $1 AND position > $2 AND position <= $3 ORDER BY position",
                params,
            )
            .await
            .map_err(failed())?;
        let mut rows = std::pin::pin!(rows.chunks(CHUNK_MAX));
        let mut read = after;
        while let Some(chunk) = rows.next().await {
            let chunk = chunk.into_iter().collect::<Result<Vec<_>, _>>().map_err(failed())?;
            let from = read;
            read += u64::try_from(chunk.len()).unwrap_or(0);
            let (reader, keys) = (self.clone(), keys.clone());
            let events = tokio::spawn(async move {
                let mut events = decode_dense(ledger, from, &chunk)?;
                drop(chunk);
                if let Some(keys) = keys {
                    reader.open_some(&*keys, &mut events, open).await?;
                }
                Ok(events)
            });
            if to.send(events).await.is_err() {
                return Ok(());
            }
        }
        if read != until {
            return Err(StoreError::Hole { ledger, position: read + 1 });
        }
        Ok(())
    }

    /// Opens all sealed values of events of one ledger.
    pub async fn open_all(
        &self,
        client: &(impl GenericClient + Sync),
        events: &mut [Recorded],
    ) -> Result<(), StoreError> {
        self.open_some(client, events, Open::Everything).await
    }

    async fn open_some(
        &self,
        client: &(impl GenericClient + Sync),
        events: &mut [Recorded],
        open: Open,
    ) -> Result<(), StoreError> {
        let Some(ledger) = events.first().map(|event| event.ledger) else { return Ok(()) };
        let mut subjects = Subjects::default();
        for event in &mut *events {
            match open {
                Open::Nothing => {}
                Open::Outcome => event.event.each_personal(&mut subjects),
                Open::Everything => event.each_personal(&mut subjects),
            }
        }
        self.fetch_keys(client, ledger, &subjects.0).await?;
        for event in events {
            self.open_one(event, open)?;
        }
        Ok(())
    }

    /// Opens the sealed values of an event whose subjects' keys are at hand.
    fn open_one(&self, event: &mut Recorded, open: Open) -> Result<(), StoreError> {
        sealing::open(&self.keys, event, open).map_err(|_broken| StoreError::Unreadable {
            ledger: event.ledger,
            position: event.position,
            why: "a sealed value does not open, and no erasure destroyed its key".to_owned(),
        })
    }

    /// Brings the keys of these subjects to hand.
    pub(crate) async fn fetch_keys(
        &self,
        client: &(impl GenericClient + Sync),
        ledger: LedgerId,
        subjects: &[SubjectId],
    ) -> Result<(), StoreError> {
        let missing: Vec<Uuid> = subjects
            .iter()
            .filter(|subject| self.keys.held(ledger, **subject).is_none())
            .map(|subject| subject.0)
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let rows = client
            .query_typed(
                // One by one by the key, whatever the planner thinks of the table's size.
                "SELECT wanted.id, found.wrapped_key FROM unnest($2) AS wanted (id) \
                 CROSS JOIN LATERAL (SELECT k.wrapped_key FROM subject_keys k \
                   WHERE k.ledger_id = $1 AND k.subject_id = wanted.id OFFSET 0) AS found",
                &[(&ledger.0, Type::UUID), (&missing, Type::UUID_ARRAY)],
            )
            .await
            .map_err(StoreError::database("reading keys"))?;
        for row in rows {
            let subject = SubjectId(row.get(0));
            let held = match row.get::<_, Option<&[u8]>>(1) {
                None => Held::Destroyed,
                Some(wrapped) => Held::Key(
                    self.keys
                        .unwrap_subject(ledger, subject, wrapped)
                        .ok_or(StoreError::WrongMasterKey)?,
                ),
            };
            self.keys.hold(ledger, subject, held);
        }
        Ok(())
    }
}

pub(crate) async fn head(
    client: &(impl GenericClient + Sync),
    ledger: LedgerId,
) -> Result<Option<Head>, StoreError> {
    client
        .query_opt(
            "SELECT ledger_id, kind, head, frontier, recorded_at FROM ledgers \
             WHERE ledger_id = $1",
            &[&ledger.0],
        )
        .await
        .map_err(StoreError::database("reading a head"))?
        .as_ref()
        .map(head_of)
        .transpose()
}

fn head_of(row: &tokio_postgres::Row) -> Result<Head, StoreError> {
    let ledger = LedgerId(row.get(0));
    let position = position(row.get(2));
    let frontier = Frontier::from_bytes(position, row.get(3)).ok_or_else(|| {
        let why = "the stored frontier does not fit the head".to_owned();
        StoreError::Unreadable { ledger, position, why }
    })?;
    Ok(Head {
        ledger,
        kind: row.get(1),
        position,
        frontier,
        recorded_at: Timestamp::new(row.get::<_, OffsetDateTime>(4)),
    })
}

pub(crate) fn decode_rows(
    ledger: LedgerId,
    rows: &[tokio_postgres::Row],
) -> Result<Vec<Recorded>, StoreError> {
    rows.iter().map(|row| decode(ledger, position(row.get(0)), row.get(1))).collect()
}

/// The events of rows that must be the next ones after a position.
fn decode_dense(
    ledger: LedgerId,
    after: u64,
    rows: &[tokio_postgres::Row],
) -> Result<Vec<Recorded>, StoreError> {
    let events = decode_rows(ledger, rows)?;
    for (event, expected) in events.iter().zip(after + 1..) {
        if event.position != expected {
            return Err(StoreError::Hole { ledger, position: expected });
        }
    }
    Ok(events)
}

/// Up to `limit` events after a position, personal values sealed. A missing position is an error.
pub async fn sealed_events_after(
    client: &(impl GenericClient + Sync),
    ledger: LedgerId,
    after: u64,
    limit: u32,
) -> Result<Vec<Recorded>, StoreError> {
    let rows = client
        .query_typed(
            "SELECT position, event FROM events \
             WHERE ledger_id = $1 AND position > $2 ORDER BY position LIMIT $3",
            &[
                (&ledger.0, Type::UUID),
                (&stored(after), Type::INT8),
                (&i64::from(limit), Type::INT8),
            ],
        )
        .await
        .map_err(StoreError::database("reading events"))?;
    decode_dense(ledger, after, &rows)
}
