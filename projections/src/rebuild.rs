//! Makes a view's rows of a ledger anew from its events, beside the live server.
//!
//! The ledger is folded in memory first, without any lock; then, in one transaction, the checkpoint
//! is locked, what came meanwhile is folded too, rows that differ go and the right ones come by `COPY`.
//! Readers see the old rows until the commit. A view with a row per event streams instead. A ledger
//! and view is one unit: a rebuild that is stopped has done some units and not the others.

use crate::ViewError;
use crate::stored_tuples::{Found, StoredTuples};
use crate::view::{AnyView, FreshFold, Share, Table, Tuple, columns, delete};
use domain::LedgerId;
use event_store::{Reader, StoreError};
use futures_util::pin_mut;
use postgres_types::{ToSql, Type};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::{Client, GenericClient, Transaction};
use uuid::Uuid;

/// A ledger with more events is folded in several shares of its rows.
const EVENTS_OF_A_SHARE: u64 = 2_000_000;

/// Where more of a table's tuples than these are wrong, all go and all come anew.
const GONE_ONE_BY_ONE_MAX: usize = 1_000;

/// What a rebuild of one view of one ledger did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Everything up to here is in the rows.
    pub position: u64,
    /// How many tuples were written.
    pub tuples: u64,
}

/// Told how many more events have been folded.
pub type OnEvents<'a> = &'a (dyn Fn(u64) + Sync);

/// Rebuilds one view of one ledger. `run` marks it as done by this rebuild; with the same mark it
/// is not done again.
pub async fn rebuild(
    reader: &Reader,
    view: &'static dyn AnyView,
    ledger: LedgerId,
    run: Uuid,
    on_events: OnEvents<'_>,
) -> Result<Rebuilt, ViewError> {
    let failed = || ViewError::database(view.name());
    let mut client = reader.database().own_connection(None).await?;
    let client_settings = "SET statement_timeout = 0; SET lock_timeout = 0; \
                           SET idle_in_transaction_session_timeout = 0";
    client.batch_execute(client_settings).await.map_err(failed())?;
    let checkpoint = checkpoint(&client, view, ledger).await?;
    if checkpoint.run == Some(run) {
        return Ok(Rebuilt { position: checkpoint.position, tuples: 0 });
    }
    let head = head(reader, ledger).await?;
    let shares = head.div_ceil(EVENTS_OF_A_SHARE).max(1);
    let rebuilding = Rebuilding { reader, view, ledger, on_events };
    if view.row_per_event() {
        rebuilding.stream(&mut client, checkpoint.position.min(head), run).await
    } else if shares == 1 {
        rebuilding.in_memory(&mut client, head, run).await
    } else {
        rebuilding.in_shares(&mut client, shares, run).await
    }
}

struct Checkpoint {
    position: u64,
    run: Option<Uuid>,
}

async fn checkpoint(
    client: &Client,
    view: &'static dyn AnyView,
    ledger: LedgerId,
) -> Result<Checkpoint, ViewError> {
    let row = client
        .query_opt(
            "SELECT position, rebuild_run FROM view_checkpoints \
             WHERE ledger_id = $1 AND view = $2",
            &[&ledger.0, &view.name()],
        )
        .await
        .map_err(ViewError::database(view.name()))?
        .ok_or(StoreError::UnknownLedger(ledger))?;
    let position = u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
    Ok(Checkpoint { position, run: row.get(1) })
}

async fn head(reader: &Reader, ledger: LedgerId) -> Result<u64, ViewError> {
    let head = reader.head(ledger).await?.ok_or(StoreError::UnknownLedger(ledger))?;
    Ok(head.position)
}

/// Folds part of a ledger.
pub(crate) async fn fold(
    reader: &Reader,
    view: &'static dyn AnyView,
    ledger: LedgerId,
    (after, until): (u64, u64),
    into: &mut dyn FreshFold,
    on_events: OnEvents<'_>,
) -> Result<(), ViewError> {
    let mut chunks = reader.stream(ledger, after, until, view.opens());
    while let Some(chunk) = chunks.recv().await {
        let chunk = chunk?;
        into.take(&chunk).map_err(|(position, why)| unfoldable(ledger, position, &why))?;
        on_events(u64::try_from(chunk.len()).unwrap_or(0));
    }
    Ok(())
}

pub(crate) fn unfoldable(
    ledger: LedgerId,
    position: u64,
    why: &crate::view::Unfoldable,
) -> ViewError {
    StoreError::Unreadable { ledger, position, why: why.to_string() }.into()
}

struct Rebuilding<'a> {
    reader: &'a Reader,
    view: &'static dyn AnyView,
    ledger: LedgerId,
    on_events: OnEvents<'a>,
}

