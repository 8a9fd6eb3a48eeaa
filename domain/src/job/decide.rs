//! Which commands a job takes. Asks, and changes nothing.

use super::commands::{JobCommand, JobDetails, MilestoneEdit, TaskEdit};
use super::events::{
    BudgetSet, CommentAuthor, DeadlineSet, InternalNoteAdded, JobArchived, JobCreated, JobEvent,
    JobRenamed, JobReopened, JobTemplateApplied, JobTypeSet, MilestoneAdded, MilestoneEdited,
    MilestoneRemoved, MilestoneStatusSet, OwnerAddedToJob, OwnerRemovedFromJob, OwnerReplacedOnJob,
    TaskAdded, TaskCommented, TaskCompleted, TaskEdited, TaskRemoved, TaskReopened, TaskUnassigned,
};
use super::impersonation::ImpersonationEnding;
use super::plan::{Assignee, Milestone, MilestoneDetails, Plan, Task, TaskDetails};
use super::portal_link::PortalLinkRevocation;
use super::rejection::JobRejection;
use super::state::Job;
use crate::ids::{
    AggregateId, BulkId, CommentId, ContactId, JobId, MergeId, MilestoneId, NoteId,
    SubcontractorId, TaskId,
};
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::text::{JobType, MessageText, NoteText};
use std::collections::BTreeSet;

type Decided = Result<Vec<JobEvent>, Rejection>;

/// Decides a command: the events that happen, or why not. None at all means that it is so already.
pub fn decide(id: JobId, job: Option<&Job>, command: &JobCommand) -> Decided {
    if let JobCommand::Create(details, owners) = command {
        return open(job, details, owners, &Plan::default());
    }
    let job = job.ok_or(Rejection::Unknown(AggregateId::Job(id)))?;
    match (command, job.archived) {
        (JobCommand::Archive, true) | (JobCommand::Reopen, false) => Ok(Vec::new()),
        (JobCommand::Reopen, true) => Ok(vec![JobReopened {}.into()]),
        // Who was merged owns nothing, not even what was put away (H2).
        (JobCommand::ReplaceOwner { from, to, merge: merge @ Some(_) }, _) => {
            Ok(replace_owner(job, *from, *to, *merge))
        }
        (_, true) => Err(JobRejection::Archived.into()),
        (command, false) => change(job, command),
    }
}

/// Opens a job, with a type and what a template has if the plan says so.
pub(crate) fn open(
    job: Option<&Job>,
    details: &JobDetails,
    owners: &[ContactId],
    plan: &Plan,
) -> Decided {
    if job.is_some() {
        return Err(JobRejection::AlreadyExists.into());
    }
    let owners: BTreeSet<_> = owners.iter().copied().collect();
    if owners.len() > Job::OWNERS_MAX {
        return Err(JobRejection::TooManyOwners.into());
    }
    let JobDetails { name, reference, site } = details.clone();
    let mut events = vec![JobCreated { name, reference, site }.into()];
    events.extend(owners.into_iter().map(|c| OwnerAddedToJob { contact: c, bulk: None }.into()));
    if let Some((template, name)) = plan.template.clone() {
        events.push(JobTemplateApplied { template, name }.into());
    }
    if plan.job_type.is_some() {
        events.push(JobTypeSet { from: None, to: plan.job_type.clone() }.into());
    }
    for (task, details) in &plan.tasks {
        events.push(TaskAdded { task: *task, details: details.clone() }.into());
    }
    for (milestone, details) in &plan.milestones {
        let details = details.clone();
        events.push(MilestoneAdded { milestone: *milestone, details }.into());
    }
    Ok(events)
}

/// Gives a job a type that is on the account's list, or none.
pub(crate) fn set_type(id: JobId, job: Option<&Job>, to: Option<&JobType>) -> Decided {
    let job = job.ok_or(Rejection::Unknown(AggregateId::Job(id)))?;
    if job.archived {
        return Err(JobRejection::Archived.into());
    }
    if job.job_type.as_ref() == to {
        return Ok(Vec::new());
    }
    Ok(vec![JobTypeSet { from: job.job_type.clone(), to: to.cloned() }.into()])
}

