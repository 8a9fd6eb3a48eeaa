//! What customers may see of a job: progress, deadline, milestones, their own items (R91 to R95).
//!
//! A row is an allow-list. Of a task that is not an owner's only phase and state are kept, which
//! count in the progress; its title and who does it never get here (R98), nor do the budget (R96)
//! and the notes (R97).

use crate::ViewError;
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, as_json, from_json};
use domain::job::{
    Assignee, JobEvent, MilestoneDetails, MilestoneStatus, Phase, Progress, TaskDetails, TaskKind,
};
use domain::{AggregateId, ContactId, Day, JobId, LedgerId};
use event_store::{Open, Reader, Recorded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct OwnerPortal;

/// A job's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    name: String,
    deadline: Option<String>,
    tasks: Vec<Task>,
    milestones: Vec<Milestone>,
}

/// A task as far as customers may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Task {
    id: Uuid,
    phase: Phase,
    done: bool,
    /// What it asks of an owner, when it is an owner's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    item: Option<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Item {
    contact: Uuid,
    title: String,
    kind: TaskKind,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    due: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Milestone {
    id: Uuid,
    #[serde(flatten)]
    entry: PortalMilestone,
}

impl Task {
    fn of(id: Uuid, done: bool, details: &TaskDetails) -> Self {
        let item = details.assignee.as_ref().and_then(Assignee::owner).map(|contact| Item {
            contact: contact.0,
            title: details.title.as_str().to_owned(),
            kind: details.kind,
            due: details.due,
        });
        Self { id, phase: details.phase, done, item }
    }
}

impl PortalMilestone {
    fn of(details: &MilestoneDetails, status: MilestoneStatus) -> Self {
        let (title, due) = (details.title.as_str().to_owned(), details.due);
        Self { title, due, status }
    }
}

impl Row {
    fn task(&mut self, id: Uuid) -> Result<&mut Task, Unfoldable> {
        let found = self.tasks.iter_mut().find(|task| task.id == id);
        found.ok_or(Unfoldable("the task is not there"))
    }

    fn milestone(&mut self, id: Uuid) -> Result<&mut PortalMilestone, Unfoldable> {
        let found = self.milestones.iter_mut().find(|milestone| milestone.id == id);
        found.map(|found| &mut found.entry).ok_or(Unfoldable("the milestone is not there"))
    }

    fn apply(&mut self, event: &JobEvent) -> Result<(), Unfoldable> {
        match event {
            JobEvent::JobRenamed(e) => e.to.as_str().clone_into(&mut self.name),
            JobEvent::DeadlineSet(e) => self.deadline = e.to.map(|day| day.to_string()),
            JobEvent::TaskAdded(e) => self.tasks.push(Task::of(e.task.0, false, &e.details)),
            JobEvent::TaskEdited(e) => {
                let task = self.task(e.task.0)?;
                *task = Task::of(task.id, task.done, &e.to);
            }
            JobEvent::TaskCompleted(e) => self.task(e.task.0)?.done = true,
            JobEvent::TaskReopened(e) => self.task(e.task.0)?.done = false,
            JobEvent::TaskUnassigned(e) => self.task(e.task.0)?.item = None,
            JobEvent::TaskRemoved(e) => self.tasks.retain(|task| task.id != e.task.0),
            JobEvent::MilestoneAdded(e) => {
                let entry = PortalMilestone::of(&e.details, MilestoneStatus::Planned);
                self.milestones.push(Milestone { id: e.milestone.0, entry });
            }
            JobEvent::MilestoneEdited(e) => {
                let milestone = self.milestone(e.milestone.0)?;
                *milestone = PortalMilestone::of(&e.to, milestone.status);
            }
            JobEvent::MilestoneStatusSet(e) => self.milestone(e.milestone.0)?.status = e.to,
            JobEvent::MilestoneRemoved(e) => {
                self.milestones.retain(|milestone| milestone.id != e.milestone.0);
            }
            // Not for customers: money (R96), notes and comments (R97), and what only sorts the builder's own
            // lists. Who the owners are, each of them knows.
            JobEvent::BudgetSet(_)
            | JobEvent::InternalNoteAdded(_)
            | JobEvent::TaskCommented(_)
            | JobEvent::JobTypeSet(_)
            | JobEvent::JobTemplateApplied(_)
            | JobEvent::JobArchived(_)
            | JobEvent::JobReopened(_)
            | JobEvent::ImpersonationStarted(_)
            | JobEvent::ImpersonationEnded(_)
            | JobEvent::PortalLinkIssued(_)
            | JobEvent::PortalLinkRotated(_)
            | JobEvent::PortalLinkRevoked(_)
            | JobEvent::PortalLinkExpired(_)
            | JobEvent::OwnerAddedToJob(_)
            | JobEvent::OwnerRemovedFromJob(_)
            | JobEvent::OwnerReplacedOnJob(_)
            | JobEvent::JobCreated(_) => {}
        }
        Ok(())
    }
}

