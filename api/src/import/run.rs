//! Carries a file out, row by row and in order, or says what would happen.

use super::charset::Upload;
use super::contact::LeftOut;
use super::legacy::report::{OwnerRowResult, OwnersReport};
use super::mapping::Mapping;
use super::row::Row;
use super::{Line, contact_csv, row, vcard};
use crate::error::{FieldError, Problem};
use crate::extract::order::execute;
use crate::start::accounts::step_key;
use crate::state::AppState;
use domain::ledger::Imported;
use domain::{Circumstances, Command, LedgerId, Outcome, Rejection};
use event_store::{ExecuteError, IdempotencyKey, Keys, Rehearsal, Submission};
use futures_util::StreamExt;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// How many rows are under way at once; they are decided in their order all the same.
pub(super) const UNDER_WAY_MAX: usize = 64;

/// A file to import: whose it is, and how.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) ledger: LedgerId,
    pub(crate) circumstances: Circumstances,
    pub(crate) idempotency: Option<IdempotencyKey>,
    pub(crate) dry_run: bool,
}

/// What is in it.
#[derive(Debug)]
pub(crate) enum Content {
    /// A CSV of jobs and owners; without a mapping, its columns are guessed.
    Jobs(String, Option<Box<Mapping>>),
    /// A CSV of contacts.
    Contacts(Upload),
    /// vCards.
    Cards(Upload),
}

/// What became of a file.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ImportReport {
    /// Nothing was changed; this is what would happen.
    pub(crate) dry_run: bool,
    /// How many rows the file has beside its header, or how many cards.
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
    /// Of a file of owners: how they come over, and who keeps which email.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owners: Option<OwnersReport>,
    /// Up to where the ledger has to be read to see it all.
    #[serde(skip)]
    pub(crate) position: Option<u64>,
    /// On which line each contact of an address book stands first.
    #[serde(skip)]
    cards: HashMap<Uuid, u64>,
}

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowResult {
    /// The line in the file on which the row or card begins; the file's first is 1.
    pub(crate) line: u64,
    /// What became of it.
    pub(crate) result: RowOutcome,
    /// The job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job_id: Option<Uuid>,
    /// The card's contact, or the row's owner if it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact_id: Option<Uuid>,
    /// The field that is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// The code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<&'static str>,
    /// Why the row is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What the card says and the new contact does not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) left_out: Vec<LeftOut>,
    /// The line of an earlier card that is the same contact; nothing of this one was taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) same_as_line: Option<u64>,
    /// What became of a row of a file of owners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<OwnerRowResult>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowOutcome {
    /// Its job or contact is new.
    Created,
    /// Its job or contact was there and stays as it is.
    AlreadyThere,
    /// It was not taken.
    Failed,
}

/// What a row is about, beside its command.
struct About {
    line: u64,
    job: Option<Uuid>,
    contact: Option<Uuid>,
    left_out: Vec<LeftOut>,
}

impl About {
    /// A row that cannot be read is about nothing.
    fn nothing(line: u64) -> Self {
        Self { line, job: None, contact: None, left_out: Vec::new() }
    }

    fn of(line: u64, row: Row) -> (Self, Command) {
        let Row { command, job, contact, left_out } = row;
        let (job, contact) = (job.map(|job| job.0), contact.map(|contact| contact.0));
        (Self { line, job, contact, left_out }, command)
    }
}

/// Imports the file, or rehearses it.
pub(crate) async fn run(
    app: &AppState,
    file: File,
    content: Content,
) -> Result<ImportReport, Problem> {
    let (keys, ledger) = (Arc::clone(app.store().reader().keys()), file.ledger);
    // Ten thousand rows take a while to read, and others want to be answered meanwhile.
    let read = tokio::task::spawn_blocking(move || lines(content, &keys, ledger));
    let lines = read.await.map_err(|_panic| Problem::internal())??;
    let mut report = ImportReport::new(file.dry_run, lines.len());
    if file.dry_run {
        rehearse(app, &file, lines, &mut report).await?;
    } else {
        carry_out(app, &file, lines, &mut report).await?;
    }
    Ok(report)
}

/// Reads the file's rows or cards.
fn lines(content: Content, keys: &Keys, ledger: LedgerId) -> Result<Vec<Line>, Problem> {
    match content {
        Content::Jobs(text, mapping) => {
            row::lines(&text, mapping.map(|mapping| *mapping), keys, ledger)
        }
        Content::Contacts(upload) => contact_csv::lines(&upload, keys, ledger),
        Content::Cards(upload) => Ok(vcard::lines(&upload, keys, ledger)?),
    }
}

