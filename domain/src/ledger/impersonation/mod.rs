//! Looking through an owner's eyes, where it concerns the job and the contact (R64, H13).

#[cfg(test)]
mod tests;

use super::decide::{Asked, done};
use super::{Decision, Halt, Outcome, Tracked};
use crate::actor::Actor;
use crate::contact::{Access, ContactCommand};
use crate::event::Event;
use crate::ids::{AggregateId, ContactId, ImpersonationId, JobId};
use crate::job::JobRejection;
use crate::job::impersonation::{
    self, ImpersonationCommand, ImpersonationEnding, ImpersonationMinutes,
};
use crate::rejection::Rejection;

impl Asked<'_> {
    pub(super) fn impersonation(
        &self,
        job: JobId,
        command: ImpersonationCommand,
    ) -> Result<Decision, Halt> {
        let ended = |id, by_clock| -> Result<Decision, Halt> {
            let events = impersonation::end(self.present_job(job)?, id, by_clock, self.now)?;
            Ok(done(job.into(), events, Event::Job))
        };
        match command {
            ImpersonationCommand::Start { impersonation, contact, minutes } => {
                self.impersonate(job, impersonation, contact, minutes)
            }
            ImpersonationCommand::End(id) => ended(id, false),
            ImpersonationCommand::TimeOut(id) => ended(id, true),
        }
    }

    fn impersonate(
        &self,
        job: JobId,
        impersonation: ImpersonationId,
        contact: ContactId,
        minutes: ImpersonationMinutes,
    ) -> Result<Decision, Halt> {
        let present = self.present_job(job)?;
        let started = impersonation::start(present, impersonation, contact, minutes, self.now)?;
        self.sees_something(contact)?;
        if self.circumstances.reason.is_none() {
            return Err(Rejection::from(JobRejection::ImpersonationReasonNeeded).into());
        }
        // Histories tell the owner who it was; the product itself looks through nobody's eyes.
        let (Actor::BuilderStaff(_) | Actor::StaffMember(_)) = self.circumstances.actor else {
            return Err(Rejection::NotPermitted { needed: "a builder's admin or staff key" }.into());
        };
        let outcome = Outcome::Impersonating { until: started.until };
        Ok(Decision { events: vec![(job.into(), Event::Job(started.into()))], outcome })
    }

    /// Who has not accepted yet will see what is seen through their eyes. Whose access is closed
    /// sees nothing.
    fn sees_something(&self, contact: ContactId) -> Result<(), Halt> {
        match self.state.live_contact(contact)?.access {
            Access::NotInvited | Access::Pending { .. } | Access::Active { .. } => Ok(()),
            Access::Disabled { .. } | Access::Deactivated { .. } => {
                Err(Rejection::from(JobRejection::ImpersonatedIsClosed).into())
            }
        }
    }

    /// Closes a contact's access; nobody looks through its eyes, and no link of its own opens anything,
    /// from the same append on (2.5).
    pub(super) fn close_access(
        &self,
        id: ContactId,
        command: &ContactCommand,
        how: ImpersonationEnding,
    ) -> Result<Decision, Halt> {
        let contact = Tracked::state_of(self.state.contact(id)?);
        let mut decision = done(id.into(), self.contact(id, contact, command)?, Event::Contact);
        decision.events.extend(self.nobody_sees_as(id, how)?);
        decision.events.extend(self.no_link_opens_for(id, command)?);
        Ok(decision)
    }

    /// What ends on the contact's jobs.
    pub(super) fn nobody_sees_as(
        &self,
        contact: ContactId,
        how: ImpersonationEnding,
    ) -> Result<Vec<(AggregateId, Event)>, Halt> {
        let mut events = Vec::new();
        for id in self.state.jobs_of(contact)? {
            let ended = self.present_job(*id)?.impersonations.end_of(contact, how);
            events.extend(ended.map(|event| ((*id).into(), Event::Job(event))));
        }
        Ok(events)
    }
}
