//! Keeps the views up with their ledgers.
//!
//! One transaction per batch and ledger: lock the checkpoint rows that nobody else holds, read the
//! events after them, fold, write the rows, move the checkpoints. Hints say where to look; a poll
//! behind them misses nothing. An event that a view cannot take parks that ledger's view.

use crate::ViewError;
use crate::moves::{self, Moves};
use crate::turn::{ViewConnection, ViewTurn};
use crate::view::{AnyView, Taken, all_views};
use domain::{LedgerId, Timestamp};
use event_store::{Hint, Reader, Recorded, StoreError, system_clock};
use postgres_types::Type;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

/// The most events of a batch.
const BATCH_MAX: u32 = 2_000;

/// How often all ledgers are looked at, whether or not there was a hint.
const POLL: Duration = Duration::from_millis(500);

/// A busy ledger's batches start at least this far apart, so that each carries more; unless a
/// reader waits for its own write.
const GAP: Duration = Duration::from_millis(200);

/// How often a waiting reader looks at the checkpoints that another process may have moved.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Where it is kept how far each view is.
const CHECKPOINTS: &str = "view_checkpoints";

/// The tasks that keep the views up.
#[derive(Debug)]
pub struct Runner {
    progress: Progress,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    telling: JoinHandle<()>,
}

/// How far the views are, for readers of their own writes.
#[derive(Debug, Clone)]
pub struct Progress {
    reader: Reader,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    reached: Mutex<HashMap<(LedgerId, &'static str), u64>>,
    /// Something has been reached.
    moved: Notify,
    /// Somebody waits.
    urged: Notify,
    waiting: Mutex<BTreeMap<LedgerId, usize>>,
    moves: Moves,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runner {
    /// Starts them. `hints` are the store's, of this process.
    pub fn start(reader: Reader, hints: broadcast::Receiver<Hint>) -> Self {
        let progress = Progress { reader: reader.clone(), shared: Arc::default() };
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::clone(&progress.shared);
        let telling = tokio::spawn(keep_told(reader.clone(), shared, stopped.clone()));
        let working = Working {
            writer: Writer::new(reader),
            hints,
            stopped,
            shared: Arc::clone(&progress.shared),
            dirty: BTreeMap::new(),
            ended: HashMap::new(),
        };
        Self { progress, stop, task: tokio::spawn(working.run()), telling }
    }

    /// How far the views are.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Ends the batch at hand, and then the tasks.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the views' runner ended badly");
        }
        if let Err(error) = self.telling.await {
            tracing::error!(%error, "telling of views that moved ended badly");
        }
    }
}

impl Progress {
    /// Changes soon after the ledger's views have moved, in whichever process, and holds the position
    /// that one of them has reached. It may be ahead of the others, and of all of them when only the
    /// head is known to have moved: read after [`wait`](Self::wait).
    pub fn listen(&self, ledger: LedgerId) -> watch::Receiver<u64> {
        self.shared.moves.listen(ledger)
    }

