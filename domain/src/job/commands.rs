//! What can be asked of a job.

use super::plan::{
    Assignee, BudgetLine, MilestoneDetails, MilestoneStatus, Phase, TaskDetails, TaskKind,
};
use crate::day::Day;
use crate::ids::{BulkId, CommentId, ContactId, MergeId, MilestoneId, NoteId, TaskId};
use crate::text::{JobName, MessageText, NoteText, PostalAddress, Reference, Title};

/// What a new job is created with (R56).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDetails {
    /// As shown in the jobs list.
    pub name: JobName,
    /// The builder's own reference.
    pub reference: Option<Reference>,
    /// Where is built.
    pub site: Option<PostalAddress>,
}

/// Which fields of a task become what; those that are absent stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskEdit {
    /// What is to be done.
    pub title: Option<Title>,
    /// What it asks for.
    pub kind: Option<TaskKind>,
    /// The section that it counts in.
    pub phase: Option<Phase>,
    /// Who it is for; an inner `None` is nobody.
    pub assignee: Option<Option<Assignee>>,
    /// By when; an inner `None` is no day.
    pub due: Option<Option<Day>>,
}

/// Which fields of a milestone become what; those that are absent stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MilestoneEdit {
    /// What will have been reached.
    pub title: Option<Title>,
    /// By when; an inner `None` is no day.
    pub due: Option<Option<Day>>,
    /// Where it stands.
    pub status: Option<MilestoneStatus>,
}

/// A command to one job. That the contacts are there, the ledger sees to; a job's type and template
/// concern the account too and are commands of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobCommand {
    /// Open a job, with owners at once if there are any.
    Create(JobDetails, Vec<ContactId>),
    /// Give it another name.
    Rename(JobName),
    /// Make a contact an owner; twice changes nothing (H12).
    AddOwner(ContactId, Option<BulkId>),
    /// Make it one no more; its tasks are nobody's then. Twice changes nothing (H12).
    RemoveOwner(ContactId, Option<BulkId>),
    /// Put a contact in the place of another, because of a merge or because the builder says so; who
    /// is no owner is not replaced.
    ReplaceOwner {
        /// Who is an owner.
        from: ContactId,
        /// Who becomes one.
        to: ContactId,
        /// The merge, if there is one.
        merge: Option<MergeId>,
    },
    /// Add a task.
    AddTask(TaskId, TaskDetails),
    /// Change what a task is.
    EditTask(TaskId, TaskEdit),
    /// Mark a task as done.
    CompleteTask(TaskId),
    /// Mark it as open again.
    ReopenTask(TaskId),
    /// Take a task away.
    RemoveTask(TaskId),
    /// Write something to the subcontractor whose task it is.
    CommentOnTask {
        /// The task.
        task: TaskId,
        /// The comment's id.
        comment: CommentId,
        /// What it says.
        text: MessageText,
    },
    /// Add a milestone, which is planned.
    AddMilestone(MilestoneId, MilestoneDetails),
    /// Change what a milestone is or where it stands.
    EditMilestone(MilestoneId, MilestoneEdit),
    /// Take a milestone away.
    RemoveMilestone(MilestoneId),
    /// Set the deadline, or clear it (R92).
    SetDeadline(Option<Day>),
    /// Set the whole budget; no lines clear it (R96).
    SetBudget(Vec<BudgetLine>),
    /// Write something down for the builder's own people (R97).
    AddNote(NoteId, NoteText),
    /// Put the job away.
    Archive,
    /// Take it up again.
    Reopen,
}

impl JobCommand {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create(..) => "CreateJob",
            Self::Rename(_) => "RenameJob",
            Self::AddOwner(..) => "AddOwner",
            Self::RemoveOwner(..) => "RemoveOwner",
            Self::ReplaceOwner { .. } => "ReplaceOwner",
            Self::AddTask(..) => "AddTask",
            Self::EditTask(..) => "EditTask",
            Self::CompleteTask(_) => "CompleteTask",
            Self::ReopenTask(_) => "ReopenTask",
            Self::RemoveTask(_) => "RemoveTask",
            Self::CommentOnTask { .. } => "CommentOnTask",
            Self::AddMilestone(..) => "AddMilestone",
            Self::EditMilestone(..) => "EditMilestone",
            Self::RemoveMilestone(_) => "RemoveMilestone",
            Self::SetDeadline(_) => "SetDeadline",
            Self::SetBudget(_) => "SetBudget",
            Self::AddNote(..) => "AddNote",
            Self::Archive => "ArchiveJob",
            Self::Reopen => "ReopenJob",
        }
    }
}