/// A command to a job that is there and not archived.
fn change(job: &Job, command: &JobCommand) -> Decided {
    match command {
        JobCommand::Create(..) => Err(JobRejection::AlreadyExists.into()),
        JobCommand::Rename(name) if *name == job.name => Ok(Vec::new()),
        JobCommand::Rename(name) => {
            Ok(vec![JobRenamed { from: job.name.clone(), to: name.clone() }.into()])
        }
        JobCommand::AddOwner(contact, bulk) => add_owner(job, *contact, *bulk),
        JobCommand::RemoveOwner(contact, bulk) => Ok(remove_owner(job, *contact, *bulk)),
        JobCommand::AddTask(id, details) => add_task(job, *id, details),
        JobCommand::EditTask(id, edit) => edit_task(job, *id, edit),
        JobCommand::CompleteTask(id) => {
            let Task { id: task, details, done } = known_task(job, *id)?.clone();
            let completed = TaskCompleted { task, title: details.title };
            Ok((!done).then(|| completed.into()).into_iter().collect())
        }
        JobCommand::ReopenTask(id) => {
            let Task { id: task, details, done } = known_task(job, *id)?.clone();
            let reopened = TaskReopened { task, title: details.title };
            Ok(done.then(|| reopened.into()).into_iter().collect())
        }
        JobCommand::ReplaceOwner { from, to, merge } => Ok(replace_owner(job, *from, *to, *merge)),
        JobCommand::RemoveTask(id) => {
            let title = known_task(job, *id)?.details.title.clone();
            Ok(vec![TaskRemoved { task: *id, title }.into()])
        }
        JobCommand::CommentOnTask { task, comment, text } => {
            comment_on(job, *task, CommentAuthor::Staff, *comment, text)
        }
        JobCommand::AddMilestone(id, details) => add_milestone(job, *id, details),
        JobCommand::EditMilestone(id, edit) => edit_milestone(job, *id, edit),
        JobCommand::RemoveMilestone(id) => {
            let title = known_milestone(job, *id)?.details.title.clone();
            Ok(vec![MilestoneRemoved { milestone: *id, title }.into()])
        }
        JobCommand::SetDeadline(to) if *to == job.deadline => Ok(Vec::new()),
        JobCommand::SetDeadline(to) => Ok(vec![DeadlineSet { from: job.deadline, to: *to }.into()]),
        JobCommand::SetBudget(to) if *to == job.budget => Ok(Vec::new()),
        JobCommand::SetBudget(to) if to.len() > Job::BUDGET_LINES_MAX => {
            Err(JobRejection::TooManyBudgetLines.into())
        }
        JobCommand::SetBudget(to) => {
            Ok(vec![BudgetSet { from: job.budget.clone(), to: to.clone() }.into()])
        }
        JobCommand::AddNote(note, text) => add_note(job, *note, text),
        JobCommand::Archive => Ok(archive(job)),
        JobCommand::Reopen => Ok(Vec::new()),
    }
}

fn add_owner(job: &Job, contact: ContactId, bulk: Option<BulkId>) -> Decided {
    if job.owners.contains(&contact) {
        return Ok(Vec::new());
    }
    if job.owners.len() >= Job::OWNERS_MAX {
        return Err(JobRejection::TooManyOwners.into());
    }
    Ok(vec![OwnerAddedToJob { contact, bulk }.into()])
}