    /// Waits until these views have reached a position of a ledger.
    pub async fn wait(
        &self,
        ledger: LedgerId,
        position: u64,
        views: &[&'static str],
        at_most: Duration,
    ) -> Result<(), ViewError> {
        if self.has_reached(ledger, position, views) {
            return Ok(());
        }
        let _waiting = Waiting::new(&self.shared, ledger);
        let deadline = Instant::now() + at_most;
        loop {
            let moved = self.shared.moved.notified();
            if self.has_reached(ledger, position, views) {
                return Ok(());
            }
            let behind = self.look(ledger, position, views).await?;
            let Some((view, at)) = behind else { return Ok(()) };
            if Instant::now() >= deadline {
                return Err(ViewError::Behind { view, position: at });
            }
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    fn has_reached(&self, ledger: LedgerId, position: u64, views: &[&'static str]) -> bool {
        let reached = locked(&self.shared.reached);
        views.iter().all(|view| reached.get(&(ledger, *view)).is_some_and(|at| *at >= position))
    }

    /// The first of the views that is behind, as the database has it.
    async fn look(
        &self,
        ledger: LedgerId,
        position: u64,
        views: &[&'static str],
    ) -> Result<Option<(&'static str, u64)>, ViewError> {
        let failed = || ViewError::database("view_checkpoints");
        let client = self.reader.database().lookup().await?;
        let statement = client
            .prepare_cached(
                "SELECT c.view, c.position, l.head FROM ledgers l \
                 JOIN view_checkpoints c ON c.ledger_id = l.ledger_id WHERE l.ledger_id = $1",
            )
            .await
            .map_err(failed())?;
        let rows = client.query(&statement, &[&ledger.0]).await.map_err(failed())?;
        let mut at: HashMap<String, u64> = HashMap::new();
        for row in &rows {
            let head = u64::try_from(row.get::<_, i64>(2)).unwrap_or(0);
            if position > head {
                return Err(ViewError::BeyondHead);
            }
            at.insert(row.get(0), u64::try_from(row.get::<_, i64>(1)).unwrap_or(0));
        }
        if rows.is_empty() {
            return Err(ViewError::BeyondHead);
        }
        Ok(views
            .iter()
            .map(|view| (*view, at.get(*view).copied().unwrap_or(0)))
            .find(|(_, at)| *at < position))
    }
}

/// Somebody waits for a ledger, as long as this lives.
struct Waiting<'a>(&'a Shared, LedgerId);

impl<'a> Waiting<'a> {
    fn new(shared: &'a Shared, ledger: LedgerId) -> Self {
        *locked(&shared.waiting).entry(ledger).or_default() += 1;
        shared.urged.notify_one();
        Self(shared, ledger)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waiting = locked(&self.0.waiting);
        if let Some(count) = waiting.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.1);
            }
        }
    }
}

struct Working {
    writer: Writer,
    hints: broadcast::Receiver<Hint>,
    stopped: watch::Receiver<bool>,
    shared: Arc<Shared>,
    /// Ledgers with something new, and from when on they may be looked at.
    dirty: BTreeMap<LedgerId, Instant>,
    /// When the last batch of a ledger ended.
    ended: HashMap<LedgerId, Instant>,
}

impl Working {
    async fn run(mut self) {
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let now = Instant::now();
            let next = self.dirty.values().min().copied();
            tokio::select! {
                biased;
                () = stopped(&mut self.stopped) => return,
                hint = self.hints.recv() => match hint {
                    Ok(hint) => self.soon(hint.ledger, now),
                    // Hints were lost; the poll finds what they were about.
                    Err(broadcast::error::RecvError::Lagged(_)) => poll.reset_immediately(),
                    Err(broadcast::error::RecvError::Closed) => {
                        tokio::time::sleep(POLL).await;
                        self.look_everywhere(now).await;
                        self.work().await;
                    }
                },
                () = self.shared.urged.notified() => {
                    let waiting: Vec<LedgerId> = locked(&self.shared.waiting).keys().copied().collect();
                    for ledger in waiting {
                        self.dirty.insert(ledger, now);
                    }
                    self.work().await;
                }
                () = sleep_until(next) => self.work().await,
                _ = poll.tick() => self.look_everywhere(now).await,
            }
        }
    }

    /// A ledger has something new: look at it, but not sooner than the gap allows.
    fn soon(&mut self, ledger: LedgerId, now: Instant) {
        let urgent = locked(&self.shared.waiting).contains_key(&ledger);
        let earliest = match self.ended.get(&ledger) {
            Some(ended) if !urgent => (*ended + GAP).max(now),
            Some(_) | None => now,
        };
        self.dirty.entry(ledger).and_modify(|at| *at = (*at).min(earliest)).or_insert(earliest);
    }

    /// The ledgers whose views are behind. One of the few questions over all ledgers; takes no
    /// locks.
    async fn look_everywhere(&mut self, now: Instant) {
        let behind = async {
            let client = self.writer.reader.database().connection().await?;
            let rows = client
                .query(
                    "SELECT DISTINCT l.ledger_id FROM ledgers l \
                     JOIN view_checkpoints c ON c.ledger_id = l.ledger_id \
                     WHERE c.position < l.head AND c.parked_at IS NULL",
                    &[],
                )
                .await
                .map_err(ViewError::database("view_checkpoints"))?;
            Ok::<_, ViewError>(rows.iter().map(|row| LedgerId(row.get(0))).collect::<Vec<_>>())
        };
        match behind.await {
            Ok(ledgers) => {
                for ledger in ledgers {
                    self.soon(ledger, now);
                }
                self.ended.retain(|_, ended| now.duration_since(*ended) < GAP * 4);
            }
            Err(error) => tracing::warn!(%error, "the views' runner cannot look at the ledgers"),
        }
    }

    async fn work(&mut self) {
        let now = Instant::now();
        let due: Vec<LedgerId> =
            self.dirty.iter().filter(|(_, at)| **at <= now).map(|(ledger, _)| *ledger).collect();
        for ledger in due {
            self.dirty.remove(&ledger);
            match self.writer.batch(ledger, &self.shared).await {
                Ok(more) => {
                    let ended = Instant::now();
                    self.ended.insert(ledger, ended);
                    if more {
                        self.dirty.insert(ledger, ended);
                    }
                }
                Err(error) => {
                    tracing::warn!(%ledger, %error, "a batch of views failed and is tried again");
                    self.dirty.insert(ledger, Instant::now() + POLL);
                }
            }
        }
    }
}

