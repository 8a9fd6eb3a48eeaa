//! What concerns subcontractors and the account's jobs: who may be invited to which, what becomes of
//! their tasks, and what an organisation's people do with these (R71 to R84).
//!
//! Who asks for an organisation has been found to be its user when they came in; here it is asked
//! whether the relation is that organisation's. For whoever has nothing to do with a job, there is no
//! such job: the answer is the one for an id that nobody has.

use super::decide::{Asked, done};
use super::{Decision, Halt, Tracked};
use crate::actor::Authority;
use crate::builder_account::AccountSettings;
use crate::contact::Claims;
use crate::event::Event;
use crate::ids::{AggregateId, JobId, OrgId, SubUserId, SubcontractorId, TaskId};
use crate::job::{self, Assignee, CommentAuthor, Job, JobCommand, JobRejection};
use crate::rejection::Rejection;
use crate::subcontractor::{
    self, Subcontractor, SubcontractorCommand, SubcontractorEvent, TradeDeed,
};

#[cfg(test)]
mod tests;

/// A task that a subcontractor's user does something with.
#[derive(Debug, Clone, Copy)]
pub(super) struct TradeTask {
    pub(super) job: JobId,
    pub(super) subcontractor: SubcontractorId,
    pub(super) user: SubUserId,
    pub(super) task: TaskId,
}

impl Asked<'_> {
    pub(super) fn subcontractor(
        &self,
        id: SubcontractorId,
        command: &SubcontractorCommand,
    ) -> Result<Decision, Halt> {
        let present = Tracked::state_of(self.state.subcontractor(id)?);
        self.is_their_relation(id, present, command)?;
        if let Some(job) = needs_live_job(present, command)
            && self.present_job(job)?.archived
        {
            return Err(Rejection::from(JobRejection::Archived).into());
        }
        let settings = if command.makes_secret() {
            self.state.settings()?
        } else {
            AccountSettings::default()
        };
        let happened = subcontractor::decide(id, present, command, settings, self.now)?;
        let left = self.tasks_left(id, &happened)?;
        let mut decision = done(id.into(), happened, Event::Subcontractor);
        decision.events.extend(left);
        Ok(decision)
    }

    /// A user of another organisation finds no such relation, and acts as themselves.
    fn is_their_relation(
        &self,
        id: SubcontractorId,
        present: Option<&Subcontractor>,
        command: &SubcontractorCommand,
    ) -> Result<(), Halt> {
        let Some((org, user)) = self.asking_user() else { return Ok(()) };
        let theirs = match command {
            SubcontractorCommand::Accept { org: accepts, user: by, .. } => {
                *accepts == org && *by == user
            }
            SubcontractorCommand::RequestPrimaryContactChange { user: by, .. } => {
                present.is_some_and(|present| present.org == Some(org)) && *by == user
            }
            // The link is what answers.
            SubcontractorCommand::Decline { .. } => true,
            // Not theirs at all, as the table of rights says.
            SubcontractorCommand::Add { .. }
            | SubcontractorCommand::Rename(_)
            | SubcontractorCommand::Invite { .. }
            | SubcontractorCommand::Resend { .. }
            | SubcontractorCommand::ResendStale { .. }
            | SubcontractorCommand::Cancel(_)
            | SubcontractorCommand::Withdraw(_)
            | SubcontractorCommand::Expire(_)
            | SubcontractorCommand::ChangePrimaryContact { .. }
            | SubcontractorCommand::DeclinePrimaryContactRequest(_) => false,
        };
        if theirs { Ok(()) } else { Err(Rejection::Unknown(id.into()).into()) }
    }

    /// The tasks of a company that loses a job stay, and are nobody's, also on a job that was put away.
    fn tasks_left(
        &self,
        id: SubcontractorId,
        happened: &[SubcontractorEvent],
    ) -> Result<Vec<(AggregateId, Event)>, Halt> {
        let withdrawn = happened.iter().find_map(|event| match event {
            SubcontractorEvent::ProjectWithdrawn(e) => Some(e.job),
            SubcontractorEvent::SubcontractorAdded(_)
            | SubcontractorEvent::SubcontractorRenamed(_)
            | SubcontractorEvent::ProjectInvitationSent(_)
            | SubcontractorEvent::ProjectInvitationResent(_)
            | SubcontractorEvent::ProjectInvitationCancelled(_)
            | SubcontractorEvent::ProjectInvitationDeclined(_)
            | SubcontractorEvent::ProjectInvitationExpired(_)
            | SubcontractorEvent::ProjectInvitationStaled(_)
            | SubcontractorEvent::ProjectInvitationAccepted(_)
            | SubcontractorEvent::SubcontractorOrgLinked(_)
            | SubcontractorEvent::PrimaryContactChangeRequested(_)
            | SubcontractorEvent::PrimaryContactRequestDeclined(_)
            | SubcontractorEvent::PrimaryContactChanged(_) => None,
        });
        let Some(job) = withdrawn else { return Ok(Vec::new()) };
        let unassigned = job::trade_leaves(self.present_job(job)?, id);
        Ok(unassigned.into_iter().map(|event| (job.into(), Event::Job(event))).collect())
    }

    /// A task is given to a subcontractor that is invited to the job, or has accepted; one that is its
    /// already stays so.
    pub(super) fn assignable_trade(
        &self,
        id: JobId,
        job: Option<&Job>,
        command: &JobCommand,
    ) -> Result<(), Halt> {
        let (task, assignee) = match command {
            JobCommand::AddTask(task, details) => (*task, details.assignee.as_ref()),
            JobCommand::EditTask(task, edit) => {
                (*task, edit.assignee.as_ref().and_then(Option::as_ref))
            }
            JobCommand::Create(..)
            | JobCommand::Rename(_)
            | JobCommand::AddOwner(..)
            | JobCommand::RemoveOwner(..)
            | JobCommand::ReplaceOwner { .. }
            | JobCommand::CompleteTask(_)
            | JobCommand::ReopenTask(_)
            | JobCommand::RemoveTask(_)
            | JobCommand::CommentOnTask { .. }
            | JobCommand::AddMilestone(..)
            | JobCommand::EditMilestone(..)
            | JobCommand::RemoveMilestone(_)
            | JobCommand::SetDeadline(_)
            | JobCommand::SetBudget(_)
            | JobCommand::AddNote(..)
            | JobCommand::Archive
            | JobCommand::Reopen => return Ok(()),
        };
        let Some(trade) = assignee.and_then(Assignee::trade) else { return Ok(()) };
        let before = job.and_then(|job| job.task(task));
        if before.and_then(|task| task.details.assignee.as_ref()) == assignee {
            return Ok(());
        }
        let subcontractor = Tracked::state_of(self.state.subcontractor(trade)?);
        match subcontractor.and_then(|subcontractor| subcontractor.open_for(id)) {
            Some(_) => Ok(()),
            None => Err(Rejection::from(JobRejection::AssigneeIsNoTrade).into()),
        }
    }

    /// What a user of an organisation does with a task of a job that the organisation has accepted.
    pub(super) fn trade_task(&self, at: TradeTask, deed: &TradeDeed) -> Result<Decision, Halt> {
        let TradeTask { job: id, subcontractor, user, task } = at;
        let unknown = || Halt::from(Rejection::Unknown(id.into()));
        let job = Tracked::state_of(self.state.job(id)?).ok_or_else(unknown)?;
        let relation = Tracked::state_of(self.state.subcontractor(subcontractor)?);
        let relation = relation.filter(|relation| {
            self.asking_user().is_none_or(|(org, by)| relation.org == Some(org) && by == user)
        });
        if !relation.ok_or_else(unknown)?.has_accepted(id) {
            return Err(unknown());
        }
        let assigned = job.task(task).and_then(|task| task.details.assignee.as_ref());
        if assigned.and_then(Assignee::trade) != Some(subcontractor) {
            return Err(unknown());
        }
        let happened = match deed {
            TradeDeed::Complete => job::decide(id, Some(job), &JobCommand::CompleteTask(task))?,
            TradeDeed::Reopen => job::decide(id, Some(job), &JobCommand::ReopenTask(task))?,
            TradeDeed::Comment { comment, text } => {
                job::comment(job, task, CommentAuthor::Trade(user), *comment, text)?
            }
        };
        Ok(done(id.into(), happened, Event::Job))
    }

    /// The user of an organisation who asks, if it is one.
    pub(super) fn asking_user(&self) -> Option<(OrgId, SubUserId)> {
        match self.circumstances.authority {
            Authority::SubUser { org, user } => Some((org, user)),
            Authority::Owner
            | Authority::Member { .. }
            | Authority::Impersonator
            | Authority::Builder { .. }
            | Authority::Operator
            | Authority::Support
            | Authority::System => None,
        }
    }
}

