//! The lanes: each ledger belongs to one, which takes all its waiting commands in one turn.

use crate::error::{ExecuteError, StoreError};
use crate::reader::Reader;
use crate::store::{Applied, StoreOptions, Submission};
use crate::turn::{Answers, Cached, Failed, Group, LaneConnection, Lock, run};
use domain::{Decision, LedgerId, Rejection};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, oneshot};

/// A ledger has new events, up to this position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// The ledger.
    pub ledger: LedgerId,
    /// Its head.
    pub position: u64,
}

/// What a caller gets of a rehearsal.
pub(crate) type Rehearsed = Result<Vec<Result<Decision, Rejection>>, StoreError>;

/// How several commands are rehearsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rehearsal {
    /// Each as if those before it had been carried out.
    InOrder,
    /// Each as if it were the only one.
    Alone,
}

/// What waits in a lane.
pub(crate) enum Work {
    /// A command to carry out.
    Execute(Box<Submission>, oneshot::Sender<Result<Applied, ExecuteError>>),
    /// Commands to try and not to carry out.
    Rehearse(Vec<Submission>, Rehearsal, oneshot::Sender<Rehearsed>),
}

/// How many commands may wait in a lane before callers wait to submit.
const QUEUE_MAX: usize = 4_096;

/// How long a caller waits to submit before it is told to come again.
const SUBMIT_WAIT_MAX: Duration = Duration::from_secs(2);

/// How long a caller waits for its answer (promise 7). What was taken is carried out all the same.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(2);

/// How many aggregates and claims a lane keeps at hand between turns.
const CACHED_MAX: usize = 50_000;

#[derive(Debug)]
pub(crate) struct Writer {
    lanes: Vec<mpsc::Sender<(LedgerId, Work)>>,
    hints: broadcast::Sender<Hint>,
    stopping: tokio::sync::watch::Sender<bool>,
    running: tokio::sync::Mutex<Vec<std::thread::JoinHandle<()>>>,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Execute(..) => "Execute",
            Self::Rehearse(..) => "Rehearse",
        })
    }
}

impl Writer {
    pub(crate) fn start(reader: &Reader, options: &Arc<StoreOptions>) -> Result<Self, StoreError> {
        let (hints, _) = broadcast::channel(4_096);
        let (stopping, stop) = tokio::sync::watch::channel(false);
        let mut lanes = Vec::new();
        let mut running = Vec::new();
        for _ in 0..options.lanes.max(1) {
            let (sender, queue) = mpsc::channel(QUEUE_MAX);
            let (back, returned) = mpsc::unbounded_channel();
            let lane = Lane {
                queue,
                stop: stop.clone(),
                back,
                returned,
                away: HashMap::new(),
                caches: HashMap::new(),
                connection: None,
                shared: Shared {
                    reader: reader.clone(),
                    options: Arc::clone(options),
                    hints: hints.clone(),
                },
                linger: Linger::default(),
            };
            running.push(on_its_own_thread(lane)?);
            lanes.push(sender);
        }
        Ok(Self { lanes, hints, stopping, running: tokio::sync::Mutex::new(running) })
    }

    async fn submit(&self, ledger: LedgerId, work: Work) -> Result<(), StoreError> {
        if *self.stopping.borrow() {
            return Err(StoreError::Stopping);
        }
        let mut hasher = DefaultHasher::new();
        ledger.hash(&mut hasher);
        let lanes = u64::try_from(self.lanes.len()).unwrap_or(1);
        let lane = usize::try_from(hasher.finish() % lanes).unwrap_or(0);
        let sent = self.lanes[lane].send_timeout((ledger, work), SUBMIT_WAIT_MAX).await;
        sent.map_err(|error| match error {
            mpsc::error::SendTimeoutError::Timeout(_) => {
                StoreError::Unavailable("too many commands wait".into())
            }
            mpsc::error::SendTimeoutError::Closed(_) => StoreError::Stopping,
        })
    }

