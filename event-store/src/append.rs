//! A turn in one statement: events of one ledger, and at most one row of each table that goes with them.

use crate::rows::{EventRow, HeadUpdate, Param, Row};
use std::fmt::Write as _;

/// Locks the head if it is where it is assumed to be and nobody else holds it, and moves it. What
/// else is written is written if this was.
const HEAD: &str = "WITH moved AS (UPDATE ledgers SET head = $2, frontier = $3, recorded_at = $4 \
     WHERE ledger_id = $1 AND ctid = (SELECT ctid FROM ledgers \
          WHERE ledger_id = $1 AND head = $5 FOR NO KEY UPDATE SKIP LOCKED) \
     RETURNING 1)";

/// What an event's columns are; parameters in a list of VALUES do not say so themselves.
const EVENT_TYPES: [&str; EventRow::WIDTH] =
    ["::uuid", "::bigint", "::uuid", "::bigint", "::text", "::timestamptz", "::text"];

/// Such a statement. It is a transaction of its own.
pub(crate) struct Append<'a> {
    sql: String,
    params: Vec<Param<'a>>,
}

impl<'a> Append<'a> {
    /// Begins one: from where the head is assumed to be to where it moves.
    pub(crate) fn new(assumed: &'a i64, head: &'a HeadUpdate) -> Self {
        let mut append = Self { sql: String::with_capacity(1_536), params: Vec::with_capacity(48) };
        append.sql.push_str(HEAD);
        head.params(&mut append.params);
        append.params.push(assumed);
        append
    }

    /// Rows that go with the events. None of these may need another to be written before.
    pub(crate) fn rows<R: Row>(&mut self, rows: &'a [R]) {
        for row in rows {
            let name = self.params.len();
            self.write(format_args!(", with_{name} AS (INSERT INTO {} SELECT ", R::INTO));
            self.values(row, &[]);
            self.write(format_args!(" FROM moved{})", R::THEN));
        }
    }

    /// Claims that are released.
    pub(crate) fn release(&mut self, email_hashes: impl Iterator<Item = &'a Vec<u8>>) {
        for hash in email_hashes {
            self.params.push(hash);
            let name = self.params.len();
            self.write(format_args!(
                ", without_{name} AS (DELETE FROM primary_email_claims USING moved \
                 WHERE ledger_id = $1 AND email_hash = ${name})"
            ));
        }
    }

    /// The events: the statement, whose count of rows tells whether it was done, and its parameters.
    pub(crate) fn events(mut self, events: &'a [EventRow]) -> (String, Vec<Param<'a>>) {
        self.write(format_args!(" INSERT INTO {} SELECT ", EventRow::INTO));
        if let [only] = events {
            self.values(only, &[]);
            self.sql.push_str(" FROM moved");
        } else {
            self.sql.push_str("new.* FROM moved, (VALUES ");
            for (row, event) in events.iter().enumerate() {
                self.sql.push_str(if row == 0 { "(" } else { "), (" });
                self.values(event, &EVENT_TYPES);
            }
            self.sql.push_str(")) AS new");
        }
        (self.sql, self.params)
    }

    fn values<R: Row>(&mut self, row: &'a R, types: &[&str]) {
        let first = self.params.len();
        row.params(&mut self.params);
        for column in 0..self.params.len() - first {
            let comma = if column == 0 { "" } else { ", " };
            let ty = types.get(column).unwrap_or(&"");
            self.write(format_args!("{comma}${}{ty}", first + column + 1));
        }
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        if self.sql.write_fmt(text).is_err() {
            unreachable!("a String takes any text");
        }
    }
}
