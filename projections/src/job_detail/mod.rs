//! One job for the builder: its type, tasks, milestones, deadline, budget and notes. `entries` is what it is
//! shown as.

mod entries;

pub use entries::{
    AppliedTemplate, AssigneeEntry, BudgetEntry, CommentEntry, JobDetailEntry, MilestoneEntry,
    NoteEntry, TaskEntry, TradeEntry,
};

use crate::owner_portal::sections;
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, as_json, columns, from_json};
use crate::{ViewError, subcontractors};
use domain::job::{JobEvent, MilestoneStatus, Progress};
use domain::{AggregateId, JobId, LedgerId, SubcontractorId};
use event_store::database::Connection;
use event_store::{Open, Reader, Recorded};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct JobDetail;

/// A job's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    job_type: Option<String>,
    template: Option<(Uuid, String)>,
    deadline: Option<String>,
    tasks: Vec<TaskEntry>,
    milestones: Vec<MilestoneEntry>,
    budget: Vec<BudgetEntry>,
    notes: Vec<NoteEntry>,
    version: i64,
}

impl Row {
    fn task(&mut self, id: Uuid) -> Result<&mut TaskEntry, Unfoldable> {
        let found = self.tasks.iter_mut().find(|task| task.id == id);
        found.ok_or(Unfoldable("the task is not there"))
    }

    fn milestone(&mut self, id: Uuid) -> Result<&mut MilestoneEntry, Unfoldable> {
        let found = self.milestones.iter_mut().find(|milestone| milestone.id == id);
        found.ok_or(Unfoldable("the milestone is not there"))
    }

    fn apply(&mut self, event: &JobEvent, recorded: &Recorded) -> Result<(), Unfoldable> {
        match event {
            JobEvent::JobTypeSet(e) => {
                self.job_type = e.to.as_ref().map(|to| to.as_str().to_owned());
            }
            JobEvent::JobTemplateApplied(e) => {
                self.template = Some((e.template.0, e.name.as_str().to_owned()));
            }
            JobEvent::DeadlineSet(e) => self.deadline = e.to.map(|day| day.to_string()),
            JobEvent::TaskAdded(e) => self.tasks.push(TaskEntry::of(e.task.0, false, &e.details)),
            JobEvent::TaskEdited(e) => {
                let task = self.task(e.task.0)?;
                let comments = std::mem::take(&mut task.comments);
                *task = TaskEntry { comments, ..TaskEntry::of(task.id, task.done, &e.to) };
            }
            JobEvent::TaskCompleted(e) => self.task(e.task.0)?.done = true,
            JobEvent::TaskReopened(e) => self.task(e.task.0)?.done = false,
            JobEvent::TaskUnassigned(e) => self.task(e.task.0)?.assignee = None,
            JobEvent::TaskRemoved(e) => self.tasks.retain(|task| task.id != e.task.0),
            JobEvent::TaskCommented(e) => {
                let comment = CommentEntry::of(e, recorded);
                self.task(e.task.0)?.comments.push(comment);
            }
            JobEvent::MilestoneAdded(e) => self.milestones.push(MilestoneEntry::of(
                e.milestone.0,
                MilestoneStatus::Planned,
                &e.details,
            )),
            JobEvent::MilestoneEdited(e) => {
                let milestone = self.milestone(e.milestone.0)?;
                *milestone = MilestoneEntry::of(milestone.id, milestone.status, &e.to);
            }
            JobEvent::MilestoneStatusSet(e) => self.milestone(e.milestone.0)?.status = e.to,
            JobEvent::MilestoneRemoved(e) => {
                self.milestones.retain(|milestone| milestone.id != e.milestone.0);
            }
            JobEvent::BudgetSet(e) => self.budget = e.to.iter().map(BudgetEntry::of).collect(),
            JobEvent::InternalNoteAdded(e) => self.notes.push(NoteEntry {
                id: e.note.0,
                text: e.text.as_str().to_owned(),
                added_at: recorded.recorded_at,
                added_by_kind: recorded.origin.actor.kind().to_owned(),
                added_by: recorded.origin.actor.id_in_account(),
            }),
            // The jobs list shows these.
            JobEvent::JobCreated(_)
            | JobEvent::JobRenamed(_)
            | JobEvent::OwnerAddedToJob(_)
            | JobEvent::OwnerRemovedFromJob(_)
            | JobEvent::OwnerReplacedOnJob(_)
            | JobEvent::JobArchived(_)
            | JobEvent::JobReopened(_)
            // Who looks at it has a list of its own.
            | JobEvent::ImpersonationStarted(_)
            | JobEvent::ImpersonationEnded(_)
            // So have the links to its portal.
            | JobEvent::PortalLinkIssued(_)
            | JobEvent::PortalLinkRotated(_)
            | JobEvent::PortalLinkRevoked(_)
            | JobEvent::PortalLinkExpired(_) => {}
        }
        Ok(())
    }
}

