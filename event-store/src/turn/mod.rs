//! One turn of a lane: lock the heads, bring the caches up to them, decide every command in order,
//! seal, and write everything in one transaction.
//!
//! The statements of a turn go out in two messages: `BEGIN` with the lock, and all writes with the
//! `COMMIT`. Should one of the writes fail, those behind it fail too and the `COMMIT` rolls back.
//! A turn of one ledger whose head is where this lane left it goes out in one (`assuming`).
//!
//! Here are the lock and the order of things; what is decided is in `deciding`, what goes with the
//! events in `effects`, the mails among it in `mails`, what the callers are told in `answers`, how it is
//! written in `writing`.

mod answers;
mod assuming;
mod beginnings;
mod credentials;
mod deciding;
mod documents;
mod effects;
mod images;
mod impersonations;
mod logins;
mod mails;
mod portal_links;
mod second_factors;
mod staff;
mod trades;
mod writes;
mod writing;

use self::writes::{Claim, Writes};
use crate::codec::Recorded;
use crate::error::{ExecuteError, StoreError};
use crate::merkle::Frontier;
use crate::reader::position;
use crate::rows::Prepared;
use crate::store::Applied;
use crate::writer::{Hint, Rehearsed, Shared, Work};
use domain::{
    AggregateId, Decision, LedgerId, LedgerState, Outcome, Rejection, Sequence, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use time::OffsetDateTime;
use tokio_postgres::Client;
use uuid::Uuid;

/// A cache this far behind its head is dropped instead of caught up.
const CATCH_UP_MAX: u64 = 500;

/// What a lane knows of a ledger, and up to which position.
#[derive(Debug, Default)]
pub(crate) struct Cached {
    pub(crate) position: u64,
    pub(crate) state: LedgerState,
    /// The head as this lane left it.
    head: Option<HeadRow>,
}

/// One ledger's share of a turn.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) ledger: LedgerId,
    pub(crate) cache: Cached,
    pub(crate) work: Vec<Work>,
}

/// What to do about a head that another process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Leave that ledger for a turn of its own.
    Skip,
    /// Wait for it.
    Wait,
}

impl Lock {
    /// A turn that takes longer has a dead connection: it waits for no lock, or for at most the
    /// ten seconds that the session's settings allow.
    const fn turn_max(self) -> Duration {
        match self {
            Self::Skip => Duration::from_secs(5),
            Self::Wait => Duration::from_secs(15),
        }
    }
}

/// The answer to one piece of work.
#[derive(Debug)]
pub(crate) enum Answers {
    Executed(Box<Result<Applied, ExecuteError>>),
    Rehearsed(Rehearsed),
}

/// A turn was committed.
pub(crate) struct Ended {
    /// Ledgers whose work is done.
    pub(crate) done: Vec<(Group, Vec<Answers>)>,
    /// Ledgers whose heads could not be locked.
    pub(crate) skipped: Vec<Group>,
}

/// A turn was not committed.
pub(crate) struct Failed {
    pub(crate) error: StoreError,
    /// The work, with empty caches.
    pub(crate) groups: Vec<Group>,
}

/// A connection with its prepared statements.
pub(crate) struct LaneConnection {
    client: Client,
    prepared: Prepared,
    /// So many turns are still to lock before they decide.
    locked_first: u32,
}

impl LaneConnection {
    async fn open(shared: &Shared) -> Result<Self, StoreError> {
        let client = shared.reader.database().own_connection(None).await?;
        // Everything here goes by key; a plan made while the tables are empty must not scan them.
        client
            .batch_execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
            .await
            .map_err(StoreError::database("opening a lane"))?;
        Ok(Self { client, prepared: Prepared::default(), locked_first: 0 })
    }
}

