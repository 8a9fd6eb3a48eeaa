//! Decides a command over the aggregates of one ledger.

use super::authority::permit;
use super::{
    Command, Decision, Halt, Imported, LedgerState, Outcome, OwnerChangeMode, OwnerOutcome,
    OwnerResult, Tracked,
};
use crate::actor::Circumstances;
use crate::contact::{
    self, Claims, Contact, ContactCommand, ContactDetails, ContactEvent, ContactRejection,
    InviteIds, Life,
};
use crate::event::Event;
use crate::ids::{AggregateId, BulkId, ContactId, JobId};
use crate::job::{self, JobCommand, JobDetails, JobEvent};
use crate::rejection::Rejection;
use crate::{Sequence, Timestamp, builder_account, installation};

/// Decides a command against the ledger's state at `now`.
pub fn decide(
    command: &Command,
    state: &LedgerState,
    circumstances: &Circumstances,
    now: Timestamp,
) -> Result<Decision, Halt> {
    permit(command, &circumstances.authority)?;
    let asked = Asked { state, circumstances, now };
    match command {
        Command::Installation(command) => {
            let events = installation::decide(state.installation()?, command)?;
            Ok(done(AggregateId::Installation, events, Event::Installation))
        }
        Command::BuilderAccount(id, command) => {
            let events = builder_account::decide(*id, state.builder_account(*id)?, command)?;
            Ok(done(AggregateId::BuilderAccount(*id), events, Event::BuilderAccount))
        }
        Command::Contact(id, command @ ContactCommand::Delete { .. }) => {
            asked.delete_contact(*id, command)
        }
        Command::Contact(id, command) => {
            let contact = Tracked::state_of(state.contact(*id)?);
            let events = asked.contact(*id, contact, command)?;
            Ok(done((*id).into(), events, Event::Contact))
        }
        Command::SaveContact { contact, details, jobs, invite } => {
            asked.save_contact(*contact, details, jobs, *invite)
        }
        Command::Job(id, command) => asked.job(*id, command),
        Command::AddOwnerAndInvite { job, contact, invite } => {
            asked.add_owner_and_invite(*job, *contact, *invite)
        }
        Command::ChangeOwners { bulk, jobs, contacts, mode } => {
            asked.change_owners(*bulk, jobs, contacts, *mode)
        }
        Command::MergeContacts { merge, survivor, absorbed, picks } => {
            asked.merge_contacts(*merge, *survivor, absorbed, picks)
        }
        Command::UnmergeContact(contact) => asked.unmerge_contact(*contact),
        Command::ImportRow { job, details, owner } => {
            asked.import_row(*job, details, owner.as_ref())
        }
        Command::ImportContact { contact, details } => {
            let (events, imported) = asked.imported_contact(*contact, details)?;
            Ok(Decision { events, outcome: Outcome::ImportedContact(imported) })
        }
        Command::TakeOver { contact, after, events } => asked.take_over(*contact, *after, events),
    }
}

pub(super) fn done<E>(id: AggregateId, events: Vec<E>, wrap: fn(E) -> Event) -> Decision {
    let outcome = if events.is_empty() { Outcome::Unchanged } else { Outcome::Done };
    Decision { events: events.into_iter().map(|event| (id, wrap(event))).collect(), outcome }
}

pub(super) struct Asked<'a> {
    pub(super) state: &'a LedgerState,
    circumstances: &'a Circumstances,
    now: Timestamp,
}

