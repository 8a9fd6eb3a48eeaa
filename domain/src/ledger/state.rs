//! What is known of one ledger: some of its aggregates, some of its claims.

use super::{Halt, Need};
use crate::builder_account::BuilderAccount;
use crate::contact::{ClaimChange, Claims, Contact, ContactEvent, Holder, refuse_gone};
use crate::event::Event;
use crate::ids::{AccountId, AggregateId, ContactId, JobId, MailId};
use crate::installation::Installation;
use crate::job::{Job, JobEvent};
use crate::notification::Notification;
use crate::rejection::Rejection;
use crate::{EmailAddress, ImpossibleStep, Sequence};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A state and how many events made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked<T> {
    /// The state.
    pub state: T,
    /// The sequence of its last event; its version.
    pub version: Sequence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    Absent,
    Installation(Tracked<Installation>),
    BuilderAccount(Tracked<BuilderAccount>),
    Contact(Box<Tracked<Contact>>),
    Job(Tracked<Job>),
    Notification(Tracked<Notification>),
}

/// What is known of one ledger. Whatever it knows is true at the position that it was brought to;
/// what it does not know, it says.
#[derive(Debug, Clone, Default)]
pub struct LedgerState {
    aggregates: HashMap<AggregateId, Known>,
    /// By normal form of the address; `None` where it is known that nobody holds it.
    claims: HashMap<Box<str>, Option<ContactId>>,
    /// The jobs of those contacts of which they are known.
    jobs: HashMap<ContactId, BTreeSet<JobId>>,
    /// What has happened to the jobs of the others: whether they own a job since.
    jobs_changed: HashMap<ContactId, BTreeMap<JobId, bool>>,
}

impl LedgerState {
    /// Whether anything is known of this aggregate, be it that it is not there.
    pub fn knows(&self, id: AggregateId) -> bool {
        self.aggregates.contains_key(&id)
    }

