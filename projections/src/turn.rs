//! The connection on which live views are written, and its transactions.
//!
//! A batch's statements come again with every batch. Most of what they would cost the database is
//! their text: it is parsed and planned once for each connection, and many rows go in few lengths.

use crate::ViewError;
use crate::view::{Table, Tuple, columns};
use event_store::Database;
use futures_util::future::try_join_all;
use postgres_types::{ToSql, Type};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio_postgres::{Client, Error, Row, Statement, Transaction};
use uuid::Uuid;

/// The most tuples of one statement, a power of two.
const UPSERT_ROWS_MAX: usize = 64;

/// How long a connection may take to roll back.
const END_WAIT_MAX: Duration = Duration::from_secs(2);

/// What a statement does, to which table, and with how many tuples.
type Name = (&'static str, &'static str, usize);

/// A parameter and its type.
pub(crate) type Typed<'a> = (&'a (dyn ToSql + Sync), Type);

/// A connection of one's own, with what has been prepared on it.
#[derive(Debug)]
pub(crate) struct ViewConnection {
    client: Client,
    prepared: Mutex<HashMap<Name, Statement>>,
}

impl ViewConnection {
    pub(crate) async fn open(database: &Database) -> Result<Self, ViewError> {
        let client = database.own_connection(None).await?;
        // Everything here goes by key: a plan that was made while a table was empty is kept, and must
        // not scan the table that it has become.
        client
            .batch_execute("SET plan_cache_mode = auto; SET enable_seqscan = off")
            .await
            .map_err(ViewError::database("view_checkpoints"))?;
        Ok(Self { client, prepared: Mutex::default() })
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) async fn begin(&mut self) -> Result<ViewTurn<'_>, Error> {
        let Self { client, prepared } = self;
        Ok(ViewTurn { transaction: client.transaction().await?, prepared })
    }

    /// Ends the connection once what was begun on it is rolled back, and its locks are let go.
    pub(crate) async fn end(self) {
        let rolled_back = self.client.batch_execute("");
        if !matches!(tokio::time::timeout(END_WAIT_MAX, rolled_back).await, Ok(Ok(()))) {
            tracing::debug!("a connection for views has ended by itself, or does not answer");
        }
    }
}

/// A transaction on it: a batch's rows and checkpoints.
pub struct ViewTurn<'a> {
    transaction: Transaction<'a>,
    prepared: &'a Mutex<HashMap<Name, Statement>>,
}

impl fmt::Debug for ViewTurn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewTurn").finish_non_exhaustive()
    }
}

impl<'a> ViewTurn<'a> {
    /// What is asked without preparing.
    pub(crate) const fn transaction(&self) -> &Transaction<'a> {
        &self.transaction
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        self.transaction.commit().await
    }

    /// A statement, prepared the first time it is asked for.
    async fn statement(
        &self,
        name: Name,
        text: impl FnOnce() -> String,
        types: impl FnOnce() -> Vec<Type>,
    ) -> Result<Statement, Error> {
        let lock = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        let there = lock().get(&name).cloned();
        if let Some(statement) = there {
            return Ok(statement);
        }
        let statement = self.transaction.prepare_typed(&text(), &types()).await?;
        lock().insert(name, statement.clone());
        Ok(statement)
    }

    /// Asks about a table; `what` names the question, whose text is always the same.
    pub(crate) async fn query(
        &self,
        (what, table): (&'static str, &'static str),
        text: impl FnOnce() -> String,
        params: &[Typed<'_>],
    ) -> Result<Vec<Row>, Error> {
        let types = || params.iter().map(|(_, ty)| ty.clone()).collect();
        let statement = self.statement((what, table, 0), text, types).await?;
        let params: Vec<_> = params.iter().map(|(param, _)| *param).collect();
        self.transaction.query(&statement, &params).await
    }

    /// Changes a table; `what` names the statement, whose text is always the same.
    pub(crate) async fn execute(
        &self,
        (what, table): (&'static str, &'static str),
        text: impl FnOnce() -> String,
        params: &[Typed<'_>],
    ) -> Result<(), Error> {
        let types = || params.iter().map(|(_, ty)| ty.clone()).collect();
        let statement = self.statement((what, table, 0), text, types).await?;
        let params: Vec<_> = params.iter().map(|(param, _)| *param).collect();
        self.transaction.execute(&statement, &params).await?;
        Ok(())
    }

    /// Deletes the tuples with these keys, one by one, without waiting in between.
    pub(crate) async fn delete(
        &self,
        table: &'static Table,
        ledger: Uuid,
        keys: &[Tuple],
    ) -> Result<(), Error> {
        if keys.is_empty() {
            return Ok(());
        }
        let types = || parameter_types(table, table.key, 1);
        let name = ("delete", table.name, 0);
        let statement = self.statement(name, || delete_text(table), types).await?;
        self.send(&statement, ledger, keys.iter().map(std::slice::from_ref)).await
    }

    /// Writes tuples, whether or not they are there, without waiting in between.
    pub(crate) async fn upsert(
        &self,
        table: &'static Table,
        ledger: Uuid,
        mut tuples: &[Tuple],
    ) -> Result<(), Error> {
        while let Some(rows) = statement_rows(tuples.len()) {
            // All full ones at once, then one of each lesser length.
            let (now, later) = tuples.split_at(tuples.len() / rows * rows);
            tuples = later;
            let types = || parameter_types(table, table.columns.len(), rows);
            let name = ("upsert", table.name, rows);
            let statement = self.statement(name, || upsert_text(table, rows), types).await?;
            self.send(&statement, ledger, now.chunks(rows)).await?;
        }
        Ok(())
    }

    /// Runs a statement with these tuples' fields, time after time.
    async fn send<'t>(
        &self,
        statement: &Statement,
        ledger: Uuid,
        chunks: impl Iterator<Item = &'t [Tuple]>,
    ) -> Result<(), Error> {
        let sent = chunks.map(|chunk| async move {
            let mut params: Vec<&(dyn ToSql + Sync)> = vec![&ledger];
            for field in chunk.iter().flatten() {
                params.push(field);
            }
            self.transaction.execute_raw(statement, params).await
        });
        try_join_all(sent).await?;
        Ok(())
    }
}

