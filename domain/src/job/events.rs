//! What happens to a job.

use super::impersonation::{ImpersonationEnded, ImpersonationStarted};
use super::plan::{BudgetLine, MilestoneDetails, MilestoneStatus, TaskDetails};
use super::portal_link::{
    PortalLinkExpired, PortalLinkIssued, PortalLinkRevoked, PortalLinkRotated,
};
use crate::day::Day;
use crate::event::{events, nothing_personal};
use crate::ids::{
    BulkId, CommentId, ContactId, MergeId, MilestoneId, NoteId, SubUserId, SubcontractorId, TaskId,
    TemplateId,
};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::text::{
    JobName, JobType, Label, MessageText, NoteText, PostalAddress, Reference, Title,
};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a job.
    JobEvent {
        JobCreated = "job.created" v 1,
        JobRenamed = "job.renamed" v 1,
        OwnerAddedToJob = "job.owner_added" v 1,
        OwnerRemovedFromJob = "job.owner_removed" v 1,
        OwnerReplacedOnJob = "job.owner_replaced" v 1,
        JobTypeSet = "job.type_set" v 1,
        JobTemplateApplied = "job.template_applied" v 1,
        TaskAdded = "job.task_added" v 1,
        TaskEdited = "job.task_edited" v 1,
        TaskCompleted = "job.task_completed" v 1,
        TaskReopened = "job.task_reopened" v 1,
        TaskUnassigned = "job.task_unassigned" v 1,
        TaskRemoved = "job.task_removed" v 1,
        TaskCommented = "job.task_commented" v 1,
        MilestoneAdded = "job.milestone_added" v 1,
        MilestoneEdited = "job.milestone_edited" v 1,
        MilestoneStatusSet = "job.milestone_status_set" v 1,
        MilestoneRemoved = "job.milestone_removed" v 1,
        DeadlineSet = "job.deadline_set" v 1,
        BudgetSet = "job.budget_set" v 1,
        InternalNoteAdded = "job.note_added" v 1,
        JobArchived = "job.archived" v 1,
        JobReopened = "job.reopened" v 1,
        ImpersonationStarted = "job.impersonation_started" v 1,
        ImpersonationEnded = "job.impersonation_ended" v 1,
        PortalLinkIssued = "job.portal_link_issued" v 1,
        PortalLinkRotated = "job.portal_link_rotated" v 1,
        PortalLinkRevoked = "job.portal_link_revoked" v 1,
        PortalLinkExpired = "job.portal_link_expired" v 1,
    }
}

/// A job was opened (R56). A job and its site belong to the builder; nothing here is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCreated {
    /// As shown in the jobs list.
    pub name: JobName,
    /// The builder's own reference, such as a permit number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reference: Option<Reference>,
    /// Where is built.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub site: Option<PostalAddress>,
}

/// The job got another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRenamed {
    /// Before.
    pub from: JobName,
    /// After.
    pub to: JobName,
}

/// A contact became an owner of the job (R2, R51).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerAddedToJob {
    /// The contact.
    pub contact: ContactId,
    /// The bulk change that it was part of (H12).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bulk: Option<BulkId>,
}

/// A contact is no owner of the job any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerRemovedFromJob {
    /// The contact.
    pub contact: ContactId,
    /// The bulk change that it was part of (H12).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bulk: Option<BulkId>,
}

/// A contact took the place of another on the job, who was merged into it or stands for itself
/// again (H2), or because the builder put it there (H4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerReplacedOnJob {
    /// Who was an owner.
    pub from: ContactId,
    /// Who is one now, if it was not one already.
    pub to: ContactId,
    /// The merge, where there was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub merge: Option<MergeId>,
}

/// The job got a type, another or none (R56).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTypeSet {
    /// Before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<JobType>,
    /// After.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<JobType>,
}

/// The job was made from a template (R55); what was copied follows event by event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTemplateApplied {
    /// The template.
    pub template: TemplateId,
    /// What it was called then.
    pub name: Label,
}

