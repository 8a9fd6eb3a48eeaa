//! What is known of one ledger: some of its aggregates, some of its claims.

use super::links::Links;
use super::{Halt, Need};
use crate::builder_account::BuilderAccount;
use crate::contact::{ClaimChange, Contact, ContactEvent, refuse_gone};
use crate::customer::Customer;
use crate::event::Event;
use crate::ids::{
    AccountId, AggregateId, ContactId, CustomerId, JobId, LeadId, MailId, OrgId, OwnerItemId,
    PersonId, SubcontractorId, WorkOrderId,
};
use crate::installation::Installation;
use crate::job::Job;
use crate::lead::Lead;
use crate::notification::Notification;
use crate::owner_item::OwnerItem;
use crate::person::Person;
use crate::rejection::Rejection;
use crate::subcontractor::Subcontractor;
use crate::subcontractor_org::SubcontractorOrg;
use crate::work_order::WorkOrder;
use crate::{EmailAddress, ImpossibleStep, Sequence};
use std::collections::{BTreeSet, HashMap};

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
    Lead(Tracked<Lead>),
    Customer(Tracked<Customer>),
    WorkOrder(Tracked<WorkOrder>),
    OwnerItem(Tracked<OwnerItem>),
    Subcontractor(Tracked<Subcontractor>),
    SubcontractorOrg(Tracked<SubcontractorOrg>),
    Person(Tracked<Person>),
    Notification(Tracked<Notification>),
}

/// What is known of one ledger. Whatever it knows is true at the position that it was brought to;
/// what it does not know, it says.
#[derive(Debug, Clone, Default)]
pub struct LedgerState {
    /// The account that the ledger would be, by its id.
    pub(super) account: Option<AccountId>,
    aggregates: HashMap<AggregateId, Known>,
    /// By normal form of the address; `None` where it is known that nobody holds it.
    pub(super) claims: HashMap<Box<str>, Option<ContactId>>,
    /// The jobs that contacts are owners of.
    jobs: Links<JobId>,
    /// The leads that are about contacts.
    leads: Links<LeadId>,
    /// The contacts that belong to customers.
    customers: Links<ContactId, CustomerId>,
}

impl LedgerState {
    /// Whether anything is known of this aggregate, be it that it is not there.
    pub fn knows(&self, id: AggregateId) -> bool {
        self.aggregates.contains_key(&id)
    }

    /// How many aggregates and claims are known, to bound the memory they take.
    pub fn len(&self) -> usize {
        let linked = self.jobs.len() + self.leads.len() + self.customers.len();
        self.aggregates.len() + self.claims.len() + linked
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes note that there is no such aggregate.
    pub fn learn_absent(&mut self, id: AggregateId) {
        self.aggregates.entry(id).or_insert(Known::Absent);
    }

    /// Takes note of which account the ledger belongs to, if it is an account's. Without that, and
    /// before the account is open, its settings are those that every account begins with.
    pub const fn belongs_to(&mut self, account: AccountId) {
        self.account = Some(account);
    }

    /// Takes note of who holds a claim.
    pub fn learn_claim(&mut self, email: &EmailAddress, holder: Option<ContactId>) {
        self.claims.insert(email.normal().into(), holder);
    }

    /// Takes note of which jobs a contact is an owner of as far as is written down.
    pub fn learn_jobs(&mut self, contact: ContactId, jobs: BTreeSet<JobId>) {
        self.jobs.learn(contact, jobs);
    }

    /// Takes note of which leads are about a contact as far as is written down.
    pub fn learn_leads(&mut self, contact: ContactId, leads: BTreeSet<LeadId>) {
        self.leads.learn(contact, leads);
    }

    /// Takes note of which contacts belong to a customer as far as is written down.
    pub fn learn_contacts(&mut self, customer: CustomerId, contacts: BTreeSet<ContactId>) {
        self.customers.learn(customer, contacts);
    }

    /// The contacts that belong to a customer, deleted and merged ones too.
    pub(super) fn contacts_of(&self, customer: CustomerId) -> Result<&BTreeSet<ContactId>, Halt> {
        self.customers.of(customer).ok_or(Halt::Need(Need::CustomerContacts(customer)))
    }

    /// The jobs that a contact is an owner of.
    pub(super) fn jobs_of(&self, contact: ContactId) -> Result<&BTreeSet<JobId>, Halt> {
        self.jobs.of(contact).ok_or(Halt::Need(Need::Jobs(contact)))
    }

    /// The leads that are about a contact.
    pub(super) fn leads_of(&self, contact: ContactId) -> Result<&BTreeSet<LeadId>, Halt> {
        self.leads.of(contact).ok_or(Halt::Need(Need::Leads(contact)))
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
            Some(Known::Lead(tracked)) => tracked.version,
            Some(Known::Customer(tracked)) => tracked.version,
            Some(Known::WorkOrder(tracked)) => tracked.version,
            Some(Known::OwnerItem(tracked)) => tracked.version,
            Some(Known::Subcontractor(tracked)) => tracked.version,
            Some(Known::SubcontractorOrg(tracked)) => tracked.version,
            Some(Known::Person(tracked)) => tracked.version,
            Some(Known::Notification(tracked)) => tracked.version,
        }
    }