/// Runs a turn. `careful` takes no shortcut by what a command says of itself.
pub(crate) async fn run(
    connection: &mut Option<LaneConnection>,
    shared: &Shared,
    groups: Vec<Group>,
    lock: Lock,
    careful: bool,
) -> Result<Ended, Failed> {
    let mut lane = match connection.take() {
        Some(lane) if !lane.client.is_closed() => lane,
        Some(_) | None => match LaneConnection::open(shared).await {
            Ok(lane) => lane,
            Err(error) => return Err(failed(error, groups)),
        },
    };
    let mut turn = Turn { shared, heads: BTreeMap::new(), groups, careful, assumed: None };
    turn.assume_head(&mut lane, lock);
    let Ok(ran) = tokio::time::timeout(lock.turn_max(), turn.run(&mut lane, lock)).await else {
        // The connection goes with all it had open; what was sent on it may have happened.
        let hung = StoreError::Unavailable("the database does not answer".into());
        return Err(failed(hung, turn.groups));
    };
    match ran {
        Ok(answers) => {
            *connection = Some(lane);
            Ok(turn.ended(answers))
        }
        Err(error) => {
            // A connection on which even this fails is closed with all it had open.
            if lane.client.batch_execute("ROLLBACK").await.is_ok() {
                *connection = Some(lane);
            }
            Err(failed(error, turn.groups))
        }
    }
}

/// Drops the caches of a turn that was not committed, and the keys it made.
fn failed(error: StoreError, mut groups: Vec<Group>) -> Failed {
    for group in &mut groups {
        group.cache = Cached::default();
    }
    Failed { error, groups }
}

#[derive(Debug, Clone)]
struct HeadRow {
    position: u64,
    frontier: Frontier,
    recorded_at: Timestamp,
}

struct Turn<'a> {
    shared: &'a Shared,
    heads: BTreeMap<LedgerId, HeadRow>,
    groups: Vec<Group>,
    careful: bool,
    /// The ledger whose head is assumed to be at this position, and locked with the writes.
    assumed: Option<(LedgerId, u64)>,
}

/// An event that was decided and has its place.
struct Placed {
    recorded: Recorded,
    /// The index of the group and of the work in it.
    by: (usize, usize),
}

/// What a receipt keeps.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Receipt {
    position: u64,
    versions: Vec<(AggregateId, Sequence)>,
    outcome: Outcome,
}

/// A receipt that is there already, or is written in the same turn.
struct Found {
    request_hash: Vec<u8>,
    receipt: Receipt,
    secret: Option<[u8; 32]>,
}

/// What became of one command, before it has positions' answers.
enum Verdict {
    Applied { receipt: Receipt, events: bool },
    Answered(Box<Result<Applied, ExecuteError>>),
    Rehearsed(Vec<Result<Decision, Rejection>>),
}

