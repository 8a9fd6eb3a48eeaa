//! A turn in one statement: events of one ledger, and the rows that go with them.
//!
//! Rows go as arrays, a column each: however many there are, the statement is the same.

use crate::rows::{AppendRow, EventRow, HeadUpdate, Value};
use std::fmt::Write as _;

/// Locks the head if it is where it is assumed to be and nobody else holds it, and moves it. What
/// else is written is written if this was.
const HEAD: &str = "WITH moved AS (UPDATE ledgers SET head = $2, frontier = $3, recorded_at = $4 \
     WHERE ledger_id = $1 AND ctid = (SELECT ctid FROM ledgers \
          WHERE ledger_id = $1 AND head = $5 FOR NO KEY UPDATE SKIP LOCKED) \
     RETURNING 1)";

/// Such a statement. It is a transaction of its own.
pub(crate) struct Append<'a> {
    sql: String,
    params: Vec<Value<'a>>,
}

impl<'a> Append<'a> {
    /// Begins one: from where the head is assumed to be to where it moves.
    pub(crate) fn new(assumed: i64, head: &'a HeadUpdate) -> Self {
        let HeadUpdate { ledger_id, head, frontier, recorded_at } = head;
        let params: [Value<'a>; 5] = [
            Box::new(ledger_id),
            Box::new(head),
            Box::new(frontier),
            Box::new(recorded_at),
            Box::new(assumed),
        ];
        let mut append = Self { sql: String::with_capacity(1_536), params: params.into() };
        append.sql.push_str(HEAD);
        append
    }

    /// Rows of that ledger that go with the events. None of these may need another to be written before.
    pub(crate) fn rows<R: AppendRow>(&mut self, rows: &'a [R]) {
        if !rows.is_empty() {
            let name = self.params.len();
            self.write(format_args!(", with_{name} AS ("));
            self.insert(rows);
            self.sql.push(')');
        }
    }

    /// Claims that are released.
    pub(crate) fn release(&mut self, email_hashes: Vec<&'a [u8]>) {
        if !email_hashes.is_empty() {
            self.params.push(Box::new(email_hashes));
            let hashes = self.params.len();
            self.write(format_args!(
                ", without_{hashes} AS (DELETE FROM primary_email_claims USING moved \
                 WHERE ledger_id = $1 AND email_hash = ANY(${hashes}))"
            ));
        }
    }

    /// The events: the statement, whose count of rows tells whether it was done, and its parameters.
    pub(crate) fn events(mut self, events: &'a [EventRow]) -> (String, Vec<Value<'a>>) {
        self.sql.push(' ');
        self.insert(events);
        (self.sql, self.params)
    }

    fn insert<R: AppendRow>(&mut self, rows: &'a [R]) {
        self.write(format_args!("INSERT INTO {} SELECT $1", R::INTO));
        for (ty, values) in R::ARRAYS.iter().zip(R::columns(rows)) {
            self.params.push(values);
            let number = self.params.len();
            self.write(format_args!(", unnest(${number}::{ty})"));
        }
        self.write(format_args!(" FROM moved{}", R::THEN));
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        if self.sql.write_fmt(text).is_err() {
            unreachable!("a String takes any text");
        }
    }
}
