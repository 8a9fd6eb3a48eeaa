//! Reads a file and puts its owners together who share a primary email.

use super::mapping::OwnerMapping;
use super::row::{OwnerRow, Reading};
use crate::error::{FieldError, Problem};
use crate::import::charset::Upload;
use crate::import::{ROWS_MAX, TooManyRows, line_of};
use crate::input::Door;
use domain::ledger::LegacyOwner;
use domain::{Command, ContactId, EmailAddress, LedgerId, Timestamp};
use event_store::Keys;
use std::collections::{BTreeMap, HashMap};

/// The most owners who share a primary email. More than that share no person's address, and one
/// append should not hold up the others.
pub(super) const SHARING_MAX: usize = 200;

/// A row that is no part of a group.
#[derive(Debug, Clone)]
pub(super) enum Apart {
    /// It cannot be taken.
    Refused(FieldError),
    /// An earlier row says the same.
    Twin { first: u64, contact: ContactId },
}

/// Owners who are decided together: all of the file with one primary email, or one without.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) rows: Vec<(u64, OwnerRow)>,
}

/// A file's rows.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
    pub(super) apart: Vec<(u64, Apart)>,
}

impl Group {
    /// The line of its first row.
    pub(super) fn line(&self) -> u64 {
        self.rows.first().map_or(0, |(line, _)| *line)
    }

    pub(super) fn command(&self) -> Command {
        let owners: Vec<LegacyOwner> = self.rows.iter().map(|(_, row)| row.owner.clone()).collect();
        Command::ImportOwners(owners)
    }
}

impl Groups {
    /// How many rows there are.
    pub(super) fn count(&self) -> usize {
        self.apart.len() + self.groups.iter().map(|group| group.rows.len()).sum::<usize>()
    }

    fn refuse(&mut self, line: u64, field: &str, reason: String) {
        let refused = FieldError { field: field.to_owned(), reason };
        self.apart.push((line, Apart::Refused(refused)));
    }
}

/// Reads the file; without a mapping, its columns have the names of the fields.
pub(super) fn read(
    upload: &Upload,
    mapping: Option<OwnerMapping>,
    keys: &Keys,
    ledger: LedgerId,
    latest: Timestamp,
) -> Result<Groups, Problem> {
    let text = upload.source().text();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let mut door = Door::default();
    let header =
        door.take("content", reader.headers().cloned().map_err(|_not_csv| "must be a CSV file"));
    let columns = header.as_ref().and_then(|header| {
        let mapping = mapping.unwrap_or_else(|| OwnerMapping::by_name(header));
        mapping.columns(header, &mut door)
    });
    let columns = door.build(|| columns)?;
    let reading = Reading { columns: &columns, keys, ledger, latest };
    let mut read = Groups::default();
    let mut rows = Vec::new();
    for record in reader.into_records() {
        if rows.len() + read.apart.len() == ROWS_MAX {
            return Err(TooManyRows.into());
        }
        let Ok(record) = record else {
            let mut door = Door::default();
            door.refuse("content", &"must be a CSV file");
            return door.build(|| None);
        };
        let line = line_of(&text, &record);
        match reading.read(&record, line) {
            Ok(row) => rows.push((line, row)),
            Err(refused) => read.apart.push((line, Apart::Refused(refused))),
        }
    }
    read.gather(rows);
    Ok(read)
}

impl Groups {
    /// The order of rows must not decide: of two that call different owners the same, none is
    /// taken.
    fn gather(&mut self, rows: Vec<(u64, OwnerRow)>) {
        let mut by_contact: BTreeMap<ContactId, Vec<(u64, OwnerRow)>> = BTreeMap::new();
        for (line, row) in rows {
            by_contact.entry(row.owner.contact).or_default().push((line, row));
        }
        let mut kept = Vec::new();
        for (contact, mut rows) in by_contact {
            let alike = rows.windows(2).all(|pair| pair[0].1.owner == pair[1].1.owner);
            if alike {
                let first = rows.remove(0);
                let twin = Apart::Twin { first: first.0, contact };
                self.apart.extend(rows.into_iter().map(|(line, _)| (line, twin.clone())));
                kept.push(first);
                continue;
            }
            let lines: Vec<String> = rows.iter().map(|(line, _)| line.to_string()).collect();
            let reason = format!("is the same on lines {}, which differ", lines.join(", "));
            for (line, _) in rows {
                self.refuse(line, "reference", reason.clone());
            }
        }
        kept.sort_by_key(|(line, _)| *line);
        self.group(kept);
    }

    fn group(&mut self, rows: Vec<(u64, OwnerRow)>) {
        let mut groups: Vec<Group> = Vec::new();
        let mut by_email: HashMap<String, usize> = HashMap::new();
        for (line, row) in rows {
            let email = row.owner.details.primary_email.as_ref().map(EmailAddress::normal);
            let place =
                email.map(|email| *by_email.entry(email.to_owned()).or_insert(groups.len()));
            match place.and_then(|place| groups.get_mut(place)) {
                Some(group) => group.rows.push((line, row)),
                None => groups.push(Group { rows: vec![(line, row)] }),
            }
        }
        for group in groups {
            if group.rows.len() <= SHARING_MAX {
                self.groups.push(group);
                continue;
            }
            for (line, _) in group.rows {
                let reason = format!("have a first one that more than {SHARING_MAX} owners share");
                self.refuse(line, "emails", reason);
            }
        }
    }
}
