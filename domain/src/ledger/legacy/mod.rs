//! Owners of an older system come over: all who share a primary email in one append, so that no
//! moment has two holders (R19, R34, G20, H14).

#[cfg(test)]
mod tests;

use super::decide::{Asked, change_owner, unique};
use super::{Decision, Halt, Imported, Outcome, OwnerChangeMode, OwnerResult, Tracked};
use crate::EmailAddress;
use crate::contact::activity::{Activity, Contender};
use crate::contact::{
    Access, Claims, Contact, ContactDetails, ContactEvent, DeactivationReason, DuplicateResolved,
    OwnerDeactivated, OwnerImported, PersonLinked, PrimaryEmailClaimed, PrimaryEmailDefaulted,
    PrimaryEmailReleased, created,
};
use crate::event::Event;
use crate::ids::{AggregateId, ContactId, JobId, PersonId};
use crate::job::Job;
use crate::job::impersonation::ImpersonationEnding;
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::text::Reference;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An owner as an older system has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyOwner {
    /// The contact's id, told from the reference, so that the same owner is found again.
    pub contact: ContactId,
    /// What the older system calls the owner.
    pub reference: Reference,
    /// What the contact is created with; the first listed email is the primary one (R19).
    pub details: ContactDetails,
    /// The person behind an owner who is active there, told from the primary email; without one
    /// nobody is active.
    pub person: Option<PersonId>,
    /// How active the owner has been there.
    pub activity: Activity,
    /// The jobs that it is an owner of.
    pub jobs: Vec<JobId>,
}

/// The access that a new contact comes over with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegacyAccess {
    /// It was active there and is active here.
    Active,
    /// It was not active there.
    NotInvited,
    /// It was active there, and another one kept the email (R34).
    Deactivated,
}

/// What became of an owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedOwner {
    /// The contact.
    pub contact: ContactId,
    /// Whether it is new.
    pub imported: Imported,
    /// With which access it came over, when it is new.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access: Option<LegacyAccess>,
    /// Who holds the primary email that this contact, which is new and not active, has too (G2).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email_held_by: Option<ContactId>,
    /// What became of each of its jobs.
    pub jobs: Vec<(JobId, OwnerResult)>,
}

/// Who keeps which email, and who loses it.
#[derive(Default)]
struct Settled<'a> {
    /// By normal form of the address.
    kept_by: BTreeMap<&'a str, ContactId>,
    resolved: Vec<DuplicateResolved>,
}

impl Settled<'_> {
    fn lost(&self, contact: ContactId) -> Option<&DuplicateResolved> {
        self.resolved.iter().find(|resolved| resolved.loser == contact)
    }
}

impl LegacyOwner {
    /// The primary email of an owner who was active.
    fn active(&self) -> Option<(&EmailAddress, PersonId)> {
        self.details.primary_email.as_ref().zip(self.person)
    }

    fn contender(&self) -> Contender {
        Contender { contact: self.contact, activity: self.activity, holds: false }
    }
}

