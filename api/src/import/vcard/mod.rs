//! vCard files: 2.1, 3.0 and 4.0, as address books write them.
//!
//! [`lines`] joins and splits lines, [`value`] decodes values, [`card`] says what each property
//! means. Here cards begin and end. A card without an end ends where the next one begins; a card
//! within a card (2.1's `AGENT`) is passed over; lines outside of any card are told as one that
//! cannot be taken.

mod card;
mod lines;
mod value;

#[cfg(test)]
mod tests;

pub(crate) use card::address;

use super::charset::Upload;
use super::contact::Found;
use super::{Line, ROWS_MAX, TooManyRows};
use crate::error::FieldError;
use card::Card;
use domain::LedgerId;
use event_store::Keys;
use lines::{Item, Property, Reader};

/// Reads the cards of a file, each as a command or the reason why not.
pub(crate) fn lines(
    upload: &Upload,
    keys: &Keys,
    ledger: LedgerId,
) -> Result<Vec<Line>, TooManyRows> {
    let read = |(number, found): Entry| Line {
        number,
        row: found.and_then(|found| found.row(keys, ledger)),
    };
    Ok(cards(upload)?.into_iter().map(read).collect())
}

/// Somebody on a line, or why nobody is there.
type Entry = (u64, Result<Found, FieldError>);

fn cards(upload: &Upload) -> Result<Vec<Entry>, TooManyRows> {
    let source = upload.source();
    let mut reader = Reader::new(&source.bytes);
    let mut book = Book::default();
    while let Some(item) = reader.next() {
        if book.entries.len() > ROWS_MAX {
            return Err(TooManyRows);
        }
        match item {
            Item::Nonsense { line } => book.nonsense(line),
            Item::Property(property) if property.is("BEGIN", "VCARD") => {
                reader.folds_at_spaces = false;
                book.begin(property.line);
            }
            Item::Property(property) if property.is("END", "VCARD") => book.end(property.line),
            Item::Property(property) => {
                if property.name == "VERSION" {
                    reader.folds_at_spaces = property.is("VERSION", "2.1");
                }
                book.has_agent = property.name == "AGENT" && property.value.trim_ascii().is_empty();
                match &mut book.card {
                    Some(_) if book.within > 0 => {}
                    Some(card) => card.take(&property, &source),
                    None => book.stray(property.line),
                }
            }
        }
    }
    book.abandon();
    if book.entries.len() > ROWS_MAX { Err(TooManyRows) } else { Ok(book.entries) }
}

impl Property {
    fn is(&self, name: &str, value: &str) -> bool {
        self.name == name && self.value.trim_ascii().eq_ignore_ascii_case(value.as_bytes())
    }
}

/// The cards so far.
#[derive(Debug, Default)]
struct Book {
    entries: Vec<Entry>,
    card: Option<Card>,
    /// The last property was an agent, whose own card follows.
    has_agent: bool,
    /// How deep the card stands that is passed over.
    within: usize,
    /// The last line belonged to no card either.
    is_astray: bool,
}

impl Book {
    fn begin(&mut self, line: u64) {
        if self.card.is_some() && self.has_agent {
            self.within += 1;
        } else {
            self.abandon();
            self.card = Some(Card::new(line));
        }
        self.has_agent = false;
        self.is_astray = false;
    }

    fn end(&mut self, line: u64) {
        self.has_agent = false;
        if self.within > 0 {
            self.within -= 1;
        } else if let Some(card) = self.card.take() {
            self.add(card);
        } else {
            self.stray(line);
        }
    }

    /// Ends a card that does not say so.
    fn abandon(&mut self) {
        self.within = 0;
        if let Some(mut card) = self.card.take() {
            let reason = "is missing; the card was read as far as it goes";
            card.found.leave_out(card.line, "END", &reason);
            self.add(card);
        }
    }

    fn add(&mut self, card: Card) {
        let line = card.line;
        let found = if card.is_group {
            let reason = "is a group of contacts, and no contact".to_owned();
            Err(FieldError { field: "KIND".to_owned(), reason })
        } else {
            Ok(card.finished())
        };
        self.entries.push((line, found));
    }

    fn nonsense(&mut self, line: u64) {
        self.has_agent = false;
        match &mut self.card {
            Some(_) if self.within > 0 => {}
            Some(card) => card.found.leave_out(line, "line", &"is no property of a vCard"),
            None => self.stray(line),
        }
    }

    /// A line that belongs to no card; those that follow it are not told one by one.
    fn stray(&mut self, line: u64) {
        if !self.is_astray {
            let reason = "is missing: what stands here belongs to no card".to_owned();
            self.entries.push((line, Err(FieldError { field: "BEGIN".to_owned(), reason })));
        }
        self.is_astray = true;
    }
}
