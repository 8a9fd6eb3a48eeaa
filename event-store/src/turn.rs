//! One turn of a lane: lock the heads, bring the caches up to them, decide every command in order,
//! seal, and write everything in one transaction.
//!
//! The statements of a turn go out in two messages: `BEGIN` with the lock, and all writes with the
//! `COMMIT`. Should one of the writes fail, those behind it fail too and the `COMMIT` rolls back.

use crate::attempts::Hidden;
use crate::codec::{Origin, Recorded, encode};
use crate::error::{ExecuteError, StoreError};
use crate::keys::Held;
use crate::merkle::{Frontier, leaf_hash};
use crate::reader::{position, stored};
use crate::rows::{
    AttemptRow, ClaimRow, EventRow, MailRow, NewCredentialRow, NewTokenRow, OwnedJson, Prepared,
    ReceiptRow, SubjectKeyRow,
};
use crate::sealing::Subjects;
use crate::store::{Applied, IdempotencyKey, NewSecret, Submission};
use crate::writer::{Hint, Rehearsed, Shared, Work};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::builder_account::BuilderAccountEvent;
use domain::contact::ContactEvent;
use domain::installation::InstallationEvent;
use domain::personal::HoldsPersonal;
use domain::{
    AggregateId, ContactId, Decision, EmailAddress, Event, EventId, Grant, Halt, InvitationId,
    LedgerId, LedgerState, Need, Outcome, Personal, Rejection, Role, Sequence, SubjectId,
    Timestamp, TokenId, ledger,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use time::OffsetDateTime;
use tokio_postgres::Client;
use uuid::Uuid;

/// A cache this far behind its head is dropped instead of caught up.
const CATCH_UP_MAX: u64 = 500;

/// A decision that asks more often than this for something is not going to be satisfied.
const ROUNDS_MAX: usize = 64;

/// What a lane knows of a ledger, and up to which position.
#[derive(Debug, Default)]
pub(crate) struct Cached {
    pub(crate) position: u64,
    pub(crate) state: LedgerState,
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
}

impl LaneConnection {
    async fn open(shared: &Shared) -> Result<Self, StoreError> {
        let client = shared.reader.database().own_connection(None).await?;
        // Everything here goes by key; a plan made while the tables are empty must not scan them.
        client
            .batch_execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
            .await
            .map_err(StoreError::database("opening a lane"))?;
        Ok(Self { client, prepared: Prepared::default() })
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
    let mut turn = Turn { shared, heads: BTreeMap::new(), groups, careful };
    match turn.run(&mut lane, lock).await {
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
}

/// An event that was decided and has its place.
struct Placed {
    recorded: Recorded,
    /// The index of the group and of the work in it.
    by: (usize, usize),
}

/// Everything that a turn writes.
#[derive(Default)]
struct Writes {
    events: Vec<EventRow>,
    subject_keys: Vec<SubjectKeyRow>,
    claims: BTreeMap<(LedgerId, [u8; 32]), Claim>,
    receipts: Vec<ReceiptRow>,
    tokens: Vec<NewTokenRow>,
    mails: Vec<MailRow>,
    credentials: Vec<NewCredentialRow>,
    attempts: Vec<AttemptRow>,
    /// Subjects whose keys this turn made, to let go when it is rolled back.
    newborn: Vec<(LedgerId, SubjectId)>,
}

/// A claim before the turn and after it; only the difference is written.
#[derive(Clone, Copy)]
struct Claim {
    before: Option<ContactId>,
    after: Option<ContactId>,
}

/// What a receipt keeps.
#[derive(Debug, Serialize, Deserialize)]
struct Receipt {
    position: u64,
    versions: Vec<(AggregateId, Sequence)>,
    outcome: Outcome,
}

/// A receipt that is there already, or was written earlier in the same turn.
struct Found {
    request_hash: Vec<u8>,
    receipt: Receipt,
    secret: Option<[u8; 32]>,
}

/// What became of one command, before it has positions' answers.
enum Verdict {
    Applied { receipt: Receipt, events: bool },
    Answered(Box<Result<Applied, ExecuteError>>),
    Rehearsed(Vec<Result<Outcome, Rejection>>),
}

type Sent<'a> = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>>;

impl Turn<'_> {
    async fn run(
        &mut self,
        lane: &mut LaneConnection,
        lock: Lock,
    ) -> Result<Vec<Option<Vec<Answers>>>, StoreError> {
        self.lock(lane, lock).await?;
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
        self.keys_for(lane, &placed, writes).await?;
        self.effects(&placed, writes)?;
        for placed in &mut placed {
            let row = self.event_row(&mut placed.recorded)?;
            writes.events.push(row);
        }
        let answers = self.answers(verdicts, &found, writes)?;
        self.write(lane, writes).await?;
        self.tell_heads(&placed);
        Ok(answers)
    }

    /// Receipts of commands that came before with the same idempotency key.
    async fn find_receipts(
        &self,
        lane: &mut LaneConnection,
        found: &mut HashMap<(LedgerId, [u8; 32]), Found>,
    ) -> Result<(), StoreError> {
        for group in &self.groups {
            let keys: Vec<&[u8]> = submissions(group)
                .filter_map(|s| s.idempotency.as_ref())
                .map(|k| &k.key_hash[..])
                .collect();
            if keys.is_empty() {
                continue;
            }
            let sql = "SELECT key_hash, request_hash, answer, sealed_secret FROM receipts \
                       WHERE ledger_id = $1 AND key_hash = ANY($2)";
            let statement = lane.prepared.fixed(&lane.client, sql).await?;
            let rows = lane
                .client
                .query(&statement, &[&group.ledger.0, &keys])
                .await
                .map_err(StoreError::database("reading receipts"))?;
            for row in rows {
                let (key_hash, receipt) = self.receipt_of(group.ledger, &row)?;
                found.insert((group.ledger, key_hash), receipt);
            }
        }
        Ok(())
    }

    fn receipt_of(
        &self,
        ledger: LedgerId,
        row: &tokio_postgres::Row,
    ) -> Result<([u8; 32], Found), StoreError> {
        let unreadable = || StoreError::Unreadable {
            ledger,
            position: 0,
            why: "a receipt is not as it was written".to_owned(),
        };
        let key_hash: [u8; 32] =
            row.get::<_, &[u8]>(0).try_into().map_err(|_length| unreadable())?;
        let secret = match row.get::<_, Option<&[u8]>>(3) {
            None => None,
            Some(sealed) => {
                let plain = self.shared.reader.keys().open(sealed, &key_hash);
                let plain = plain.ok_or_else(unreadable)?;
                Some(plain.try_into().map_err(|_length| unreadable())?)
            }
        };
        let receipt = serde_json::from_value(row.get(2)).map_err(|_shape| unreadable())?;
        Ok((key_hash, Found { request_hash: row.get(1), receipt, secret }))
    }

    /// The time of a ledger's events in this turn.
    fn now(&self, ledger: LedgerId) -> Timestamp {
        (self.shared.options.clock)().max(self.heads[&ledger].recorded_at)
    }

    async fn decide_group(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        found: &mut HashMap<(LedgerId, [u8; 32]), Found>,
        placed: &mut Vec<Placed>,
    ) -> Result<Vec<Verdict>, StoreError> {
        let ledger = self.groups[index].ledger;
        let now = self.now(ledger);
        if !self.careful {
            self.believe_newborns(index, found);
        }
        self.fetch_needs(lane, index, 0, now).await?;
        let mut verdicts = Vec::new();
        let mut used: BTreeSet<[u8; 32]> = BTreeSet::new();
        for work in 0..self.groups[index].work.len() {
            let submission = match &self.groups[index].work[work] {
                Work::Execute(submission, _) => submission,
                Work::Rehearse(..) => {
                    verdicts.push(Verdict::Rehearsed(self.rehearse(lane, index, work, now).await?));
                    continue;
                }
            };
            if let Some(key) = &submission.idempotency {
                if let Some(receipt) = found.get(&(ledger, key.key_hash)) {
                    verdicts.push(Verdict::Answered(Box::new(again(ledger, key, receipt))));
                    continue;
                }
                // The same key twice in one turn: the second is told to come again, and then finds
                // the first one's receipt.
                if !used.insert(key.key_hash) {
                    let busy = StoreError::Unavailable("the same key is being carried out".into());
                    verdicts.push(Verdict::Answered(Box::new(Err(busy.into()))));
                    continue;
                }
            }
            let decided = self.decide_one(lane, index, work, now).await?;
            verdicts.push(match decided {
                Err(refused) => {
                    self.forget_unborn(index, work);
                    Verdict::Answered(Box::new(Err(refused)))
                }
                Ok(decision) => {
                    let events = !decision.events.is_empty();
                    let outcome = decision.outcome;
                    self.place(index, work, now, decision.events, placed)?;
                    Verdict::Applied { receipt: self.receipt(index, work, outcome), events }
                }
            });
        }
        Ok(verdicts)
    }

    /// Ids that commands make are taken to be new, without looking: should one be in use, the
    /// database refuses its first event. Not so in a retry, nor where a command before names it.
    fn believe_newborns(&mut self, index: usize, found: &HashMap<(LedgerId, [u8; 32]), Found>) {
        let group = &mut self.groups[index];
        let mut named: BTreeSet<AggregateId> = BTreeSet::new();
        let mut newborns = Vec::new();
        for submission in submissions(group) {
            let key = submission.idempotency.as_ref().map(|key| (group.ledger, key.key_hash));
            let is_retry = key.is_some_and(|key| found.contains_key(&key));
            let newborn = submission.command.newborn();
            newborns.extend(newborn.filter(|id| !is_retry && !named.contains(id)));
            named.extend(submission.command.aggregates());
        }
        for id in newborns {
            group.cache.state.learn_absent(id);
        }
    }

    /// After a refusal nobody has shown that an id was new.
    fn forget_unborn(&mut self, index: usize, work: usize) {
        let group = &mut self.groups[index];
        if let Work::Execute(submission, _) = &group.work[work]
            && let Some(id) = submission.command.newborn()
            && group.cache.state.version(id) == 0
        {
            group.cache.state.forget(id);
        }
    }

    /// What a command is told, taken before the next one of its turn moves versions on: who is
    /// told a version has seen what led to it.
    fn receipt(&self, index: usize, work: usize, outcome: Outcome) -> Receipt {
        let group = &self.groups[index];
        let aggregates = match &group.work[work] {
            Work::Execute(submission, _) => submission.command.aggregates(),
            Work::Rehearse(..) => Vec::new(),
        };
        let versions =
            aggregates.into_iter().map(|id| (id, group.cache.state.version(id))).collect();
        Receipt { position: group.cache.position, versions, outcome }
    }

    /// Decides one command, fetching what it asks for until it is satisfied.
    async fn decide_one(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        work: usize,
        now: Timestamp,
    ) -> Result<Result<Decision, ExecuteError>, StoreError> {
        for _ in 0..ROUNDS_MAX {
            let group = &self.groups[index];
            let Work::Execute(submission, _) = &group.work[work] else {
                return Err(StoreError::Unsatisfiable);
            };
            if let Some(expected) = submission.expected {
                if !group.cache.state.knows(expected.aggregate) {
                    let need = Need::Aggregate(expected.aggregate);
                    self.fetch(lane, index, &[need]).await?;
                    continue;
                }
                let current = group.cache.state.version(expected.aggregate);
                // Of what is not there the decision says so.
                if current != expected.version && current != 0 {
                    let aggregate = expected.aggregate;
                    return Ok(Err(ExecuteError::Stale { aggregate, current }));
                }
            }
            match decide(submission, &group.cache.state, now)? {
                Ok(decision) => return Ok(Ok(decision)),
                Err(Halt::Rejected(rejection)) => {
                    return Ok(Err(ExecuteError::Rejected(rejection)));
                }
                Err(Halt::Need(_)) => self.fetch_needs(lane, index, work, now).await?,
            }
        }
        Err(StoreError::Unsatisfiable)
    }

    /// Decides commands one after the other on a copy of the state.
    async fn rehearse(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        work: usize,
        now: Timestamp,
    ) -> Result<Vec<Result<Outcome, Rejection>>, StoreError> {
        let mut scratch = self.groups[index].cache.state.clone();
        let mut outcomes = Vec::new();
        let mut rounds = 0;
        loop {
            let group = &self.groups[index];
            let Work::Rehearse(submissions, _) = &group.work[work] else {
                return Err(StoreError::Unsatisfiable);
            };
            let Some(submission) = submissions.get(outcomes.len()) else { return Ok(outcomes) };
            match decide(submission, &scratch, now)? {
                Ok(decision) => {
                    rounds = 0;
                    for (aggregate, event) in &decision.events {
                        let sequence = scratch.version(*aggregate) + 1;
                        scratch.record(*aggregate, sequence, event)?;
                    }
                    outcomes.push(Ok(decision.outcome));
                }
                Err(Halt::Rejected(rejection)) => {
                    rounds = 0;
                    outcomes.push(Err(rejection));
                }
                Err(Halt::Need(need)) => {
                    rounds += 1;
                    if rounds > ROUNDS_MAX {
                        return Err(StoreError::Unsatisfiable);
                    }
                    // What the rehearsal itself made is in the copy alone and is not asked for.
                    let mut fetched = std::mem::take(&mut scratch);
                    self.fetch_into(lane, self.groups[index].ledger, &[need], &mut fetched).await?;
                    scratch = fetched;
                }
            }
        }
    }

    /// Fetches, in as few messages as it takes, what the commands from `from` on are going to need.
    async fn fetch_needs(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        from: usize,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for _ in 0..ROUNDS_MAX {
            let group = &self.groups[index];
            let state = &group.cache.state;
            let mut needs = Vec::new();
            for work in &group.work[from..] {
                let (first, others) = match work {
                    Work::Execute(submission, _) => (Some(&**submission), &[][..]),
                    Work::Rehearse(submissions, _) => (None, &submissions[..]),
                };
                for submission in first.into_iter().chain(others) {
                    for id in submission.command.aggregates() {
                        if !state.knows(id) {
                            needs.push(Need::Aggregate(id));
                        }
                    }
                    if let Err(Halt::Need(need)) = decide(submission, state, now)? {
                        needs.push(need);
                    }
                }
            }
            if needs.is_empty() {
                return Ok(());
            }
            self.fetch(lane, index, &needs).await?;
        }
        Err(StoreError::Unsatisfiable)
    }

    async fn fetch(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        needs: &[Need],
    ) -> Result<(), StoreError> {
        let mut state = std::mem::take(&mut self.groups[index].cache.state);
        let fetched = self.fetch_into(lane, self.groups[index].ledger, needs, &mut state).await;
        self.groups[index].cache.state = state;
        fetched
    }

    async fn fetch_into(
        &self,
        lane: &mut LaneConnection,
        ledger: LedgerId,
        needs: &[Need],
        state: &mut LedgerState,
    ) -> Result<(), StoreError> {
        let mut aggregates: Vec<AggregateId> = Vec::new();
        let mut emails: Vec<&EmailAddress> = Vec::new();
        for need in needs {
            match need {
                Need::Aggregate(id) => aggregates.push(*id),
                Need::Claim(email) => emails.push(email),
            }
        }
        let ids: Vec<Uuid> = aggregates.iter().map(|id| id.uuid()).collect();
        let keys = self.shared.reader.keys();
        let hashes: Vec<[u8; 32]> = emails.iter().map(|e| keys.claim_hash(ledger, e)).collect();
        let hash_params: Vec<&[u8]> = hashes.iter().map(|hash| &hash[..]).collect();
        let of_aggregates = "SELECT position, event FROM events \
             WHERE ledger_id = $1 AND aggregate_id = ANY($2) ORDER BY position";
        let of_claims = "SELECT email_hash, contact_id FROM primary_email_claims \
             WHERE ledger_id = $1 AND email_hash = ANY($2)";
        let of_aggregates = lane.prepared.fixed(&lane.client, of_aggregates).await?;
        let of_claims = lane.prepared.fixed(&lane.client, of_claims).await?;
        let event_params: [&(dyn postgres_types::ToSql + Sync); 2] = [&ledger.0, &ids];
        let claim_params: [&(dyn postgres_types::ToSql + Sync); 2] = [&ledger.0, &hash_params];
        let (events, claims) = futures_util::join!(
            async {
                if ids.is_empty() {
                    return Ok(Vec::new());
                }
                lane.client.query(&of_aggregates, &event_params).await
            },
            async {
                if hash_params.is_empty() {
                    return Ok(Vec::new());
                }
                lane.client.query(&of_claims, &claim_params).await
            }
        );
        let rows = events.map_err(StoreError::database("loading aggregates"))?;
        let mut events = crate::reader::decode_rows(ledger, &rows)?;
        self.shared.reader.open_all(&lane.client, &mut events).await?;
        for event in events {
            state.load(event.aggregate, event.sequence, &event.event)?;
        }
        for id in aggregates {
            state.learn_absent(id);
        }
        let holders: HashMap<Vec<u8>, Uuid> = claims
            .map_err(StoreError::database("reading claims"))?
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect();
        for (email, hash) in emails.into_iter().zip(&hashes) {
            state.learn_claim(email, holders.get(&hash[..]).copied().map(ContactId));
        }
        Ok(())
    }

    /// Gives decided events their places and records them in the cache.
    fn place(
        &mut self,
        index: usize,
        work: usize,
        now: Timestamp,
        events: Vec<(AggregateId, Event)>,
        placed: &mut Vec<Placed>,
    ) -> Result<(), StoreError> {
        let group = &mut self.groups[index];
        let Work::Execute(submission, _) = &group.work[work] else { return Ok(()) };
        let idempotency =
            submission.idempotency.as_ref().map(|key| URL_SAFE_NO_PAD.encode(&key.key_hash[..16]));
        for (aggregate, event) in events {
            let sequence = group.cache.state.version(aggregate) + 1;
            group.cache.state.record(aggregate, sequence, &event)?;
            group.cache.position += 1;
            placed.push(Placed {
                recorded: Recorded {
                    ledger: group.ledger,
                    position: group.cache.position,
                    aggregate,
                    sequence,
                    event_id: EventId(Uuid::now_v7()),
                    recorded_at: now,
                    origin: Origin::of(
                        &submission.circumstances,
                        aggregate,
                        idempotency.as_deref(),
                    ),
                    event,
                },
                by: (index, work),
            });
        }
        Ok(())
    }

    /// Makes the keys of new contacts, and brings those of others to hand.
    async fn keys_for(
        &self,
        lane: &LaneConnection,
        placed: &[Placed],
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let keys = self.shared.reader.keys();
        let mut missing: BTreeMap<LedgerId, Subjects> = BTreeMap::new();
        for Placed { recorded, .. } in placed {
            let ledger = recorded.ledger;
            if let (AggregateId::Contact(id), Event::Contact(ContactEvent::ContactCreated(_))) =
                (recorded.aggregate, &recorded.event)
            {
                let subject = SubjectId::from(id);
                let (key, wrapped_key) = keys.new_subject(ledger, subject)?;
                keys.hold(ledger, subject, Held::Key(key));
                writes.newborn.push((ledger, subject));
                writes.subject_keys.push(SubjectKeyRow {
                    ledger_id: ledger.0,
                    subject_id: subject.0,
                    wrapped_key,
                });
            }
            // The visitor wants the event for itself, to be able to change it; it changes nothing.
            let mut subjects = Subjects::default();
            recorded.clone().each_personal(&mut subjects);
            for subject in subjects.0 {
                if keys.held(ledger, subject).is_none() {
                    missing.entry(ledger).or_default().0.push(subject);
                }
            }
        }
        for (ledger, subjects) in missing {
            self.shared.reader.fetch_keys(&lane.client, ledger, &subjects.0).await?;
        }
        Ok(())
    }

    /// What must be written with the events: claims, links, mail, credentials.
    fn effects(&self, placed: &[Placed], writes: &mut Writes) -> Result<(), StoreError> {
        for Placed { recorded, by: (index, work) } in placed {
            let Work::Execute(submission, _) = &self.groups[*index].work[*work] else { continue };
            let at = recorded.recorded_at.moment();
            let ledger = recorded.ledger;
            match (&recorded.event, recorded.aggregate) {
                (Event::Contact(event), AggregateId::Contact(contact)) => {
                    self.contact_effects(recorded, event, contact, submission, writes)?;
                }
                (Event::BuilderAccount(BuilderAccountEvent::ApiKeyIssued(issued)), _) => {
                    let role = match issued.role {
                        Role::Admin => "admin",
                        Role::Staff => "staff",
                        Role::Auditor => "auditor",
                    };
                    let grants = issued.grants.iter().map(|grant| match grant {
                        Grant::ManageAccess => "manage_access",
                        Grant::ReadAudit => "read_audit",
                    });
                    writes.credentials.push(NewCredentialRow {
                        ledger_id: ledger.0,
                        secret_hash: secret_hash(submission)?,
                        key_id: issued.key.0,
                        role,
                        grants: grants.collect(),
                        issued_at: at,
                    });
                }
                (Event::Installation(InstallationEvent::OperatorTokenIssued(issued)), _) => {
                    writes.credentials.push(NewCredentialRow {
                        ledger_id: ledger.0,
                        secret_hash: secret_hash(submission)?,
                        key_id: issued.token.0,
                        role: "operator",
                        grants: Vec::new(),
                        issued_at: at,
                    });
                }
                (
                    Event::Contact(_)
                    | Event::Job(_)
                    | Event::Installation(_)
                    | Event::BuilderAccount(_),
                    _,
                ) => {}
            }
        }
        Ok(())
    }

    fn contact_effects(
        &self,
        recorded: &Recorded,
        event: &ContactEvent,
        contact: ContactId,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let ledger = recorded.ledger;
        let keys = self.shared.reader.keys();
        let mut claim = |email: &Personal<EmailAddress>, before, after| {
            if let Some(email) = email.value() {
                let hash = keys.claim_hash(ledger, email);
                writes
                    .claims
                    .entry((ledger, hash))
                    .and_modify(|claim: &mut Claim| claim.after = after)
                    .or_insert(Claim { before, after });
            }
        };
        match event {
            ContactEvent::PrimaryEmailClaimed(e) => claim(&e.email, None, Some(contact)),
            ContactEvent::PrimaryEmailReleased(e) => claim(&e.email, Some(contact), None),
            ContactEvent::InviteSent(e) => {
                let invitation = Invited { id: e.invitation, token: e.token, until: e.expires_at };
                self.invitation_mail(
                    recorded,
                    contact,
                    &invitation,
                    &e.sent_to,
                    submission,
                    writes,
                )?;
            }
            ContactEvent::InviteResent(e) => {
                let invitation = Invited { id: e.invitation, token: e.token, until: e.expires_at };
                self.invitation_mail(
                    recorded,
                    contact,
                    &invitation,
                    &e.sent_to,
                    submission,
                    writes,
                )?;
            }
            ContactEvent::ContactCreated(_)
            | ContactEvent::ContactInfoUpdated(_)
            | ContactEvent::PrimaryEmailSet(_)
            | ContactEvent::PrimaryEmailChanged(_)
            | ContactEvent::PrimaryEmailSwapped(_)
            | ContactEvent::AdditionalEmailAdded(_)
            | ContactEvent::AdditionalEmailEdited(_)
            | ContactEvent::AdditionalEmailRemoved(_)
            | ContactEvent::InviteCancelled(_)
            | ContactEvent::InviteAccepted(_)
            | ContactEvent::InviteDeclined(_)
            | ContactEvent::InviteExpired(_)
            | ContactEvent::PersonLinked(_)
            | ContactEvent::OwnerActivated(_)
            | ContactEvent::OwnerReactivated(_)
            | ContactEvent::OwnerDisabled(_)
            | ContactEvent::OwnerReenabled(_)
            | ContactEvent::OwnerDeactivated(_) => {}
        }
        Ok(())
    }

    /// The link's hash, and the mail that carries the link (R17: to the primary email alone).
    fn invitation_mail(
        &self,
        recorded: &Recorded,
        contact: ContactId,
        invitation: &Invited,
        sent_to: &Personal<EmailAddress>,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let secret = submission.secret.as_ref().ok_or(StoreError::Unsatisfiable)?;
        let at = recorded.recorded_at.moment();
        writes.tokens.push(NewTokenRow {
            ledger_id: recorded.ledger.0,
            token_hash: secret.hash().to_vec(),
            token_id: invitation.token.0,
            kind: "invitation",
            contact_id: contact.0,
            invitation_id: invitation.id.0,
            expires_at: invitation.until.moment(),
        });
        let mail = serde_json::json!({
            "to": sent_to.value().map(EmailAddress::typed),
            "secret": URL_SAFE_NO_PAD.encode(secret.expose()),
        });
        let sealed = self
            .shared
            .reader
            .keys()
            .seal(mail.to_string().as_bytes(), invitation.token.0.as_bytes())?;
        writes.mails.push(MailRow {
            ledger_id: recorded.ledger.0,
            mail_id: invitation.token.0,
            kind: "invitation",
            contact_id: contact.0,
            position: stored(recorded.position),
            sealed,
            created_at: at,
        });
        Ok(())
    }

    /// Seals and writes down one event, and adds its leaf to the tree.
    fn event_row(&mut self, recorded: &mut Recorded) -> Result<EventRow, StoreError> {
        let text = encode(self.shared.reader.keys(), recorded)?;
        if let Some(head) = self.heads.get_mut(&recorded.ledger) {
            head.frontier.push(leaf_hash(text.as_bytes()));
            head.position = recorded.position;
            head.recorded_at = recorded.recorded_at;
        }
        Ok(EventRow {
            ledger_id: recorded.ledger.0,
            position: stored(recorded.position),
            aggregate_id: recorded.aggregate.uuid(),
            sequence: stored(recorded.sequence),
            event_type: recorded.event.stored_type(),
            recorded_at: recorded.recorded_at.moment(),
            event: OwnedJson(text),
        })
    }

    fn answers(
        &self,
        verdicts: Vec<Option<Vec<Verdict>>>,
        found: &HashMap<(LedgerId, [u8; 32]), Found>,
        writes: &mut Writes,
    ) -> Result<Vec<Option<Vec<Answers>>>, StoreError> {
        let mut all = Vec::new();
        for (group, verdicts) in self.groups.iter().zip(verdicts) {
            let Some(verdicts) = verdicts else {
                all.push(None);
                continue;
            };
            let mut answers = Vec::new();
            for (work, verdict) in group.work.iter().zip(verdicts) {
                answers.push(self.answer(group, work, verdict, found, writes)?);
            }
            all.push(Some(answers));
        }
        Ok(all)
    }

    fn answer(
        &self,
        group: &Group,
        work: &Work,
        verdict: Verdict,
        found: &HashMap<(LedgerId, [u8; 32]), Found>,
        writes: &mut Writes,
    ) -> Result<Answers, StoreError> {
        match (work, verdict) {
            (Work::Execute(submission, _), Verdict::Applied { receipt, events }) => {
                let told =
                    submission.secret.as_ref().filter(|_| events && tells_secret(submission));
                if let Some(key) = &submission.idempotency
                    && !found.contains_key(&(group.ledger, key.key_hash))
                {
                    writes.receipts.push(self.receipt_row(group.ledger, key, &receipt, told)?);
                }
                Ok(Answers::Executed(Box::new(Ok(Applied {
                    ledger: group.ledger,
                    position: receipt.position,
                    versions: receipt.versions,
                    outcome: receipt.outcome,
                    secret: told.map(|secret| NewSecret::from_bytes(*secret.expose())),
                    replayed: false,
                }))))
            }
            (Work::Execute(submission, _), Verdict::Answered(answer)) => {
                if let Err(ExecuteError::Rejected(rejection)) = &*answer {
                    writes.attempts.push(self.attempt_row(submission, rejection)?);
                }
                Ok(Answers::Executed(answer))
            }
            (_, Verdict::Rehearsed(outcomes)) => Ok(Answers::Rehearsed(Ok(outcomes))),
            (Work::Rehearse(..), Verdict::Applied { .. } | Verdict::Answered(_)) => {
                Err(StoreError::Unsatisfiable)
            }
        }
    }

    fn receipt_row(
        &self,
        ledger: LedgerId,
        key: &IdempotencyKey,
        receipt: &Receipt,
        told: Option<&NewSecret>,
    ) -> Result<ReceiptRow, StoreError> {
        let keys = self.shared.reader.keys();
        let sealed_secret =
            told.map(|secret| keys.seal(secret.expose(), &key.key_hash)).transpose()?;
        Ok(ReceiptRow {
            ledger_id: ledger.0,
            key_hash: key.key_hash.to_vec(),
            request_hash: key.request_hash.to_vec(),
            answer: serde_json::to_value(receipt).map_err(StoreError::Encode)?,
            sealed_secret,
            created_at: self.now(ledger).moment(),
        })
    }

    fn attempt_row(
        &self,
        submission: &Submission,
        rejection: &Rejection,
    ) -> Result<AttemptRow, StoreError> {
        let refusal = rejection.refusal();
        let circumstances = &submission.circumstances;
        let attempt_id = Uuid::now_v7();
        let hidden = Hidden {
            client: circumstances.client,
            reason: circumstances.reason.as_ref().map(|reason| reason.as_str().to_owned()),
        };
        let hidden = serde_json::to_vec(&hidden).map_err(StoreError::Encode)?;
        let about = submission.command.aggregates().first().map_or(Uuid::nil(), |id| id.uuid());
        Ok(AttemptRow {
            ledger_id: submission.ledger.0,
            attempt_id,
            aggregate_id: about,
            command: submission.command.name(),
            code: refusal.code,
            rule: refusal.rule,
            actor_kind: circumstances.actor.kind(),
            actor_id: circumstances.actor.id(),
            channel: circumstances.channel.word(),
            sealed: self.shared.reader.keys().seal(&hidden, attempt_id.as_bytes())?,
            correlation: circumstances.correlation,
            refused_at: self.now(submission.ledger).moment(),
        })
    }

    /// Sends all writes and the commit in one message.
    async fn write(&self, lane: &mut LaneConnection, writes: &Writes) -> Result<(), StoreError> {
        let LaneConnection { client, prepared } = lane;
        let mut inserts = Vec::new();
        prepared.inserts(client, &writes.events, &mut inserts).await?;
        prepared.inserts(client, &writes.subject_keys, &mut inserts).await?;
        let (released, taken) = claim_changes(&writes.claims);
        let mut claims = Vec::new();
        prepared.inserts(client, &taken, &mut claims).await?;
        prepared.inserts(client, &writes.tokens, &mut inserts).await?;
        prepared.inserts(client, &writes.mails, &mut inserts).await?;
        prepared.inserts(client, &writes.credentials, &mut inserts).await?;
        prepared.inserts(client, &writes.receipts, &mut inserts).await?;
        prepared.inserts(client, &writes.attempts, &mut inserts).await?;
        let release = "DELETE FROM primary_email_claims WHERE ledger_id = $1 AND email_hash = $2";
        let release = prepared.fixed(client, release).await?;
        let moved = "UPDATE ledgers SET head = $2, frontier = $3, recorded_at = $4 \
                     WHERE ledger_id = $1";
        let moved = prepared.fixed(client, moved).await?;
        let with_events: BTreeSet<Uuid> = writes.events.iter().map(|e| e.ledger_id).collect();
        let heads: Vec<(Uuid, i64, Vec<u8>, OffsetDateTime)> = self
            .heads
            .iter()
            .filter(|(ledger, _)| with_events.contains(&ledger.0))
            .map(|(ledger, head)| {
                let at = head.recorded_at.moment();
                (ledger.0, stored(head.position), head.frontier.to_bytes(), at)
            })
            .collect();

        let mut sent: Vec<Sent<'_>> = Vec::new();
        for (statement, params) in &inserts {
            sent.push(Box::pin(client.execute_raw(statement, params.iter().copied())));
        }
        let client = &*client;
        let release = &release;
        for (ledger, hash) in &released {
            sent.push(Box::pin(async move { client.execute(release, &[ledger, hash]).await }));
        }
        for (statement, params) in &claims {
            sent.push(Box::pin(client.execute_raw(statement, params.iter().copied())));
        }
        let moved = &moved;
        for (ledger, head, frontier, at) in &heads {
            sent.push(Box::pin(async move {
                client.execute(moved, &[ledger, head, frontier, at]).await
            }));
        }
        sent.push(Box::pin(async move { client.batch_execute("COMMIT").await.map(|()| 0) }));
        // All are sent in their order before the first answer is waited for.
        let mut results = in_order(sent).await;
        let committed = results.pop();
        for result in results {
            result.map_err(StoreError::database("writing a turn"))?;
        }
        match committed {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) if error.as_db_error().is_none() => {
                Err(StoreError::OutcomeUnknown(error))
            }
            Some(Err(source)) => Err(StoreError::Database { doing: "committing a turn", source }),
            None => Err(StoreError::Unsatisfiable),
        }
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

    fn ended(self, answers: Vec<Option<Vec<Answers>>>) -> Ended {
        let mut ended = Ended { done: Vec::new(), skipped: Vec::new() };
        for (group, answers) in self.groups.into_iter().zip(answers) {
            match answers {
                Some(answers) => ended.done.push((group, answers)),
                None => ended.skipped.push(group),
            }
        }
        ended
    }
}

struct Invited {
    id: InvitationId,
    token: TokenId,
    until: Timestamp,
}

/// Polls all futures once in their order, then each until it is ready; the answers come in that
/// order too.
async fn in_order(mut sent: Vec<Sent<'_>>) -> Vec<Result<u64, tokio_postgres::Error>> {
    let mut results: Vec<Option<Result<u64, tokio_postgres::Error>>> =
        sent.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        let mut waiting = false;
        for (future, result) in sent.iter_mut().zip(&mut results) {
            if result.is_none() {
                match future.as_mut().poll(cx) {
                    std::task::Poll::Ready(ready) => *result = Some(ready),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    results.into_iter().flatten().collect()
}

/// The commands of a group that are to be carried out.
fn submissions(group: &Group) -> impl Iterator<Item = &Submission> {
    group.work.iter().filter_map(|work| match work {
        Work::Execute(submission, _) => Some(&**submission),
        Work::Rehearse(..) => None,
    })
}

/// Decides; a panic in the domain is an error of this one command.
fn decide(
    submission: &Submission,
    state: &LedgerState,
    now: Timestamp,
) -> Result<Result<Decision, Halt>, StoreError> {
    let decided = catch_unwind(AssertUnwindSafe(|| {
        ledger::decide(&submission.command, state, &submission.circumstances, now)
    }));
    decided.map_err(|_panic| StoreError::Panicked)
}

/// The answer of an earlier request with the same key.
fn again(ledger: LedgerId, key: &IdempotencyKey, found: &Found) -> Result<Applied, ExecuteError> {
    if found.request_hash != key.request_hash {
        return Err(ExecuteError::KeyReused);
    }
    Ok(Applied {
        ledger,
        position: found.receipt.position,
        versions: found.receipt.versions.clone(),
        outcome: found.receipt.outcome.clone(),
        secret: found.secret.map(NewSecret::from_bytes),
        replayed: true,
    })
}

/// Whether the command's answer tells its secret; an invitation's goes into a mail and nowhere else.
fn tells_secret(submission: &Submission) -> bool {
    use domain::Command;
    match &submission.command {
        Command::Installation(_) | Command::BuilderAccount(..) => true,
        Command::Contact(..)
        | Command::SaveContact { .. }
        | Command::Job(..)
        | Command::AddOwnerAndInvite { .. }
        | Command::ChangeOwners { .. }
        | Command::ImportRow { .. } => false,
    }
}

fn secret_hash(submission: &Submission) -> Result<Vec<u8>, StoreError> {
    let secret = submission.secret.as_ref().ok_or(StoreError::Unsatisfiable)?;
    Ok(secret.hash().to_vec())
}

type Released = Vec<(Uuid, Vec<u8>)>;

/// The difference that a turn makes to the claims: what goes, then what comes.
fn claim_changes(claims: &BTreeMap<(LedgerId, [u8; 32]), Claim>) -> (Released, Vec<ClaimRow>) {
    let mut released = Vec::new();
    let mut taken = Vec::new();
    for ((ledger, hash), claim) in claims {
        if claim.before == claim.after {
            continue;
        }
        if claim.before.is_some() {
            released.push((ledger.0, hash.to_vec()));
        }
        if let Some(contact) = claim.after {
            taken.push(ClaimRow {
                ledger_id: ledger.0,
                email_hash: hash.to_vec(),
                contact_id: contact.0,
            });
        }
    }
    (released, taken)
}
