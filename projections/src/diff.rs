//! What a rebuild would change: the fold of the events against the rows that are there.

use crate::ViewError;
use crate::rebuild::{OnEvents, read_checkpoint, unfoldable};
use crate::view::{AnyView, Field, Share, Table, Tuple, columns};
use domain::LedgerId;
use event_store::Reader;
use futures_util::StreamExt;
use serde::Serialize;
use std::pin::Pin;
use tokio_postgres::{RowStream, Transaction};

/// The most differences that are told one by one; all are counted.
const TOLD_MAX: usize = 50;

/// How the rows of a view stand against the fold of its events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Diff {
    /// Up to which position both were compared.
    pub position: u64,
    /// How many tuples were compared.
    pub compared: u64,
    /// Tuples that a rebuild would add.
    pub missing: u64,
    /// Tuples that it would take away.
    pub extra: u64,
    /// Tuples that it would change.
    pub changed: u64,
    /// The first of them: table, what, and key. Holds no personal values.
    pub told: Vec<String>,
}

impl Diff {
    /// Whether a rebuild would change nothing.
    pub const fn is_clean(&self) -> bool {
        self.missing == 0 && self.extra == 0 && self.changed == 0
    }

    fn tell(&mut self, table: &Table, what: &str, key: &[Field]) {
        if self.told.len() < TOLD_MAX {
            let key: Vec<String> = key
                .iter()
                .map(|field| match field {
                    Field::Id(id) => id.to_string(),
                    Field::Number(number) => number.to_string(),
                    // A word may be of a name.
                    Field::Text(_)
                    | Field::IdOrNone(_)
                    | Field::Ids(_)
                    | Field::TextOrNone(_)
                    | Field::Texts(_)
                    | Field::NumberOrNone(_)
                    | Field::Flag(_)
                    | Field::Time(_)
                    | Field::TimeOrNone(_) => "…".to_owned(),
                })
                .collect();
            self.told.push(format!("{}: {what} {}", table.name, key.join(" ")));
        }
    }
}

/// Compares one view of one ledger with its events, up to the view's checkpoint, in one snapshot
/// and without disturbing anybody.
pub async fn diff(
    reader: &Reader,
    view: &'static dyn AnyView,
    ledger: LedgerId,
    on_events: OnEvents<'_>,
) -> Result<Diff, ViewError> {
    let failed = || ViewError::database(view.name());
    let mut client = reader.database().own_connection(None).await?;
    let settings = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";
    client.batch_execute(settings).await.map_err(failed())?;
    let snapshot = client
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .map_err(failed())?;
    let position = read_checkpoint(&snapshot, view, ledger).await?;
    let mut diff = Diff { position, ..Diff::default() };
    let mut fresh = view.fresh(Share::ALL);
    let mut chunks = reader.stream(ledger, 0, position, view.opens());
    if view.row_per_event() {
        let table = &view.tables()[0];
        let mut there = There::open(&snapshot, view, table, ledger).await?;
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk?;
            fresh.take(&chunk).map_err(|(at, why)| unfoldable(ledger, at, &why))?;
            for tuple in fresh.tuples(false).into_iter().flatten() {
                there.expect(&mut diff, &tuple).await?;
            }
            on_events(u64::try_from(chunk.len()).unwrap_or(0));
        }
        there.end(&mut diff).await?;
    } else {
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk?;
            fresh.take(&chunk).map_err(|(at, why)| unfoldable(ledger, at, &why))?;
            on_events(u64::try_from(chunk.len()).unwrap_or(0));
        }
        for (table, tuples) in view.tables().iter().zip(fresh.tuples(true)) {
            let mut there = There::open(&snapshot, view, table, ledger).await?;
            for tuple in tuples {
                there.expect(&mut diff, &tuple).await?;
            }
            there.end(&mut diff).await?;
        }
    }
    snapshot.commit().await.map_err(failed())?;
    Ok(diff)
}

/// The tuples that are there, in the order of their keys.
struct There<'a> {
    view: &'static dyn AnyView,
    table: &'a Table,
    rows: Pin<Box<RowStream>>,
    next: Option<Tuple>,
}

impl<'a> There<'a> {
    async fn open(
        snapshot: &Transaction<'_>,
        view: &'static dyn AnyView,
        table: &'a Table,
        ledger: LedgerId,
    ) -> Result<Self, ViewError> {
        let key: Vec<&str> = table.columns[..table.key].iter().map(|(name, _)| *name).collect();
        let sql = format!(
            "SELECT {} FROM {} WHERE ledger_id = $1 ORDER BY {}",
            columns(table),
            table.name,
            key.join(", ")
        );
        let rows = snapshot
            .query_raw(&sql, [&ledger.0])
            .await
            .map_err(ViewError::database(view.name()))?;
        let mut there = Self { view, table, rows: Box::pin(rows), next: None };
        there.step().await?;
        Ok(there)
    }

    async fn step(&mut self) -> Result<(), ViewError> {
        let row =
            self.rows.next().await.transpose().map_err(ViewError::database(self.view.name()))?;
        self.next = row.map(|row| {
            self.table
                .columns
                .iter()
                .enumerate()
                .map(|(index, (_, kind))| kind.read(&row, index))
                .collect()
        });
        Ok(())
    }

    async fn expect(&mut self, diff: &mut Diff, expected: &Tuple) -> Result<(), ViewError> {
        let key = self.table.key;
        diff.compared += 1;
        while let Some(there) = &self.next {
            match there[..key].cmp(&expected[..key]) {
                std::cmp::Ordering::Less => {
                    diff.extra += 1;
                    diff.tell(self.table, "extra", &there[..key]);
                    self.step().await?;
                }
                std::cmp::Ordering::Equal => {
                    if there != expected {
                        diff.changed += 1;
                        diff.tell(self.table, "changed", &expected[..key]);
                    }
                    return self.step().await;
                }
                std::cmp::Ordering::Greater => break,
            }
        }
        diff.missing += 1;
        diff.tell(self.table, "missing", &expected[..key]);
        Ok(())
    }

    async fn end(mut self, diff: &mut Diff) -> Result<(), ViewError> {
        while let Some(there) = &self.next {
            diff.extra += 1;
            diff.tell(self.table, "extra", &there[..self.table.key]);
            self.step().await?;
        }
        Ok(())
    }
}
