//! Reads one row: a job and, if it names one, its owner.

use super::contact::{LeftOut, on_one_line};
use super::identity::{job_key, owner_key};
use super::mapping::{Columns, Mapping};
use super::{Line, ROWS_MAX, TooManyRows, line_of};
use crate::error::{FieldError, Problem};
use crate::input::Door;
use domain::contact::ContactDetails;
use domain::job::JobDetails;
use domain::text::{JobName, PersonName, PostalAddress, Reference};
use domain::{Command, ContactId, EmailAddress, JobId, LedgerId, PhoneNumber};
use event_store::Keys;
use std::fmt::Display;

/// What people type where there is nothing to say.
pub(super) const PLACEHOLDERS: [&str; 5] = ["NONE", "N/A", "-", "NA", "SAME"];

/// A row as a command, and the ids that it is about.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) command: Command,
    pub(crate) job: Option<JobId>,
    pub(crate) contact: Option<ContactId>,
    /// What a card says and a contact does not hold.
    pub(crate) left_out: Vec<LeftOut>,
}

/// Reads the rows of a file of jobs; without a mapping, its columns are guessed.
pub(crate) fn lines(
    content: &str,
    mapping: Option<Mapping>,
    keys: &Keys,
    ledger: LedgerId,
) -> Result<Vec<Line>, Problem> {
    let text = content.strip_prefix('\u{feff}').unwrap_or(content);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let mut door = Door::default();
    let header =
        door.take("content", reader.headers().cloned().map_err(|_not_csv| "must be a CSV file"));
    let columns = header.as_ref().and_then(|header| {
        mapping.unwrap_or_else(|| Mapping::guess(header)).columns(header, &mut door)
    });
    let columns: Columns = door.build(|| columns)?;
    let mut lines = Vec::new();
    for record in reader.into_records() {
        if lines.len() == ROWS_MAX {
            return Err(TooManyRows.into());
        }
        let Ok(record) = record else {
            let mut door = Door::default();
            door.refuse("content", &"must be a CSV file");
            return door.build(|| None);
        };
        let number = line_of(text, &record);
        lines.push(Line { number, row: read(&record, &columns, keys, ledger) });
    }
    Ok(lines)
}

/// Reads a row, or says which of its fields is not taken and why.
fn read(
    record: &csv::StringRecord,
    columns: &Columns,
    keys: &Keys,
    ledger: LedgerId,
) -> Result<Row, FieldError> {
    if record.len() != columns.count {
        let reason = format!("must have {} columns and has {}", columns.count, record.len());
        return Err(FieldError { field: "row".to_owned(), reason });
    }
    let cells = Cells { record };
    let details = JobDetails {
        name: taken("job_name", JobName::parse(&cells.joined(&columns.job_name)))?,
        reference: cells.parsed("job_reference", columns.job_reference, Reference::parse)?,
        site: some(cells.joined(&columns.job_site))
            .map(|site| taken("job_site", PostalAddress::parse(&site)))
            .transpose()?,
    };
    let reference = details.reference.as_ref().map(Reference::as_str);
    let job = JobId(keys.import_id(ledger, "job", &job_key(reference, record)));
    let owner = cells.owner(columns)?.map(|owner| {
        let business = columns.owner_business_name.and_then(|column| cells.cell(column));
        let id = keys.import_id(ledger, "contact", &owner_key(&owner, business.as_deref()));
        (ContactId(id), owner)
    });
    let contact = owner.as_ref().map(|(contact, _)| *contact);
    let command = Command::ImportRow { job, details, owner };
    Ok(Row { command, job: Some(job), contact, left_out: Vec::new() })
}

pub(super) fn taken<T, E: Display>(field: &str, parsed: Result<T, E>) -> Result<T, FieldError> {
    parsed.map_err(|reason| FieldError { field: field.to_owned(), reason: reason.to_string() })
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

struct Cells<'a> {
    record: &'a csv::StringRecord,
}

