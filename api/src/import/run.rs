//! Carries a file out, row by row and in order, or says what would happen.

use super::ROWS_MAX;
use super::mapping::{Columns, Mapping};
use super::row::{self, Row};
use crate::error::{FieldError, Problem};
use crate::extract::order::execute;
use crate::input::Door;
use crate::start::accounts::step_key;
use crate::state::AppState;
use domain::ledger::Imported;
use domain::{Circumstances, LedgerId, Outcome, Rejection};
use event_store::{Rehearsal, ExecuteError, IdempotencyKey, Keys, Submission};
use futures_util::StreamExt;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// How many rows are under way at once; they are decided in their order all the same.
const UNDER_WAY_MAX: usize = 64;

/// A file to import.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) content: String,
    pub(crate) mapping: Option<Mapping>,
    pub(crate) ledger: LedgerId,
    pub(crate) circumstances: Circumstances,
    pub(crate) idempotency: Option<IdempotencyKey>,
    pub(crate) dry_run: bool,
}

/// What became of a file.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ImportReport {
    /// Nothing was changed; this is what would happen.
    pub(crate) dry_run: bool,
    /// How many rows the file has beside its header.
    pub(crate) rows: usize,
    /// How many jobs are new.
    pub(crate) created_jobs: usize,
    /// How many contacts are new.
    pub(crate) created_contacts: usize,
    /// How many rows were there already.
    pub(crate) already_there: usize,
    /// How many rows were not taken.
    pub(crate) failed: usize,
    /// What became of each row.
    pub(crate) results: Vec<RowResult>,
    /// Up to where the ledger has to be read to see it all.
    #[serde(skip)]
    pub(crate) position: Option<u64>,
}

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowResult {
    /// The line in the file on which the row begins; the header is line 1.
    line: u64,
    /// What became of it.
    result: RowOutcome,
    /// The job.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<Uuid>,
    /// Its owner, if the row names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<Uuid>,
    /// The field that is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Why the row is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowOutcome {
    /// Its job is new.
    Created,
    /// Its job was there and stays as it is.
    AlreadyThere,
    /// It was not taken.
    Failed,
}

/// A row on its line.
struct Line {
    number: u64,
    row: Result<Row, FieldError>,
}

/// Imports the file, or rehearses it.
pub(crate) async fn run(app: &AppState, mut file: File) -> Result<ImportReport, Problem> {
    let (content, mapping) = (std::mem::take(&mut file.content), file.mapping.take());
    let (keys, ledger) = (Arc::clone(app.store().reader().keys()), file.ledger);
    // Ten thousand rows take a while to read, and others want to be answered meanwhile.
    let read = tokio::task::spawn_blocking(move || lines(&content, mapping, &keys, ledger));
    let lines = read.await.map_err(|_panic| Problem::internal())??;
    let mut report =
        ImportReport { dry_run: file.dry_run, rows: lines.len(), ..ImportReport::default() };
    if file.dry_run {
        rehearse(app, &file, lines, &mut report).await?;
    } else {
        carry_out(app, &file, lines, &mut report).await?;
    }
    Ok(report)
}

fn lines(
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
            let detail = format!("The file has more than {ROWS_MAX} rows.");
            return Err(Problem::new("too_large", detail).field("content"));
        }
        let Ok(record) = record else {
            let mut door = Door::default();
            door.refuse("content", &"must be a CSV file");
            return door.build(|| None);
        };
        let number = record.position().map_or(0, csv::Position::line);
        lines.push(Line { number, row: row::read(&record, &columns, keys, ledger) });
    }
    Ok(lines)
}

async fn carry_out(
    app: &AppState,
    file: &File,
    lines: Vec<Line>,
    report: &mut ImportReport,
) -> Result<(), Problem> {
    let run = |line: Line| async move {
        let Line { number, row } = line;
        let row = match row {
            Err(refused) => return Ok(((number, None), Err(Failed::from(refused)), None)),
            Ok(row) => row,
        };
        let about = (row.job.0, row.contact.map(|contact| contact.0));
        let mut submission = Submission::new(file.ledger, row.command, file.circumstances.clone());
        submission.idempotency =
            file.idempotency.map(|key| step_key(&key, &format!("line {number}")));
        let place = (number, Some(about));
        match execute(app, submission).await {
            Ok(applied) => Ok((place, Ok(applied.outcome), Some(applied.position))),
            Err(ExecuteError::Rejected(rejection)) => Ok((place, Err(rejection.into()), None)),
            Err(error) => Err(Problem::from(error)),
        }
    };
    let mut lines = lines.into_iter();
    // The first row goes alone: if it finds that the key was used for another file, none follows.
    for line in lines.by_ref() {
        let (place, outcome, position) = run(line).await?;
        let applied = outcome.is_ok();
        report.position = position.max(report.position);
        report.add(place, outcome);
        if applied {
            break;
        }
    }
    let mut rest = futures_util::stream::iter(lines.map(run)).buffered(UNDER_WAY_MAX);
    while let Some(ended) = rest.next().await {
        let (place, outcome, position) = ended?;
        report.position = position.max(report.position);
        report.add(place, outcome);
    }
    Ok(())
}