async fn carry_out(
    app: &AppState,
    file: &File,
    lines: Vec<Line>,
    report: &mut ImportReport,
) -> Result<(), Problem> {
    let run = |line: Line| async move {
        let Line { number, row } = line;
        let (about, command) = match row {
            Err(refused) => {
                return Ok((About::nothing(number), Err(Failed::from(refused)), None));
            }
            Ok(row) => About::of(number, row),
        };
        let mut submission = Submission::new(file.ledger, command, file.circumstances.clone());
        submission.idempotency =
            file.idempotency.map(|key| step_key(&key, &format!("line {number}")));
        match execute(app, submission).await {
            Ok(applied) => Ok((about, Ok(applied.outcome), Some(applied.position))),
            Err(ExecuteError::Rejected(rejection)) => Ok((about, Err(rejection.into()), None)),
            Err(error) => Err(Problem::from(error)),
        }
    };
    let mut lines = lines.into_iter();
    // The first row goes alone: if it finds that the key was used for another file, none follows.
    for line in lines.by_ref() {
        let (about, outcome, position) = run(line).await?;
        let applied = outcome.is_ok();
        report.position = position.max(report.position);
        report.add(about, outcome);
        if applied {
            break;
        }
    }
    let mut rest = futures_util::stream::iter(lines.map(run)).buffered(UNDER_WAY_MAX);
    while let Some(ended) = rest.next().await {
        let (about, outcome, position) = ended?;
        report.position = position.max(report.position);
        report.add(about, outcome);
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
            Err(refused) => places.push((About::nothing(number), Some(refused))),
            Ok(row) => {
                let (about, command) = About::of(number, row);
                places.push((about, None));
                let circumstances = file.circumstances.clone();
                submissions.push(Submission::new(file.ledger, command, circumstances));
            }
        }
    }
    let rehearsed = app.store().rehearse(file.ledger, submissions, Rehearsal::InOrder).await?;
    let mut outcomes = rehearsed.into_iter();
    for (about, unreadable) in places {
        if let Some(refused) = unreadable {
            report.add(about, Err(refused.into()));
        } else {
            let outcome = outcomes.next().ok_or_else(Problem::internal)?;
            let outcome = outcome.map(|decision| decision.outcome);
            report.add(about, outcome.map_err(Failed::from));
        }
    }
    Ok(())
}

/// Why a row is not taken.
pub(super) struct Failed {
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

impl RowResult {
    /// A row of which nothing more is to be told.
    pub(super) fn of(line: u64, result: RowOutcome) -> Self {
        Self {
            line,
            result,
            job_id: None,
            contact_id: None,
            field: None,
            code: None,
            reason: None,
            left_out: Vec::new(),
            same_as_line: None,
            owner: None,
        }
    }

    pub(super) fn failed(line: u64, failed: Failed) -> Self {
        let Failed { field, code, reason } = failed;
        let (code, reason) = (Some(code), Some(reason));
        Self { field, code, reason, ..Self::of(line, RowOutcome::Failed) }
    }
}

impl ImportReport {
    /// Of which nothing is told yet.
    pub(super) fn new(dry_run: bool, rows: usize) -> Self {
        Self { dry_run, rows, ..Self::default() }
    }

    fn add(&mut self, about: About, outcome: Result<Outcome, Failed>) {
        let About { line, job, contact, mut left_out } = about;
        let (result, failed) = match outcome {
            Ok(Outcome::Imported { job: Imported::Created, owner }) => {
                self.created_jobs += 1;
                self.created_contacts += usize::from(owner == Some(Imported::Created));
                (RowOutcome::Created, None)
            }
            Ok(Outcome::ImportedContact(Imported::Created)) => {
                self.created_contacts += 1;
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
        let is_card = job.is_none();
        let taken = result != RowOutcome::Failed;
        let created = result == RowOutcome::Created;
        let job_id = job.filter(|_| taken);
        // Of a job that was there nobody looked at the row's owner.
        let contact_id = contact.filter(|_| created || is_card && taken);
        let same_as_line = contact_id.filter(|_| is_card).and_then(|contact| {
            let first = *self.cards.entry(contact).or_insert(line);
            (first != line).then_some(first)
        });
        if !created {
            left_out.clear();
        }
        let row = match failed {
            Some(failed) => RowResult::failed(line, failed),
            None => RowResult::of(line, result),
        };
        self.results.push(RowResult { job_id, contact_id, left_out, same_as_line, ..row });
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
