//! A turn in one message: the head is assumed to be where this lane left it.
//!
//! The turn is decided against that head without asking. The statement that writes its events locks
//! the head and writes nothing if it is elsewhere by now, or held by another process; a turn that
//! does not fit one statement begins with one that locks the head or fails, and all that follows
//! in the transaction fails with it. Then the turn is decided anew, under the lock:
//! nothing that was decided on a stale state is written or told (ADR 8).

use super::{Answers, Cached, LaneConnection, Lock, Turn};
use crate::error::StoreError;

/// After a head was not where it was assumed to be, so many turns lock first.
const TURNS_LOCKED_FIRST: u32 = 64;

/// Locks a head that is at its position, and otherwise fails: nothing divides by 0.
pub(super) const GUARD: &str = "SELECT 1 / count(*) FROM (SELECT FROM ledgers \
     WHERE ledger_id = $1 AND head = $2 FOR NO KEY UPDATE SKIP LOCKED) AS held";

impl Turn<'_> {
    /// Assumes the head of a single ledger to be where this lane left it.
    pub(super) fn assume_head(&mut self, lane: &mut LaneConnection, lock: Lock) {
        if lane.locked_first > 0 {
            lane.locked_first -= 1;
        } else if lock == Lock::Skip
            && !self.careful
            && !self.shared.options.distributed
            && let [only] = &self.groups[..]
            && let Some(head) = &only.cache.head
        {
            self.assumed = Some((only.ledger, head.position));
            self.heads.insert(only.ledger, head.clone());
        }
    }

    /// Runs, and once more under the lock when the head was not where it was assumed to be.
    pub(super) async fn run(
        &mut self,
        lane: &mut LaneConnection,
        lock: Lock,
    ) -> Result<Vec<Option<Vec<Answers>>>, StoreError> {
        let ran = self.run_once(lane, lock).await;
        if !matches!(ran, Err(StoreError::HeadMoved)) {
            return ran;
        }
        // Where the turn stopped half-way, its transaction is still open.
        let rolled_back = lane.client.batch_execute("ROLLBACK").await;
        rolled_back.map_err(StoreError::database("leaving a turn"))?;
        metrics::counter!("titleblock_heads_moved_total").increment(1);
        lane.locked_first = TURNS_LOCKED_FIRST;
        self.assumed = None;
        self.heads.clear();
        for group in &mut self.groups {
            group.cache = Cached::default();
        }
        self.run_once(lane, lock).await
    }
}
