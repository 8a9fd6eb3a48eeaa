//! Tells whoever listens that a ledger's views have moved: in this process at once, in all others by
//! NOTIFY.
//!
//! The runner says it after its commit. What goes to other processes is gathered for a moment and sent
//! from a transaction of its own: never in an append, nor in the one that moves the views, because a
//! NOTIFY is committed one at a time in a whole database. It is a hint and no more. What a lost one was
//! about, a poll finds: of the heads of those ledgers that somebody here listens to, and of no others.

use crate::ViewError;
use domain::LedgerId;
use event_store::Reader;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio_postgres::{AsyncMessage, Client};
use uuid::Uuid;

/// What the processes of one database call each other on.
const CHANNEL: &str = "titleblock_views";

/// How long moves are gathered before other processes are told.
const GATHER: Duration = Duration::from_millis(50);

/// How often the heads are looked at whatever was heard.
const POLL: Duration = Duration::from_millis(500);

/// The most ledgers in one NOTIFY, which holds less than 8,000 bytes.
const TOLD_AT_ONCE: usize = 100;

/// Which ledgers are listened to here, and which moves other processes have not been told of.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    listened: Mutex<HashMap<LedgerId, watch::Sender<u64>>>,
    untold: Mutex<BTreeMap<LedgerId, u64>>,
    news: Notify,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Moves {
    /// A view of this ledger has reached this position, by a commit of this process.
    pub(crate) fn reached(&self, ledger: LedgerId, position: u64) {
        self.hear(ledger, position);
        locked(&self.untold).insert(ledger, position);
        self.news.notify_one();
    }

    /// What changes when a ledger's views move, or its head does; it holds the furthest position that
    /// was heard of.
    pub(crate) fn listen(&self, ledger: LedgerId) -> watch::Receiver<u64> {
        locked(&self.listened).entry(ledger).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }

    /// Wakes the listeners, unless they have heard of that position.
    fn hear(&self, ledger: LedgerId, position: u64) {
        let listened = locked(&self.listened);
        let Some(listeners) = listened.get(&ledger) else { return };
        listeners.send_if_modified(|heard| {
            let further = position > *heard;
            *heard = position.max(*heard);
            further
        });
    }

    /// The ledgers that somebody still listens to.
    fn still_listened(&self) -> Vec<Uuid> {
        let mut listened = locked(&self.listened);
        listened.retain(|_, listeners| listeners.receiver_count() > 0);
        listened.keys().map(|ledger| ledger.0).collect()
    }
}

/// Tells the other processes, until it is stopped.
pub(crate) async fn tell(reader: &Reader, moves: &Moves, me: Uuid) {
    loop {
        moves.news.notified().await;
        tokio::time::sleep(GATHER).await;
        let untold = std::mem::take(&mut *locked(&moves.untold));
        if let Err(error) = notify(reader, me, untold).await {
            tracing::debug!(%error, "other processes were not told of views that moved; they poll");
        }
    }
}

/// A hint that a crash may take is not waited for until it is on the disk.
const TELL: &str = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)";

async fn notify(
    reader: &Reader,
    me: Uuid,
    moved: BTreeMap<LedgerId, u64>,
) -> Result<(), ViewError> {
    let moved: Vec<(LedgerId, u64)> = moved.into_iter().collect();
    let client = reader.database().connection().await?;
    for some in moved.chunks(TOLD_AT_ONCE) {
        client
            .execute(TELL, &[&CHANNEL, &written(me, some)])
            .await
            .map_err(ViewError::database("notifications"))?;
    }
    Ok(())
}

/// Hears what other processes tell, and polls, until it is stopped.
pub(crate) async fn hear(reader: &Reader, moves: &Moves, me: Uuid) {
    let mut poll = tokio::time::interval(POLL);
    poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut ear: Option<Ear> = None;
    loop {
        tokio::select! {
            told = next(&mut ear) => match told {
                Some(payload) => for (ledger, position) in read(me, &payload) {
                    moves.hear(ledger, position);
                },
                // The connection has ended; the next look makes another.
                None => ear = None,
            },
            _ = poll.tick() => {
                let listened = moves.still_listened();
                if listened.is_empty() {
                    continue;
                }
                if ear.is_none() {
                    ear = Ear::open(reader).await
                        .inspect_err(|error| tracing::debug!(%error, "no hints are heard"))
                        .ok();
                }
                match heads(reader, &listened).await {
                    Ok(heads) => heads.into_iter().for_each(|(ledger, head)| moves.hear(ledger, head)),
                    Err(error) => tracing::debug!(%error, "the heads were not looked at"),
                }
            }
        }
    }
}

