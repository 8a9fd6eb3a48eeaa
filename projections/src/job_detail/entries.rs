//! How a job is shown to its builder: what there is to do, and the rest.

use crate::owner_portal::SectionEntry;
use domain::job::{
    Assignee, BudgetLine, CommentAuthor, MilestoneDetails, MilestoneStatus, Phase, TaskCommented,
    TaskDetails, TaskKind,
};
use domain::{Day, Timestamp};
use event_store::Recorded;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who a task is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssigneeEntry {
    /// One of the job's owners.
    Owner(Uuid),
    /// Somebody of the builder's own.
    Staff(String),
    /// A subcontractor who is noted nowhere.
    Subcontractor(String),
    /// One of the job's subcontractors.
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
    /// What the builder and a subcontractor said about it, oldest first; owners never see it (R97).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub comments: Vec<CommentEntry>,
}

impl TaskEntry {
    pub(super) fn of(id: Uuid, done: bool, details: &TaskDetails) -> Self {
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
        let comments = Vec::new();
        Self { id, title, kind: *kind, phase: *phase, assignee, due: *due, done, comments }
    }
}

/// What somebody said about a task.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommentEntry {
    /// The comment.
    pub id: Uuid,
    /// The subcontractor whose task it was then; no other reads it.
    pub subcontractor: Uuid,
    /// Of which side: `staff` or `trade`.
    pub by: String,
    /// Who it was, to their own side alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by_id: Option<Uuid>,
    /// What they said; none once the subcontractor has been erased.
    pub text: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Holds what somebody wrote.
impl std::fmt::Debug for CommentEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CommentEntry(…)")
    }
}

impl CommentEntry {
    /// The word for the builder's side.
    pub const STAFF: &str = "staff";
    /// The word for the subcontractor's side.
    pub const TRADE: &str = "trade";

    pub(super) fn of(e: &TaskCommented, recorded: &Recorded) -> Self {
        let (by, by_id) = match e.by {
            CommentAuthor::Staff => (Self::STAFF, recorded.origin.actor.id_in_account()),
            CommentAuthor::Trade(user) => (Self::TRADE, Some(user.0)),
        };
        Self {
            id: e.comment.0,
            subcontractor: e.subcontractor.0,
            by: by.to_owned(),
            by_id,
            text: e.text.value().map(|text| text.as_str().to_owned()),
            at: recorded.recorded_at,
        }
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
    pub(super) fn of(id: Uuid, status: MilestoneStatus, details: &MilestoneDetails) -> Self {
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
    pub(super) fn of(line: &BudgetLine) -> Self {
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

/// A subcontractor that a task is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TradeEntry {
    /// The subcontractor.
    pub id: Uuid,
    /// What the company is called.
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
    /// The subcontractors that tasks are for, or were when something was said; customers never see them
    /// (R98).
    pub trades: Vec<TradeEntry>,
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
