//! The tuples of a view's table as they are stored, gone through beside those that the events give.

use crate::ViewError;
use crate::view::{AnyView, Field, Table, Tuple, columns};
use domain::LedgerId;
use futures_util::StreamExt;
use std::cmp::Ordering;
use std::pin::Pin;
use tokio_postgres::{RowStream, Transaction};

/// How a tuple stands against what is stored under its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is stored as it is.
    Same,
    /// Another one is stored.
    Changed,
    /// None is.
    Missing,
}

/// The tuples of one table and ledger that are there, in the order of their keys.
pub(crate) struct StoredTuples<'a> {
    view: &'static dyn AnyView,
    pub(crate) table: &'a Table,
    rows: Pin<Box<RowStream>>,
    next: Option<Tuple>,
}

impl<'a> StoredTuples<'a> {
    pub(crate) async fn open(
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

    /// Goes on to the key of a tuple; told of the keys before it, which nobody asked for. The tuples
    /// come in the order of their keys.
    pub(crate) async fn find(
        &mut self,
        expected: &Tuple,
        mut extra: impl FnMut(&[Field]),
    ) -> Result<Found, ViewError> {
        let key = self.table.key;
        while let Some(there) = &self.next {
            match there[..key].cmp(&expected[..key]) {
                Ordering::Less => {
                    extra(&there[..key]);
                    self.step().await?;
                }
                Ordering::Equal => {
                    let found = if there == expected { Found::Same } else { Found::Changed };
                    self.step().await?;
                    return Ok(found);
                }
                Ordering::Greater => break,
            }
        }
        Ok(Found::Missing)
    }

    /// Goes on to the end; told of the keys that are left, which nobody asked for.
    pub(crate) async fn rest(&mut self, mut extra: impl FnMut(&[Field])) -> Result<(), ViewError> {
        while let Some(there) = &self.next {
            extra(&there[..self.table.key]);
            self.step().await?;
        }
        Ok(())
    }
}
