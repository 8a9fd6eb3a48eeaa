//! A random history over every command.

use super::random_customers;
use super::random_fields;
use super::random_impersonations::Looks;
use super::random_items::{self, Items};
use super::random_jobs::Parts;
use super::random_leads;
use super::random_links::Links;
use super::random_staff;
use super::random_trades::{self, Trades};
use crate::support::account::{details, label};
use crate::support::{Account, email, name, rng};
use domain::builder_account::{
    BuilderAccountCommand, InvitationTtl, NewApiKey, SettingsEdit, StaffSecondFactor,
};
use domain::contact::{AcceptProof, Activity, ContactCommand, InfoEdit, MergePicks, Permission};
use domain::ids::MergeId;
use domain::job::portal_link::PortalLinkDays;
use domain::job::{JobCommand, JobDetails};
use domain::ledger::{EmailConflictCommand, LegacyOwner, OwnerChangeMode};
use domain::notification::{BounceStatus, FailureCause, MailKind, MailOutcome, MailReport};
use domain::text::{Honorific, Reference};
use domain::{
    Actor, ApiKeyId, BulkId, Command, ContactId, CustomerId, DocumentId, ImageId, JobId, JobName,
    LeadId, MailId, PersonId, PhoneNumber, PostalAddress, Reason, Role, StaffId, Timestamp,
    TokenId, WorkOrderId,
};
use event_store::{EventStore, ExecuteError, ImageBytes, Submission};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use std::collections::{BTreeSet, HashMap};

/// How many of each there are at most; few, so that they meet.
const CONTACTS_MAX: usize = 24;
const JOBS_MAX: usize = 12;
const ADDRESSES: usize = 14;

/// What a random history has made so far.
pub(super) struct RandomHistory<'a> {
    account: &'a Account,
    rng: StdRng,
    pub(super) contacts: Vec<ContactId>,
    pub(super) jobs: Vec<JobId>,
    pub(super) leads: Vec<LeadId>,
    customers: Vec<CustomerId>,
    work_orders: Vec<WorkOrderId>,
    documents: Vec<DocumentId>,
    tokens: HashMap<ContactId, TokenId>,
    /// Owners who may wait for another contact's email.
    waiting: Vec<ContactId>,
    persons: HashMap<ContactId, PersonId>,
    parts: Parts,
    looks: Looks,
    links: Links,
    items: Items,
    trades: Trades,
    keys: Vec<ApiKeyId>,
    staff: Vec<(StaffId, TokenId)>,
    pub(super) carried_out: usize,
    pub(super) refused: usize,
}

impl<'a> RandomHistory<'a> {
    pub(super) fn new(account: &'a Account, seed: u64) -> Self {
        Self {
            account,
            rng: rng(seed),
            contacts: Vec::new(),
            jobs: Vec::new(),
            leads: Vec::new(),
            customers: Vec::new(),
            work_orders: Vec::new(),
            documents: Vec::new(),
            tokens: HashMap::new(),
            waiting: Vec::new(),
            persons: HashMap::new(),
            parts: Parts::default(),
            looks: Looks::default(),
            links: Links::default(),
            items: Items::default(),
            trades: Trades::default(),
            keys: vec![account.key],
            staff: Vec::new(),
            carried_out: 0,
            refused: 0,
        }
    }