impl Asked<'_> {
    pub(super) fn contact(
        &self,
        id: ContactId,
        contact: Option<&Contact>,
        command: &ContactCommand,
    ) -> Result<Vec<ContactEvent>, Halt> {
        contact::decide(id, contact, command, self.circumstances, self.now, self.state)
    }

    fn job(&self, id: JobId, command: &JobCommand) -> Result<Decision, Halt> {
        match command {
            JobCommand::Create(_, owners) => {
                for owner in owners {
                    self.state.live_contact(*owner)?;
                }
            }
            JobCommand::AddOwner(contact, _) | JobCommand::ReplaceOwner { to: contact, .. } => {
                self.state.live_contact(*contact)?;
            }
            // A contact that is no owner any more, for whatever reason, can be removed twice.
            JobCommand::RemoveOwner(..) | JobCommand::Rename(_) => {}
        }
        let job = Tracked::state_of(self.state.job(id)?);
        Ok(done(id.into(), job::decide(id, job, command)?, Event::Job))
    }

    /// Whether each event can follow the one before, `apply` says when it is recorded.
    fn take_over(
        &self,
        id: ContactId,
        after: Sequence,
        events: &[ContactEvent],
    ) -> Result<Decision, Halt> {
        let version = self.state.contact(id)?.map_or(0, |tracked| tracked.version);
        // Nothing to take over, or asked again after an answer that was lost.
        if (after + 1..).zip(events).last().is_none_or(|(last, _)| last == version) {
            return Ok(done(id.into(), Vec::new(), Event::Contact));
        }
        if version != after {
            return Err(Rejection::from(ContactRejection::AlreadyExists).into());
        }
        for event in events {
            if let ContactEvent::PrimaryEmailClaimed(claimed) = event
                && let Some(email) = claimed.email.value()
                && let Some(holder) = self.state.holder(email)?
                && holder.contact != id
            {
                let (holder, name) = (holder.contact, holder.name);
                let claimed = ContactRejection::PrimaryEmailClaimed { holder, name };
                return Err(Rejection::from(claimed).into());
            }
        }
        Ok(done(id.into(), events.to_vec(), Event::Contact))
    }

    fn owner_added(&self, job: JobId, contact: ContactId) -> Result<Vec<JobEvent>, Halt> {
        let state = Tracked::state_of(self.state.job(job)?);
        Ok(job::decide(job, state, &JobCommand::AddOwner(contact, None))?)
    }

    fn save_contact(
        &self,
        id: ContactId,
        details: &ContactDetails,
        jobs: &[JobId],
        invite: Option<InviteIds>,
    ) -> Result<Decision, Halt> {
        let present = Tracked::state_of(self.state.contact(id)?);
        let created = self.contact(id, present, &ContactCommand::Create(details.clone()))?;
        let mut decision = done(id.into(), created, Event::Contact);
        for job in unique(jobs) {
            let added = self.owner_added(job, id)?;
            decision.events.extend(added.into_iter().map(|e| (job.into(), Event::Job(e))));
        }
        if let Some(ids) = invite {
            let Some((_, Event::Contact(created))) = decision.events.first() else {
                return Err(Rejection::Unknown(id.into()).into());
            };
            // `decide` made the event a moment ago; it always starts a contact.
            let contact = Contact::from_first(id, created).ok();
            let invited = self.contact(id, contact.as_ref(), &ContactCommand::SendInvite(ids))?;
            decision.events.extend(invited.into_iter().map(|e| (id.into(), Event::Contact(e))));
        }
        Ok(decision)
    }

    fn add_owner_and_invite(
        &self,
        job: JobId,
        contact: ContactId,
        invite: InviteIds,
    ) -> Result<Decision, Halt> {
        let state = self.state.live_contact(contact)?;
        let added = self.owner_added(job, contact)?;
        let invited = self.contact(contact, Some(state), &ContactCommand::SendInvite(invite))?;
        let mut decision = done(job.into(), added, Event::Job);
        decision.events.extend(invited.into_iter().map(|e| (contact.into(), Event::Contact(e))));
        decision.outcome = Outcome::Done;
        Ok(decision)
    }

    fn change_owners(
        &self,
        bulk: BulkId,
        jobs: &[JobId],
        contacts: &[ContactId],
        mode: OwnerChangeMode,
    ) -> Result<Decision, Halt> {
        let mut events = Vec::new();
        let mut outcomes = Vec::new();
        for id in unique(jobs) {
            let mut job = Tracked::state_of(self.state.job(id)?).cloned();
            for contact in unique(contacts) {
                let known = self
                    .state
                    .contact(contact)?
                    .is_some_and(|contact| contact.state.life == Life::Live);
                let (result, event) = match &job {
                    None => (OwnerResult::UnknownJob, None),
                    Some(_) if mode == OwnerChangeMode::Add && !known => {
                        (OwnerResult::UnknownContact, None)
                    }
                    Some(job) => change_owner(job, contact, bulk, mode),
                };
                if let (Some(job), Some(event)) = (&mut job, &event) {
                    // `decide` made the event from this very state.
                    if job.apply(event).is_err() {
                        return Err(Rejection::Unknown(id.into()).into());
                    }
                }
                let last_owner_left = result == OwnerResult::Removed
                    && job.as_ref().is_some_and(|job| job.owners.is_empty());
                events.extend(event.map(|event| (id.into(), Event::Job(event))));
                outcomes.push(OwnerOutcome { job: id, contact, result, last_owner_left });
            }
        }
        Ok(Decision { events, outcome: Outcome::Owners(outcomes) })
    }

    fn import_row(
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
            owners.push(*contact);
            let (created, imported) = self.imported_contact(*contact, owner)?;
            events.extend(created);
            owner_outcome = Some(imported);
        }
        let created = job::decide(job, None, &JobCommand::Create(details.clone(), owners))?;
        events.extend(created.into_iter().map(|e| (job.into(), Event::Job(e))));
        let outcome = Outcome::Imported { job: Imported::Created, owner: owner_outcome };
        Ok(Decision { events, outcome })
    }

    /// A contact that is there stays as it is, whatever its state: an import is no way around the
    /// lock (R38 to R46). A new one is created under the rules of any other (R20, R22, R25).
    fn imported_contact(
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

fn change_owner(
    job: &job::Job,
    contact: ContactId,
    bulk: BulkId,
    mode: OwnerChangeMode,
) -> (OwnerResult, Option<JobEvent>) {
    let (command, changed, unchanged) = match mode {
        OwnerChangeMode::Add => (
            JobCommand::AddOwner(contact, Some(bulk)),
            OwnerResult::Added,
            OwnerResult::AlreadyThere,
        ),
        OwnerChangeMode::Remove => (
            JobCommand::RemoveOwner(contact, Some(bulk)),
            OwnerResult::Removed,
            OwnerResult::WasNotThere,
        ),
    };
    match job::decide(job.id, Some(job), &command) {
        Ok(events) => match events.into_iter().next() {
            Some(event) => (changed, Some(event)),
            None => (unchanged, None),
        },
        Err(_refused) => (OwnerResult::TooManyOwners, None),
    }
}

/// The ids in their order, each once.
fn unique<T: Copy + Eq + std::hash::Hash>(ids: &[T]) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    ids.iter().copied().filter(|id| seen.insert(*id)).collect()
}
