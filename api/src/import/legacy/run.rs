//! Carries a file of owners out, email by email, or says what would happen.

use super::group::{Group, Groups, read};
use super::mapping::OwnerMapping;
use super::report::OwnersReport;
use crate::error::Problem;
use crate::extract::order::execute;
use crate::import::charset::Upload;
use crate::import::run::{File, ImportReport, UNDER_WAY_MAX};
use crate::start::accounts::step_key;
use crate::state::AppState;
use domain::{Outcome, Rejection};
use event_store::{ExecuteError, Rehearsal, Submission};
use futures_util::StreamExt;
use std::sync::Arc;

/// How far a clock may be ahead of ours: the hours between the first and the last time zone.
const CLOCK_AHEAD_HOURS: i64 = 26;

/// What became of a group: what it led to, or the refusal.
type Ended = (Group, Result<Outcome, Rejection>, Option<u64>);

/// Imports the file, or rehearses it.
pub(crate) async fn run(
    app: &AppState,
    file: File,
    upload: Upload,
    mapping: Option<OwnerMapping>,
) -> Result<ImportReport, Problem> {
    let (keys, ledger) = (Arc::clone(app.store().reader().keys()), file.ledger);
    let latest = app.store().now().plus_hours(CLOCK_AHEAD_HOURS);
    let read = tokio::task::spawn_blocking(move || read(&upload, mapping, &keys, ledger, latest));
    // Whether an address has a login plays no part: it is another builder's owner who has (R45). Such
    // an owner finds the contact waiting, and takes it or leaves it.
    let mut groups = read.await.map_err(|_panic| Problem::internal())??;
    for group in &mut groups.groups {
        name_persons(app, group).await?;
    }
    let mut report = ImportReport::new(file.dry_run, groups.count());
    report.owners = Some(OwnersReport::default());
    let Groups { groups, apart } = groups;
    for (line, apart) in apart {
        report.add_apart(line, apart);
    }
    if file.dry_run {
        rehearse(app, &file, groups, &mut report).await?;
    } else {
        carry_out(app, &file, groups, &mut report).await?;
    }
    report.results.sort_by_key(|row| row.line);
    Ok(report)
}

/// Says who the active owners are. The directory knows it where an address has been another person's
/// before, or a person has come to it from another one; elsewhere the address itself tells.
async fn name_persons(app: &AppState, group: &mut Group) -> Result<(), Problem> {
    for (_, row) in &mut group.rows {
        let owner = &mut row.owner;
        if let (Some(person), Some(email)) = (&mut owner.person, &owner.details.primary_email) {
            *person = app.store().person_of(email).await?;
        }
    }
    Ok(())
}

async fn carry_out(
    app: &AppState,
    file: &File,
    groups: Vec<Group>,
    report: &mut ImportReport,
) -> Result<(), Problem> {
    let run = |group: Group| async move {
        let circumstances = file.circumstances.clone();
        let mut submission = Submission::new(file.ledger, group.command(), circumstances);
        // The rows of a group may be many; its first line tells it from the others.
        let step = format!("line {}", group.line());
        submission.idempotency = file.idempotency.map(|key| step_key(&key, &step));
        match execute(app, submission).await {
            Ok(applied) => Ok((group, Ok(applied.outcome), Some(applied.position))),
            Err(ExecuteError::Rejected(rejection)) => Ok((group, Err(rejection), None)),
            Err(error) => Err(Problem::from(error)),
        }
    };
    let mut groups = groups.into_iter();
    // The first goes alone: if it finds that the key was used for another file, none follows.
    for group in groups.by_ref() {
        let ended: Ended = run(group).await?;
        let applied = ended.1.is_ok();
        report.take(ended)?;
        if applied {
            break;
        }
    }
    let mut rest = futures_util::stream::iter(groups.map(run)).buffered(UNDER_WAY_MAX);
    while let Some(ended) = rest.next().await {
        report.take(ended?)?;
    }
    Ok(())
}

async fn rehearse(
    app: &AppState,
    file: &File,
    groups: Vec<Group>,
    report: &mut ImportReport,
) -> Result<(), Problem> {
    let submission =
        |group: &Group| Submission::new(file.ledger, group.command(), file.circumstances.clone());
    let submissions = groups.iter().map(submission).collect();
    let rehearsed = app.store().rehearse(file.ledger, submissions, Rehearsal::InOrder).await?;
    for (group, decided) in groups.into_iter().zip(rehearsed) {
        report.take((group, decided.map(|decision| decision.outcome), None))?;
    }
    Ok(())
}

impl ImportReport {
    /// Who may not import owners at all is told so once, and not row by row.
    fn take(&mut self, (group, outcome, position): Ended) -> Result<(), Problem> {
        self.position = position.max(self.position);
        match outcome {
            Ok(Outcome::ImportedOwners { owners, resolved }) => {
                self.add_group(group, &owners, &resolved);
            }
            Ok(_) => return Err(Problem::internal()),
            Err(rejection @ Rejection::NotPermitted { .. }) => return Err(rejection.into()),
            Err(rejection) => self.add_refused(&group, &rejection),
        }
        Ok(())
    }
}