/// Keeps whoever listens told of views that move, here and in other processes.
async fn keep_told(reader: Reader, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let me = Uuid::new_v4();
    tokio::select! {
        () = stopped(&mut stop) => {}
        () = moves::tell(&reader, &shared.moves, me) => {}
        () = moves::hear(&reader, &shared.moves, me) => {}
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stopping| *stopping).await.is_err() {
        tracing::debug!("whoever started the views' runner is gone");
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Takes batches, on a connection of its own.
struct Writer {
    reader: Reader,
    connection: Option<ViewConnection>,
}

impl Writer {
    const fn new(reader: Reader) -> Self {
        Self { reader, connection: None }
    }

    /// Takes one batch of a ledger; tells whether there is more.
    async fn batch(&mut self, ledger: LedgerId, shared: &Shared) -> Result<bool, ViewError> {
        match self.advance(ledger, &all_views(), shared).await {
            // A view's statement failed and took the others' down with it: each by itself.
            Err(ViewError::Database { .. }) => {
                let mut more = false;
                for view in all_views() {
                    more |= self.one_alone(ledger, view, shared).await?;
                }
                Ok(more)
            }
            other => other,
        }
    }

    async fn one_alone(
        &mut self,
        ledger: LedgerId,
        view: &'static dyn AnyView,
        shared: &Shared,
    ) -> Result<bool, ViewError> {
        match self.advance(ledger, &[view], shared).await {
            Err(ViewError::Database { source, .. }) => {
                let cause = source.as_db_error().map_or_else(
                    || "the database refused its rows".to_owned(),
                    |error| {
                        format!("the database refused its rows (SQLSTATE {})", error.code().code())
                    },
                );
                let failed = || ViewError::database(view.name());
                let mut connection = self.take().await?;
                let turn = connection.begin().await.map_err(failed())?;
                let locked = lock_checkpoints(&turn, ledger, &[view]).await?;
                if let Some((_, position)) = locked.first() {
                    park(&turn, ledger, view.name(), position + 1, &cause).await?;
                }
                turn.commit().await.map_err(failed())?;
                self.connection = Some(connection);
                Ok(false)
            }
            other => other,
        }
    }

    async fn advance(
        &mut self,
        ledger: LedgerId,
        views: &[&'static dyn AnyView],
        shared: &Shared,
    ) -> Result<bool, ViewError> {
        let mut connection = self.take().await?;
        let advanced = advance(&self.reader, &mut connection, ledger, views, shared).await;
        if advanced.is_ok() {
            self.connection = Some(connection);
        } else {
            // A new one has nothing of what went wrong, and finds no locks of this one.
            connection.end().await;
        }
        advanced
    }

    /// The connection, for whom nothing goes wrong to put back.
    async fn take(&mut self) -> Result<ViewConnection, ViewError> {
        match self.connection.take() {
            Some(connection) if !connection.is_closed() => Ok(connection),
            Some(_) | None => ViewConnection::open(self.reader.database()).await,
        }
    }
}

/// Locks the checkpoints that nobody else holds and that are not parked.
async fn lock_checkpoints(
    turn: &ViewTurn<'_>,
    ledger: LedgerId,
    views: &[&'static dyn AnyView],
) -> Result<Vec<(&'static dyn AnyView, u64)>, ViewError> {
    let names: Vec<&str> = views.iter().map(|view| view.name()).collect();
    let sql = || {
        "SELECT view, position FROM view_checkpoints \
         WHERE ledger_id = $1 AND view = ANY($2) AND parked_at IS NULL \
         ORDER BY view FOR NO KEY UPDATE SKIP LOCKED"
            .to_owned()
    };
    let rows = turn
        .query(("lock", CHECKPOINTS), sql, &[(&ledger.0, Type::UUID), (&names, Type::TEXT_ARRAY)])
        .await
        .map_err(ViewError::database(CHECKPOINTS))?;
    Ok(rows
        .iter()
        .filter_map(|row| {
            let name: &str = row.get(0);
            let view = views.iter().find(|view| view.name() == name)?;
            Some((*view, u64::try_from(row.get::<_, i64>(1)).unwrap_or(0)))
        })
        .collect())
}

async fn advance(
    reader: &Reader,
    connection: &mut ViewConnection,
    ledger: LedgerId,
    views: &[&'static dyn AnyView],
    shared: &Shared,
) -> Result<bool, ViewError> {
    let failed = || ViewError::database(CHECKPOINTS);
    let turn = connection.begin().await.map_err(failed())?;
    let held = lock_checkpoints(&turn, ledger, views).await?;
    let Some(from) = held.iter().map(|(_, position)| *position).min() else {
        return Ok(false);
    };
    let (events, unreadable) = readable(reader, &turn, ledger, from).await?;
    let mut reached = Vec::new();
    let mut parked = Vec::new();
    for (view, position) in &held {
        let skip = usize::try_from(position - from).unwrap_or(usize::MAX);
        let news = events.get(skip..).unwrap_or_default();
        let mut taken = if news.is_empty() {
            Taken { position: *position, poison: None }
        } else {
            view.take(&turn, ledger, news).await?
        };
        if taken.poison.is_none()
            && let Some((at, why)) = &unreadable
            && taken.position + 1 == *at
        {
            taken.poison = Some((*at, why.clone()));
        }
        if taken.position != *position {
            reached.push((view.name(), taken.position));
        }
        if let Some((at, why)) = taken.poison {
            parked.push((view.name(), at, why));
        }
    }
    move_checkpoints(&turn, ledger, &reached).await?;
    for (view, at, why) in parked {
        park(&turn, ledger, view, at, &why).await?;
    }
    let full = events.len() >= usize::try_from(BATCH_MAX).unwrap_or(usize::MAX);
    turn.commit().await.map_err(failed())?;
    tell(shared, ledger, &reached, events.len());
    Ok(full)
}

/// Tells readers how far the views are, after the commit.
fn tell(shared: &Shared, ledger: LedgerId, reached: &[(&'static str, u64)], events: usize) {
    let Some(furthest) = reached.iter().map(|(_, position)| *position).max() else { return };
    let mut there = locked(&shared.reached);
    for (view, position) in reached {
        there.insert((ledger, *view), *position);
    }
    drop(there);
    shared.moved.notify_waiters();
    shared.moves.reached(ledger, furthest);
    metrics::counter!("titleblock_view_events_total")
        .increment(u64::try_from(events * reached.len()).unwrap_or(0));
}

/// The events after a position, opened, up to the first that cannot be read.
async fn readable(
    reader: &Reader,
    turn: &ViewTurn<'_>,
    ledger: LedgerId,
    from: u64,
) -> Result<(Vec<Recorded>, Option<(u64, String)>), ViewError> {
    match reader.events_after_on(turn.transaction(), ledger, from, BATCH_MAX).await {
        Ok(events) => Ok((events, None)),
        Err(StoreError::Unreadable { position, why, .. }) => {
            let before = u32::try_from(position - from - 1).unwrap_or(0);
            let events = if before == 0 {
                Vec::new()
            } else {
                reader.events_after_on(turn.transaction(), ledger, from, before).await?
            };
            Ok((events, Some((position, why))))
        }
        Err(error) => Err(error.into()),
    }
}

/// Moves the checkpoints of views; those that reached the same position, as most do, together.
async fn move_checkpoints(
    turn: &ViewTurn<'_>,
    ledger: LedgerId,
    reached: &[(&'static str, u64)],
) -> Result<(), ViewError> {
    let mut together: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for (view, position) in reached {
        together.entry(i64::try_from(*position).unwrap_or(i64::MAX)).or_default().push(view);
    }
    for (position, views) in together {
        let sql = || {
            "UPDATE view_checkpoints SET position = $3 WHERE ledger_id = $1 AND view = ANY($2)"
                .to_owned()
        };
        turn.execute(
            ("move", CHECKPOINTS),
            sql,
            &[(&ledger.0, Type::UUID), (&views, Type::TEXT_ARRAY), (&position, Type::INT8)],
        )
        .await
        .map_err(ViewError::database(CHECKPOINTS))?;
    }
    Ok(())
}

async fn park(
    turn: &ViewTurn<'_>,
    ledger: LedgerId,
    view: &'static str,
    at: u64,
    cause: &str,
) -> Result<(), ViewError> {
    tracing::error!(%ledger, view, position = at, cause, "a view cannot take an event and is parked");
    metrics::counter!("titleblock_views_parked_total", "view" => view).increment(1);
    let position = i64::try_from(at).unwrap_or(i64::MAX);
    let now: Timestamp = system_clock();
    let sql = "UPDATE view_checkpoints SET parked_position = $3, parked_cause = $4, parked_at = $5 \
               WHERE ledger_id = $1 AND view = $2";
    turn.transaction()
        .execute(sql, &[&ledger.0, &view, &position, &cause, &now.moment()])
        .await
        .map_err(ViewError::database(view))?;
    Ok(())
}

/// Brings all views of some ledgers up to their heads, without a runner; for tools and tests.
pub async fn catch_up(reader: &Reader, ledgers: &BTreeSet<LedgerId>) -> Result<(), ViewError> {
    let shared = Shared::default();
    let mut writer = Writer::new(reader.clone());
    for ledger in ledgers {
        while writer.batch(*ledger, &shared).await? {}
    }
    Ok(())
}
