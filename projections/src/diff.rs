//! What a rebuild would change: the fold of the events against the rows that are there.

use crate::ViewError;
use crate::rebuild::{OnEvents, read_checkpoint, unfoldable};
use crate::stored_tuples::{Found, StoredTuples};
use crate::view::{AnyView, Field, Share, Table, Tuple};
use domain::LedgerId;
use event_store::Reader;
use serde::Serialize;

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

    async fn compare(
        &mut self,
        there: &mut StoredTuples<'_>,
        expected: &Tuple,
    ) -> Result<(), ViewError> {
        let table = there.table;
        let found = there.find(expected, |key| self.add_extra(table, key)).await?;
        let key = &expected[..table.key];
        self.compared += 1;
        match found {
            Found::Same => {}
            Found::Changed => {
                self.changed += 1;
                self.tell(table, "changed", key);
            }
            Found::Missing => {
                self.missing += 1;
                self.tell(table, "missing", key);
            }
        }
        Ok(())
    }

    async fn end(&mut self, there: &mut StoredTuples<'_>) -> Result<(), ViewError> {
        let table = there.table;
        there.rest(|key| self.add_extra(table, key)).await
    }

    fn add_extra(&mut self, table: &Table, key: &[Field]) {
        self.extra += 1;
        self.tell(table, "extra", key);
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
        let mut there = StoredTuples::open(&snapshot, view, table, ledger).await?;
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk?;
            fresh.take(&chunk).map_err(|(at, why)| unfoldable(ledger, at, &why))?;
            for tuple in fresh.tuples(false).into_iter().flatten() {
                diff.compare(&mut there, &tuple).await?;
            }
            on_events(u64::try_from(chunk.len()).unwrap_or(0));
        }
        diff.end(&mut there).await?;
    } else {
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk?;
            fresh.take(&chunk).map_err(|(at, why)| unfoldable(ledger, at, &why))?;
            on_events(u64::try_from(chunk.len()).unwrap_or(0));
        }
        for (table, tuples) in view.tables().iter().zip(fresh.tuples(true)) {
            let mut there = StoredTuples::open(&snapshot, view, table, ledger).await?;
            for tuple in tuples {
                diff.compare(&mut there, &tuple).await?;
            }
            diff.end(&mut there).await?;
        }
    }
    snapshot.commit().await.map_err(failed())?;
    Ok(diff)
}