/// The job that may not be put away: what a mail would go out about, or what somebody accepts. Accepting
/// again what is accepted changes nothing, and needs none.
fn needs_live_job(
    present: Option<&Subcontractor>,
    command: &SubcontractorCommand,
) -> Option<JobId> {
    match command {
        SubcontractorCommand::Invite { job, .. } => Some(*job),
        SubcontractorCommand::Resend { invitation, .. } => {
            Some(present?.invitations.get(invitation)?.job)
        }
        SubcontractorCommand::Accept { invitation, .. } => {
            let invitation = present?.invitations.get(invitation)?;
            let is_pending =
                matches!(invitation.stage, subcontractor::ProjectInvitationStage::Pending { .. });
            is_pending.then_some(invitation.job)
        }
        // The link to one that was put away in between is taken by nobody.
        SubcontractorCommand::ResendStale { .. }
        | SubcontractorCommand::Add { .. }
        | SubcontractorCommand::Rename(_)
        | SubcontractorCommand::Cancel(_)
        | SubcontractorCommand::Withdraw(_)
        | SubcontractorCommand::Decline { .. }
        | SubcontractorCommand::Expire(_)
        | SubcontractorCommand::ChangePrimaryContact { .. }
        | SubcontractorCommand::RequestPrimaryContactChange { .. }
        | SubcontractorCommand::DeclinePrimaryContactRequest(_) => None,
    }
}