/// A connection on which this process is told. It is made when somebody first listens.
struct Ear {
    messages: mpsc::UnboundedReceiver<AsyncMessage>,
    // The connection ends with it.
    _client: Client,
}

impl Ear {
    async fn open(reader: &Reader) -> Result<Self, ViewError> {
        let (tell, messages) = mpsc::unbounded_channel();
        let client = reader.database().own_connection(Some(tell)).await?;
        client
            .batch_execute(&format!("LISTEN {CHANNEL}"))
            .await
            .map_err(ViewError::database("notifications"))?;
        Ok(Self { messages, _client: client })
    }
}

/// What is told next; never, while nothing is listened to; none when the connection has ended.
async fn next(ear: &mut Option<Ear>) -> Option<String> {
    let Some(ear) = ear else { return std::future::pending().await };
    loop {
        // A database says other things by itself, too.
        if let AsyncMessage::Notification(told) = ear.messages.recv().await? {
            return Some(told.payload().to_owned());
        }
    }
}

/// Where the heads of these ledgers are. Takes no locks.
async fn heads(reader: &Reader, ledgers: &[Uuid]) -> Result<Vec<(LedgerId, u64)>, ViewError> {
    let failed = || ViewError::database("ledgers");
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached("SELECT ledger_id, head FROM ledgers WHERE ledger_id = ANY($1)")
        .await
        .map_err(failed())?;
    let rows = client.query(&statement, &[&ledgers]).await.map_err(failed())?;
    let head = |row: &tokio_postgres::Row| u64::try_from(row.get::<_, i64>(1)).unwrap_or(0);
    Ok(rows.iter().map(|row| (LedgerId(row.get(0)), head(row))).collect())
}

/// Who tells, and how far which ledgers are.
fn written(me: Uuid, moved: &[(LedgerId, u64)]) -> String {
    let mut text = me.simple().to_string();
    for (ledger, position) in moved {
        text.push_str(&format!(" {}:{position}", ledger.0.simple()));
    }
    text
}

/// What another process has written. What this one wrote it knows, and what is none of ours is nothing.
fn read(me: Uuid, payload: &str) -> Vec<(LedgerId, u64)> {
    let mut words = payload.split(' ');
    if words.next().and_then(|from| from.parse().ok()) == Some(me) {
        return Vec::new();
    }
    let moved = |word: &str| {
        let (ledger, position) = word.split_once(':')?;
        Some((LedgerId(ledger.parse().ok()?), position.parse().ok()?))
    };
    words.filter_map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(number: u128) -> LedgerId {
        LedgerId(Uuid::from_u128(number))
    }

    #[test]
    fn what_one_process_writes_another_reads_and_it_does_not() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let moved: Vec<_> = (0..100).map(|n| (ledger(u128::MAX - n), u64::MAX)).collect();
        let text = written(one, &moved);
        assert!(text.len() < 8_000, "{}", text.len());
        assert_eq!(read(two, &text), moved);
        assert_eq!(read(one, &text), []);
        for nonsense in ["", "x", "x y:z", "00 00:", "\u{1f}"] {
            assert_eq!(read(one, nonsense), [], "{nonsense}");
        }
    }

    #[test]
    fn listeners_are_woken_once_a_position_and_only_those_of_its_ledger() {
        let moves = Moves::default();
        let (mut one, two) = (moves.listen(ledger(1)), moves.listen(ledger(2)));
        moves.reached(ledger(1), 7);
        assert!(one.has_changed().expect("there") && !two.has_changed().expect("there"));
        assert_eq!(*one.borrow_and_update(), 7);
        for old in [7, 3] {
            moves.hear(ledger(1), old);
            assert!(!one.has_changed().expect("there"), "{old}");
        }
        moves.hear(ledger(1), 8);
        assert!(one.has_changed().expect("there"));
        assert_eq!(locked(&moves.untold).len(), 1, "what was heard is not told on");
    }

    #[test]
    fn what_nobody_listens_to_any_more_is_forgotten() {
        let moves = Moves::default();
        let one = moves.listen(ledger(1));
        drop(moves.listen(ledger(2)));
        assert_eq!(moves.still_listened(), [ledger(1).0]);
        drop(one);
        assert!(moves.still_listened().is_empty());
        moves.reached(ledger(1), 9);
        assert_eq!(*moves.listen(ledger(1)).borrow(), 0);
    }
}