async fn rehearse(
    app: &AppState,
    file: &File,
    lines: Vec<Line>,
    report: &mut ImportReport,
) -> Result<(), Problem> {
    let mut places = Vec::new();
    let mut submissions = Vec::new();
    for Line { number, row } in lines {
        match row {
            Err(refused) => places.push((number, Err(refused))),
            Ok(row) => {
                let about = (row.job.0, row.contact.map(|contact| contact.0));
                places.push((number, Ok(about)));
                let circumstances = file.circumstances.clone();
                submissions.push(Submission::new(file.ledger, row.command, circumstances));
            }
        }
    }
    let mut outcomes = app.store().rehearse(file.ledger, submissions, Rehearsal::InOrder).await?.into_iter();
    for (number, about) in places {
        match about {
            Err(refused) => report.add((number, None), Err(refused.into())),
            Ok(about) => {
                let outcome = outcomes.next().ok_or_else(Problem::internal)?;
                let outcome = outcome.map(|decision| decision.outcome);
                report.add((number, Some(about)), outcome.map_err(Failed::from));
            }
        }
    }
    Ok(())
}

/// Why a row is not taken.
struct Failed {
    field: Option<String>,
    code: &'static str,
    reason: String,
}

impl From<FieldError> for Failed {
    fn from(FieldError { field, reason }: FieldError) -> Self {
        Self { field: Some(field), code: "invalid_request", reason }
    }
}

impl From<Rejection> for Failed {
    fn from(rejection: Rejection) -> Self {
        let refusal = rejection.refusal();
        Self { field: refusal.field.map(str::to_owned), code: refusal.code, reason: refusal.cause }
    }
}

impl ImportReport {
    fn add(
        &mut self,
        (line, about): (u64, Option<(Uuid, Option<Uuid>)>),
        outcome: Result<Outcome, Failed>,
    ) {
        let (job_id, contact_id) = (about.map(|about| about.0), about.and_then(|about| about.1));
        let (result, failed) = match outcome {
            Ok(Outcome::Imported { job: Imported::Created, owner }) => {
                self.created_jobs += 1;
                self.created_contacts += usize::from(owner == Some(Imported::Created));
                (RowOutcome::Created, None)
            }
            Ok(_) => {
                self.already_there += 1;
                (RowOutcome::AlreadyThere, None)
            }
            Err(failed) => {
                self.failed += 1;
                (RowOutcome::Failed, Some(failed))
            }
        };
        let (field, code, reason) = match failed {
            Some(Failed { field, code, reason }) => (field, Some(code), Some(reason)),
            None => (None, None, None),
        };
        // Of a job that was there nobody looked at the row's owner.
        let job_id = job_id.filter(|_| result != RowOutcome::Failed);
        let contact_id = contact_id.filter(|_| result == RowOutcome::Created);
        self.results.push(RowResult { line, result, job_id, contact_id, field, code, reason });
    }

    /// The rows that were not taken: line, field, reason.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (u64, &str, &str)> {
        self.results.iter().filter(|row| row.result == RowOutcome::Failed).map(|row| {
            let field = row.field.as_deref().unwrap_or("row");
            (row.line, field, row.reason.as_deref().unwrap_or_default())
        })
    }

    /// The contact that most of the rows name.
    pub(crate) fn busiest_contact(&self) -> Option<Uuid> {
        let mut rows: HashMap<Uuid, usize> = HashMap::new();
        for contact in self.results.iter().filter_map(|row| row.contact_id) {
            *rows.entry(contact).or_default() += 1;
        }
        rows.into_iter().max_by_key(|(contact, rows)| (*rows, *contact)).map(|(contact, _)| contact)
    }

    /// The contact that was told from this line.
    pub(crate) fn contact_on(&self, line: u64) -> Option<Uuid> {
        self.results.iter().find(|row| row.line == line).and_then(|row| row.contact_id)
    }

    /// The job that was told from this line.
    pub(crate) fn job_on(&self, line: u64) -> Option<Uuid> {
        self.results.iter().find(|row| row.line == line).and_then(|row| row.job_id)
    }
}