    pub(crate) async fn execute(&self, submission: Submission) -> Result<Applied, ExecuteError> {
        let (reply, answer) = oneshot::channel();
        let ledger = submission.ledger;
        let answered = tokio::time::timeout(ANSWER_WAIT_MAX, async {
            self.submit(ledger, Work::Execute(Box::new(submission), reply)).await?;
            answer.await.unwrap_or(Err(ExecuteError::Store(StoreError::Stopping)))
        });
        answered.await.unwrap_or_else(|_elapsed| {
            let late = "the answer is late; a retry with the same idempotency key tells it";
            Err(ExecuteError::Store(StoreError::Unavailable(late.into())))
        })
    }

    pub(crate) async fn rehearse(
        &self,
        ledger: LedgerId,
        submissions: Vec<Submission>,
        how: Rehearsal,
    ) -> Rehearsed {
        let (reply, answer) = oneshot::channel();
        self.submit(ledger, Work::Rehearse(submissions, how, reply)).await?;
        answer.await.unwrap_or(Err(StoreError::Stopping))
    }

    pub(crate) fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    pub(crate) async fn stop(&self) {
        self.stopping.send_replace(true);
        for lane in self.running.lock().await.drain(..) {
            let ended = tokio::task::spawn_blocking(move || lane.join()).await;
            if !matches!(ended, Ok(Ok(()))) {
                tracing::error!("a lane ended badly");
            }
        }
    }
}

/// A lane and its connection share a thread, so that a turn's messages cross from thread to thread
/// only where callers are: when they submit, and when they are answered.
fn on_its_own_thread(lane: Lane) -> Result<std::thread::JoinHandle<()>, StoreError> {
    let failed = |error: std::io::Error| StoreError::Unavailable(Box::new(error));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    std::thread::Builder::new()
        .name("lane".to_owned())
        .spawn(move || runtime.block_on(lane.run()))
        .map_err(failed)
}

/// What every turn needs.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) reader: Reader,
    pub(crate) options: Arc<StoreOptions>,
    pub(crate) hints: broadcast::Sender<Hint>,
}

/// A ledger that waited for its lock beside the lane comes back.
struct Returned {
    ledger: LedgerId,
    cache: Cached,
}

struct Lane {
    queue: mpsc::Receiver<(LedgerId, Work)>,
    stop: tokio::sync::watch::Receiver<bool>,
    back: mpsc::UnboundedSender<Returned>,
    returned: mpsc::UnboundedReceiver<Returned>,
    /// Ledgers whose head another process holds: they wait beside the lane, and what comes for
    /// them meanwhile waits here.
    away: HashMap<LedgerId, Vec<Work>>,
    caches: HashMap<LedgerId, Cached>,
    connection: Option<LaneConnection>,
    shared: Shared,
    linger: Linger,
}

impl Lane {
    async fn run(mut self) {
        loop {
            let mut taken = Vec::new();
            tokio::select! {
                biased;
                Some(returned) = self.returned.recv() => {
                    self.caches.insert(returned.ledger, returned.cache);
                    if let Some(waiting) = self.away.remove(&returned.ledger) {
                        taken.extend(waiting.into_iter().map(|work| (returned.ledger, work)));
                    }
                    if taken.is_empty() {
                        continue;
                    }
                }
                next = self.queue.recv() => match next {
                    Some(work) => taken.push(work),
                    None if self.away.is_empty() => break,
                    // Ledgers that wait for their lock still owe their answers.
                    None => {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                        continue;
                    }
                },
                () = stopped(&mut self.stop) => {
                    self.queue.close();
                    while let Ok(work) = self.queue.try_recv() {
                        taken.push(work);
                    }
                    if taken.is_empty() && self.away.is_empty() {
                        break;
                    }
                    if taken.is_empty() {
                        // Ledgers that wait for their lock still owe their answers.
                        tokio::time::sleep(Duration::from_millis(5)).await;
                        continue;
                    }
                }
            }
            self.gather(&mut taken);
            self.turn(taken).await;
            self.trim();
        }
    }