    /// Carries out some commands; rules may refuse, the machine may not fail.
    pub(super) async fn run(&mut self, store: &EventStore, commands: usize) {
        for _ in 0..commands {
            let submission = self.next();
            match store.execute(submission).await {
                Ok(_) => self.carried_out += 1,
                Err(ExecuteError::Rejected(_)) => self.refused += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
    }

    fn address(&mut self) -> String {
        let number = self.rng.random_range(0..ADDRESSES);
        // Some write it differently; it is the same address.
        let typed = format!("person{number}@example.org");
        if self.rng.random_bool(0.1) { typed.to_uppercase() } else { typed }
    }

    fn named(&mut self) -> String {
        let first = ["Ada", "Bea", "Cem", "Dörte", "Eli"].choose(&mut self.rng).unwrap_or(&"Ada");
        let last = ["Example", "Sample", "O'Mock"].choose(&mut self.rng).unwrap_or(&"Example");
        format!("{first} {last}")
    }

    fn contact(&mut self) -> ContactId {
        self.contacts.choose(&mut self.rng).copied().unwrap_or_else(|| self.account.contact_id())
    }

    fn waiting(&mut self) -> ContactId {
        let waiting = self.waiting.choose(&mut self.rng).copied();
        waiting.unwrap_or_else(|| self.contact())
    }

    fn job(&mut self) -> JobId {
        self.jobs.choose(&mut self.rng).copied().unwrap_or_else(|| self.account.job_id())
    }

    fn new_contact(&mut self) -> Submission {
        let contact = self.account.contact_id();
        self.contacts.push(contact);
        let address = self.rng.random_bool(0.8).then(|| self.address());
        let mut details = details(&self.named(), address.as_deref());
        if self.rng.random_bool(0.5) {
            details.phones = vec![PhoneNumber::parse("(212) 555-0180").expect("a number")];
            details.address = PostalAddress::parse("12 Elm St\nSpringfield").ok();
        }
        let jobs = if self.rng.random_bool(0.5) { vec![self.job()] } else { Vec::new() };
        let jobs: Vec<_> = jobs.into_iter().filter(|job| self.jobs.contains(job)).collect();
        self.looks.owners.extend(jobs.iter().map(|job| (*job, contact)));
        let invite = self.rng.random_bool(0.2).then(|| self.account.invite_ids());
        if let Some(ids) = invite {
            self.tokens.insert(contact, ids.token);
        }
        let save = Command::SaveContact { contact, details, jobs, invite };
        self.account.staff(save)
    }

    fn new_job(&mut self) -> Submission {
        let job = self.account.job_id();
        self.jobs.push(job);
        let owners = vec![self.contact()];
        let owners: Vec<_> =
            owners.into_iter().filter(|owner| self.contacts.contains(owner)).collect();
        self.looks.owners.extend(owners.iter().map(|owner| (job, *owner)));
        let named = format!("House of {}", self.named());
        let details = JobDetails {
            name: JobName::parse(&named).expect("a name"),
            reference: domain::text::Reference::parse("P-17").ok(),
            site: PostalAddress::parse("3 Oak Lane").ok(),
        };
        if self.rng.random_bool(0.5) {
            return self.parts.new_job(self.account, &mut self.rng, job, details, owners);
        }
        self.account.staff(Command::Job(job, JobCommand::Create(details, owners)))
    }

    /// A card of an address book: of somebody new, or of somebody who is there and stays so.
    fn card(&mut self) -> Submission {
        let known = self.contacts.len() >= CONTACTS_MAX || self.rng.random_bool(0.5);
        let contact = if known { self.contact() } else { self.account.contact_id() };
        if !self.contacts.contains(&contact) {
            self.contacts.push(contact);
        }
        let address = self.rng.random_bool(0.8).then(|| self.address());
        let details = details(&self.named(), address.as_deref());
        self.account.staff(Command::ImportContact { contact, details })
    }

    /// Owners of an older system who share an email, some of them there already.
    fn legacy_group(&mut self) -> Submission {
        let address = self.address();
        let owners =
            (0..self.rng.random_range(1..5)).map(|_| self.legacy_owner(&address)).collect();
        self.account.staff(Command::ImportOwners(owners))
    }

    fn legacy_owner(&mut self, address: &str) -> LegacyOwner {
        let known = self.contacts.len() >= CONTACTS_MAX || self.rng.random_bool(0.3);
        let contact = if known { self.contact() } else { self.account.contact_id() };
        let mut details = details(&self.named(), Some(address));
        if self.rng.random_bool(0.3) {
            details.additional_emails = vec![email("another@example.org")];
        }
        let person = self.rng.random_bool(0.8).then(|| self.account.person_id());
        if !self.contacts.contains(&contact) {
            self.contacts.push(contact);
            self.persons.extend(person.map(|person| (contact, person)));
        }
        let mut day = || {
            let day = self.rng.random_range(1..4);
            let at = format!("2023-05-0{day}T00:00:00Z");
            self.rng.random_bool(0.7).then(|| Timestamp::parse(&at).expect("a time"))
        };
        let activity = Activity { activated_at: day(), last_login_at: day() };
        let reference = Reference::parse(&format!("OWN-{}", self.contacts.len()));
        let reference = reference.expect("a reference");
        let jobs = vec![self.job()];
        LegacyOwner { contact, reference, details, person, activity, jobs }
    }

    /// A key is issued, gets a new secret or is revoked, the first one too where another is left.
    fn key(&mut self) -> Submission {
        let key = self.keys.choose(&mut self.rng).copied().unwrap_or(self.account.key);
        let command = match self.rng.random_range(0..6) {
            0 | 1 => BuilderAccountCommand::RotateApiKey(key),
            2 | 3 => BuilderAccountCommand::RevokeApiKey(key),
            _ => {
                let role = [Role::Admin, Role::Staff, Role::Auditor];
                let role = role.choose(&mut self.rng).copied().unwrap_or(Role::Staff);
                let key = ApiKeyId(self.account.uuid());
                self.keys.push(key);
                let (grants, label) = (BTreeSet::new(), label("another"));
                BuilderAccountCommand::IssueApiKey(NewApiKey { key, role, grants, label })
            }
        };
        self.account.staff(Command::BuilderAccount(self.account.id, command))
    }

    fn job_command(&mut self) -> Submission {
        let (job, contact) = (self.job(), self.contact());
        if self.rng.random_bool(0.2) {
            return self.looks.command(self.account, &mut self.rng, job, contact);
        }
        if self.rng.random_bool(0.2) {
            let (job, contact) =
                self.looks.owners.choose(&mut self.rng).copied().unwrap_or((job, contact));
            let person = self.persons.get(&contact).copied();
            return self.links.command(self.account, &mut self.rng, job, (contact, person));
        }
        if self.rng.random_bool(0.6) {
            let person = self.persons.get(&contact).copied();
            return self.parts.command(self.account, &mut self.rng, job, contact, person);
        }
        let command = match self.rng.random_range(0..4) {
            0 => {
                let named = format!("House of {}", self.named());
                Command::Job(job, JobCommand::Rename(JobName::parse(&named).expect("a name")))
            }
            1 => {
                self.looks.owners.push((job, contact));
                Command::Job(job, JobCommand::AddOwner(contact, None))
            }
            2 => Command::Job(job, JobCommand::RemoveOwner(contact, None)),
            _ => {
                let mode = if self.rng.random_bool(0.6) {
                    OwnerChangeMode::Add
                } else {
                    OwnerChangeMode::Remove
                };
                let bulk = BulkId(self.account.uuid());
                let jobs = vec![job, self.job(), self.job()];
                let contacts = vec![contact, self.contact()];
                Command::ChangeOwners { bulk, jobs, contacts, mode }
            }
        };
        self.account.staff(command)
    }

    /// What takes contacts out of the book, and brings them back.
    fn book_command(&mut self, contact: ContactId) -> Submission {
        let command = match self.rng.random_range(0..11) {
            8 => Command::EmailConflict(EmailConflictCommand::SetAside {
                holder: contact,
                owner: self.waiting(),
            }),
            9 | 10 => Command::EmailConflict(EmailConflictCommand::Replace {
                holder: contact,
                owner: self.waiting(),
                jobs: self.rng.random_bool(0.5).then(|| self.job()).into_iter().collect(),
            }),
            0 => Command::MergeContacts {
                merge: MergeId(self.account.uuid()),
                survivor: contact,
                absorbed: vec![self.contact()],
                picks: MergePicks {
                    name: self.rng.random_bool(0.2).then_some(contact),
                    additional_emails: self.rng.random_bool(0.4).then(Vec::new),
                    ..MergePicks::default()
                },
            },
            1 | 2 => Command::UnmergeContact(contact),
            3 => Command::Contact(contact, ContactCommand::Delete { confirmed: true }),
            4 | 5 => Command::Contact(contact, ContactCommand::Restore),
            6 => {
                let mut some = Permission::ALL.to_vec();
                some.retain(|_| self.rng.random_bool(0.4));
                let set = ContactCommand::SetPermissions(some.into_iter().collect());
                Command::Contact(contact, set)
            }
            _ => {
                let ids = self.account.invite_ids();
                self.tokens.insert(contact, ids.token);
                let to = email(&self.address());
                Command::Contact(contact, ContactCommand::RedirectInvite { to, ids })
            }
        };
        self.account.staff(command)
    }

    /// The mail of somebody's last invitation was sent or given up, as far as it was ordered.
    fn mail_ended(&mut self, contact: ContactId, token: TokenId) -> Submission {
        if self.rng.random_bool(0.2) {
            let status = BounceStatus::parse("5.1.1").expect("a status");
            return self.account.system(Command::RecordBounce(MailId(token.0), status));
        }
        let outcome = if self.rng.random_bool(0.7) {
            MailOutcome::Sent
        } else {
            let cause = FailureCause::ALL.choose(&mut self.rng);
            MailOutcome::Failed(*cause.unwrap_or(&FailureCause::Refused))
        };
        let attempt = self.rng.random_range(1..4);
        let (kind, recipient) = (MailKind::Invitation, contact.into());
        let report = MailReport { kind, recipient, attempt, outcome };
        self.account.system(Command::RecordMail(MailId(token.0), report))
    }

    fn contact_command(&mut self) -> Submission {
        let contact = self.contact();
        if let Some(token) = self.tokens.get(&contact).copied()
            && self.rng.random_bool(0.15)
        {
            return self.mail_ended(contact, token);
        }
        if self.rng.random_bool(0.2) {
            return self.book_command(contact);
        }
        if self.rng.random_bool(0.15) {
            return random_fields::value(self.account, &mut self.rng, contact);
        }
        let token = self.tokens.get(&contact).copied();
        let person = *self.persons.entry(contact).or_insert_with(|| self.account.person_id());
        let answer = |command| self.account.owner(person, contact, command);
        match (self.rng.random_range(0..20), token) {
            (0 | 1, Some(token)) => {
                let proof = AcceptProof::LinkAndLogin;
                return answer(ContactCommand::AcceptInvite { token, person, proof });
            }
            (2, Some(token)) => return answer(ContactCommand::DeclineInvite(token)),
            (3, Some(token)) => {
                let email = email(&self.address());
                let answer = |command| self.account.owner(person, contact, command);
                return answer(ContactCommand::AcceptInviteAs { token, person, email });
            }
            (16, _) => {
                let to = email(&self.address());
                return self.account.owner(person, contact, ContactCommand::MovePrimaryEmail(to));
            }
            (17, _) => {
                let to = email(&self.address());
                return self.account.owner(person, contact, ContactCommand::AskForPrimaryEmail(to));
            }
            (18 | 19, _) => {
                self.waiting.push(contact);
                let report =
                    EmailConflictCommand::Report { owner: contact, wanted: email(&self.address()) };
                return self.account.by_owner(person, Command::EmailConflict(report));
            }
            _ => {}
        }
        let command = match self.rng.random_range(0..18) {
            17 => {
                let remind = ContactCommand::RemindInvite(MailId(self.account.uuid()));
                return self.account.system(Command::Contact(contact, remind));
            }
            15 | 16 => return self.image(person, contact),
            0 | 1 => ContactCommand::EditInfo(InfoEdit {
                name: Some(name(&self.named())),
                title: self.rng.random_bool(0.3).then(|| Honorific::parse("Dr").ok()),
                ..InfoEdit::default()
            }),
            2 => ContactCommand::EditInfo(InfoEdit {
                phones: Some(Vec::new()),
                address: Some(None),
                ..InfoEdit::default()
            }),
            3 => ContactCommand::EditInfo(InfoEdit {
                primary_email: Some(email(&self.address())),
                ..InfoEdit::default()
            }),
            4 => ContactCommand::SwapPrimaryEmail(email(&self.address())),
            5 | 6 => ContactCommand::AddAdditionalEmail(email(&self.address())),
            7 => ContactCommand::EditAdditionalEmail {
                from: email(&self.address()),
                to: email(&self.address()),
            },
            8 => ContactCommand::RemoveAdditionalEmail(email(&self.address())),
            9 | 10 => {
                let ids = self.account.invite_ids();
                self.tokens.insert(contact, ids.token);
                ContactCommand::SendInvite(ids)
            }
            11 => {
                let token = self.account.invite_ids().token;
                self.tokens.insert(contact, token);
                ContactCommand::ResendInvite(token)
            }
            12 => ContactCommand::CancelInvite,
            13 => {
                if self.rng.random_bool(0.3) {
                    ContactCommand::DisableAccess
                } else {
                    ContactCommand::EnableAccess
                }
            }
            _ => ContactCommand::DeactivateOwner,
        };
        if self.rng.random_bool(0.3) {
            return self.account.owner(person, contact, command);
        }
        let mut submission = self.account.staff(Command::Contact(contact, command));
        submission.circumstances.reason = Reason::parse("they asked for it").ok();
        submission
    }

    /// An owner sets an image, or takes it away; not everybody is one.
    fn image(&mut self, person: PersonId, contact: ContactId) -> Submission {
        if self.rng.random_bool(0.2) {
            return self.account.owner(person, contact, ContactCommand::RemoveImage);
        }
        let set = ContactCommand::SetImage(ImageId(self.account.uuid()));
        let mut submission = self.account.owner(person, contact, set);
        submission.image = Some(ImageBytes::new(vec![0xff; 32]));
        submission
    }

    fn settings(&mut self) -> Submission {
        let invitation_ttl = InvitationTtl::of_hours(self.rng.random_range(1..200)).ok();
        let invitation_reminder = Some(self.rng.random_bool(0.5));
        let portal_link_days = PortalLinkDays::new(self.rng.random_range(1..400)).ok();
        let factors = [StaffSecondFactor::Optional, StaffSecondFactor::Required];
        let staff_second_factor = Some(factors[self.rng.random_range(0..2)]);
        let edit = SettingsEdit {
            invitation_ttl,
            invitation_reminder,
            portal_link_days,
            staff_second_factor,
        };
        let change = BuilderAccountCommand::ChangeSettings(edit);
        self.account.staff(Command::BuilderAccount(self.account.id, change))
    }

    fn next(&mut self) -> Submission {
        let kind = self.rng.random_range(0..26);
        // Some of it is done by people and not by a key; only by those who have been invited.
        let by_member = kind != 5 && self.rng.random_bool(0.3);
        let submission = if self.contacts.len() < CONTACTS_MAX && kind < 4 {
            self.new_contact()
        } else if self.jobs.len() < JOBS_MAX && kind == 4 {
            self.new_job()
        } else if kind == 5 {
            if self.rng.random_bool(0.2) {
                self.settings()
            } else if self.rng.random_bool(0.4) {
                random_staff::command(self.account, &mut self.rng, &mut self.staff)
            } else if self.rng.random_bool(0.3) {
                random_fields::list(self.account, &mut self.rng)
            } else if self.rng.random_bool(0.5) {
                self.key()
            } else {
                self.parts.setup(self.account, &mut self.rng)
            }
        } else if kind == 6 {
            if self.rng.random_bool(0.5) { self.card() } else { self.legacy_group() }
        } else if (kind == 7 || kind == 23) && self.jobs.len() > 1 {
            let (job, contact) = (self.job(), self.contact());
            let person = self.persons.get(&contact).copied();
            random_items::command(
                self.account,
                &mut self.rng,
                &mut self.items,
                job,
                contact,
                person,
            )
        } else if kind > 23 {
            let job = self.job();
            random_trades::command(self.account, &mut self.rng, &mut self.trades, job)
        } else if kind < 11 {
            self.job_command()
        } else if kind == 11 {
            let person = self.contact();
            let person = self.persons.get(&person).map(|of| (person, *of));
            let job = self.job();
            let Self { account, rng, customers, contacts, work_orders, documents, .. } = self;
            let parts = (work_orders, documents, job);
            random_customers::command(account, rng, customers, contacts, parts, person)
        } else if kind < 14 {
            let Self { account, rng, leads, contacts, jobs, .. } = self;
            random_leads::command(account, rng, leads, contacts, jobs)
        } else {
            self.contact_command()
        };
        let mut submission = submission.with_secret().expect("random bytes");
        if let (Actor::BuilderStaff(_), true) = (submission.circumstances.actor, by_member)
            && let Some((staff, _)) = self.staff.choose(&mut self.rng)
        {
            submission.circumstances.actor = Actor::StaffMember(*staff);
        }
        submission
    }
}