impl Turn<'_> {
    async fn run_once(
        &mut self,
        lane: &mut LaneConnection,
        lock: Lock,
    ) -> Result<Vec<Option<Vec<Answers>>>, StoreError> {
        if self.assumed.is_none() {
            self.lock(lane, lock).await?;
        }
        for index in 0..self.groups.len() {
            if self.heads.contains_key(&self.groups[index].ledger) {
                self.catch_up(lane, index).await?;
            }
        }
        let mut writes = Writes::default();
        let result = self.decide_and_write(lane, &mut writes).await;
        if result.is_err() {
            for (ledger, subject) in writes.newborn {
                self.shared.reader.keys().let_go(ledger, subject);
            }
        }
        result
    }

    /// A statement of its own: the snapshot of what follows must come after the wait.
    async fn lock(&mut self, lane: &mut LaneConnection, lock: Lock) -> Result<(), StoreError> {
        let sql = match lock {
            Lock::Skip => {
                "SELECT ledger_id, head, frontier, recorded_at FROM ledgers \
                 WHERE ledger_id = ANY($1) ORDER BY ledger_id FOR NO KEY UPDATE SKIP LOCKED"
            }
            Lock::Wait => {
                "SELECT ledger_id, head, frontier, recorded_at FROM ledgers \
                 WHERE ledger_id = ANY($1) ORDER BY ledger_id FOR NO KEY UPDATE"
            }
        };
        let statement = lane.prepared.fixed(&lane.client, sql).await?;
        let ledgers: Vec<Uuid> = self.groups.iter().map(|group| group.ledger.0).collect();
        let params: [&(dyn postgres_types::ToSql + Sync); 1] = [&ledgers];
        let (begun, rows) = futures_util::join!(
            lane.client.batch_execute("BEGIN"),
            lane.client.query(&statement, &params)
        );
        begun.map_err(StoreError::database("beginning a turn"))?;
        for row in rows.map_err(StoreError::database("locking heads"))? {
            let ledger = LedgerId(row.get(0));
            let position = position(row.get(1));
            let frontier = Frontier::from_bytes(position, row.get(2)).ok_or_else(|| {
                let why = "the stored frontier does not fit the head".to_owned();
                StoreError::Unreadable { ledger, position, why }
            })?;
            let recorded_at = Timestamp::new(row.get::<_, OffsetDateTime>(3));
            self.heads.insert(ledger, HeadRow { position, frontier, recorded_at });
        }
        if lock == Lock::Wait
            && let Some(group) = self.groups.iter().find(|g| !self.heads.contains_key(&g.ledger))
        {
            return Err(StoreError::UnknownLedger(group.ledger));
        }
        Ok(())
    }

    /// Brings a cache to its head when another process has appended.
    async fn catch_up(&mut self, lane: &LaneConnection, index: usize) -> Result<(), StoreError> {
        let group = &mut self.groups[index];
        let head = self.heads[&group.ledger].position;
        let behind = head.checked_sub(group.cache.position);
        match behind {
            Some(0) => return Ok(()),
            Some(events) if events <= CATCH_UP_MAX && !group.cache.state.is_empty() => {
                let limit = u32::try_from(events).unwrap_or(u32::MAX);
                let reader = &self.shared.reader;
                let events = reader
                    .events_after_on(&lane.client, group.ledger, group.cache.position, limit)
                    .await?;
                for event in events {
                    group.cache.state.record(event.aggregate, event.sequence, &event.event)?;
                }
            }
            // Far behind, empty, or ahead of a database that was restored from a backup.
            Some(_) | None => group.cache.state = LedgerState::default(),
        }
        group.cache.position = head;
        Ok(())
    }

    async fn decide_and_write(
        &mut self,
        lane: &mut LaneConnection,
        writes: &mut Writes,
    ) -> Result<Vec<Option<Vec<Answers>>>, StoreError> {
        let mut placed = Vec::new();
        let mut verdicts: Vec<Option<Vec<Verdict>>> = Vec::new();
        let mut found = HashMap::new();
        self.find_receipts(lane, &mut found).await?;
        for index in 0..self.groups.len() {
            if self.heads.contains_key(&self.groups[index].ledger) {
                let of_group = self.decide_group(lane, index, &mut found, &mut placed).await?;
                verdicts.push(Some(of_group));
            } else {
                verdicts.push(None);
            }
        }
        self.keys_for(lane, &mut placed, writes).await?;
        self.effects(&placed, writes)?;
        let answers = self.answers(verdicts, &found, writes)?;
        self.write(lane, writes, &mut placed).await?;
        self.tell_heads(&placed);
        Ok(answers)
    }

    /// Hints to the views that there is something new.
    fn tell_heads(&self, placed: &[Placed]) {
        let ledgers: BTreeSet<LedgerId> = placed.iter().map(|p| p.recorded.ledger).collect();
        for ledger in ledgers {
            let hint = Hint { ledger, position: self.heads[&ledger].position };
            // Nobody listens in tools and tests, and a hint may be lost: the runner polls too.
            if self.shared.hints.send(hint).is_err() {
                tracing::trace!("nobody takes hints");
            }
        }
        let events = u64::try_from(placed.len()).unwrap_or(0);
        metrics::counter!("titleblock_events_appended_total").increment(events);
    }

    fn ended(mut self, answers: Vec<Option<Vec<Answers>>>) -> Ended {
        let mut ended = Ended { done: Vec::new(), skipped: Vec::new() };
        for (mut group, answers) in self.groups.into_iter().zip(answers) {
            group.cache.head = self.heads.remove(&group.ledger);
            match answers {
                Some(answers) => ended.done.push((group, answers)),
                None => ended.skipped.push(group),
            }
        }
        ended
    }
}