    /// What is known of an aggregate under this id, if it is of the kind that `of` takes. The id may
    /// be another kind of thing's: then there is no such aggregate.
    fn known<'a, T>(
        &'a self,
        id: AggregateId,
        of: impl FnOnce(&'a Known) -> Option<T>,
    ) -> Result<Option<T>, Halt> {
        self.aggregates.get(&id).map(of).ok_or(Halt::Need(Need::Aggregate(id)))
    }

    /// A contact, if it is there.
    pub fn contact(&self, id: ContactId) -> Result<Option<&Tracked<Contact>>, Halt> {
        self.known(id.into(), |known| {
            if let Known::Contact(tracked) = known { Some(&**tracked) } else { None }
        })
    }

    /// A job, if it is there.
    pub fn job(&self, id: JobId) -> Result<Option<&Tracked<Job>>, Halt> {
        self.known(
            id.into(),
            |known| {
                if let Known::Job(tracked) = known { Some(tracked) } else { None }
            },
        )
    }

    /// A lead, if it is there.
    pub fn lead(&self, id: LeadId) -> Result<Option<&Tracked<Lead>>, Halt> {
        self.known(
            id.into(),
            |known| {
                if let Known::Lead(tracked) = known { Some(tracked) } else { None }
            },
        )
    }

    /// A customer, if it is there.
    pub fn customer(&self, id: CustomerId) -> Result<Option<&Tracked<Customer>>, Halt> {
        self.known(id.into(), |known| {
            if let Known::Customer(tracked) = known { Some(tracked) } else { None }
        })
    }

    /// A work order, if it is there.
    pub fn work_order(&self, id: WorkOrderId) -> Result<Option<&Tracked<WorkOrder>>, Halt> {
        self.known(id.into(), |known| {
            if let Known::WorkOrder(tracked) = known { Some(tracked) } else { None }
        })
    }

    /// A To-Do or a message, if it is there.
    pub fn owner_item(&self, id: OwnerItemId) -> Result<Option<&Tracked<OwnerItem>>, Halt> {
        self.known(id.into(), |known| {
            if let Known::OwnerItem(tracked) = known { Some(tracked) } else { None }
        })
    }

    /// A subcontractor, if it is there.
    pub fn subcontractor(
        &self,
        id: SubcontractorId,
    ) -> Result<Option<&Tracked<Subcontractor>>, Halt> {
        self.known(id.into(), |known| {
            if let Known::Subcontractor(tracked) = known { Some(tracked) } else { None }
        })
    }

    /// A subcontractor's company, if it is there.
    pub fn subcontractor_org(&self, id: OrgId) -> Result<Option<&Tracked<SubcontractorOrg>>, Halt> {
        self.known(id.into(), |known| {
            if let Known::SubcontractorOrg(tracked) = known { Some(tracked) } else { None }
        })
    }

    /// The account, if it is open.
    pub fn builder_account(&self, id: AccountId) -> Result<Option<&BuilderAccount>, Halt> {
        self.known(AggregateId::BuilderAccount(id), |known| {
            if let Known::BuilderAccount(tracked) = known { Some(&tracked.state) } else { None }
        })
    }

    /// The installation, if anything happened to it yet.
    pub fn installation(&self) -> Result<Option<&Installation>, Halt> {
        self.known(AggregateId::Installation, |known| {
            if let Known::Installation(tracked) = known { Some(&tracked.state) } else { None }
        })
    }

    /// The person, if they are registered.
    pub fn person(&self, id: PersonId) -> Result<Option<&Person>, Halt> {
        self.known(id.into(), |known| {
            if let Known::Person(tracked) = known { Some(&tracked.state) } else { None }
        })
    }