/// How many tuples the next statement takes when so many are left: a full one, or the greatest
/// power of two, so that a table's statements have few lengths and are prepared once each.
fn statement_rows(left: usize) -> Option<usize> {
    if left == 0 {
        return None;
    }
    Some(UPSERT_ROWS_MAX.min(1 << left.ilog2()))
}

/// The ledger, and the first `width` columns of so many tuples.
fn parameter_types(table: &Table, width: usize, rows: usize) -> Vec<Type> {
    let mut types = vec![Type::UUID];
    for _ in 0..rows {
        types.extend(table.columns[..width].iter().map(|(_, kind)| kind.sql_type()));
    }
    types
}

/// The statement that deletes the tuple with a key.
pub(crate) fn delete_text(table: &Table) -> String {
    let mut sql = format!("DELETE FROM {} WHERE ledger_id = $1", table.name);
    for (place, (name, _)) in table.columns[..table.key].iter().enumerate() {
        sql.push_str(&format!(" AND {name} = ${}", place + 2));
    }
    sql
}

/// The statement that writes so many tuples.
fn upsert_text(table: &Table, rows: usize) -> String {
    let mut sql = format!("INSERT INTO {} (ledger_id, {}) VALUES ", table.name, columns(table));
    let width = table.columns.len();
    for row in 0..rows {
        sql.push_str(if row == 0 { "($1" } else { ", ($1" });
        for column in 0..width {
            sql.push_str(&format!(", ${}", row * width + column + 2));
        }
        sql.push(')');
    }
    let key: Vec<&str> = table.columns[..table.key].iter().map(|(name, _)| *name).collect();
    let rest: Vec<String> = table.columns[table.key..]
        .iter()
        .map(|(name, _)| format!("{name} = excluded.{name}"))
        .collect();
    sql.push_str(&format!(" ON CONFLICT (ledger_id, {}) DO ", key.join(", ")));
    if rest.is_empty() {
        sql.push_str("NOTHING");
    } else {
        sql.push_str(&format!("UPDATE SET {}", rest.join(", ")));
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::{UPSERT_ROWS_MAX, delete_text, statement_rows, upsert_text};
    use crate::view::{Kind, Table};

    #[test]
    fn any_number_of_tuples_goes_in_statements_of_few_lengths() {
        for tuples in 0..1_000 {
            let mut left = tuples;
            let mut lengths = Vec::new();
            while let Some(rows) = statement_rows(left) {
                assert!(rows.is_power_of_two() && rows <= UPSERT_ROWS_MAX);
                lengths.push(rows);
                left -= rows;
            }
            assert_eq!(lengths.iter().sum::<usize>(), tuples);
            let short = lengths.iter().filter(|rows| **rows < UPSERT_ROWS_MAX).count();
            assert!(short <= 6, "{tuples} go in {lengths:?}");
        }
    }

    #[test]
    fn the_ledger_is_the_first_parameter_of_every_statement() {
        let columns = &[("thing_id", Kind::Id), ("word", Kind::Text)];
        let pairs = Table { name: "pairs", columns, key: 2 };
        let things = Table { name: "things", columns, key: 1 };
        assert_eq!(
            upsert_text(&pairs, 2),
            "INSERT INTO pairs (ledger_id, thing_id, word) VALUES ($1, $2, $3), ($1, $4, $5) \
             ON CONFLICT (ledger_id, thing_id, word) DO NOTHING"
        );
        assert_eq!(
            upsert_text(&things, 1),
            "INSERT INTO things (ledger_id, thing_id, word) VALUES ($1, $2, $3) \
             ON CONFLICT (ledger_id, thing_id) DO UPDATE SET word = excluded.word"
        );
        assert_eq!(
            delete_text(&pairs),
            "DELETE FROM pairs WHERE ledger_id = $1 AND thing_id = $2 AND word = $3"
        );
    }
}