    /// How many aggregates and claims are known, to bound the memory they take.
    pub fn len(&self) -> usize {
        self.aggregates.len() + self.claims.len() + self.jobs.len() + self.jobs_changed.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes note that there is no such aggregate.
    pub fn learn_absent(&mut self, id: AggregateId) {
        self.aggregates.entry(id).or_insert(Known::Absent);
    }

    /// Takes note of who holds a claim.
    pub fn learn_claim(&mut self, email: &EmailAddress, holder: Option<ContactId>) {
        self.claims.insert(email.normal().into(), holder);
    }

    /// Takes note of which jobs a contact is an owner of as far as is written down. What has been
    /// recorded here since, and may not be written yet, stands above it.
    pub fn learn_jobs(&mut self, contact: ContactId, mut jobs: BTreeSet<JobId>) {
        for (job, is_owner) in self.jobs_changed.remove(&contact).unwrap_or_default() {
            if is_owner {
                jobs.insert(job);
            } else {
                jobs.remove(&job);
            }
        }
        self.jobs.insert(contact, jobs);
    }

    /// The jobs that a contact is an owner of.
    pub(super) fn jobs_of(&self, contact: ContactId) -> Result<&BTreeSet<JobId>, Halt> {
        self.jobs.get(&contact).ok_or(Halt::Need(Need::Jobs(contact)))
    }

    /// Forgets an aggregate, so that it is fetched anew.
    pub fn forget(&mut self, id: AggregateId) {
        self.aggregates.remove(&id);
    }

    /// The version of an aggregate; 0 when it is not there or not known.
    pub fn version(&self, id: AggregateId) -> Sequence {
        match self.aggregates.get(&id) {
            None | Some(Known::Absent) => 0,
            Some(Known::Installation(tracked)) => tracked.version,
            Some(Known::BuilderAccount(tracked)) => tracked.version,
            Some(Known::Contact(tracked)) => tracked.version,
            Some(Known::Job(tracked)) => tracked.version,
            Some(Known::Notification(tracked)) => tracked.version,
        }
    }

    /// A contact, if it is there.
    pub fn contact(&self, id: ContactId) -> Result<Option<&Tracked<Contact>>, Halt> {
        match self.aggregates.get(&id.into()) {
            Some(Known::Contact(tracked)) => Ok(Some(tracked)),
            None => Err(Halt::Need(Need::Aggregate(id.into()))),
            // Or the id is another kind of thing's: there is no such contact.
            Some(
                Known::Absent
                | Known::Installation(_)
                | Known::BuilderAccount(_)
                | Known::Job(_)
                | Known::Notification(_),
            ) => Ok(None),
        }
    }

    /// A job, if it is there.
    pub fn job(&self, id: JobId) -> Result<Option<&Tracked<Job>>, Halt> {
        match self.aggregates.get(&id.into()) {
            Some(Known::Job(tracked)) => Ok(Some(tracked)),
            None => Err(Halt::Need(Need::Aggregate(id.into()))),
            Some(
                Known::Absent
                | Known::Installation(_)
                | Known::BuilderAccount(_)
                | Known::Contact(_)
                | Known::Notification(_),
            ) => Ok(None),
        }
    }

    /// The account, if it is open.
    pub fn builder_account(&self, id: AccountId) -> Result<Option<&BuilderAccount>, Halt> {
        match self.aggregates.get(&AggregateId::BuilderAccount(id)) {
            Some(Known::BuilderAccount(tracked)) => Ok(Some(&tracked.state)),
            None => Err(Halt::Need(Need::Aggregate(AggregateId::BuilderAccount(id)))),
            Some(
                Known::Absent
                | Known::Installation(_)
                | Known::Contact(_)
                | Known::Job(_)
                | Known::Notification(_),
            ) => Ok(None),
        }
    }

    /// The installation, if anything happened to it yet.
    pub fn installation(&self) -> Result<Option<&Installation>, Halt> {
        match self.aggregates.get(&AggregateId::Installation) {
            Some(Known::Installation(tracked)) => Ok(Some(&tracked.state)),
            None => Err(Halt::Need(Need::Aggregate(AggregateId::Installation))),
            Some(
                Known::Absent
                | Known::BuilderAccount(_)
                | Known::Contact(_)
                | Known::Job(_)
                | Known::Notification(_),
            ) => Ok(None),
        }
    }

    /// A mail, if it has ended.
    pub(super) fn notification(&self, id: MailId) -> Result<Option<&Notification>, Halt> {
        match self.aggregates.get(&AggregateId::Notification(id)) {
            Some(Known::Notification(tracked)) => Ok(Some(&tracked.state)),
            None => Err(Halt::Need(Need::Aggregate(AggregateId::Notification(id)))),
            Some(
                Known::Absent
                | Known::Installation(_)
                | Known::BuilderAccount(_)
                | Known::Contact(_)
                | Known::Job(_),
            ) => Ok(None),
        }
    }

    /// A contact that must be there.
    pub(super) fn required_contact(&self, id: ContactId) -> Result<&Contact, Halt> {
        self.contact(id)?
            .map(|tracked| &tracked.state)
            .ok_or_else(|| Rejection::Unknown(id.into()).into())
    }

    /// A contact that must be in the book.
    pub(super) fn live_contact(&self, id: ContactId) -> Result<&Contact, Halt> {
        let contact = self.required_contact(id)?;
        refuse_gone(contact)?;
        Ok(contact)
    }

    /// Records what happens now, with its sequence. Of an aggregate that is not known and whose first event
    /// this is not, only the claims are taken note of.
    pub fn record(
        &mut self,
        id: AggregateId,
        sequence: Sequence,
        event: &Event,
    ) -> Result<(), ImpossibleStep> {
        match event {
            Event::Contact(event) => self.record_claim(id, event),
            Event::Job(event) => self.record_owner(id, event),
            Event::Installation(_) | Event::BuilderAccount(_) | Event::Notification(_) => {}
        }
        self.load(id, sequence, event)
    }

    /// Folds an event of an aggregate that is fetched. Its claims may be others' since, so nothing
    /// is learnt of them.
    pub fn load(
        &mut self,
        id: AggregateId,
        sequence: Sequence,
        event: &Event,
    ) -> Result<(), ImpossibleStep> {
        match self.aggregates.get_mut(&id) {
            None if sequence != 1 => Ok(()),
            None | Some(Known::Absent) => {
                let known = first(id, sequence, event)?;
                self.aggregates.insert(id, known);
                Ok(())
            }
            Some(known) => next(id, known, sequence, event),
        }
    }

    fn record_owner(&mut self, id: AggregateId, event: &JobEvent) {
        let AggregateId::Job(job) = id else { return };
        let (left, came) = event.owner_change();
        let changes = left.map(|contact| (contact, false)).into_iter();
        for (contact, is_owner) in changes.chain(came.map(|contact| (contact, true))) {
            match self.jobs.get_mut(&contact) {
                Some(jobs) if is_owner => {
                    jobs.insert(job);
                }
                Some(jobs) => {
                    jobs.remove(&job);
                }
                None => {
                    self.jobs_changed.entry(contact).or_default().insert(job, is_owner);
                }
            }
        }
    }

    fn record_claim(&mut self, id: AggregateId, event: &ContactEvent) {
        let AggregateId::Contact(contact) = id else { return };
        let claim = event.claim().map(|(email, change)| match change {
            ClaimChange::Taken => (email, Some(contact)),
            ClaimChange::Released => (email, None),
        });
        if let Some((email, holder)) = claim
            && let Some(email) = email.value()
        {
            self.learn_claim(email, holder);
        }
    }
}

fn misplaced(id: AggregateId, event: &Event, why: &'static str) -> ImpossibleStep {
    ImpossibleStep { event: event.stored_type(), aggregate: id, why }
}

fn first(id: AggregateId, version: Sequence, event: &Event) -> Result<Known, ImpossibleStep> {
    if version != 1 {
        return Err(misplaced(id, event, "an aggregate's first event has the sequence 1"));
    }
    match (id, event) {
        (AggregateId::Installation, Event::Installation(event)) => {
            let mut state = Installation::default();
            state.apply(event)?;
            Ok(Known::Installation(Tracked { state, version }))
        }
        (AggregateId::BuilderAccount(id), Event::BuilderAccount(event)) => {
            let state = BuilderAccount::from_first(id, event)?;
            Ok(Known::BuilderAccount(Tracked { state, version }))
        }
        (AggregateId::Contact(id), Event::Contact(event)) => {
            let state = Contact::from_first(id, event)?;
            Ok(Known::Contact(Box::new(Tracked { state, version })))
        }
        (AggregateId::Job(id), Event::Job(event)) => {
            Ok(Known::Job(Tracked { state: Job::from_first(id, event)?, version }))
        }
        (AggregateId::Notification(id), Event::Notification(event)) => {
            let state = Notification::from_first(id, event);
            Ok(Known::Notification(Tracked { state, version }))
        }
        (
            AggregateId::Installation
            | AggregateId::BuilderAccount(_)
            | AggregateId::Contact(_)
            | AggregateId::Job(_)
            | AggregateId::Notification(_),
            _,
        ) => Err(misplaced(id, event, "the event is another kind of aggregate's")),
    }
}

fn next(
    id: AggregateId,
    known: &mut Known,
    sequence: Sequence,
    event: &Event,
) -> Result<(), ImpossibleStep> {
    let gap = |version: Sequence| {
        if sequence == version + 1 {
            Ok(())
        } else {
            Err(misplaced(id, event, "the sequence has a gap"))
        }
    };
    match (known, event) {
        (Known::Installation(tracked), Event::Installation(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::BuilderAccount(tracked), Event::BuilderAccount(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::Contact(tracked), Event::Contact(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::Job(tracked), Event::Job(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::Notification(tracked), Event::Notification(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (
            Known::Absent
            | Known::Installation(_)
            | Known::BuilderAccount(_)
            | Known::Contact(_)
            | Known::Job(_)
            | Known::Notification(_),
            _,
        ) => return Err(misplaced(id, event, "the event is another kind of aggregate's")),
    }
    Ok(())
}

impl Claims for LedgerState {
    fn holder(&self, email: &EmailAddress) -> Result<Option<Holder>, Halt> {
        let Some(claim) = self.claims.get(email.normal()) else {
            return Err(Halt::Need(Need::Claim(email.clone())));
        };
        let Some(contact) = *claim else { return Ok(None) };
        let holder = self.contact(contact)?.map(|tracked| &tracked.state);
        Ok(Some(Holder {
            contact,
            name: holder.and_then(|h| h.name.value().cloned()),
            activated: holder.is_some_and(|h| h.access.is_activated()),
        }))
    }
}

impl<T> Tracked<T> {
    /// The state of what may not be there.
    pub(super) fn state_of(tracked: Option<&Self>) -> Option<&T> {
        tracked.map(|tracked| &tracked.state)
    }
}