/// The tasks come along.
fn replace_owner(
    job: &Job,
    from: ContactId,
    to: ContactId,
    merge: Option<MergeId>,
) -> Vec<JobEvent> {
    if !job.owners.contains(&from) {
        return Vec::new();
    }
    let theirs =
        |task: &&Task| task.details.assignee.as_ref().and_then(Assignee::owner) == Some(from);
    let moved = job.tasks.iter().filter(theirs).map(|task| {
        let before = task.details.clone();
        let after = TaskDetails { assignee: Some(Assignee::Owner(to)), ..before.clone() };
        TaskEdited { task: task.id, from: before, to: after }.into()
    });
    let seen = job.impersonations.end_of(from, ImpersonationEnding::OwnerReplaced);
    // Whoever holds it was given it as the one who is replaced.
    let links = job.portal_links.end_of(from, PortalLinkRevocation::OwnerReplaced);
    let replaced = OwnerReplacedOnJob { from, to, merge }.into();
    std::iter::once(replaced).chain(moved).chain(seen).chain(links).collect()
}

/// What is put away, nobody looks at.
fn archive(job: &Job) -> Vec<JobEvent> {
    let seen = job.impersonations.all_end(ImpersonationEnding::JobArchived);
    seen.chain([JobArchived {}.into()]).collect()
}

/// What happens when a contact leaves the book, also on a job that was put away (H7).
pub(crate) fn leave(job: &Job, contact: ContactId) -> Vec<JobEvent> {
    remove_owner(job, contact, None)
}

/// The tasks of an owner who leaves stay, done or open, and are nobody's: no one else is asked in
/// their place, and none of it shows when they come back (R63).
fn remove_owner(job: &Job, contact: ContactId, bulk: Option<BulkId>) -> Vec<JobEvent> {
    if !job.owners.contains(&contact) {
        return Vec::new();
    }
    let whose = |task: &Task| task.details.assignee.as_ref().and_then(Assignee::owner);
    let unassigned = job.tasks.iter().filter(|task| whose(task) == Some(contact)).map(|task| {
        TaskUnassigned { task: task.id, title: task.details.title.clone(), contact }.into()
    });
    // Nobody looks through the eyes of who is no owner (R64).
    let seen = job.impersonations.end_of(contact, ImpersonationEnding::OwnerRemoved);
    let links = job.portal_links.end_of(contact, PortalLinkRevocation::OwnerRemoved);
    let removed = OwnerRemovedFromJob { contact, bulk }.into();
    std::iter::once(removed).chain(unassigned).chain(seen).chain(links).collect()
}

/// What somebody of a subcontractor writes about its task; that it is theirs, the ledger has asked.
pub(crate) fn comment(
    job: &Job,
    task: TaskId,
    by: CommentAuthor,
    comment: CommentId,
    text: &MessageText,
) -> Decided {
    if job.archived {
        return Err(JobRejection::Archived.into());
    }
    comment_on(job, task, by, comment, text)
}

/// Only where somebody reads it: a task that a subcontractor's people have.
fn comment_on(
    job: &Job,
    task: TaskId,
    by: CommentAuthor,
    comment: CommentId,
    text: &MessageText,
) -> Decided {
    let details = &known_task(job, task)?.details;
    let Some(subcontractor) = details.assignee.as_ref().and_then(Assignee::trade) else {
        return Err(JobRejection::CommentReachesNobody.into());
    };
    if job.comments.contains_key(&comment) {
        return Err(JobRejection::PartAlreadyExists.into());
    }
    let theirs = job.comments.values().filter(|whose| **whose == subcontractor);
    if theirs.count() >= Job::COMMENTS_MAX {
        return Err(JobRejection::TooManyComments.into());
    }
    let (title, text) = (details.title.clone(), Personal::known(subcontractor, text.clone()));
    Ok(vec![TaskCommented { task, title, subcontractor, comment, by, text }.into()])
}

