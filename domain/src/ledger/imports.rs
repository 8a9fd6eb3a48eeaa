//! Rows of jobs and owners, and cards of address books: what is there stays as it is.

use super::decide::Asked;
use super::{Decision, Halt, Imported, Outcome, Tracked};
use crate::contact::{ContactCommand, ContactDetails, Life};
use crate::event::Event;
use crate::ids::{AggregateId, ContactId, JobId};
use crate::job::{self, JobCommand, JobDetails};

impl Asked<'_> {
    pub(super) fn import_row(
        &self,
        job: JobId,
        details: &JobDetails,
        owner: Option<&(ContactId, ContactDetails)>,
    ) -> Result<Decision, Halt> {
        let present = Tracked::state_of(self.state.job(job)?);
        if present.is_some() {
            let owner = owner.map(|_| Imported::AlreadyThere);
            let outcome = Outcome::Imported { job: Imported::AlreadyThere, owner };
            return Ok(Decision { events: Vec::new(), outcome });
        }
        let mut events = Vec::new();
        let mut owners = Vec::new();
        let mut owner_outcome = None;
        if let Some((contact, owner)) = owner {
            let (created, imported) = self.imported_contact(*contact, owner)?;
            match imported {
                Imported::Created => owners.push(*contact),
                Imported::AlreadyThere => owners.extend(self.standing(*contact)?),
            }
            events.extend(created);
            owner_outcome = Some(imported);
        }
        let created = job::decide(job, None, &JobCommand::Create(details.clone(), owners))?;
        events.extend(created.into_iter().map(|e| (job.into(), Event::Job(e))));
        let outcome = Outcome::Imported { job: Imported::Created, owner: owner_outcome };
        Ok(Decision { events, outcome })
    }

    /// The contact itself, or who stands for it since it was merged; nobody when that one is deleted.
    pub(super) fn standing(&self, id: ContactId) -> Result<Option<ContactId>, Halt> {
        let mut contact = self.state.required_contact(id)?;
        loop {
            match contact.life {
                Life::Live => return Ok(Some(contact.id)),
                Life::Deleted => return Ok(None),
                // A merge goes into a contact that is live then: no circle.
                Life::Merged { into, .. } => contact = self.state.required_contact(into)?,
            }
        }
    }

    /// A contact that is there stays as it is, whatever its state: an import is no way around the
    /// lock (R38 to R46). A new one is created under the rules of any other (R20, R22, R25).
    pub(super) fn imported_contact(
        &self,
        id: ContactId,
        details: &ContactDetails,
    ) -> Result<(Vec<(AggregateId, Event)>, Imported), Halt> {
        if self.state.contact(id)?.is_some() {
            return Ok((Vec::new(), Imported::AlreadyThere));
        }
        let created = self.contact(id, None, &ContactCommand::Create(details.clone()))?;
        let events = created.into_iter().map(|event| (id.into(), Event::Contact(event)));
        Ok((events.collect(), Imported::Created))
    }
}