impl View for OwnerPortal {
    const NAME: &'static str = "owner_portal";
    const OPENS: Open = Open::Nothing;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "owner_portal",
        columns: &[
            ("job_id", Kind::Id),
            ("name", Kind::Text),
            ("percent", Kind::NumberOrNone),
            ("deadline", Kind::TextOrNone),
            ("sections", Kind::Text),
            ("milestones", Kind::Text),
            ("tasks", Kind::Text),
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
        // Items name their owner by id; what becomes of a contact is not the portal's business.
        let Some((_, job)) = event.job() else { return Ok(()) };
        let key = event.aggregate.uuid();
        if let JobEvent::JobCreated(e) = job {
            let name = e.name.as_str().to_owned();
            let (tasks, milestones) = (Vec::new(), Vec::new());
            return rows.insert(key, Row { name, deadline: None, tasks, milestones });
        }
        rows.row(&key)?.apply(job)
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let tasks = row.tasks.iter().map(|task| (task.phase, task.done));
        let percent = Progress::of(tasks.clone().map(|(_, done)| done)).percent();
        vec![vec![vec![
            Field::Id(*key),
            Field::Text(row.name.clone()),
            Field::NumberOrNone(percent.map(i64::from)),
            Field::TextOrNone(row.deadline.clone()),
            Field::Text(as_json(&sections(&tasks))),
            Field::Text(as_json(&row.milestones)),
            Field::Text(as_json(&row.tasks)),
        ]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            name: tuple.get(1),
            deadline: tuple.get(3),
            milestones: from_json(tuple.get(5))?,
            tasks: from_json(tuple.get(6))?,
        };
        Ok((tuple.get(0), row))
    }
}

/// How far one phase of a job is (R95).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SectionEntry {
    /// `planning`, `execution` or `closeout`.
    #[schema(value_type = String)]
    pub phase: Phase,
    /// Tasks that are done.
    pub done: u32,
    /// All its tasks.
    pub total: u32,
    /// `floor(100 × done / total)`; none while it has no tasks (G19).
    pub percent: Option<u8>,
}

/// The progress of each phase.
pub(crate) fn sections(tasks: &(impl Iterator<Item = (Phase, bool)> + Clone)) -> Vec<SectionEntry> {
    let section = |phase: &Phase| {
        let progress = Progress::of_phase(tasks.clone(), *phase);
        let Progress { done, total } = progress;
        SectionEntry { phase: *phase, done, total, percent: progress.percent() }
    };
    Phase::ALL.iter().map(section).collect()
}

/// A milestone as customers see it (R94).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PortalMilestone {
    /// What will have been reached.
    pub title: String,
    /// By when.
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Day>,
    /// `planned`, `reached` or `missed`.
    #[schema(value_type = String)]
    pub status: MilestoneStatus,
}

/// A task that waits for an owner, among their items (R93).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemEntry {
    /// The task.
    pub id: Uuid,
    /// What is to be done.
    pub title: String,
    /// `task`, `approval` or `selection`.
    #[schema(value_type = String)]
    pub kind: TaskKind,
    /// By when.
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Day>,
    /// Whether it is done.
    pub done: bool,
}

/// A job as its customers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PortalEntry {
    /// The job.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// How much of it is done; none while it has no tasks (R91, G19).
    pub percent: Option<u8>,
    /// The day by which it is to be finished.
    pub deadline: Option<String>,
    /// How many days there are until then, in UTC; negative when it has gone by (R92).
    pub days_remaining: Option<i64>,
    /// How far each phase is.
    pub sections: Vec<SectionEntry>,
    /// Its milestones.
    pub milestones: Vec<PortalMilestone>,
    /// What waits for the contact that was asked for, and nobody else's (R63, G18).
    pub items: Vec<ItemEntry>,
}

/// What waits for another owner of the job than this one, and may be settled by any of them: approvals
/// and selections (R62). Nothing says whose they are.
pub async fn approvals(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
    contact: ContactId,
) -> Result<Vec<ItemEntry>, ViewError> {
    let failed = || ViewError::database(OwnerPortal::NAME);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached("SELECT tasks FROM owner_portal WHERE ledger_id = $1 AND job_id = $2")
        .await
        .map_err(failed())?;
    let row = client.query_opt(&statement, &[&ledger.0, &job.0]).await.map_err(failed())?;
    let Some(row) = row else { return Ok(Vec::new()) };
    let tasks: Vec<Task> = from_json(row.get(0)).map_err(ViewError::row(OwnerPortal::NAME))?;
    let shared = |task: Task| {
        let Task { id, done, item, .. } = task;
        let Item { contact: whose, title, kind, due } = item?;
        (kind.any_owner_settles() && whose != contact.0).then_some(ItemEntry {
            id,
            title,
            kind,
            due,
            done,
        })
    };
    Ok(tasks.into_iter().filter_map(shared).collect())
}

/// What customers see of a job today; with the items of one contact, if it is asked for.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
    contact: Option<ContactId>,
    today: Day,
) -> Result<Option<PortalEntry>, ViewError> {
    let failed = || ViewError::database(OwnerPortal::NAME);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT name, percent, deadline, sections, milestones, tasks FROM owner_portal \
             WHERE ledger_id = $1 AND job_id = $2",
        )
        .await
        .map_err(failed())?;
    let row = client.query_opt(&statement, &[&ledger.0, &job.0]).await.map_err(failed())?;
    let Some(row) = row else { return Ok(None) };
    let unreadable = ViewError::row(OwnerPortal::NAME);
    let deadline: Option<String> = row.get(2);
    let day = deadline.as_deref().and_then(|day| Day::parse(day).ok());
    let sections = from_json(row.get(3)).map_err(unreadable)?;
    let milestones: Vec<Milestone> = from_json(row.get(4)).map_err(unreadable)?;
    let tasks: Vec<Task> = from_json(row.get(5)).map_err(unreadable)?;
    let items = tasks.into_iter().filter_map(|Task { id, done, item, .. }| {
        let Item { contact: whose, title, kind, due } = item?;
        (contact == Some(ContactId(whose))).then_some(ItemEntry { id, title, kind, due, done })
    });
    Ok(Some(PortalEntry {
        id: job.0,
        name: row.get(0),
        percent: row.get::<_, Option<i64>>(1).and_then(|percent| u8::try_from(percent).ok()),
        deadline,
        days_remaining: day.map(|day| day.days_since(today)),
        sections,
        milestones: milestones.into_iter().map(|milestone| milestone.entry).collect(),
        items: items.collect(),
    }))
}