    /// A mail, if it has ended.
    pub(super) fn notification(&self, id: MailId) -> Result<Option<&Notification>, Halt> {
        self.known(AggregateId::Notification(id), |known| {
            if let Known::Notification(tracked) = known { Some(&tracked.state) } else { None }
        })
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
        if let Event::Contact(event) = event {
            self.record_claim(id, event);
        }
        self.record_links(id, event);
        if let (AggregateId::Contact(contact), 1) = (id, sequence) {
            // Nothing was its own before its first event.
            self.jobs.learn(contact, BTreeSet::new());
            self.leads.learn(contact, BTreeSet::new());
        }
        if let (AggregateId::Customer(customer), 1) = (id, sequence) {
            self.customers.learn(customer, BTreeSet::new());
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

    fn record_links(&mut self, id: AggregateId, event: &Event) {
        match (id, event) {
            (AggregateId::Job(job), Event::Job(event)) => {
                let (left, came) = event.owner_change();
                self.jobs.record(job, left, came);
            }
            (AggregateId::Lead(lead), Event::Lead(event)) => {
                let (left, came) = event.contact_change();
                self.leads.record(lead, left, came);
            }
            (AggregateId::Contact(contact), Event::Contact(event)) => {
                let (left, came) = event.customer_change();
                self.customers.record(contact, left, came);
            }
            (
                _,
                Event::Contact(_)
                | Event::Job(_)
                | Event::Lead(_)
                | Event::Customer(_)
                | Event::WorkOrder(_)
                | Event::OwnerItem(_)
                | Event::Installation(_)
                | Event::Subcontractor(_)
                | Event::SubcontractorOrg(_)
                | Event::Person(_)
                | Event::Notification(_)
                | Event::BuilderAccount(_),
            ) => {}
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
        (AggregateId::Lead(id), Event::Lead(event)) => {
            Ok(Known::Lead(Tracked { state: Lead::from_first(id, event)?, version }))
        }
        (AggregateId::Customer(id), Event::Customer(event)) => {
            Ok(Known::Customer(Tracked { state: Customer::from_first(id, event)?, version }))
        }
        (AggregateId::WorkOrder(id), Event::WorkOrder(event)) => {
            Ok(Known::WorkOrder(Tracked { state: WorkOrder::from_first(id, event)?, version }))
        }
        (AggregateId::OwnerItem(id), Event::OwnerItem(event)) => {
            Ok(Known::OwnerItem(Tracked { state: OwnerItem::from_first(id, event)?, version }))
        }
        (AggregateId::Subcontractor(id), Event::Subcontractor(event)) => {
            let state = Subcontractor::from_first(id, event)?;
            Ok(Known::Subcontractor(Tracked { state, version }))
        }
        (AggregateId::SubcontractorOrg(id), Event::SubcontractorOrg(event)) => {
            let state = SubcontractorOrg::from_first(id, event)?;
            Ok(Known::SubcontractorOrg(Tracked { state, version }))
        }
        (AggregateId::Person(id), Event::Person(event)) => {
            Ok(Known::Person(Tracked { state: Person::from_first(id, event)?, version }))
        }
        (AggregateId::Notification(id), Event::Notification(event)) => {
            let state = Notification::from_first(id, event)?;
            Ok(Known::Notification(Tracked { state, version }))
        }
        (
            AggregateId::Installation
            | AggregateId::BuilderAccount(_)
            | AggregateId::Contact(_)
            | AggregateId::Job(_)
            | AggregateId::Lead(_)
            | AggregateId::Customer(_)
            | AggregateId::WorkOrder(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::Subcontractor(_)
            | AggregateId::SubcontractorOrg(_)
            | AggregateId::Person(_)
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
        (Known::Lead(tracked), Event::Lead(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::Customer(tracked), Event::Customer(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::WorkOrder(tracked), Event::WorkOrder(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::OwnerItem(tracked), Event::OwnerItem(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::Subcontractor(tracked), Event::Subcontractor(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::SubcontractorOrg(tracked), Event::SubcontractorOrg(event)) => {
            gap(tracked.version)?;
            tracked.state.apply(event)?;
            tracked.version = sequence;
        }
        (Known::Person(tracked), Event::Person(event)) => {
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
            | Known::Lead(_)
            | Known::Customer(_)
            | Known::WorkOrder(_)
            | Known::OwnerItem(_)
            | Known::Subcontractor(_)
            | Known::SubcontractorOrg(_)
            | Known::Person(_)
            | Known::Notification(_),
            _,
        ) => return Err(misplaced(id, event, "the event is another kind of aggregate's")),
    }
    Ok(())
}

impl<T> Tracked<T> {
    /// The state of what may not be there.
    pub(super) fn state_of(tracked: Option<&Self>) -> Option<&T> {
        tracked.map(|tracked| &tracked.state)
    }
}
