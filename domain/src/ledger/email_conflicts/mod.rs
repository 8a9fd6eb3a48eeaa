//! An owner wants the primary email of another contact of the same account (R32, H4): reported by the
//! owner's refused change, and seen to by the builder, who puts the other contact on the owner's jobs,
//! merges the two or sets the matter aside.

#[cfg(test)]
mod tests;

use super::decide::{Asked, done, unique};
use super::{Decision, Halt, Outcome, OwnerOutcome, OwnerResult};
use crate::EmailAddress;
use crate::actor::Actor;
use crate::contact::email_conflict::CONFLICTS_MAX;
use crate::contact::{
    Claims, ConflictEnding, Contact, ContactRejection, EmailConflictClosed, EmailConflictReported,
};
use crate::event::Event;
use crate::ids::{AggregateId, ContactId, JobId, PersonId};
use crate::job::{self, JobCommand, JobRejection};
use crate::rejection::Rejection;

/// About an owner who wants a primary email that another contact has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmailConflictCommand {
    /// Tell the builder that the owner was refused this address (R32). Twice is once, and an address
    /// that nobody else has is nothing to tell of.
    Report {
        /// The owner's own contact.
        owner: ContactId,
        /// What they wanted; it is not kept.
        wanted: EmailAddress,
    },
    /// Put the contact that has the email on jobs in the owner's place.
    Replace {
        /// The contact that has the email.
        holder: ContactId,
        /// The owner's own contact.
        owner: ContactId,
        /// On which jobs; on every open one that the owner is on, when none is named.
        jobs: Vec<JobId>,
    },
    /// Do nothing about it. Twice is once.
    SetAside {
        /// The contact that has the email.
        holder: ContactId,
        /// The owner's own contact.
        owner: ContactId,
    },
}

impl EmailConflictCommand {
    /// The command's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Report { .. } => "ReportEmailConflict",
            Self::Replace { .. } => "ReplaceOwnerByHolder",
            Self::SetAside { .. } => "SetAsideEmailConflict",
        }
    }

    /// The aggregates that it concerns; the first is what `If-Match` is about.
    pub(super) fn aggregates(&self) -> Vec<AggregateId> {
        match self {
            Self::Report { owner, .. } => vec![(*owner).into()],
            Self::SetAside { holder, owner } => vec![(*holder).into(), (*owner).into()],
            Self::Replace { holder, owner, jobs } => {
                let contacts = [(*holder).into(), (*owner).into()].into_iter();
                contacts.chain(jobs.iter().map(|job| (*job).into())).collect()
            }
        }
    }
}

impl Asked<'_> {
    pub(super) fn email_conflict(&self, command: &EmailConflictCommand) -> Result<Decision, Halt> {
        match command {
            EmailConflictCommand::Report { owner, wanted } => self.report_conflict(*owner, wanted),
            EmailConflictCommand::Replace { holder, owner, jobs } => {
                self.replace_by_holder(*holder, *owner, jobs)
            }
            EmailConflictCommand::SetAside { holder, owner } => self.set_aside(*holder, *owner),
        }
    }

    /// H4: decided anew under the lock, so that nothing is reported that is not so any more.
    fn report_conflict(&self, owner: ContactId, wanted: &EmailAddress) -> Result<Decision, Halt> {
        let theirs = |person: &PersonId| self.circumstances.actor == Actor::Owner(*person);
        let Some(person) = self.state.live_contact(owner)?.owner().filter(theirs) else {
            return Err(Rejection::from(ContactRejection::NotTheOwner).into());
        };
        let Some(holder) = self.state.holder(wanted)? else {
            return Ok(done(owner.into(), Vec::new(), Event::Contact));
        };
        let there = self.state.required_contact(holder.contact)?;
        let told = match there.conflicts.get(&owner) {
            Some(before) => *before == person,
            None => holder.contact == owner || there.conflicts.len() >= CONFLICTS_MAX,
        };
        let reported = (!told).then(|| EmailConflictReported { owner, person }.into());
        Ok(done(holder.contact.into(), reported.into_iter().collect(), Event::Contact))
    }

    fn set_aside(&self, holder: ContactId, owner: ContactId) -> Result<Decision, Halt> {
        self.state.required_contact(owner)?;
        let there = self.state.required_contact(holder)?;
        let how = ConflictEnding::SetAside;
        let closed = there.conflicts.contains_key(&owner).then(|| closed(owner, how));
        Ok(done(holder.into(), closed.into_iter().collect(), std::convert::identity))
    }

    /// H4, one click: on each job the contact takes the owner's place, in one append. It is seen to when
    /// the owner is on no open job any more; until then the other jobs wait.
    fn replace_by_holder(
        &self,
        holder: ContactId,
        owner: ContactId,
        jobs: &[JobId],
    ) -> Result<Decision, Halt> {
        let waits = self.state.live_contact(owner)?.owner();
        let there: &Contact = self.state.live_contact(holder)?;
        // Whoever is the contact's owner now, or nobody, has not asked for it (H6).
        if waits.is_none() || there.conflicts.get(&owner) != waits.as_ref() {
            return Err(Rejection::from(ContactRejection::EmailConflictOver).into());
        }
        let (mut events, mut outcomes, mut left) = (Vec::new(), Vec::new(), false);
        for id in unique(jobs) {
            let job = self.present_job(id)?;
            if job.archived {
                return Err(Rejection::from(JobRejection::Archived).into());
            }
            if !job.owners.contains(&owner) {
                let result = OwnerResult::WasNotThere;
                outcomes.push(OwnerOutcome {
                    job: id,
                    contact: owner,
                    result,
                    last_owner_left: false,
                });
            }
        }
        for id in self.state.jobs_of(owner)? {
            let job = self.present_job(*id)?;
            if job.archived {
                continue;
            }
            if !jobs.is_empty() && !jobs.contains(id) {
                left = true;
                continue;
            }
            let replace = JobCommand::ReplaceOwner { from: owner, to: holder, merge: None };
            let happened = job::decide(*id, Some(job), &replace)?;
            events.extend(happened.into_iter().map(|event| ((*id).into(), Event::Job(event))));
            outcomes.extend(replaced(*id, owner, holder, job.owners.contains(&holder)));
        }
        if events.is_empty() {
            return Err(Rejection::from(ContactRejection::OwnerOnNoOpenJob).into());
        }
        if !left {
            events.push((holder.into(), closed(owner, ConflictEnding::Replaced)));
        }
        Ok(Decision { events, outcome: Outcome::Owners(outcomes) })
    }
}

fn closed(owner: ContactId, how: ConflictEnding) -> Event {
    Event::Contact(EmailConflictClosed { owner, how }.into())
}

/// What became of the two on a job.
fn replaced(job: JobId, owner: ContactId, holder: ContactId, shared: bool) -> [OwnerOutcome; 2] {
    let came = if shared { OwnerResult::AlreadyThere } else { OwnerResult::Added };
    [(owner, OwnerResult::Removed), (holder, came)].map(|(contact, result)| OwnerOutcome {
        job,
        contact,
        result,
        last_owner_left: false,
    })
}
