//! What concerns a contact, all its jobs and all its leads at once: deleting, merging, unmerging
//! (H2, H7).

#[cfg(test)]
mod tests;

use super::customers::GivenBack;
use super::decide::{Asked, done};
use super::{Decision, Halt, KeptBack, Outcome, Tracked};
use crate::contact::membership;
use crate::contact::merge::{absorb, fields_kept, give_back, part, refuse_merge, survive};
use crate::contact::{
    Contact, ContactCommand, ContactEvent, ContactRejection, JobTakenOver, Kept, Life, MergePicks,
};
use crate::event::Event;
use crate::ids::{AggregateId, ContactId, JobId, LeadId, MergeId};
use crate::job::{self, Job, JobCommand, JobEvent, JobRejection};
use crate::lead::{self, Lead};
use crate::rejection::Rejection;

type Happened = Vec<(AggregateId, Event)>;

fn of_contact(id: ContactId, events: Vec<ContactEvent>) -> Happened {
    events.into_iter().map(|event| (id.into(), Event::Contact(event))).collect()
}

fn of_job(id: JobId, events: Vec<JobEvent>) -> Happened {
    events.into_iter().map(|event| (id.into(), Event::Job(event))).collect()
}

impl Asked<'_> {
    pub(super) fn present_job(&self, id: JobId) -> Result<&Job, Halt> {
        Tracked::state_of(self.state.job(id)?).ok_or_else(|| Rejection::Unknown(id.into()).into())
    }

    pub(super) fn present_lead(&self, id: LeadId) -> Result<&Lead, Halt> {
        Tracked::state_of(self.state.lead(id)?).ok_or_else(|| Rejection::Unknown(id.into()).into())
    }

    /// H7: a deleted contact is an owner of nothing, and no lead is about it.
    pub(super) fn delete_contact(
        &self,
        id: ContactId,
        command: &ContactCommand,
    ) -> Result<Decision, Halt> {
        let contact = Tracked::state_of(self.state.contact(id)?);
        let mut decision = done(id.into(), self.contact(id, contact, command)?, Event::Contact);
        if let Some(contact) = contact {
            self.refuse_last_admin(contact)?;
        }
        for job in self.state.jobs_of(id)? {
            let events = job::leave(self.present_job(*job)?, id);
            decision.events.extend(of_job(*job, events));
        }
        for lead in self.state.leads_of(id)? {
            let left = lead::leave(self.present_lead(*lead)?, id);
            decision.events.extend(left.map(|event| ((*lead).into(), Event::Lead(event))));
        }
        Ok(decision)
    }

    /// H2. The absorbed give up their claims before the survivor takes one.
    pub(super) fn merge_contacts(
        &self,
        merge: MergeId,
        survivor: ContactId,
        absorbed: &[ContactId],
        picks: &MergePicks,
    ) -> Result<Decision, Halt> {
        let target = self.state.required_contact(survivor)?;
        let others = absorbed
            .iter()
            .map(|id| self.state.required_contact(*id))
            .collect::<Result<Vec<&Contact>, Halt>>()?;
        refuse_merge(target, &others)?;
        let taken_over = survive(target, &others, merge, picks, self.state)?;
        let mut events = Happened::new();
        let mut on_jobs: Vec<(JobId, Job, Happened)> = Vec::new();
        let mut on_leads = Happened::new();
        for contact in &others {
            let mut jobs = Vec::new();
            for id in self.state.jobs_of(contact.id)? {
                if !on_jobs.iter().any(|(there, ..)| there == id) {
                    on_jobs.push((*id, self.present_job(*id)?.clone(), Happened::new()));
                }
                let on_job = on_jobs.iter_mut().find(|(there, ..)| there == id);
                let Some((_, job, happened)) = on_job else { continue };
                let shared = self.present_job(*id)?.owners.contains(&survivor);
                jobs.push(JobTakenOver { job: *id, shared });
                let (from, merge) = (contact.id, Some(merge));
                let replace = JobCommand::ReplaceOwner { from, to: survivor, merge };
                for event in job::decide(*id, Some(job), &replace)? {
                    // `decide` made the event from this very state.
                    if job.apply(&event).is_err() {
                        return Err(Rejection::Unknown((*id).into()).into());
                    }
                    happened.push(((*id).into(), Event::Job(event)));
                }
            }
            let leads = self.state.leads_of(contact.id)?;
            for id in leads {
                let relinked = lead::relink(self.present_lead(*id)?, contact.id, survivor, merge);
                on_leads.extend(relinked.map(|event| ((*id).into(), Event::Lead(event))));
            }
            let leads = leads.iter().copied().collect();
            events.extend(of_contact(contact.id, absorb(contact, survivor, merge, jobs, leads)));
        }
        events.extend(of_contact(survivor, taken_over));
        let joined = membership::taken_over(target, &others, merge);
        for customer in joined.iter().filter_map(|event| event.customer_change().1) {
            self.has_room(customer)?;
        }
        events.extend(of_contact(survivor, joined));
        events.extend(on_jobs.into_iter().flat_map(|(.., happened)| happened));
        events.extend(on_leads);
        Ok(Decision { events, outcome: Outcome::Done })
    }

    pub(super) fn unmerge_contact(&self, id: ContactId) -> Result<Decision, Halt> {
        let contact = self.state.required_contact(id)?;
        let Life::Merged { merge, into, jobs, leads } = &contact.life else {
            return Err(Rejection::from(ContactRejection::NotMerged).into());
        };
        let (merge, into) = (*merge, *into);
        let survivor = self.state.required_contact(into)?;
        if survivor.life != Life::Live {
            let gone = ContactRejection::MergeSurvivorGone { survivor: into };
            return Err(Rejection::from(gone).into());
        }
        let (given_back, mut kept) = give_back(survivor, contact, merge);
        let (parted, kept_claim) = part(contact, merge, into, self.state)?;
        kept.extend(kept_claim);
        let mut kept: Vec<KeptBack> = kept
            .into_iter()
            .map(|what| KeptBack { what, lead: None, job: None, field: None })
            .collect();
        kept.extend(fields_kept(survivor, contact).into_iter().map(|field| KeptBack {
            what: Kept::CustomField,
            lead: None,
            job: None,
            field: Some(field),
        }));
        let mut events = of_contact(into, given_back);
        match self.customer_given_back(survivor, contact, merge)? {
            GivenBack::Nothing => {}
            GivenBack::Left(left) => events.extend(of_contact(into, left)),
            GivenBack::Kept => {
                let what = Kept::Customer;
                kept.push(KeptBack { what, lead: None, job: None, field: None });
            }
        }
        events.extend(of_contact(id, parted));
        for taken in jobs {
            // Another contact that the survivor stands for may be the reason why it is an owner.
            let mut taken = *taken;
            for other in survivor.absorbed.iter().filter(|other| **other != id) {
                if let Life::Merged { jobs, .. } = &self.state.required_contact(*other)?.life {
                    taken.shared |= jobs.iter().any(|there| there.job == taken.job);
                }
            }
            match self.put_back(taken, id, into, merge)? {
                Ok(happened) => events.extend(of_job(taken.job, happened)),
                Err(what) => {
                    kept.push(KeptBack { what, lead: None, job: Some(taken.job), field: None });
                }
            }
        }
        for taken in leads {
            match lead::relink_back(self.present_lead(*taken)?, into, id, merge) {
                Some(back) => events.push(((*taken).into(), Event::Lead(back))),
                None => kept.push(KeptBack {
                    what: Kept::LeadContactChanged,
                    field: None,
                    job: None,
                    lead: Some(*taken),
                }),
            }
        }
        Ok(Decision { events, outcome: Outcome::Unmerged(kept) })
    }

    /// The contact is an owner again where the survivor still is one.
    fn put_back(
        &self,
        taken: JobTakenOver,
        contact: ContactId,
        survivor: ContactId,
        merge: MergeId,
    ) -> Result<Result<Vec<JobEvent>, Kept>, Halt> {
        let job = self.present_job(taken.job)?;
        if job.owners.contains(&contact) {
            return Ok(Ok(Vec::new()));
        }
        if !job.owners.contains(&survivor) {
            return Ok(Err(Kept::JobOwnerRemoved));
        }
        let command = if taken.shared {
            JobCommand::AddOwner(contact, None)
        } else {
            JobCommand::ReplaceOwner { from: survivor, to: contact, merge: Some(merge) }
        };
        Ok(job::decide(taken.job, Some(job), &command).map_err(|refused| match refused {
            Rejection::Job(JobRejection::Archived) => Kept::JobArchived,
            Rejection::Job(_)
            | Rejection::Unknown(_)
            | Rejection::NotPermitted { .. }
            | Rejection::ReadOnly
            | Rejection::Contact(_)
            | Rejection::Lead(_)
            | Rejection::Customer(_)
            | Rejection::WorkOrder(_)
            | Rejection::BuilderAccount(_)
            | Rejection::OwnerItem(_)
            | Rejection::Person(_)
            | Rejection::Subcontractor(_)
            | Rejection::SubcontractorOrg(_)
            | Rejection::Installation(_) => Kept::JobIsFull,
        }))
    }
}
