//! Which owners are told of something new, by mail (R21).

use super::decide::Asked;
use super::{Halt, Need};
use crate::contact::Contact;
use crate::event::Event;
use crate::ids::{AggregateId, ContactId, JobId};
use crate::job::{Assignee, Job, JobEvent, TaskDetails};
use crate::notification::{self, MailKind};

/// An aggregate and what happens to it.
type Happens = (AggregateId, Event);

impl Asked<'_> {
    /// The mails that tell those of these contacts who are Active of what happens next to `about`.
    pub(super) fn notices(
        &self,
        kind: MailKind,
        about: AggregateId,
        contacts: &[ContactId],
    ) -> Result<Vec<Happens>, Halt> {
        let contacts = self.known_contacts(contacts)?;
        let sequence = self.state.version(about) + 1;
        let mails = notification::to_owners(kind, about, sequence, contacts);
        let queued = mails.into_iter().map(|(mail, queued)| {
            (AggregateId::Notification(mail), Event::Notification(queued.into()))
        });
        Ok(queued.collect())
    }

    /// The mails of a task that becomes an owner's: to that owner, and to all owners of the job where
    /// any of them may settle it (R62). What a merge moves along is nothing new.
    pub(super) fn task_notices(
        &self,
        id: JobId,
        job: Option<&Job>,
        happened: &[JobEvent],
    ) -> Result<Vec<Happens>, Halt> {
        let (Some(job), [event]) = (job, happened) else { return Ok(Vec::new()) };
        let Some(details) = newly_an_owners(job, event) else { return Ok(Vec::new()) };
        let whose = details.assignee.as_ref().and_then(Assignee::owner);
        let told: Vec<ContactId> = if details.kind.any_owner_settles() {
            job.owners.iter().copied().collect()
        } else {
            whose.into_iter().collect()
        };
        self.notices(MailKind::NewTask, id.into(), &told)
    }

    /// Contacts that are there, all fetched together.
    fn known_contacts(&self, ids: &[ContactId]) -> Result<Vec<&Contact>, Halt> {
        let missing: Vec<ContactId> =
            ids.iter().copied().filter(|id| !self.state.knows((*id).into())).collect();
        if !missing.is_empty() {
            return Err(Halt::Need(Need::Contacts(missing)));
        }
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.state.contact(*id)?.map(|tracked| &tracked.state));
        }
        Ok(found)
    }
}

/// What the task is then, if it waits for an owner for whom it did not wait before.
fn newly_an_owners<'a>(job: &Job, event: &'a JobEvent) -> Option<&'a TaskDetails> {
    let owner = |details: &TaskDetails| details.assignee.as_ref().and_then(Assignee::owner);
    match event {
        JobEvent::TaskAdded(e) => owner(&e.details).map(|_| &e.details),
        JobEvent::TaskEdited(e) => {
            let waits = job.task(e.task).is_some_and(|task| !task.done);
            let is_new = owner(&e.to).is_some() && owner(&e.to) != owner(&e.from);
            (waits && is_new).then_some(&e.to)
        }
        JobEvent::JobCreated(_)
        | JobEvent::JobRenamed(_)
        | JobEvent::OwnerAddedToJob(_)
        | JobEvent::OwnerRemovedFromJob(_)
        | JobEvent::OwnerReplacedOnJob(_)
        | JobEvent::JobTypeSet(_)
        | JobEvent::JobTemplateApplied(_)
        | JobEvent::TaskCompleted(_)
        | JobEvent::TaskReopened(_)
        | JobEvent::TaskUnassigned(_)
        | JobEvent::TaskRemoved(_)
        | JobEvent::TaskCommented(_)
        | JobEvent::MilestoneAdded(_)
        | JobEvent::MilestoneEdited(_)
        | JobEvent::MilestoneStatusSet(_)
        | JobEvent::MilestoneRemoved(_)
        | JobEvent::DeadlineSet(_)
        | JobEvent::BudgetSet(_)
        | JobEvent::InternalNoteAdded(_)
        | JobEvent::ImpersonationStarted(_)
        | JobEvent::ImpersonationEnded(_)
        | JobEvent::PortalLinkIssued(_)
        | JobEvent::PortalLinkRotated(_)
        | JobEvent::PortalLinkRevoked(_)
        | JobEvent::PortalLinkExpired(_)
        | JobEvent::JobArchived(_)
        | JobEvent::JobReopened(_) => None,
    }
}
