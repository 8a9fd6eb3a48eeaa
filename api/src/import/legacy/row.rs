//! Reads one row: an owner as the older system has them.

use super::mapping::OwnerColumns;
use super::moment::moment;
use crate::error::FieldError;
use crate::import::contact::{Found, LeftOut, Value, on_one_line};
use crate::import::identity::job_key;
use crate::import::row::taken;
use csv::StringRecord;
use domain::contact::Activity;
use domain::ledger::LegacyOwner;
use domain::text::Reference;
use domain::{ContactId, JobId, LedgerId, Timestamp};
use event_store::Keys;

/// The most jobs that one row names.
const JOBS_MAX: usize = 100;

/// An owner, and what the file says beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnerRow {
    pub(super) owner: LegacyOwner,
    /// The references of the jobs, in the owner's order.
    pub(super) jobs: Vec<String>,
    /// What the row says and the contact does not hold.
    pub(super) left_out: Vec<LeftOut>,
}

/// What is the same for each row of a file.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) columns: &'a OwnerColumns,
    pub(super) keys: &'a Keys,
    pub(super) ledger: LedgerId,
    /// No time lies after it.
    pub(super) latest: Timestamp,
}

struct Cells<'a> {
    record: &'a StringRecord,
    line: u64,
}

impl<'a> Cells<'a> {
    fn raw(&self, column: usize) -> &'a str {
        self.record.get(column).unwrap_or_default()
    }

    /// The cell's text on one line, unless it says nothing.
    fn cell(&self, column: Option<usize>) -> Option<String> {
        on_one_line(self.raw(column?))
    }

    /// The values of some cells, in their order.
    fn values(&self, field: &str, columns: &[usize], between: &[char]) -> Vec<Value> {
        let mut values = Vec::new();
        for text in columns.iter().flat_map(|column| self.raw(*column).split(between)) {
            let (line, field, text) = (self.line, field.to_owned(), text.to_owned());
            Value { line, field, text, rank: 0 }.join(&mut values);
        }
        values
    }
}

impl Reading<'_> {
    /// Reads a row, or says which of its fields is not taken and why.
    pub(super) fn read(&self, record: &StringRecord, line: u64) -> Result<OwnerRow, FieldError> {
        let columns = self.columns;
        if record.len() != columns.count {
            let reason = format!("must have {} columns and has {}", columns.count, record.len());
            return Err(FieldError { field: "row".to_owned(), reason });
        }
        let cells = Cells { record, line };
        let reference = cells.cell(Some(columns.reference)).unwrap_or_default();
        let reference = taken("reference", Reference::parse(&reference))?;
        let mut found = self.found(&cells);
        let details = found.details()?;
        let (is_active, activity) = self.activity(&cells)?;
        if is_active && details.primary_email.is_none() {
            let reason = "is not taken over: nobody is active without an email; \
                          the owner comes over as not invited";
            found.leave_out(line, "activated", &reason);
        }
        let person = details.primary_email.as_ref().filter(|_| is_active);
        let person = person.map(|email| self.keys.imported_person(email));
        let jobs = self.jobs(&cells)?;
        let key = format!("reference\u{1f}{}", reference.as_str());
        let contact = ContactId(self.keys.import_id(self.ledger, "legacy owner", &key));
        let ids = jobs
            .iter()
            .map(|job| JobId(self.keys.import_id(self.ledger, "job", &job_key(Some(job), record))));
        let jobs_ids = ids.collect();
        let owner = LegacyOwner { contact, reference, details, person, activity, jobs: jobs_ids };
        Ok(OwnerRow { owner, jobs, left_out: found.told("row") })
    }

    /// The whole name wins over its parts.
    fn found(&self, cells: &Cells<'_>) -> Found {
        let columns = self.columns;
        let mut found = Found {
            emails: cells.values("emails", &columns.emails, &[';', ',', '\n']),
            phones: cells.values("phones", &columns.phones, &[';', '\n']),
            ..Found::default()
        };
        let value = |field: &str, text: String| {
            let (line, field) = (cells.line, field.to_owned());
            Value { line, field, text, rank: 0 }
        };
        let parts = [cells.cell(columns.first_name), cells.cell(columns.last_name)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if let Some(name) = cells.cell(columns.name) {
            value("name", name).join(&mut found.names);
        } else if !parts.is_empty() {
            value("last_name", parts.join(" ")).join(&mut found.names);
        }
        let address = if let [one] = columns.address[..] {
            // With its lines.
            cells.raw(one).to_owned()
        } else {
            let parts = columns.address.iter().filter_map(|column| cells.cell(Some(*column)));
            parts.collect::<Vec<_>>().join(", ")
        };
        value("address", address).join(&mut found.addresses);
        found
    }

    fn moment(&self, field: &str, typed: Option<&str>) -> Result<Option<Timestamp>, FieldError> {
        let at = typed.map(|typed| taken(field, moment(typed, self.latest))).transpose()?;
        Ok(at.flatten())
    }

    /// Whether the owner was active, and when.
    fn activity(&self, cells: &Cells<'_>) -> Result<(bool, Activity), FieldError> {
        let columns = self.columns;
        let last_login_at =
            self.moment("last_login_at", cells.cell(columns.last_login_at).as_deref())?;
        let activated_at =
            self.moment("activated_at", cells.cell(columns.activated_at).as_deref())?;
        let (is_active, since) = match (columns.activated, cells.cell(columns.activated)) {
            (None, _) => (activated_at.is_some(), None),
            (Some(_), None) => (false, None),
            (Some(_), Some(typed)) => self.activated(&typed)?,
        };
        let activated_at = activated_at.or(since);
        Ok((is_active, Activity { activated_at, last_login_at }))
    }

    /// Yes, no, or since when.
    fn activated(&self, typed: &str) -> Result<(bool, Option<Timestamp>), FieldError> {
        if let Some(is_active) = yes_or_no(typed) {
            return Ok((is_active, None));
        }
        let since = moment(typed, self.latest);
        let since = since.map_err(|_neither| "must be yes or no, or since when");
        let since = taken("activated", since)?;
        Ok((since.is_some(), since))
    }

    fn jobs(&self, cells: &Cells<'_>) -> Result<Vec<String>, FieldError> {
        let mut jobs: Vec<String> = Vec::new();
        let cell = self.columns.jobs.map(|column| cells.raw(column)).unwrap_or_default();
        for job in cell.split([';', ',', '\n']).filter_map(on_one_line) {
            let job = taken("jobs", Reference::parse(&job))?.as_str().to_owned();
            if !jobs.contains(&job) {
                jobs.push(job);
            }
            if jobs.len() > JOBS_MAX {
                let reason = format!("must be at most {JOBS_MAX} jobs");
                return Err(FieldError { field: "jobs".to_owned(), reason });
            }
        }
        Ok(jobs)
    }
}

fn yes_or_no(typed: &str) -> Option<bool> {
    match typed.to_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" | "x" | "active" | "activated" => Some(true),
        "no" | "n" | "false" | "f" | "0" | "inactive" | "not activated" | "never" => Some(false),
        _ => None,
    }
}