impl Cells<'_> {
    /// The cell's text on one line, unless it says nothing.
    fn cell(&self, column: usize) -> Option<String> {
        on_one_line(self.record.get(column)?)
    }

    fn joined(&self, columns: &[usize]) -> String {
        let cells: Vec<String> = columns.iter().filter_map(|column| self.cell(*column)).collect();
        cells.join(", ")
    }

    fn parsed<T, E: Display>(
        &self,
        field: &str,
        column: Option<usize>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, FieldError> {
        let text = column.and_then(|column| self.cell(column));
        text.map(|text| taken(field, parse(&text))).transpose()
    }

    /// The owner: by the whole name, else first and last, else the business; else there is none.
    fn owner(&self, columns: &Columns) -> Result<Option<ContactDetails>, FieldError> {
        let cell = |column: Option<usize>| column.and_then(|column| self.cell(column));
        let parts = [cell(columns.owner_first_name), cell(columns.owner_last_name)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let (field, name) = if let Some(name) = cell(columns.owner_name) {
            ("owner_name", name)
        } else if !parts.is_empty() {
            ("owner_last_name", parts.join(" "))
        } else if let Some(name) = cell(columns.owner_business_name) {
            ("owner_business_name", name)
        } else {
            return Ok(None);
        };
        let phone = self.parsed("owner_phone", columns.owner_phone, PhoneNumber::parse)?;
        Ok(Some(ContactDetails {
            title: None,
            name: taken(field, PersonName::parse(&name))?,
            primary_email: self.parsed("owner_email", columns.owner_email, EmailAddress::parse)?,
            additional_emails: Vec::new(),
            phones: phone.into_iter().collect(),
            address: self.parsed("owner_address", columns.owner_address, PostalAddress::parse)?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::mapping::Mapping;
    use crate::input::Door;
    use event_store::MasterKey;

    const HEADER: [&str; 6] = [
        "job_name",
        "job_number",
        "owner_name",
        "owner_business_name",
        "owner_phone",
        "owner_email",
    ];

    fn read_row(cells: &[&str]) -> Result<Row, FieldError> {
        let header = csv::StringRecord::from(HEADER.to_vec());
        let columns = Mapping::guess(&header).columns(&header, &mut Door::default());
        let keys = Keys::derive(&MasterKey::generate().expect("random bytes"));
        let record = csv::StringRecord::from(cells.to_vec());
        read(&record, &columns.expect("columns"), &keys, LedgerId::INSTALLATION)
    }

    #[test]
    fn a_placeholder_is_no_value() {
        let row = read_row(&["Barn", "7", "n/a", "NONE", "-", "same"]).expect("reads");
        assert_eq!(row.contact, None);
    }

    #[test]
    fn the_business_stands_in_for_a_missing_name() {
        assert!(read_row(&["Barn", "7", "", "Elm LLC", "", ""]).expect("reads").contact.is_some());
    }

    #[test]
    fn a_bad_row_names_its_field_and_not_its_value() {
        let refused = |cells: &[&str]| read_row(cells).expect_err("refused");
        assert_eq!(refused(&["", "7", "Ada", "", "", ""]).field, "job_name");
        let email = refused(&["Barn", "7", "Ada", "", "", "ada at home"]);
        assert_eq!((&*email.field, &*email.reason), ("owner_email", "must have exactly one @"));
        assert_eq!(refused(&["Barn", "7"]).reason, "must have 6 columns and has 2");
    }

    #[test]
    fn a_phone_that_is_no_number_is_kept() {
        let row = read_row(&["Barn", "7", "Ada", "", "ask at the site", ""]).expect("reads");
        let Command::ImportRow { owner: Some((_, owner)), .. } = row.command else {
            panic!("no owner");
        };
        assert_eq!(owner.phones[0].typed(), "ask at the site");
    }
}
