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

/// On which line of the text a record begins. The reader has it where the one before ended: the rest of
/// that line's end, as spreadsheets write it, and blank lines lie in between.
pub(crate) fn line_of(text: &str, record: &csv::StringRecord) -> u64 {
    let Some(at) = record.position() else { return 0 };
    let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let between = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let lines = between.filter(|byte| **byte == b'\n').count();
    at.line() + u64::try_from(lines).unwrap_or(0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_on_its_line_however_lines_end() {
        for (text, lines) in [
            ("a,b\n1,2\n3,4\n", [2, 3]),
            ("a,b\r\n1,2\r\n3,4\r\n", [2, 3]),
            ("a,b\n\n1,2\n\n\n3,4\n", [3, 6]),
            ("a,b\r\n\r\n1,\"2\r\n2\"\r\n3,4", [3, 5]),
        ] {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
            let told = reader.records().map(|record| line_of(text, &record.expect("a record")));
            assert_eq!(told.collect::<Vec<_>>(), lines, "{text:?}");
        }
    }
}
