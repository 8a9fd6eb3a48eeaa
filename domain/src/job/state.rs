//! A job as its events made it.

use super::events::JobEvent;
use super::impersonation::Impersonations;
use super::plan::{BudgetLine, Milestone, MilestoneStatus, Task};
use super::portal_link::PortalLinks;
use crate::ImpossibleStep;
use crate::day::Day;
use crate::ids::{
    AggregateId, CommentId, ContactId, JobId, MilestoneId, NoteId, SubcontractorId, TaskId,
};
use crate::text::{JobName, JobType, PostalAddress, Reference};
use std::collections::{BTreeMap, BTreeSet};

/// A building project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// As shown in the jobs list.
    pub name: JobName,
    /// The builder's own reference.
    pub reference: Option<Reference>,
    /// Where is built.
    pub site: Option<PostalAddress>,
    /// Its owners, all alike (R60, R61).
    pub owners: BTreeSet<ContactId>,
    /// Its type.
    pub job_type: Option<JobType>,
    /// Its tasks, in the order in which they came.
    pub tasks: Vec<Task>,
    /// Its milestones, in the order in which they came.
    pub milestones: Vec<Milestone>,
    /// By when it is to be finished.
    pub deadline: Option<Day>,
    /// Its budget.
    pub budget: Vec<BudgetLine>,
    /// Its notes; what they say, no rule asks for.
    pub notes: BTreeSet<NoteId>,
    /// The comments on its tasks, and with which subcontractor each is; what they say, no rule asks for.
    pub comments: BTreeMap<CommentId, SubcontractorId>,
    /// Whether it is put away.
    pub archived: bool,
    /// Who looks through its owners' eyes (R64).
    pub impersonations: Impersonations,
    /// The links to its portal (R90).
    pub portal_links: PortalLinks,
}

impl Job {
    /// The most owners of a job.
    pub const OWNERS_MAX: usize = 500;
    /// The most tasks of a job.
    pub const TASKS_MAX: usize = 500;
    /// The most milestones of a job.
    pub const MILESTONES_MAX: usize = 100;
    /// The most lines of a budget.
    pub const BUDGET_LINES_MAX: usize = 200;
    /// The most notes of a job.
    pub const NOTES_MAX: usize = 500;
    /// The most comments on the tasks that one subcontractor has of a job.
    pub const COMMENTS_MAX: usize = 500;

