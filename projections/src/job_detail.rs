//! One job for the builder: its type, tasks, milestones, deadline, budget and notes.

use crate::ViewError;
use crate::owner_portal::{SectionEntry, sections};
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, as_json, from_json};
use domain::job::{
    Assignee, BudgetLine, JobEvent, MilestoneDetails, MilestoneStatus, Phase, Progress,
    TaskDetails, TaskKind,
};
use domain::{AggregateId, Day, JobId, LedgerId, Timestamp};
use event_store::{Open, Reader, Recorded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
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
                *task = TaskEntry::of(task.id, task.done, &e.to);
            }
            JobEvent::TaskCompleted(e) => self.task(e.task.0)?.done = true,
            JobEvent::TaskReopened(e) => self.task(e.task.0)?.done = false,
            JobEvent::TaskUnassigned(e) => self.task(e.task.0)?.assignee = None,
            JobEvent::TaskRemoved(e) => self.tasks.retain(|task| task.id != e.task.0),
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
            // What is written about a task, the subcontractor's own list shows.
            JobEvent::TaskCommented(_)
            // The jobs list shows these.
            | JobEvent::JobCreated(_)
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
    const OPENS: Open = Open::Nothing;
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
            | AggregateId::Subcontractor(_)
            | AggregateId::SubcontractorOrg(_)
            | AggregateId::Person(_)
            | AggregateId::Notification(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::BuilderAccount(_)
            | AggregateId::Contact(_)
            | AggregateId::Lead(_)
            | AggregateId::Customer(_)
            | AggregateId::WorkOrder(_) => None,
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

/// Who a task is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssigneeEntry {
    /// One of the job's owners.
    Owner(Uuid),
    /// Somebody of the builder's own.
    Staff(String),
    /// A subcontractor who is known by name alone.
    Subcontractor(String),
    /// A subcontractor that is invited to the job, by id.
    Trade(Uuid),
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskEntry {
    /// Its id.
    pub id: Uuid,
    /// What is to be done.
    pub title: String,
    /// `task`, `approval` or `selection`.
    #[schema(value_type = String)]
    pub kind: TaskKind,
    /// `planning`, `execution` or `closeout`.
    #[schema(value_type = String)]
    pub phase: Phase,
    /// Who it is for.
    pub assignee: Option<AssigneeEntry>,
    /// By when.
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Day>,
    /// Whether it is done.
    pub done: bool,
}

impl TaskEntry {
    fn of(id: Uuid, done: bool, details: &TaskDetails) -> Self {
        let TaskDetails { title, kind, phase, assignee, due } = details;
        let assignee = assignee.as_ref().map(|assignee| match assignee {
            Assignee::Owner(contact) => AssigneeEntry::Owner(contact.0),
            Assignee::Staff(label) => AssigneeEntry::Staff(label.as_str().to_owned()),
            Assignee::Subcontractor(label) => {
                AssigneeEntry::Subcontractor(label.as_str().to_owned())
            }
            Assignee::Trade(subcontractor) => AssigneeEntry::Trade(subcontractor.0),
        });
        let title = title.as_str().to_owned();
        Self { id, title, kind: *kind, phase: *phase, assignee, due: *due, done }
    }
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MilestoneEntry {
    /// Its id.
    pub id: Uuid,
    /// What will have been reached.
    pub title: String,
    /// By when.
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Day>,
    /// `planned`, `reached` or `missed`.
    #[schema(value_type = String)]
    pub status: MilestoneStatus,
}

impl MilestoneEntry {
    fn of(id: Uuid, status: MilestoneStatus, details: &MilestoneDetails) -> Self {
        Self { id, title: details.title.as_str().to_owned(), due: details.due, status }
    }
}

/// A line of the budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BudgetEntry {
    /// What it is for.
    pub label: String,
    /// How much, in hundredths.
    pub amount_cents: i64,
}

impl BudgetEntry {
    fn of(line: &BudgetLine) -> Self {
        Self { label: line.label.as_str().to_owned(), amount_cents: line.amount_cents.amount() }
    }
}

/// An internal note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteEntry {
    /// Its id.
    pub id: Uuid,
    /// What it says.
    pub text: String,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
    /// By whom, by kind.
    pub added_by_kind: String,
    /// By whom.
    pub added_by: Option<Uuid>,
}

/// The template that a job was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AppliedTemplate {
    /// Its id; it may be gone by now.
    pub id: Uuid,
    /// What it was called then.
    pub name: String,
}

/// A job beside its row in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobDetailEntry {
    /// Its type, of the account's list (R56).
    #[serde(rename = "type")]
    pub job_type: Option<String>,
    /// The template that it was made from (R55).
    pub template: Option<AppliedTemplate>,
    /// The day by which it is to be finished (R92).
    pub deadline: Option<String>,
    /// How much of it is done; none while it has no tasks (G19).
    pub percent: Option<u8>,
    /// How far each phase is.
    pub sections: Vec<SectionEntry>,
    /// Its tasks, in the order in which they came.
    pub tasks: Vec<TaskEntry>,
    /// Its milestones, in the order in which they came.
    pub milestones: Vec<MilestoneEntry>,
    /// Its budget; customers never see it (R96).
    pub budget: Vec<BudgetEntry>,
    /// Its internal notes, oldest first; customers never see them (R97).
    pub notes: Vec<NoteEntry>,
    /// The version that this is; the list may be at another.
    #[serde(skip)]
    pub version: u64,
}

/// One job.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
) -> Result<Option<JobDetailEntry>, ViewError> {
    let failed = || ViewError::database(JobDetail::NAME);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT job_id, job_type, template_id, template_name, deadline, tasks, milestones, \
                    budget, notes, version \
             FROM job_detail WHERE ledger_id = $1 AND job_id = $2",
        )
        .await
        .map_err(failed())?;
    let row = client.query_opt(&statement, &[&ledger.0, &job.0]).await.map_err(failed())?;
    let Some(row) = row else { return Ok(None) };
    let (_, row) = JobDetail::read(&row).map_err(ViewError::row(JobDetail::NAME))?;
    Ok(Some(entry(row)))
}

/// A row as it is shown, a stored one or one as of an earlier position.
pub(crate) fn entry(row: Row) -> JobDetailEntry {
    let done = row.tasks.iter().map(|task| (task.phase, task.done));
    JobDetailEntry {
        job_type: row.job_type,
        template: row.template.map(|(id, name)| AppliedTemplate { id, name }),
        deadline: row.deadline,
        percent: Progress::of(done.clone().map(|(_, done)| done)).percent(),
        sections: sections(&done),
        tasks: row.tasks,
        milestones: row.milestones,
        budget: row.budget,
        notes: row.notes,
        version: u64::try_from(row.version).unwrap_or(0),
    }
}