/// The job got a task (R93).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskAdded {
    /// The task.
    pub task: TaskId,
    /// What it is.
    #[serde(flatten)]
    pub details: TaskDetails,
}

/// A task became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskEdited {
    /// The task.
    pub task: TaskId,
    /// Before.
    pub from: TaskDetails,
    /// After.
    pub to: TaskDetails,
}

/// A task was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCompleted {
    /// The task.
    pub task: TaskId,
    /// What it was called then.
    pub title: Title,
}

/// A task was found not to be done after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskReopened {
    /// The task.
    pub task: TaskId,
    /// What it was called then.
    pub title: Title,
}

/// A task is nobody's any more, because its owner is no owner of the job any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskUnassigned {
    /// The task.
    pub task: TaskId,
    /// What it was called then.
    pub title: Title,
    /// Whose it was.
    pub contact: ContactId,
}

/// A task was taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRemoved {
    /// The task.
    pub task: TaskId,
    /// What it was called then.
    pub title: Title,
}

/// Somebody of the builder or of a subcontractor wrote to the other about a task of that one's. Owners
/// never see it (R97).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCommented {
    /// The task.
    pub task: TaskId,
    /// What it was called then.
    pub title: Title,
    /// Whose task it was then.
    pub subcontractor: SubcontractorId,
    /// The comment.
    pub comment: CommentId,
    /// Of which side.
    pub by: CommentAuthor,
    /// What it says; sealed with the subcontractor's key.
    pub text: Personal<MessageText>,
}

/// Of which side a comment is; who it was, the event's envelope says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentAuthor {
    /// The builder's.
    Staff,
    /// The subcontractor's: this user of its organisation.
    Trade(SubUserId),
}

impl HoldsPersonal for TaskCommented {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("text", &mut self.text);
    }
}

/// The job got a milestone (R94); it is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneAdded {
    /// The milestone.
    pub milestone: MilestoneId,
    /// What it is.
    #[serde(flatten)]
    pub details: MilestoneDetails,
}

/// A milestone became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneEdited {
    /// The milestone.
    pub milestone: MilestoneId,
    /// Before.
    pub from: MilestoneDetails,
    /// After.
    pub to: MilestoneDetails,
}

/// A milestone was reached or missed, or is planned again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneStatusSet {
    /// The milestone.
    pub milestone: MilestoneId,
    /// What it was called then.
    pub title: Title,
    /// Before.
    pub from: MilestoneStatus,
    /// After.
    pub to: MilestoneStatus,
}

/// A milestone was taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneRemoved {
    /// The milestone.
    pub milestone: MilestoneId,
    /// What it was called then.
    pub title: Title,
}

/// The job got a deadline, another or none (R92).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineSet {
    /// Before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Day>,
    /// After.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<Day>,
}

/// The job got a budget, or another (R96).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetSet {
    /// Before.
    pub from: Vec<BudgetLine>,
    /// After.
    pub to: Vec<BudgetLine>,
}

/// Somebody of the builder wrote something down (R97).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalNoteAdded {
    /// The note.
    pub note: NoteId,
    /// What it says.
    pub text: NoteText,
}

/// The job was put away; nothing about it changes until it is reopened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobArchived {}

/// The job was taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobReopened {}

nothing_personal!(
    JobCreated,
    JobRenamed,
    OwnerAddedToJob,
    OwnerRemovedFromJob,
    OwnerReplacedOnJob,
    JobTypeSet,
    JobTemplateApplied,
    TaskAdded,
    TaskEdited,
    TaskCompleted,
    TaskReopened,
    TaskUnassigned,
    TaskRemoved,
    MilestoneAdded,
    MilestoneEdited,
    MilestoneStatusSet,
    MilestoneRemoved,
    DeadlineSet,
    BudgetSet,
    InternalNoteAdded,
    JobArchived,
    JobReopened,
);