    /// Takes what else waits, and lingers a moment when others are about to come: a millisecond at most,
    /// in which the thread does nothing else.
    fn gather(&mut self, taken: &mut Vec<(LedgerId, Work)>) {
        let max = self.shared.options.turn_max;
        let deadline = self.linger.deadline(Instant::now());
        loop {
            while taken.len() < max {
                match self.queue.try_recv() {
                    Ok(work) => taken.push(work),
                    Err(_) => break,
                }
            }
            if taken.len() >= max.min(self.linger.expected) || Instant::now() >= deadline {
                break;
            }
            // Those whose commands it waits for may need the processor.
            std::thread::yield_now();
        }
    }

    async fn turn(&mut self, taken: Vec<(LedgerId, Work)>) {
        let started = Instant::now();
        let commands = taken.len();
        let mut groups: Vec<Group> = Vec::new();
        for (ledger, work) in taken {
            if let Some(waiting) = self.away.get_mut(&ledger) {
                waiting.push(work);
            } else if let Some(group) = groups.iter_mut().find(|group| group.ledger == ledger) {
                group.work.push(work);
            } else {
                let cache = self.caches.remove(&ledger).unwrap_or_default();
                groups.push(Group { ledger, cache, work: vec![work] });
            }
        }
        groups.sort_by_key(|group| group.ledger);
        if self.shared.options.distributed {
            for group in groups {
                self.one_turn(vec![group]).await;
            }
        } else if !groups.is_empty() {
            self.one_turn(groups).await;
        }
        metrics::histogram!("titleblock_turn_seconds").record(started.elapsed().as_secs_f64());
        self.linger.observe(commands, started.elapsed());
    }

    async fn one_turn(&mut self, groups: Vec<Group>) {
        let ran = run(&mut self.connection, &self.shared, groups, Lock::Skip, false).await;
        match ran {
            Ok(ended) => {
                for group in ended.skipped {
                    self.wait_beside(group);
                }
                for (group, answers) in ended.done {
                    self.caches.insert(group.ledger, group.cache);
                    answer(group.work, answers);
                }
            }
            Err(failed) => {
                let again = again_alone(&mut self.connection, &self.shared, failed).await;
                self.caches.extend(again);
            }
        }
    }

    /// Another process holds this ledger's head, or there is no such ledger: it waits in a turn of
    /// its own, on a connection of its own, and delays nobody.
    fn wait_beside(&mut self, group: Group) {
        let ledger = group.ledger;
        self.away.entry(ledger).or_default();
        let shared = self.shared.clone();
        let back = self.back.clone();
        tokio::spawn(async move {
            let mut connection = None;
            let ran = run(&mut connection, &shared, vec![group], Lock::Wait, false).await;
            let mut cache = Cached::default();
            match ran {
                Ok(ended) => {
                    for (group, answers) in ended.done {
                        cache = group.cache;
                        answer(group.work, answers);
                    }
                }
                Err(failed) => {
                    let again = again_alone(&mut connection, &shared, failed).await;
                    cache = again.into_values().next().unwrap_or_default();
                }
            }
            if back.send(Returned { ledger, cache }).is_err() {
                tracing::debug!("the lane has ended");
            }
        });
    }

    /// Forgets what was cached, coarsely, when it has become much.
    fn trim(&mut self) {
        let cached: usize = self.caches.values().map(|cache| cache.state.len()).sum();
        if cached > CACHED_MAX {
            self.caches.clear();
        }
    }
}