/// The tasks of a subcontractor that loses the job stay, done or open, and are nobody's.
pub(crate) fn trade_leaves(job: &Job, subcontractor: SubcontractorId) -> Vec<JobEvent> {
    let trade = |task: &Task| task.details.assignee.as_ref().and_then(Assignee::trade);
    let theirs = job.tasks.iter().filter(|task| trade(task) == Some(subcontractor));
    let unassigned = theirs.map(|task| {
        let from = task.details.clone();
        let to = TaskDetails { assignee: None, ..from.clone() };
        TaskEdited { task: task.id, from, to }.into()
    });
    unassigned.collect()
}

/// An owner's task is for one of this job's owners (R93).
fn assignable(job: &Job, assignee: Option<&Assignee>) -> Result<(), Rejection> {
    match assignee.and_then(Assignee::owner) {
        Some(contact) if !job.owners.contains(&contact) => {
            Err(JobRejection::AssigneeIsNoOwner.into())
        }
        Some(_) | None => Ok(()),
    }
}

fn add_task(job: &Job, task: TaskId, details: &TaskDetails) -> Decided {
    if job.task(task).is_some() {
        return Err(JobRejection::PartAlreadyExists.into());
    }
    if job.tasks.len() >= Job::TASKS_MAX {
        return Err(JobRejection::TooManyTasks.into());
    }
    assignable(job, details.assignee.as_ref())?;
    Ok(vec![TaskAdded { task, details: details.clone() }.into()])
}

fn edit_task(job: &Job, task: TaskId, edit: &TaskEdit) -> Decided {
    let from = known_task(job, task)?.details.clone();
    let TaskEdit { title, kind, phase, assignee, due } = edit.clone();
    let to = TaskDetails {
        title: title.unwrap_or_else(|| from.title.clone()),
        kind: kind.unwrap_or(from.kind),
        phase: phase.unwrap_or(from.phase),
        assignee: assignee.unwrap_or_else(|| from.assignee.clone()),
        due: due.unwrap_or(from.due),
    };
    assignable(job, to.assignee.as_ref())?;
    if from == to {
        return Ok(Vec::new());
    }
    Ok(vec![TaskEdited { task, from, to }.into()])
}

fn add_milestone(job: &Job, milestone: MilestoneId, details: &MilestoneDetails) -> Decided {
    if job.milestone(milestone).is_some() {
        return Err(JobRejection::PartAlreadyExists.into());
    }
    if job.milestones.len() >= Job::MILESTONES_MAX {
        return Err(JobRejection::TooManyMilestones.into());
    }
    Ok(vec![MilestoneAdded { milestone, details: details.clone() }.into()])
}

fn edit_milestone(job: &Job, milestone: MilestoneId, edit: &MilestoneEdit) -> Decided {
    let Milestone { details: from, status: before, .. } = known_milestone(job, milestone)?.clone();
    let MilestoneEdit { title, due, status } = edit.clone();
    let to = MilestoneDetails {
        title: title.unwrap_or_else(|| from.title.clone()),
        due: due.unwrap_or(from.due),
    };
    let title = to.title.clone();
    let mut events = Vec::new();
    if from != to {
        events.push(MilestoneEdited { milestone, from, to }.into());
    }
    if let Some(after) = status.filter(|after| *after != before) {
        events.push(MilestoneStatusSet { milestone, title, from: before, to: after }.into());
    }
    Ok(events)
}

fn add_note(job: &Job, note: NoteId, text: &NoteText) -> Decided {
    if job.notes.contains(&note) {
        return Err(JobRejection::PartAlreadyExists.into());
    }
    if job.notes.len() >= Job::NOTES_MAX {
        return Err(JobRejection::TooManyNotes.into());
    }
    Ok(vec![InternalNoteAdded { note, text: text.clone() }.into()])
}

fn known_task(job: &Job, id: TaskId) -> Result<&Task, Rejection> {
    job.task(id).ok_or(Rejection::Unknown(AggregateId::Job(job.id)))
}

fn known_milestone(job: &Job, id: MilestoneId) -> Result<&Milestone, Rejection> {
    job.milestone(id).ok_or(Rejection::Unknown(AggregateId::Job(job.id)))
}