impl Rebuilding<'_> {
    async fn fold(&self, from_to: (u64, u64), into: &mut dyn FreshFold) -> Result<(), ViewError> {
        fold(self.reader, self.view, self.ledger, from_to, into, self.on_events).await
    }

    async fn in_memory(
        &self,
        client: &mut Client,
        head: u64,
        run: Uuid,
    ) -> Result<Rebuilt, ViewError> {
        let mut fresh = self.view.fresh(Share::ALL);
        self.fold((0, head), &mut *fresh).await?;
        let turn = self.begin(client).await?;
        let now = self.head_now(&turn).await?;
        self.fold((head, now), &mut *fresh).await?;
        let mut written = 0;
        for (table, tuples) in self.view.tables().iter().zip(fresh.tuples(true)) {
            written += self.amend(&turn, table, tuples).await?;
        }
        self.end(turn, now, run, written).await
    }

    /// Writes what differs from the tuples that are there: a rebuild of a healthy view writes
    /// nothing, and leaves nothing dead behind in its indexes.
    async fn amend(
        &self,
        turn: &Transaction<'_>,
        table: &Table,
        tuples: Vec<Tuple>,
    ) -> Result<u64, ViewError> {
        let mut there = StoredTuples::open(turn, self.view, table, self.ledger).await?;
        let mut gone: Vec<Tuple> = Vec::new();
        let mut stays = Vec::with_capacity(tuples.len());
        for tuple in &tuples {
            let found = there.find(tuple, |key| gone.push(key.to_vec())).await?;
            if found == Found::Changed {
                gone.push(tuple[..table.key].to_vec());
            }
            stays.push(found == Found::Same);
        }
        there.rest(|key| gone.push(key.to_vec())).await?;
        drop(there);
        if gone.len() > GONE_ONE_BY_ONE_MAX {
            self.clear_table(turn, table).await?;
            return copy(turn, self.view.name(), table, self.ledger, &tuples).await;
        }
        for key in &gone {
            delete(turn, self.view.name(), table, self.ledger, key).await?;
        }
        let mut stays = stays.into_iter();
        let come: Vec<Tuple> =
            tuples.into_iter().filter(|_| !stays.next().unwrap_or(false)).collect();
        copy(turn, self.view.name(), table, self.ledger, &come).await
    }

    /// Holds the checkpoint all the while: each share is folded up to the same head.
    async fn in_shares(
        &self,
        client: &mut Client,
        shares: u64,
        run: Uuid,
    ) -> Result<Rebuilt, ViewError> {
        let turn = self.begin(client).await?;
        let now = self.head_now(&turn).await?;
        self.clear(&turn, 0).await?;
        let mut tuples = 0;
        for index in 0..shares {
            let mut fresh = self.view.fresh(Share { index, of: shares });
            self.fold((0, now), &mut *fresh).await?;
            tuples += self.copy(&turn, fresh.tuples(true)).await?;
        }
        self.end(turn, now, run, tuples).await
    }

    /// Rows up to the checkpoint never change any more; what comes meanwhile lies behind it and is
    /// made anew under the lock.
    async fn stream(
        &self,
        client: &mut Client,
        settled: u64,
        run: Uuid,
    ) -> Result<Rebuilt, ViewError> {
        let turn = client.transaction().await.map_err(ViewError::database(self.view.name()))?;
        let mut fresh = self.view.fresh(Share::ALL);
        self.delete(&turn, "<=", settled).await?;
        let mut tuples = self.copy_stream(&turn, (0, settled), &mut *fresh).await?;
        self.lock(&turn).await?;
        let now = self.head_now(&turn).await?;
        self.clear(&turn, settled).await?;
        tuples += self.copy_stream(&turn, (settled, now), &mut *fresh).await?;
        self.end(turn, now, run, tuples).await
    }

    async fn copy_stream(
        &self,
        turn: &Transaction<'_>,
        (after, until): (u64, u64),
        fresh: &mut dyn FreshFold,
    ) -> Result<u64, ViewError> {
        let mut chunks = self.reader.stream(self.ledger, after, until, self.view.opens());
        let mut tuples = 0;
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk?;
            fresh
                .take(&chunk)
                .map_err(|(position, why)| unfoldable(self.ledger, position, &why))?;
            tuples += self.copy(turn, fresh.tuples(false)).await?;
            (self.on_events)(u64::try_from(chunk.len()).unwrap_or(0));
        }
        Ok(tuples)
    }

    async fn begin<'c>(&self, client: &'c mut Client) -> Result<Transaction<'c>, ViewError> {
        let turn = client.transaction().await.map_err(ViewError::database(self.view.name()))?;
        self.lock(&turn).await?;
        Ok(turn)
    }

    async fn lock(&self, turn: &Transaction<'_>) -> Result<(), ViewError> {
        turn.query_one(
            "SELECT position FROM view_checkpoints WHERE ledger_id = $1 AND view = $2 \
             FOR NO KEY UPDATE",
            &[&self.ledger.0, &self.view.name()],
        )
        .await
        .map_err(ViewError::database(self.view.name()))?;
        Ok(())
    }

    async fn head_now(&self, turn: &Transaction<'_>) -> Result<u64, ViewError> {
        let row = turn
            .query_one("SELECT head FROM ledgers WHERE ledger_id = $1", &[&self.ledger.0])
            .await
            .map_err(ViewError::database(self.view.name()))?;
        Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))
    }

    /// Deletes the rows behind a position; all of them for 0.
    async fn clear(&self, turn: &Transaction<'_>, behind: u64) -> Result<(), ViewError> {
        if self.view.row_per_event() {
            return self.delete(turn, ">", behind).await;
        }
        for table in self.view.tables() {
            self.clear_table(turn, table).await?;
        }
        Ok(())
    }

    async fn clear_table(&self, turn: &Transaction<'_>, table: &Table) -> Result<(), ViewError> {
        let sql = format!("DELETE FROM {} WHERE ledger_id = $1", table.name);
        turn.execute(&sql, &[&self.ledger.0])
            .await
            .map_err(ViewError::database(self.view.name()))?;
        Ok(())
    }

    async fn delete(
        &self,
        turn: &Transaction<'_>,
        compare: &str,
        position: u64,
    ) -> Result<(), ViewError> {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        for table in self.view.tables() {
            let sql = format!(
                "DELETE FROM {} WHERE ledger_id = $1 AND position {compare} $2",
                table.name
            );
            turn.execute(&sql, &[&self.ledger.0, &position])
                .await
                .map_err(ViewError::database(self.view.name()))?;
        }
        Ok(())
    }

    async fn copy(
        &self,
        turn: &Transaction<'_>,
        by_table: Vec<Vec<Tuple>>,
    ) -> Result<u64, ViewError> {
        let mut written = 0;
        for (table, tuples) in self.view.tables().iter().zip(by_table) {
            written += copy(turn, self.view.name(), table, self.ledger, &tuples).await?;
        }
        Ok(written)
    }

    async fn end(
        &self,
        turn: Transaction<'_>,
        position: u64,
        run: Uuid,
        tuples: u64,
    ) -> Result<Rebuilt, ViewError> {
        let failed = || ViewError::database(self.view.name());
        let stored = i64::try_from(position).unwrap_or(i64::MAX);
        turn.execute(
            "UPDATE view_checkpoints SET position = $3, rebuild_run = $4, \
                    parked_position = NULL, parked_cause = NULL, parked_at = NULL \
             WHERE ledger_id = $1 AND view = $2",
            &[&self.ledger.0, &self.view.name(), &stored, &run],
        )
        .await
        .map_err(failed())?;
        turn.commit().await.map_err(failed())?;
        Ok(Rebuilt { position, tuples })
    }
}