/// A turn failed and is rolled back. One command never harms its neighbours: each runs again by
/// itself, and only the one that fails by itself is told so. Gives the caches of what ran.
async fn again_alone(
    connection: &mut Option<LaneConnection>,
    shared: &Shared,
    failed: Failed,
) -> HashMap<LedgerId, Cached> {
    let Failed { groups, error } = failed;
    let mut caches: HashMap<LedgerId, Cached> = HashMap::new();
    let commands: usize = groups.iter().map(|group| group.work.len()).sum();
    tracing::warn!(error = %error, cause = ?std::error::Error::source(&error), commands, "a turn was rolled back");
    metrics::counter!("titleblock_turns_rolled_back_total").increment(1);
    if matches!(error, StoreError::Unavailable(_) | StoreError::OutcomeUnknown(_)) {
        // The machine failed, not a command; and what may have happened must not happen twice.
        let error = Arc::new(error);
        for work in groups.into_iter().flat_map(|group| group.work) {
            fail(work, &error);
        }
        return caches;
    }
    for group in groups {
        for work in group.work {
            let cache = caches.remove(&group.ledger).unwrap_or_default();
            let alone = Group { ledger: group.ledger, cache, work: vec![work] };
            match run(connection, shared, vec![alone], Lock::Wait, true).await {
                Ok(ended) => {
                    for (group, answers) in ended.done {
                        caches.insert(group.ledger, group.cache);
                        answer(group.work, answers);
                    }
                }
                Err(failed) => {
                    let error = Arc::new(failed.error);
                    for work in failed.groups.into_iter().flat_map(|group| group.work) {
                        fail(work, &error);
                    }
                }
            }
        }
    }
    caches
}

async fn stopped(stop: &mut tokio::sync::watch::Receiver<bool>) {
    // The sender lives as long as the writer; when it is gone, that is a stop too.
    if stop.wait_for(|stopping| *stopping).await.is_err() {
        tracing::debug!("the writer is gone");
    }
}

fn answer(work: Vec<Work>, answers: Vec<Answers>) {
    for (work, answer) in work.into_iter().zip(answers) {
        // A caller that has gone away needs no answer; what it asked for is done.
        let heard = match (work, answer) {
            (Work::Execute(_, reply), Answers::Executed(result)) => reply.send(*result).is_ok(),
            (Work::Rehearse(.., reply), Answers::Rehearsed(result)) => reply.send(result).is_ok(),
            (Work::Execute(..), Answers::Rehearsed(_))
            | (Work::Rehearse(..), Answers::Executed(_)) => false,
        };
        if !heard {
            metrics::counter!("titleblock_answers_unheard_total").increment(1);
        }
    }
}

/// Tells every command of a failed turn the same.
fn fail(work: Work, error: &Arc<StoreError>) {
    let told = || {
        if let StoreError::UnknownLedger(ledger) = **error {
            StoreError::UnknownLedger(ledger)
        } else if matches!(**error, StoreError::Panicked) {
            StoreError::Panicked
        } else if error.is_transient() {
            StoreError::Unavailable(Box::new(Shown(Arc::clone(error))))
        } else {
            StoreError::Failed(Arc::clone(error))
        }
    };
    let heard = match work {
        Work::Execute(_, reply) => reply.send(Err(ExecuteError::Store(told()))).is_ok(),
        Work::Rehearse(.., reply) => reply.send(Err(told())).is_ok(),
    };
    if !heard {
        metrics::counter!("titleblock_answers_unheard_total").increment(1);
    }
}

/// One error told to several callers.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Shown(Arc<StoreError>);

/// How long a lane lingers for commands that are about to come: callers whose commands the last
/// turn answered send their next ones a moment later, and a turn costs a flush however full it is.
#[derive(Debug)]
struct Linger {
    /// How many commands the last turns had.
    expected: usize,
    /// How long the last turns took.
    turn: Duration,
}

impl Default for Linger {
    fn default() -> Self {
        Self { expected: 1, turn: Duration::ZERO }
    }
}

impl Linger {
    /// Never longer than a quarter of a turn, and not at all for a caller that is alone.
    fn deadline(&self, now: Instant) -> Instant {
        if self.expected <= 1 { now } else { now + (self.turn / 4).min(Duration::from_millis(1)) }
    }

    fn observe(&mut self, commands: usize, took: Duration) {
        // Rises at once, falls slowly: one thin turn does not end the waiting.
        self.expected = commands.max(self.expected - self.expected.div_ceil(8)).max(1);
        self.turn = (self.turn * 7 + took) / 8;
    }
}
