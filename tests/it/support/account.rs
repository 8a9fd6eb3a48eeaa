//! A builder account and the commands on it. Ids follow from a seed, so that runs are alike.

use domain::builder_account::{BuilderAccountCommand, JobSetup, NewApiKey};
use domain::contact::{AcceptProof, ContactCommand, ContactDetails, InfoEdit, InviteIds};
use domain::job::{JobCommand, JobDetails};
use domain::text::Label;
use domain::{
    AccountId, Actor, ApiKeyId, Authority, Channel, Circumstances, Command, ContactId,
    EmailAddress, InvitationId, JobId, JobName, LedgerId, PersonId, PersonName, Role, StaffId,
    TokenId,
};
use event_store::{EventStore, Expected, IdempotencyKey, Submission};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// A person's name that is valid.
pub(crate) fn name(typed: &str) -> PersonName {
    PersonName::parse(typed).expect("a valid name")
}

/// An address that is valid.
pub(crate) fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("a valid address")
}

/// A label that is valid.
pub(crate) fn label(typed: &str) -> Label {
    Label::parse(typed).expect("a valid label")
}

/// A builder account, and ids for what is made in it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) ledger: LedgerId,
    /// The key that its staff acts with.
    pub(crate) key: ApiKeyId,
    seed: u64,
    made: AtomicU64,
}

impl Account {
    /// The account of this seed, be it open or not. `process` keeps the ids apart that several
    /// processes make in one account.
    pub(crate) fn of_seed(seed: u64, process: u64) -> Self {
        let id = Uuid::from_u64_pair(seed, 0);
        Self {
            id: AccountId(id),
            ledger: LedgerId(id),
            key: ApiKeyId(Uuid::from_u64_pair(seed, 1)),
            seed,
            made: AtomicU64::new((process + 1) << 40),
        }
    }

    /// A new account with its first key.
    pub(crate) async fn open(store: &EventStore, seed: u64) -> Self {
        let account = Self::of_seed(seed, 0);
        store.ensure_ledger(account.ledger, "builder_account").await.expect("a ledger");
        super::apply(store, account.opening().with_secret().expect("random bytes")).await;
        account
    }

    /// The command that opens it; it needs a secret.
    pub(crate) fn opening(&self) -> Submission {
        let key = NewApiKey {
            key: self.key,
            role: Role::Admin,
            grants: BTreeSet::new(),
            label: label("first"),
        };
        self.operator(BuilderAccountCommand::Open { name: label("Builder"), key: Some(key) })
    }

    /// The command that issues one more key; it needs a secret.
    pub(crate) fn issue_key(&self) -> Submission {
        let key = NewApiKey {
            key: ApiKeyId(self.uuid()),
            role: Role::Staff,
            grants: BTreeSet::new(),
            label: label("another"),
        };
        self.operator(BuilderAccountCommand::IssueApiKey(key))
    }