impl View for JobDetail {
    const NAME: &'static str = "job_detail";
    // What is said to subcontractors is theirs.
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "job_detail",
        columns: &[
            ("job_id", Kind::Id),
            ("job_type", Kind::TextOrNone),
            ("template_id", Kind::IdOrNone),
            ("template_name", Kind::TextOrNone),
            ("deadline", Kind::TextOrNone),
            ("tasks", Kind::Text),
            ("milestones", Kind::Text),
            ("budget", Kind::Text),
            ("notes", Kind::Text),
            ("version", Kind::Number),
        ],
        key: 1,
    }];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        match event.aggregate {
            AggregateId::Job(job) => Some(job.0),
            AggregateId::Installation
            | AggregateId::Person(_)
            | AggregateId::Notification(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::BuilderAccount(_)
            | AggregateId::Contact(_)
            | AggregateId::Lead(_)
            | AggregateId::Customer(_)
            | AggregateId::WorkOrder(_)
            | AggregateId::Subcontractor(_)
            | AggregateId::SubcontractorOrg(_) => None,
        }
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        // Owners are kept by id; what becomes of a contact is not the job's business.
        let Some((_, job)) = event.job() else { return Ok(()) };
        let key = event.aggregate.uuid();
        if let JobEvent::JobCreated(_) = job {
            return rows.insert(key, Row { version: 1, ..Row::default() });
        }
        let row = rows.row(&key)?;
        row.version += 1;
        row.apply(job, event)
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let (template_id, template_name) = row.template.clone().unzip();
        vec![vec![vec![
            Field::Id(*key),
            Field::TextOrNone(row.job_type.clone()),
            Field::IdOrNone(template_id),
            Field::TextOrNone(template_name),
            Field::TextOrNone(row.deadline.clone()),
            Field::Text(as_json(&row.tasks)),
            Field::Text(as_json(&row.milestones)),
            Field::Text(as_json(&row.budget)),
            Field::Text(as_json(&row.notes)),
            Field::Number(row.version),
        ]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            job_type: tuple.get(1),
            template: tuple.get::<_, Option<Uuid>>(2).zip(tuple.get(3)),
            deadline: tuple.get(4),
            tasks: from_json(tuple.get(5))?,
            milestones: from_json(tuple.get(6))?,
            budget: from_json(tuple.get(7))?,
            notes: from_json(tuple.get(8))?,
            version: tuple.get(9),
        };
        Ok((tuple.get(0), row))
    }
}

/// One job.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
) -> Result<Option<JobDetailEntry>, ViewError> {
    let client = reader.database().connection().await?;
    let Some(row) = row(&client, ledger, job).await? else { return Ok(None) };
    let names = subcontractors::names(&client, ledger, &trades(&row)).await?;
    Ok(Some(entry(row, &names)))
}

/// A job's tasks that are for a subcontractor, as its own people see them: with what was said to it and by it
/// alone, and nothing of the builder's people.
pub async fn tasks_of_trade(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
    subcontractor: SubcontractorId,
) -> Result<Vec<TaskEntry>, ViewError> {
    let client = reader.database().connection().await?;
    let Some(mut row) = row(&client, ledger, job).await? else { return Ok(Vec::new()) };
    row.tasks.retain(|task| task.assignee == Some(AssigneeEntry::Trade(subcontractor.0)));
    for task in &mut row.tasks {
        task.comments.retain(|comment| comment.subcontractor == subcontractor.0);
        hide(&mut task.comments, CommentEntry::STAFF);
    }
    Ok(row.tasks)
}

async fn row(client: &Connection, ledger: LedgerId, job: JobId) -> Result<Option<Row>, ViewError> {
    let failed = || ViewError::database(JobDetail::NAME);
    let sql = format!(
        "SELECT {} FROM job_detail WHERE ledger_id = $1 AND job_id = $2",
        columns(&JobDetail::TABLES[0])
    );
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let row = client.query_opt(&statement, &[&ledger.0, &job.0]).await.map_err(failed())?;
    let Some(row) = row else { return Ok(None) };
    let (_, row) = JobDetail::read(&row).map_err(ViewError::row(JobDetail::NAME))?;
    Ok(Some(row))
}

/// Who of a side said something is told to that side alone: a user's id is the same with every builder.
fn hide(comments: &mut [CommentEntry], side: &str) {
    comments.iter_mut().filter(|comment| comment.by == side).for_each(|one| one.by_id = None);
}

/// The subcontractors that tasks are for, or were when something was said.
pub(crate) fn trades(row: &Row) -> Vec<Uuid> {
    let mut trades = BTreeSet::new();
    for task in &row.tasks {
        if let Some(AssigneeEntry::Trade(trade)) = task.assignee {
            trades.insert(trade);
        }
        trades.extend(task.comments.iter().map(|comment| comment.subcontractor));
    }
    trades.into_iter().collect()
}

/// A row as its builder sees it, a stored one or one as of an earlier position.
pub(crate) fn entry(mut row: Row, names: &HashMap<Uuid, String>) -> JobDetailEntry {
    let done = row.tasks.iter().map(|task| (task.phase, task.done));
    let percent = Progress::of(done.clone().map(|(_, done)| done)).percent();
    let sections = sections(&done);
    let name = |id: Uuid| TradeEntry { id, name: names.get(&id).cloned().unwrap_or_default() };
    let trades = trades(&row).into_iter().map(name).collect();
    row.tasks.iter_mut().for_each(|task| hide(&mut task.comments, CommentEntry::TRADE));
    JobDetailEntry {
        job_type: row.job_type,
        template: row.template.map(|(id, name)| AppliedTemplate { id, name }),
        deadline: row.deadline,
        percent,
        sections,
        tasks: row.tasks,
        trades,
        milestones: row.milestones,
        budget: row.budget,
        notes: row.notes,
        version: u64::try_from(row.version).unwrap_or(0),
    }
}