impl Asked<'_> {
    /// A contact that is there stays as it is, as with every import; it only may lose its email to
    /// an owner who has been active after its own (R34).
    pub(super) fn import_owners(&self, owners: &[LegacyOwner]) -> Result<Decision, Halt> {
        let mut new: Vec<&LegacyOwner> = Vec::new();
        for owner in owners {
            let twice = new.iter().any(|before| before.contact == owner.contact);
            if self.state.contact(owner.contact)?.is_none() && !twice {
                new.push(owner);
            }
        }
        let settled = self.settle(&new)?;
        let mut events = Vec::new();
        for resolved in &settled.resolved {
            if !new.iter().any(|owner| owner.contact == resolved.loser) {
                events.extend(of(resolved.loser, self.gives_way(resolved)?));
                let ending = ImpersonationEnding::OwnerDeactivated;
                events.extend(self.nobody_sees_as(resolved.loser, ending)?);
                let closing = crate::contact::ContactCommand::DeactivateOwner;
                events.extend(self.no_link_opens_for(resolved.loser, &closing)?);
            }
        }
        for owner in &new {
            events.extend(of(owner.contact, comes_over(owner, &settled)?));
        }
        let mut jobs = BTreeMap::new();
        let mut outcomes = Vec::new();
        for owner in owners {
            let is_new = new.iter().any(|new| std::ptr::eq(*new, owner));
            let mut results = Vec::new();
            for job in unique(&owner.jobs) {
                let (result, happened) = self.owner_of(owner.contact, job, is_new, &mut jobs)?;
                events.extend(happened);
                results.push((job, result));
            }
            outcomes.push(outcome(owner, is_new, &settled, results));
        }
        let outcome = Outcome::ImportedOwners { owners: outcomes, resolved: settled.resolved };
        Ok(Decision { events, outcome })
    }

    /// R34, G20: who of the new owners that were active, and of the one who holds the email, keeps
    /// it. Who holds it and is not active keeps it in any case.
    fn settle<'a>(&self, new: &[&'a LegacyOwner]) -> Result<Settled<'a>, Halt> {
        let mut settled = Settled::default();
        for owner in new {
            let Some(email) = &owner.details.primary_email else { continue };
            if settled.kept_by.contains_key(email.normal()) {
                continue;
            }
            let active = new.iter().filter(|other| other.active().is_some_and(|(e, _)| e == email));
            let mut contenders: Vec<Contender> = active.map(|other| other.contender()).collect();
            if let Some(holder) = self.state.holder(email)? {
                let Contact { id, access, activity, .. } =
                    self.state.required_contact(holder.contact)?;
                let holds = !matches!(access, Access::Active { .. });
                contenders.push(Contender { contact: *id, activity: *activity, holds });
            }
            let Some(winner) = contenders.iter().max_by(|one, other| one.against(other).0) else {
                continue;
            };
            settled.kept_by.insert(email.normal(), winner.contact);
            let losers = contenders.iter().filter(|loser| loser.contact != winner.contact);
            settled.resolved.extend(losers.map(|loser| winner.keeps_from(loser)));
        }
        Ok(settled)
    }

    /// What happens to an owner who was here and loses the email.
    fn gives_way(&self, resolved: &DuplicateResolved) -> Result<Vec<ContactEvent>, Halt> {
        let contact = self.state.required_contact(resolved.loser)?;
        let released = contact.primary_email.clone().filter(|_| contact.claimed);
        let released = released.map(|email| PrimaryEmailReleased { email }.into());
        Ok(released.into_iter().chain(deactivated(resolved)).collect())
    }

    /// Makes a new contact an owner of a job. One that was there before is left as people have
    /// arranged it since.
    fn owner_of(
        &self,
        contact: ContactId,
        id: JobId,
        is_new: bool,
        jobs: &mut BTreeMap<JobId, Job>,
    ) -> Result<(OwnerResult, Vec<(AggregateId, Event)>), Halt> {
        let Some(job) = Tracked::state_of(self.state.job(id)?) else {
            return Ok((OwnerResult::UnknownJob, Vec::new()));
        };
        if !is_new {
            let there = self.standing(contact)?.is_some_and(|owner| job.owners.contains(&owner));
            let result = if there { OwnerResult::AlreadyThere } else { OwnerResult::WasNotThere };
            return Ok((result, Vec::new()));
        }
        let job = jobs.entry(id).or_insert_with(|| job.clone());
        let (result, happened) = change_owner(job, contact, None, OwnerChangeMode::Add);
        for event in &happened {
            // `change_owner` made the event from this very state.
            if job.apply(event).is_err() {
                return Err(Rejection::Unknown(id.into()).into());
            }
        }
        Ok((result, happened.into_iter().map(|event| (id.into(), Event::Job(event))).collect()))
    }
}

fn of(contact: ContactId, events: Vec<ContactEvent>) -> impl Iterator<Item = (AggregateId, Event)> {
    events.into_iter().map(move |event| (contact.into(), Event::Contact(event)))
}

fn deactivated(resolved: &DuplicateResolved) -> [ContactEvent; 2] {
    let reason = Some(DeactivationReason::DuplicatePrimaryEmail);
    [resolved.clone().into(), OwnerDeactivated { reason }.into()]
}

/// What happens to a new owner. The claim comes first: nobody is active without one who is to
/// keep it.
fn comes_over(owner: &LegacyOwner, settled: &Settled<'_>) -> Result<Vec<ContactEvent>, Halt> {
    let (id, activity) = (owner.contact, owner.activity);
    let mut events = vec![created(id, &owner.details)?];
    let known = |email: &EmailAddress| Personal::known(id, email.clone());
    if let Some(email) = &owner.details.primary_email
        && !owner.details.additional_emails.is_empty()
    {
        events.push(PrimaryEmailDefaulted { email: known(email) }.into());
    }
    let active = owner.active();
    let lost = settled.lost(id);
    if let Some((email, _)) = active
        && lost.is_none()
    {
        events.push(PrimaryEmailClaimed { email: known(email) }.into());
    }
    let imported = OwnerImported {
        reference: Personal::known(id, owner.reference.clone()),
        person: active.map(|(_, person)| person),
        activated_at: activity.activated_at,
        last_login_at: activity.last_login_at,
    };
    events.push(imported.into());
    events.extend(active.map(|(_, person)| PersonLinked { person }.into()));
    events.extend(lost.into_iter().flat_map(deactivated));
    Ok(events)
}

fn outcome(
    owner: &LegacyOwner,
    is_new: bool,
    settled: &Settled<'_>,
    jobs: Vec<(JobId, OwnerResult)>,
) -> ImportedOwner {
    let contact = owner.contact;
    if !is_new {
        let imported = Imported::AlreadyThere;
        return ImportedOwner { contact, imported, access: None, email_held_by: None, jobs };
    }
    let access = match (owner.active(), settled.lost(contact)) {
        (None, _) => LegacyAccess::NotInvited,
        (Some(_), None) => LegacyAccess::Active,
        (Some(_), Some(_)) => LegacyAccess::Deactivated,
    };
    let email = owner.details.primary_email.as_ref().filter(|_| owner.active().is_none());
    let email_held_by = email.and_then(|email| settled.kept_by.get(email.normal()).copied());
    let (imported, access) = (Imported::Created, Some(access));
    ImportedOwner { contact, imported, access, email_held_by, jobs }
}
