//! What concerns a lead and its contact, or the job that it becomes.

use super::decide::{Asked, done};
use super::{Decision, Halt, Outcome, Tracked, WonInto};
use crate::contact::{ContactCommand, ContactDetails, InfoEdit};
use crate::event::Event;
use crate::ids::{AggregateId, ContactId, JobId, LeadId};
use crate::job::{JobEvent, JobRejection, Plan};
use crate::lead::{self, Lead, LeadCommand, LeadEvent, LeadRejection};
use crate::rejection::Rejection;
use crate::text::Title;

impl Asked<'_> {
    /// A lead is about somebody in the book, or about nobody.
    pub(super) fn lead(&self, id: LeadId, command: &LeadCommand) -> Result<Decision, Halt> {
        if let Some(contact) = command.contact() {
            self.state.live_contact(contact)?;
        }
        Ok(done(id.into(), self.of_lead(id, command)?, Event::Lead))
    }

    fn of_lead(&self, id: LeadId, command: &LeadCommand) -> Result<Vec<LeadEvent>, Halt> {
        Ok(lead::decide(id, Tracked::state_of(self.state.lead(id)?), command)?)
    }

    /// A lead and its new contact, or neither (R2).
    pub(super) fn save_lead_contact(
        &self,
        id: LeadId,
        title: Option<&Title>,
        contact: ContactId,
        details: &ContactDetails,
    ) -> Result<Decision, Halt> {
        let command = match title.cloned() {
            Some(title) => LeadCommand::Create { title, contact: Some(contact) },
            None => LeadCommand::Link(contact),
        };
        let linked = done(id.into(), self.of_lead(id, &command)?, Event::Lead);
        let present = Tracked::state_of(self.state.contact(contact)?);
        let created = self.contact(contact, present, &ContactCommand::Create(details.clone()))?;
        let mut decision = done(contact.into(), created, Event::Contact);
        decision.events.extend(linked.events);
        Ok(decision)
    }

    /// R46: the same decision as for an edit of the contact itself, whatever became of the lead.
    pub(super) fn edit_lead_contact(&self, id: LeadId, edit: &InfoEdit) -> Result<Decision, Halt> {
        let contact = self.present_lead(id)?.contact();
        let contact = contact.ok_or(Rejection::from(LeadRejection::HasNoContact))?;
        let present = Tracked::state_of(self.state.contact(contact)?);
        let edited = self.contact(contact, present, &ContactCommand::EditInfo(edit.clone()))?;
        Ok(done(contact.into(), edited, Event::Contact))
    }

    /// R2, R4: the lead's contact is an owner of the job then, and not invited by it.
    pub(super) fn win_lead(&self, id: LeadId, into: &WonInto) -> Result<Decision, Halt> {
        let lead = self.present_lead(id)?;
        let won = lead::win(lead, into.job())?;
        if won.is_empty() {
            return Ok(Decision { events: Vec::new(), outcome: Outcome::Unchanged });
        }
        let mut decision = done(id.into(), won, Event::Lead);
        let job = into.job();
        let on_job = self.won_job(lead, into)?;
        decision.events.extend(on_job.into_iter().map(|e| (AggregateId::Job(job), Event::Job(e))));
        Ok(decision)
    }

    fn won_job(&self, lead: &Lead, into: &WonInto) -> Result<Vec<JobEvent>, Halt> {
        match into {
            WonInto::Job(job) => self.job_owner_of(*job, lead.contact()),
            WonInto::NewJob { account, job, details, job_type, template } => {
                let plan = if job_type.is_none() && template.is_none() {
                    Plan::default()
                } else {
                    self.plan(*account, job_type.as_ref(), template.as_ref())?
                };
                let owners: Vec<ContactId> = lead.contact().into_iter().collect();
                self.new_job(*job, details, &owners, &plan)
            }
        }
    }

    /// Nothing is won into a job that was put away, also where nobody has to be added to it.
    fn job_owner_of(&self, job: JobId, contact: Option<ContactId>) -> Result<Vec<JobEvent>, Halt> {
        if self.present_job(job)?.archived {
            return Err(Rejection::from(JobRejection::Archived).into());
        }
        let Some(contact) = contact else { return Ok(Vec::new()) };
        self.state.live_contact(contact)?;
        self.owner_added(job, contact)
    }
}