    /// A job as its first event makes it.
    pub fn from_first(id: JobId, event: &JobEvent) -> Result<Self, ImpossibleStep> {
        let JobEvent::JobCreated(created) = event else {
            return Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Job(id),
                why: "the job has not been created",
            });
        };
        Ok(Self {
            id,
            name: created.name.clone(),
            reference: created.reference.clone(),
            site: created.site.clone(),
            owners: BTreeSet::new(),
            job_type: None,
            tasks: Vec::new(),
            milestones: Vec::new(),
            deadline: None,
            budget: Vec::new(),
            notes: BTreeSet::new(),
            comments: BTreeMap::new(),
            archived: false,
            impersonations: Impersonations::default(),
            portal_links: PortalLinks::default(),
        })
    }

    /// The task with this id.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// The milestone with this id.
    pub fn milestone(&self, id: MilestoneId) -> Option<&Milestone> {
        self.milestones.iter().find(|milestone| milestone.id == id)
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &JobEvent) -> Result<(), ImpossibleStep> {
        self.step(event).map_err(|why| ImpossibleStep {
            event: event.stored_type(),
            aggregate: AggregateId::Job(self.id),
            why,
        })
    }

    fn step(&mut self, event: &JobEvent) -> Result<(), &'static str> {
        match event {
            JobEvent::JobCreated(_) => return Err("the job is there already"),
            JobEvent::JobRenamed(e) => self.name = e.to.clone(),
            JobEvent::OwnerAddedToJob(e) => {
                if !self.owners.insert(e.contact) {
                    return Err("the contact is an owner already");
                }
            }
            JobEvent::OwnerRemovedFromJob(e) => {
                if !self.owners.remove(&e.contact) {
                    return Err("the contact is no owner");
                }
                self.portal_links.owner_left();
            }
            JobEvent::JobTypeSet(e) => self.job_type.clone_from(&e.to),
            JobEvent::JobTemplateApplied(_) => {}
            JobEvent::TaskAdded(e) => {
                if self.task(e.task).is_some() {
                    return Err("the task is there already");
                }
                self.tasks.push(Task { id: e.task, details: e.details.clone(), done: false });
            }
            JobEvent::OwnerReplacedOnJob(e) => {
                if !self.owners.remove(&e.from) {
                    return Err("the contact is no owner");
                }
                self.owners.insert(e.to);
                // Without a merge they are two, and who has left may still hold the job's links.
                if e.merge.is_none() {
                    self.portal_links.owner_left();
                }
            }
            JobEvent::TaskEdited(e) => self.task_mut(e.task)?.details = e.to.clone(),
            JobEvent::TaskCompleted(e) => self.task_mut(e.task)?.done = true,
            JobEvent::TaskReopened(e) => self.task_mut(e.task)?.done = false,
            JobEvent::TaskUnassigned(e) => self.task_mut(e.task)?.details.assignee = None,
            JobEvent::TaskRemoved(e) => {
                self.task_mut(e.task)?;
                self.tasks.retain(|task| task.id != e.task);
            }
            JobEvent::TaskCommented(e) => {
                self.task_mut(e.task)?;
                if self.comments.insert(e.comment, e.subcontractor).is_some() {
                    return Err("the comment is there already");
                }
            }
            JobEvent::MilestoneAdded(e) => {
                if self.milestone(e.milestone).is_some() {
                    return Err("the milestone is there already");
                }
                let (details, status) = (e.details.clone(), MilestoneStatus::Planned);
                self.milestones.push(Milestone { id: e.milestone, details, status });
            }
            JobEvent::MilestoneEdited(e) => self.milestone_mut(e.milestone)?.details = e.to.clone(),
            JobEvent::MilestoneStatusSet(e) => self.milestone_mut(e.milestone)?.status = e.to,
            JobEvent::MilestoneRemoved(e) => {
                self.milestone_mut(e.milestone)?;
                self.milestones.retain(|milestone| milestone.id != e.milestone);
            }
            JobEvent::DeadlineSet(e) => self.deadline = e.to,
            JobEvent::BudgetSet(e) => self.budget.clone_from(&e.to),
            JobEvent::InternalNoteAdded(e) => {
                if !self.notes.insert(e.note) {
                    return Err("the note is there already");
                }
            }
            JobEvent::JobArchived(_) if self.archived => return Err("the job is archived already"),
            JobEvent::JobArchived(_) => self.archived = true,
            JobEvent::JobReopened(_) if !self.archived => return Err("the job is not archived"),
            JobEvent::JobReopened(_) => self.archived = false,
            JobEvent::ImpersonationStarted(e) => self.impersonations.start(e)?,
            JobEvent::ImpersonationEnded(e) => self.impersonations.end(e)?,
            JobEvent::PortalLinkIssued(_)
            | JobEvent::PortalLinkRotated(_)
            | JobEvent::PortalLinkRevoked(_)
            | JobEvent::PortalLinkExpired(_) => self.link_step(event)?,
        }
        Ok(())
    }

    fn link_step(&mut self, event: &JobEvent) -> Result<(), &'static str> {
        event.portal_link().map_or(Ok(()), |step| self.portal_links.record(step))
    }

    fn task_mut(&mut self, id: TaskId) -> Result<&mut Task, &'static str> {
        self.tasks.iter_mut().find(|task| task.id == id).ok_or("the task is not there")
    }

    fn milestone_mut(&mut self, id: MilestoneId) -> Result<&mut Milestone, &'static str> {
        let found = self.milestones.iter_mut().find(|milestone| milestone.id == id);
        found.ok_or("the milestone is not there")
    }
}