    /// A new id.
    pub(crate) fn uuid(&self) -> Uuid {
        Uuid::from_u64_pair(self.seed, self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// A new contact's id.
    pub(crate) fn contact_id(&self) -> ContactId {
        ContactId(self.uuid())
    }

    /// A new job's id.
    pub(crate) fn job_id(&self) -> JobId {
        JobId(self.uuid())
    }

    /// A new person's id.
    pub(crate) fn person_id(&self) -> PersonId {
        PersonId(self.uuid())
    }

    /// A new invitation's ids.
    pub(crate) fn invite_ids(&self) -> InviteIds {
        InviteIds { invitation: InvitationId(self.uuid()), token: TokenId(self.uuid()) }
    }

    fn circumstances(&self, actor: Actor, authority: Authority, channel: Channel) -> Circumstances {
        Circumstances {
            actor,
            authority,
            acting_as: None,
            channel,
            client: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7))),
            correlation: self.uuid(),
            causation: None,
            reason: None,
        }
    }

    fn operator(&self, command: BuilderAccountCommand) -> Submission {
        let actor = Actor::Operator(ApiKeyId(Uuid::from_u64_pair(self.seed, 2)));
        let by = self.circumstances(actor, Authority::Operator, Channel::Api);
        Submission::new(self.ledger, Command::BuilderAccount(self.id, command), by)
    }

    /// A command by the product itself.
    pub(crate) fn system(&self, command: Command) -> Submission {
        let by = self.circumstances(Actor::System, Authority::System, Channel::System);
        Submission::new(self.ledger, command, by)
    }

    /// A command about job types and templates.
    pub(crate) fn job_setup(&self, setup: JobSetup) -> Submission {
        self.staff(Command::BuilderAccount(self.id, BuilderAccountCommand::JobSetup(setup)))
    }

    /// A command by the account's admin key.
    pub(crate) fn staff(&self, command: Command) -> Submission {
        let actor = Actor::BuilderStaff(self.key);
        let by = self.circumstances(actor, Authority::admin(), Channel::Api);
        Submission::new(self.ledger, command, by)
    }

    /// A command by a member of the staff with an admin's rights.
    pub(crate) fn member(&self, staff: StaffId, command: Command) -> Submission {
        let by = self.circumstances(Actor::StaffMember(staff), Authority::admin(), Channel::Web);
        Submission::new(self.ledger, command, by)
    }

    /// A command by an owner.
    pub(crate) fn owner(
        &self,
        person: PersonId,
        contact: ContactId,
        command: ContactCommand,
    ) -> Submission {
        self.by_owner(person, Command::Contact(contact, command))
    }

    /// A command by an owner, be it not to their contact.
    pub(crate) fn by_owner(&self, person: PersonId, command: Command) -> Submission {
        let by = self.circumstances(Actor::Owner(person), Authority::Owner, Channel::Portal);
        Submission::new(self.ledger, command, by)
    }

    /// Put a contact into the book.
    pub(crate) fn create(
        &self,
        contact: ContactId,
        named: &str,
        primary: Option<&str>,
    ) -> Submission {
        self.staff(Command::Contact(contact, ContactCommand::Create(details(named, primary))))
    }

    /// Put a contact into the book, make it an owner of a job, and invite it, in one save.
    pub(crate) fn save(
        &self,
        contact: ContactId,
        named: &str,
        primary: &str,
        jobs: Vec<JobId>,
    ) -> Submission {
        let details = details(named, Some(primary));
        let invite = Some(self.invite_ids());
        let command = Command::SaveContact { contact, details, jobs, invite };
        self.staff(command).with_secret().expect("random bytes")
    }

    /// Give a contact another name.
    pub(crate) fn rename(&self, contact: ContactId, named: &str) -> Submission {
        self.staff(Command::Contact(contact, renaming(named)))
    }

    /// The owner gives themselves another name.
    pub(crate) fn rename_oneself(
        &self,
        person: PersonId,
        contact: ContactId,
        named: &str,
    ) -> Submission {
        self.owner(person, contact, renaming(named))
    }

    /// Give a contact a primary email.
    pub(crate) fn set_primary(&self, contact: ContactId, to: &str) -> Submission {
        let edit = InfoEdit { primary_email: Some(email(to)), ..InfoEdit::default() };
        self.staff(Command::Contact(contact, ContactCommand::EditInfo(edit)))
    }

    /// The owner gives themselves another primary email.
    pub(crate) fn readdress(&self, person: PersonId, contact: ContactId, to: &str) -> Submission {
        let edit = InfoEdit { primary_email: Some(email(to)), ..InfoEdit::default() };
        self.owner(person, contact, ContactCommand::EditInfo(edit))
    }

    /// Invite a contact with new ids.
    pub(crate) fn invite(&self, contact: ContactId) -> Submission {
        self.invite_as(contact, self.invite_ids())
    }

    /// Invite a contact.
    pub(crate) fn invite_as(&self, contact: ContactId, ids: InviteIds) -> Submission {
        let command = Command::Contact(contact, ContactCommand::SendInvite(ids));
        self.staff(command).with_secret().expect("random bytes")
    }

    /// Take an invitation back.
    pub(crate) fn cancel_invite(&self, contact: ContactId) -> Submission {
        self.staff(Command::Contact(contact, ContactCommand::CancelInvite))
    }

    /// Make a contact an owner of a job.
    pub(crate) fn add_owner(&self, job: JobId, contact: ContactId) -> Submission {
        self.staff(Command::Job(job, JobCommand::AddOwner(contact, None)))
    }

    /// Accept an invitation.
    pub(crate) fn accept(
        &self,
        person: PersonId,
        contact: ContactId,
        token: TokenId,
    ) -> Submission {
        let proof = AcceptProof::LinkAndLogin;
        self.owner(person, contact, ContactCommand::AcceptInvite { token, person, proof })
    }

    /// Open a job with these owners.
    pub(crate) fn create_job(&self, job: JobId, named: &str, owners: Vec<ContactId>) -> Submission {
        let name = JobName::parse(named).expect("a valid name");
        let details = JobDetails { name, reference: None, site: None };
        self.staff(Command::Job(job, JobCommand::Create(details, owners)))
    }
}

/// What a contact is created with.
pub(crate) fn details(named: &str, primary: Option<&str>) -> ContactDetails {
    ContactDetails {
        title: None,
        name: name(named),
        primary_email: primary.map(email),
        additional_emails: Vec::new(),
        phones: Vec::new(),
        address: None,
    }
}

fn renaming(named: &str) -> ContactCommand {
    ContactCommand::EditInfo(InfoEdit { name: Some(name(named)), ..InfoEdit::default() })
}

/// Conditions on a command.
pub(crate) trait Keyed {
    /// With an idempotency key, for a request that is told by its words.
    fn keyed(self, key: &str, request: &str) -> Self;

    /// At this version of a contact alone.
    fn expecting(self, contact: ContactId, version: u64) -> Self;

    /// By a key that may only read.
    fn by_auditor(self) -> Self;
}

impl Keyed for Submission {
    fn keyed(mut self, key: &str, request: &str) -> Self {
        let hash = |text: &str| Sha256::digest(text.as_bytes()).into();
        self.idempotency =
            Some(IdempotencyKey { key_hash: hash(key), request_hash: hash(request) });
        self
    }

    fn expecting(mut self, contact: ContactId, version: u64) -> Self {
        self.expected = Some(Expected { aggregate: contact.into(), version });
        self
    }

    fn by_auditor(mut self) -> Self {
        self.circumstances.authority =
            Authority::Builder { role: Role::Auditor, grants: BTreeSet::new() };
        self
    }
}