async fn copy(
    turn: &Transaction<'_>,
    view: &'static str,
    table: &Table,
    ledger: LedgerId,
    tuples: &[Tuple],
) -> Result<u64, ViewError> {
    if tuples.is_empty() {
        return Ok(0);
    }
    let sql =
        format!("COPY {} (ledger_id, {}) FROM STDIN (FORMAT binary)", table.name, columns(table));
    let types: Vec<Type> = std::iter::once(Type::UUID)
        .chain(table.columns.iter().map(|(_, kind)| kind.sql_type()))
        .collect();
    let sink = turn.copy_in(&sql).await.map_err(ViewError::database(view))?;
    let writer = BinaryCopyInWriter::new(sink, &types);
    pin_mut!(writer);
    for tuple in tuples {
        let mut row: Vec<&(dyn ToSql + Sync)> = vec![&ledger.0];
        row.extend(tuple.iter().map(|field| -> &(dyn ToSql + Sync) { field }));
        writer.as_mut().write(&row).await.map_err(ViewError::database(view))?;
    }
    writer.finish().await.map_err(ViewError::database(view))
}

/// The positions of a view's checkpoint and of the ledger's head in one snapshot.
pub(crate) async fn read_checkpoint(
    client: &impl GenericClient,
    view: &'static dyn AnyView,
    ledger: LedgerId,
) -> Result<u64, ViewError> {
    let row = client
        .query_opt(
            "SELECT position FROM view_checkpoints WHERE ledger_id = $1 AND view = $2",
            &[&ledger.0, &view.name()],
        )
        .await
        .map_err(ViewError::database(view.name()))?
        .ok_or(StoreError::UnknownLedger(ledger))?;
    Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))
}
