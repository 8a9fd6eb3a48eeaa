//! What is one owner's: To-Dos and messages (R63); and what any owner of a job may do in the job (R62).
//!
//! An owner is Active in the contact and an owner of the job at this moment. For whoever is not, there
//! is no such job: the answer is the one for an id that nobody has.

use super::decide::{Asked, done};
use super::{Decision, Halt, Tracked};
use crate::actor::{Actor, Authority};
use crate::contact::{Access, Contact, Life};
use crate::event::Event;
use crate::ids::{AggregateId, ContactId, JobId, OwnerItemId, PersonId, TaskId};
use crate::job::{self, Assignee, Job, JobCommand, JobRejection};
use crate::notification::MailKind;
use crate::owner_item::{
    self, Author, OwnerItem, OwnerItemCommand, OwnerItemEvent, OwnerItemRejection, TodoChange,
    Whose,
};
use crate::rejection::Rejection;

#[cfg(test)]
mod tests;

impl Asked<'_> {
    pub(super) fn owner_item(&self, command: &OwnerItemCommand) -> Result<Decision, Halt> {
        match command {
            OwnerItemCommand::AddTodo { item, job, contact, details } => {
                let whose = self.whose(*job, *contact)?;
                let present = Tracked::state_of(self.state.owner_item(*item)?);
                let added = owner_item::add_todo(present, whose, details)?;
                self.told(*item, whose, MailKind::NewTodo, added)
            }
            OwnerItemCommand::SendMessage { item, job, contact, text } => {
                let whose = self.whose(*job, *contact)?;
                let present = Tracked::state_of(self.state.owner_item(*item)?);
                if self.asking_owner().is_some() {
                    // Whoever works for the builder finds it in the list; there is nobody to mail to.
                    let sent = owner_item::send_message(present, whose, Author::Owner, text)?;
                    return Ok(done((*item).into(), sent, Event::OwnerItem));
                }
                let sent = owner_item::send_message(present, whose, Author::Builder, text)?;
                self.told(*item, whose, MailKind::NewMessage, sent)
            }
            OwnerItemCommand::ChangeTodo { item, job, change } => {
                self.change_todo(*item, *job, change)
            }
        }
    }

    /// An owner does what waits for an owner of the job: their own tasks, and, as all owners have the
    /// same powers, whatever waits for anybody's approval or choice (R62). The event says who it was.
    pub(super) fn complete_for_owner(
        &self,
        id: JobId,
        contact: ContactId,
        task: TaskId,
    ) -> Result<Decision, Halt> {
        let (job, _) = self.as_owner(id, contact)?;
        let details = job.task(task).map(|task| &task.details);
        let waits_for =
            details.and_then(|details| details.assignee.as_ref().and_then(Assignee::owner));
        let shared = details.is_some_and(|details| details.kind.any_owner_settles());
        if !waits_for.is_some_and(|whose| shared || whose == contact) {
            return Err(Rejection::Unknown(id.into()).into());
        }
        let completed = job::decide(id, Some(job), &JobCommand::CompleteTask(task))?;
        Ok(done(id.into(), completed, Event::Job))
    }

    /// What happened, and the mails that tell its owner.
    fn told(
        &self,
        item: OwnerItemId,
        whose: Whose,
        kind: MailKind,
        happened: Vec<OwnerItemEvent>,
    ) -> Result<Decision, Halt> {
        let mut decision = done(item.into(), happened, Event::OwnerItem);
        decision.events.extend(self.notices(kind, item.into(), &[whose.contact])?);
        Ok(decision)
    }

    /// Whose it is what is made now between the builder and an owner of a job.
    fn whose(&self, id: JobId, contact: ContactId) -> Result<Whose, Halt> {
        let (job, contact) = if self.asking_owner().is_some() {
            self.as_owner(id, contact)?
        } else {
            let job = self.present_job(id)?;
            let contact = self.state.live_contact(contact)?;
            if !job.owners.contains(&contact.id) {
                return Err(Rejection::from(OwnerItemRejection::NotAnOwner).into());
            }
            (job, contact)
        };
        open(job)?;
        Ok(Whose::now(id, contact))
    }

    fn change_todo(
        &self,
        id: OwnerItemId,
        job: JobId,
        change: &TodoChange,
    ) -> Result<Decision, Halt> {
        let unknown = || Rejection::Unknown(AggregateId::OwnerItem(id));
        let item = Tracked::state_of(self.state.owner_item(id)?);
        let item = item.filter(|item| item.whose.job == job).ok_or_else(unknown)?;
        let job = match self.asking_owner() {
            Some(person) => {
                let (job, contact) = self.as_owner(job, item.whose.contact)?;
                if !is_theirs(item, contact, person) {
                    return Err(unknown().into());
                }
                job
            }
            None => self.present_job(job)?,
        };
        open(job)?;
        Ok(done(id.into(), owner_item::change_todo(item, change)?, Event::OwnerItem))
    }

    /// The owner who asks, if it is one.
    pub(super) fn asking_owner(&self) -> Option<PersonId> {
        match (&self.circumstances.authority, self.circumstances.actor) {
            (Authority::Owner, Actor::Owner(person)) => Some(person),
            (
                Authority::Owner
                | Authority::Member { .. }
                | Authority::SubUser { .. }
                | Authority::Impersonator
                | Authority::Builder { .. }
                | Authority::Operator
                | Authority::Support
                | Authority::System,
                _,
            ) => None,
        }
    }

    /// The job and the contact, if whoever asks is Active in it and an owner of that job now.
    pub(super) fn as_owner(&self, id: JobId, contact: ContactId) -> Result<(&Job, &Contact), Halt> {
        let unknown = || Halt::from(Rejection::Unknown(id.into()));
        let job = Tracked::state_of(self.state.job(id)?).ok_or_else(unknown)?;
        let contact = Tracked::state_of(self.state.contact(contact)?).ok_or_else(unknown)?;
        let person = match (&contact.life, &contact.access) {
            (Life::Live, Access::Active { person }) => Some(*person),
            (
                Life::Live | Life::Deleted | Life::Merged { .. },
                Access::NotInvited
                | Access::Pending { .. }
                | Access::Active { .. }
                | Access::Disabled { .. }
                | Access::Deactivated { .. },
            ) => None,
        };
        let theirs = person.is_some() && person == self.asking_owner();
        if theirs && job.owners.contains(&contact.id) { Ok((job, contact)) } else { Err(unknown()) }
    }
}

/// Whether it is this person's, who is the contact's now (H6).
fn is_theirs(item: &OwnerItem, contact: &Contact, person: PersonId) -> bool {
    contact.links_of(person).contains(&item.whose.link)
}

fn open(job: &Job) -> Result<(), Rejection> {
    if job.archived { Err(JobRejection::Archived.into()) } else { Ok(()) }
}
