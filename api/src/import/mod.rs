//! Files of jobs and owners, and of contacts: each row or card becomes one command.
//!
//! Jobs: [`mapping`] says which columns hold what, [`row`] reads a row. Contacts: [`vcard`] and
//! [`contact_csv`] read address books, whose letters [`charset`] knows, and [`contact`] makes of
//! somebody in them what a contact holds. Owners of an older system are [`legacy`]'s. [`identity`] tells what makes two rows the same job or
//! contact, and [`run`] carries a file out or rehearses it.

pub(crate) mod charset;
pub(crate) mod contact;
mod contact_csv;
pub(crate) mod identity;
pub(crate) mod legacy;
pub(crate) mod mapping;
pub(crate) mod row;
pub(crate) mod run;
mod vcard;

use crate::error::{FieldError, Problem};
use row::Row;

/// The most rows or cards of a file.
pub(crate) const ROWS_MAX: usize = 10_000;

/// A row or a card on its line.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) number: u64,
    pub(crate) row: Result<Row, FieldError>,
}

/// A file is longer than it may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooManyRows;

impl From<TooManyRows> for Problem {
    fn from(_: TooManyRows) -> Self {
        let detail = format!("The file has more than {ROWS_MAX} rows or cards.");
        Self::new("too_large", detail).field("content")
    }
}
