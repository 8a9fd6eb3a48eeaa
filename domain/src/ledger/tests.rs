//! Commands to one ledger, each as: given these commands before, when this is asked, then that
//! happens. What `decide` does not know is fetched from the ledger, as the event store does it.

use super::given::by;
use super::*;
use crate::actor::{Actor, Authority, Circumstances, Grant, Role};
use crate::builder_account::{
    BuilderAccount, BuilderAccountRejection, InvitationTtl, JobTemplate, NewApiKey, NewStaff,
    SettingsEdit, StaffCommand, StaffSecondFactor, TemplateTask,
};
use crate::contact::{AcceptProof, ContactEvent, ContactRejection, InfoEdit, InvitationStep};
use crate::customer::{CustomerCommand, DocumentDetails, DocumentKind, FileFormat};
use crate::event::Shown;
use crate::ids::{
    ApiKeyId, CredentialId, CustomerId, DocumentId, FactorId, ImageId, ImpersonationId,
    InvitationId, OwnerItemId, PersonId, PortalLinkId, SessionId, StaffId, TokenId, WorkOrderId,
};
use crate::job::impersonation::{ImpersonationCommand, ImpersonationMinutes};
use crate::job::portal_link::{NewPortalLink, PortalLinkCommand};
use crate::job::{JobEvent, JobRejection, Phase, TaskKind};
use crate::lead::LeadRejection;
use crate::notification::{BounceStatus, FailureCause, MailKind, MailOutcome};
use crate::owner_item::{OwnerItemCommand, TodoChange, TodoDetails};
use crate::person::{EmailChangeCommand, PersonCommand};
use crate::text::{
    CustomText, CustomerName, JobName, Label, MessageText, PersonName, Reason, Title,
};
use crate::work_order::WorkOrderCommand;
use crate::{Sequence, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const ACCOUNT: AccountId = AccountId(Uuid::from_u128(0xacc));
const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const NOBODY: ContactId = ContactId(Uuid::from_u128(0x0));
const PERSON: PersonId = PersonId(Uuid::from_u128(1));
const ELM_ST: JobId = JobId(Uuid::from_u128(0xe1));
const OAK_ST: JobId = JobId(Uuid::from_u128(0x0a));
const NOWHERE: JobId = JobId(Uuid::from_u128(0x0));
const IMPERSONATION: ImpersonationId = ImpersonationId(Uuid::from_u128(0x1e));
const BULK: BulkId = BulkId(Uuid::from_u128(0xb));

fn ids(n: u128) -> InviteIds {
    InviteIds { invitation: InvitationId(Uuid::from_u128(n)), token: TokenId(Uuid::from_u128(n)) }
}

fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("a valid address")
}

fn label(typed: &str) -> Label {
    Label::parse(typed).expect("a valid label")
}

fn details(name: &str, primary: Option<&str>) -> ContactDetails {
    ContactDetails {
        title: None,
        name: PersonName::parse(name).expect("a valid name"),
        primary_email: primary.map(email),
        additional_emails: Vec::new(),
        phones: Vec::new(),
        address: None,
    }
}

fn job_details(name: &str) -> JobDetails {
    JobDetails { name: JobName::parse(name).expect("a name"), reference: None, site: None }
}

fn job_type(typed: &str) -> JobType {
    JobType::parse(typed).expect("a valid type")
}

fn title(typed: &str) -> Title {
    Title::parse(typed).expect("a valid title")
}

fn template(tasks: usize, named: Option<&str>) -> JobTemplate {
    let task = |n| TemplateTask {
        title: title(&format!("Task {n}")),
        kind: TaskKind::Approval,
        phase: Phase::Closeout,
    };
    JobTemplate {
        name: label("Kitchen"),
        job_type: named.map(job_type),
        tasks: (0..tasks).map(task).collect(),
        milestones: vec![title("In use")],
    }
}

const KITCHEN: TemplateId = TemplateId(Uuid::from_u128(0x817c));

fn setup(command: JobSetup) -> Command {
    Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::JobSetup(command))
}

fn types(typed: &[&str]) -> Command {
    setup(JobSetup::SetTypes(typed.iter().map(|typed| job_type(typed)).collect()))
}

fn opened() -> Command {
    let name = label("Elm Builders");
    Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::Open { name, key: None })
}

fn job_of(named: Option<&str>, from: Option<TemplateId>) -> Command {
    new_job(ELM_ST, named, from)
}

fn new_job(job: JobId, named: Option<&str>, from: Option<TemplateId>) -> Command {
    let fresh = |n: u128| (0..n).map(Uuid::from_u128);
    Command::CreateJob {
        account: ACCOUNT,
        job,
        details: job_details("A house"),
        owners: vec![ADA],
        job_type: named.map(job_type),
        template: from.map(|template| JobFromTemplate {
            template,
            tasks: fresh(3).map(TaskId).collect(),
            milestones: fresh(3).map(MilestoneId).collect(),
        }),
    }
}

fn type_set(to: Option<&str>) -> Command {
    Command::SetJobType { account: ACCOUNT, job: ELM_ST, to: to.map(job_type) }
}

fn gate() -> FieldName {
    FieldName::parse("gate").expect("a valid name")
}

fn impersonate(contact: ContactId) -> Command {
    let (impersonation, minutes) = (IMPERSONATION, ImpersonationMinutes::DEFAULT);
    let start = ImpersonationCommand::Start { impersonation, contact, minutes };
    Command::Impersonation(ELM_ST, start)
}

fn end_impersonation() -> Command {
    Command::Impersonation(ELM_ST, ImpersonationCommand::End(IMPERSONATION))
}

fn time_impersonation_out() -> Command {
    Command::Impersonation(ELM_ST, ImpersonationCommand::TimeOut(IMPERSONATION))
}

const LINK: PortalLinkId = PortalLinkId(Uuid::from_u128(0x117c));

fn of_link(command: PortalLinkCommand) -> Command {
    Command::PortalLink(ELM_ST, command)
}

fn issue_link() -> Command {
    let (contact, expires_at, mail_to) = (Some(ADA), None, None);
    let name = Label::parse("For Ada").expect("a valid name");
    let (link, token) = (LINK, TokenId(Uuid::from_u128(1)));
    let new = NewPortalLink { link, token, name, contact, expires_at, mail_to };
    of_link(PortalLinkCommand::Issue(new))
}

fn custom_field_set() -> Command {
    let to = TypedValue::Text(CustomText::parse("4711").expect("a valid text"));
    Command::SetCustomField { account: ACCOUNT, contact: ADA, field: gate(), to }
}

fn key(n: u128) -> NewApiKey {
    NewApiKey {
        key: ApiKeyId(Uuid::from_u128(n)),
        role: Role::Staff,
        grants: BTreeSet::from([Grant::ManageAccess]),
        label: label("Office"),
    }
}

// Commands.

fn contact(id: ContactId, name: &str, primary: &str) -> Command {
    Command::Contact(id, ContactCommand::Create(details(name, Some(primary))))
}

fn job(id: JobId, owners: &[ContactId]) -> Command {
    Command::Job(id, JobCommand::Create(job_details("A house"), owners.to_vec()))
}

fn save(id: ContactId, primary: &str, jobs: &[JobId], invite: Option<InviteIds>) -> Command {
    let details = details("Ada", Some(primary));
    Command::SaveContact { contact: id, details, jobs: jobs.to_vec(), invite }
}

fn invite(id: ContactId, n: u128) -> Command {
    Command::Contact(id, ContactCommand::SendInvite(ids(n)))
}

fn accept(id: ContactId, n: u128) -> Command {
    let proof = AcceptProof::Link;
    let accept = ContactCommand::AcceptInvite { token: ids(n).token, person: PERSON, proof };
    Command::Contact(id, accept)
}

fn change(jobs: &[JobId], contacts: &[ContactId], mode: OwnerChangeMode) -> Command {
    Command::ChangeOwners { bulk: BULK, jobs: jobs.to_vec(), contacts: contacts.to_vec(), mode }
}

fn row(owner: Option<(ContactId, ContactDetails)>) -> Command {
    Command::ImportRow { job: ELM_ST, details: job_details("A house"), owner }
}

fn card(name: &str, primary: Option<&str>) -> Command {
    Command::ImportContact { contact: ADA, details: details(name, primary) }
}

fn legacy(id: ContactId, primary: Option<&str>, jobs: &[JobId]) -> LegacyOwner {
    LegacyOwner {
        contact: id,
        reference: crate::text::Reference::parse("7").expect("a valid reference"),
        details: details("Ada", primary),
        person: Some(PERSON),
        activity: crate::contact::Activity::default(),
        jobs: jobs.to_vec(),
    }
}

fn staff(role: Role, grants: &[Grant]) -> Circumstances {
    let grants = grants.iter().copied().collect();
    by(Actor::BuilderStaff(ApiKeyId(Uuid::nil())), Authority::Builder { role, grants })
}

/// Who commands what it takes, where a test is not about that.
fn anybody() -> Circumstances {
    by(Actor::System, Authority::System)
}

fn now() -> Timestamp {
    Timestamp::parse("2026-03-01T08:00:00Z").expect("a valid time")
}

/// A ledger, whole: what the event store would keep.
#[derive(Default)]
struct Book {
    events: Vec<(AggregateId, Sequence, Event)>,
    versions: BTreeMap<AggregateId, Sequence>,
}

impl Book {
    fn given(commands: impl IntoIterator<Item = Command>) -> Self {
        let mut book = Self::default();
        for command in commands {
            book.execute(&command).expect("a command that is taken");
        }
        book
    }

    /// Decides from no knowledge at all: what is needed is fetched, and asked again.
    fn decide(&self, command: &Command, by: &Circumstances) -> Result<Decision, Rejection> {
        let mut state = LedgerState::default();
        state.belongs_to(ACCOUNT);
        let mut fetched = Vec::new();
        loop {
            match decide(command, &state, by, now()) {
                Ok(decision) => return Ok(decision),
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Need(need)) => {
                    assert!(!fetched.contains(&need), "{need:?} is asked for twice");
                    self.fetch(&need, &mut state);
                    fetched.push(need);
                }
            }
        }
    }

    fn fetch(&self, need: &Need, state: &mut LedgerState) {
        match need {
            Need::Aggregate(id) => {
                state.learn_absent(*id);
                for (_, sequence, event) in self.events.iter().filter(|(of, ..)| of == id) {
                    state.load(*id, *sequence, event).expect("follows");
                }
            }
            Need::Contacts(ids) => {
                for id in ids {
                    self.fetch(&Need::Aggregate((*id).into()), state);
                }
            }
            Need::Claim(email) => state.learn_claim(email, self.holder(email)),
            Need::Jobs(contact) => {
                let mut jobs = BTreeSet::new();
                for (id, _, event) in &self.events {
                    let (AggregateId::Job(job), Event::Job(event)) = (id, event) else { continue };
                    let (left, came) = event.owner_change();
                    jobs.retain(|there| there != job || left != Some(*contact));
                    jobs.extend((came == Some(*contact)).then_some(*job));
                }
                state.learn_jobs(*contact, jobs);
            }
            Need::CustomerContacts(customer) => {
                let mut contacts = BTreeSet::new();
                for (id, _, event) in &self.events {
                    let (AggregateId::Contact(contact), Event::Contact(event)) = (id, event) else {
                        continue;
                    };
                    let (left, came) = event.customer_change();
                    contacts.retain(|there| there != contact || left != Some(*customer));
                    contacts.extend((came == Some(*customer)).then_some(*contact));
                }
                state.learn_contacts(*customer, contacts);
            }
            Need::Leads(contact) => {
                let mut leads = BTreeSet::new();
                for (id, _, event) in &self.events {
                    let (AggregateId::Lead(lead), Event::Lead(event)) = (id, event) else {
                        continue;
                    };
                    let (left, came) = event.contact_change();
                    leads.retain(|there| there != lead || left != Some(*contact));
                    leads.extend((came == Some(*contact)).then_some(*lead));
                }
                state.learn_leads(*contact, leads);
            }
        }
    }

    fn holder(&self, email: &EmailAddress) -> Option<ContactId> {
        self.events.iter().fold(None, |holder, (id, _, event)| match (id, event) {
            (AggregateId::Contact(id), Event::Contact(ContactEvent::PrimaryEmailClaimed(e)))
                if e.email.value() == Some(email) =>
            {
                Some(*id)
            }
            (_, Event::Contact(ContactEvent::PrimaryEmailReleased(e)))
                if e.email.value() == Some(email) =>
            {
                None
            }
            _ => holder,
        })
    }

    fn execute(&mut self, command: &Command) -> Result<Decision, Rejection> {
        let decision = self.decide(command, &anybody())?;
        for (id, event) in &decision.events {
            let version = self.versions.entry(*id).or_default();
            *version += 1;
            self.events.push((*id, *version, event.clone()));
        }
        // Whatever was decided can be recorded, by who knows the whole ledger.
        let mut state = LedgerState::default();
        for (id, sequence, event) in &self.events {
            state.record(*id, *sequence, event).expect("follows");
        }
        for (id, version) in &self.versions {
            assert_eq!(state.version(*id), *version);
        }
        Ok(decision)
    }

    fn owners(&self, id: JobId) -> Vec<ContactId> {
        let mut state = LedgerState::default();
        self.fetch(&Need::Aggregate(id.into()), &mut state);
        let job = state.job(id).expect("fetched").expect("there");
        job.state.owners.iter().copied().collect()
    }

    fn access(&self, id: ContactId) -> &'static str {
        let mut state = LedgerState::default();
        self.fetch(&Need::Aggregate(id.into()), &mut state);
        state.contact(id).expect("fetched").map_or("none", |c| c.state.access.word())
    }
}

type Then<'a> = Result<&'a [(&'a str, AggregateId)], Rejection>;

/// Compares which events happen to which aggregates; after a refusal, nothing has happened.
#[expect(clippy::needless_pass_by_value, reason = "reads as a sentence")]
#[track_caller]
fn check(given: impl IntoIterator<Item = Command>, when: &Command, then: Then<'_>) -> Book {
    let mut book = Book::given(given);
    let before = book.events.len();
    let answer = book.execute(when).map(|decision| decision.outcome);
    let happened: Vec<_> =
        book.events[before..].iter().map(|(id, _, event)| (event.stored_type(), *id)).collect();
    assert_eq!(answer.as_ref().map(|_| happened.as_slice()), then.as_ref().copied());
    if answer.is_err() {
        assert_eq!(book.events.len(), before, "a refusal records nothing");
    }
    book
}

fn unknown<'a>(id: impl Into<AggregateId>) -> Then<'a> {
    Err(Rejection::Unknown(id.into()))
}

fn houses() -> [Command; 4] {
    [
        contact(ADA, "Ada", "ada@x.org"),
        contact(BEA, "Bea", "bea@x.org"),
        job(ELM_ST, &[]),
        job(OAK_ST, &[]),
    ]
}

// One save.

#[test]
fn saving_alone_assigns_the_contact_and_invites_nobody() {
    // R4, scenario 1
    let book = check(
        [job(ELM_ST, &[]), job(OAK_ST, &[])],
        &save(ADA, "ada@x.org", &[ELM_ST, OAK_ST], None),
        Ok(&[
            ("contact.created", ADA.into()),
            ("job.owner_added", ELM_ST.into()),
            ("job.owner_added", OAK_ST.into()),
        ]),
    );
    assert_eq!((book.access(ADA), book.owners(ELM_ST)), ("not_invited", vec![ADA]));
}

#[test]
fn a_save_after_send_invite_creates_assigns_and_invites_at_once() {
    // R5
    let book = check(
        [job(ELM_ST, &[])],
        &save(ADA, "ada@x.org", &[ELM_ST], Some(ids(1))),
        Ok(&[
            ("contact.created", ADA.into()),
            ("job.owner_added", ELM_ST.into()),
            ("contact.primary_email_claimed", ADA.into()),
            ("contact.invite_sent", ADA.into()),
        ]),
    );
    assert_eq!(book.access(ADA), "pending");
}

#[test]
fn a_job_that_is_picked_twice_gets_its_owner_once() {
    check(
        [job(ELM_ST, &[])],
        &save(ADA, "ada@x.org", &[ELM_ST, ELM_ST], None),
        Ok(&[("contact.created", ADA.into()), ("job.owner_added", ELM_ST.into())]),
    );
}

#[test]
fn a_refused_invite_keeps_the_whole_save_out() {
    // R5: one unit of work; R27 names the holder
    let holder = PersonName::parse("Bea").ok();
    let book = check(
        [contact(BEA, "Bea", "ada@x.org"), invite(BEA, 1), job(ELM_ST, &[])],
        &save(ADA, "ADA@x.org", &[ELM_ST], Some(ids(2))),
        Err(ContactRejection::PrimaryEmailClaimed { holder: BEA, name: holder }.into()),
    );
    assert_eq!((book.access(ADA), book.owners(ELM_ST)), ("none", vec![]));
}

#[test]
fn a_save_with_a_job_that_is_not_there_creates_no_contact() {
    check([], &save(ADA, "ada@x.org", &[NOWHERE], Some(ids(1))), unknown(NOWHERE));
    let again = save(ADA, "ada@x.org", &[], None);
    check(houses(), &again, Err(ContactRejection::AlreadyExists.into()));
}

#[test]
fn an_activated_owners_email_is_refused_by_create_save_and_import_alike() {
    // R25, scenario 7
    let given = || [contact(BEA, "Bea", "bea@x.org"), invite(BEA, 1), accept(BEA, 1)];
    for command in [
        contact(ADA, "Ada", "bea@x.org"),
        save(ADA, "bea@x.org", &[], None),
        row(Some((ADA, details("Ada", Some("bea@x.org"))))),
        card("Ada", Some("bea@x.org")),
    ] {
        let no = ContactRejection::PrimaryEmailOnActivatedOwner { holder: BEA };
        check(given(), &command, Err(no.into()));
    }
}

#[test]
fn an_existing_contact_is_added_and_invited_in_one_save() {
    // R2, R5
    let command = Command::AddOwnerAndInvite { job: ELM_ST, contact: ADA, invite: ids(1) };
    check(
        houses(),
        &command,
        Ok(&[
            ("job.owner_added", ELM_ST.into()),
            ("contact.primary_email_claimed", ADA.into()),
            ("contact.invite_sent", ADA.into()),
        ]),
    );
    // One who is invited already is not added either.
    let given = houses().into_iter().chain([invite(ADA, 2)]);
    let book = check(given, &command, Err(ContactRejection::AlreadyPending.into()));
    assert!(book.owners(ELM_ST).is_empty());
    let nowhere = Command::AddOwnerAndInvite { job: NOWHERE, contact: ADA, invite: ids(1) };
    check(houses(), &nowhere, unknown(NOWHERE));
    let nobody = Command::AddOwnerAndInvite { job: ELM_ST, contact: NOBODY, invite: ids(1) };
    check(houses(), &nobody, unknown(NOBODY));
}

// Jobs and their owners.

#[test]
fn only_a_contact_that_is_there_becomes_an_owner() {
    // R2
    check(houses(), &job(JobId(Uuid::from_u128(9)), &[ADA, NOBODY]), unknown(NOBODY));
    let add = |contact| Command::Job(ELM_ST, JobCommand::AddOwner(contact, None));
    check(houses(), &add(NOBODY), unknown(NOBODY));
    check(houses(), &add(ADA), Ok(&[("job.owner_added", ELM_ST.into())]));
    // The id is a job's.
    check(houses(), &add(ContactId(OAK_ST.0)), unknown(ContactId(OAK_ST.0)));
    let remove = Command::Job(ELM_ST, JobCommand::RemoveOwner(NOBODY, None));
    check(houses(), &remove, Ok(&[]));
    check(houses(), &job(ELM_ST, &[]), Err(JobRejection::AlreadyExists.into()));
}

#[test]
fn a_bulk_change_adds_each_contact_to_each_job_and_twice_changes_nothing() {
    // R48 to R53, H12, scenario 15: sends no invites
    let add = change(&[ELM_ST, OAK_ST, ELM_ST], &[ADA, BEA, ADA], OwnerChangeMode::Add);
    let mut book = check(
        houses(),
        &add,
        Ok(&[
            ("job.owner_added", ELM_ST.into()),
            ("job.owner_added", ELM_ST.into()),
            ("job.owner_added", OAK_ST.into()),
            ("job.owner_added", OAK_ST.into()),
        ]),
    );
    assert_eq!((book.owners(ELM_ST), book.access(ADA)), (vec![ADA, BEA], "not_invited"));
    let again = book.execute(&add).expect("taken");
    assert!(again.events.is_empty());
    assert_eq!(words(&again), vec![(OwnerResult::AlreadyThere, false); 4]);

    let remove = change(&[ELM_ST], &[ADA, BEA, NOBODY], OwnerChangeMode::Remove);
    let removed = book.execute(&remove).expect("taken");
    assert_eq!(
        words(&removed),
        [
            (OwnerResult::Removed, false),
            (OwnerResult::Removed, true), // R64: nobody is left to impersonate
            (OwnerResult::WasNotThere, false)
        ]
    );
    assert_eq!(book.owners(ELM_ST), []);
    let again = book.execute(&remove).expect("taken");
    assert!(again.events.is_empty());
    assert_eq!(words(&again), vec![(OwnerResult::WasNotThere, false); 3]);
}

fn words(decision: &Decision) -> Vec<(OwnerResult, bool)> {
    let Outcome::Owners(outcomes) = &decision.outcome else {
        panic!("{:?} is no outcome of a bulk change", decision.outcome)
    };
    outcomes.iter().map(|outcome| (outcome.result, outcome.last_owner_left)).collect()
}

#[test]
fn a_bulk_change_says_what_it_could_not_do_and_does_the_rest() {
    // H12: per-job result
    let mut book = Book::given(houses());
    let add = change(&[NOWHERE, ELM_ST], &[ADA, NOBODY], OwnerChangeMode::Add);
    let decision = book.execute(&add).expect("taken");
    assert_eq!(
        words(&decision).into_iter().map(|(word, _)| word).collect::<Vec<_>>(),
        [
            OwnerResult::UnknownJob,
            OwnerResult::UnknownJob,
            OwnerResult::Added,
            OwnerResult::UnknownContact
        ]
    );
    assert_eq!(book.owners(ELM_ST), [ADA]);
}

#[test]
fn a_bulk_change_fills_a_job_and_then_stops() {
    let many: Vec<_> = (1..=501).map(|n| ContactId(Uuid::from_u128(n))).collect();
    let created =
        many.iter().map(|id| Command::Contact(*id, ContactCommand::Create(details("N", None))));
    let mut book = Book::default();
    for command in created.chain([job(ELM_ST, &[])]) {
        // Without the checks of `execute`, which look at the whole ledger each time.
        for (id, event) in book.decide(&command, &anybody()).expect("taken").events {
            book.events.push((id, 1, event));
            book.versions.insert(id, 1);
        }
    }
    let decision = book.execute(&change(&[ELM_ST], &many, OwnerChangeMode::Add)).expect("taken");
    let count = |result| words(&decision).into_iter().filter(|(word, _)| *word == result).count();
    assert_eq!((count(OwnerResult::Added), count(OwnerResult::TooManyOwners)), (500, 1));
}

// Leads.

const LEAD: LeadId = LeadId(Uuid::from_u128(0x1ead));

fn lead(contact: Option<ContactId>) -> Command {
    Command::Lead(LEAD, LeadCommand::Create { title: title("Kitchen"), contact })
}

fn lead_with_new(contact: ContactId, titled: Option<&str>, primary: &str) -> Command {
    let details = details("Ada", Some(primary));
    Command::SaveLeadContact { lead: LEAD, title: titled.map(title), contact, details }
}

fn edit_from_lead(name: &str) -> Command {
    let edit = InfoEdit { name: PersonName::parse(name).ok(), ..InfoEdit::default() };
    Command::EditLeadContact { lead: LEAD, edit }
}

fn win_into_new_job(named: Option<&str>, from: Option<TemplateId>) -> Command {
    let Command::CreateJob { account, job, details, job_type, template, .. } =
        new_job(ELM_ST, named, from)
    else {
        panic!("a new job is a new job")
    };
    let into = WonInto::NewJob { account, job, details, job_type, template };
    Command::WinLead { lead: LEAD, into }
}

fn lost() -> Command {
    let reason = Reason::parse("They build next year.").expect("a valid reason");
    Command::Lead(LEAD, LeadCommand::Lose(reason))
}

#[test]
fn a_lead_is_about_an_existing_contact_or_one_that_comes_with_the_same_save() {
    // R2
    let id = AggregateId::Lead(LEAD);
    let given = || [contact(ADA, "Ada", "ada@x.org")];
    check(given(), &lead(Some(ADA)), Ok(&[("lead.created", id), ("lead.linked", id)]));
    check(given(), &lead(Some(NOBODY)), unknown(NOBODY));
    let all = [("contact.created", ADA.into()), ("lead.created", id), ("lead.linked", id)];
    let book = check([], &lead_with_new(ADA, Some("Kitchen"), "ada@x.org"), Ok(&all));
    assert_eq!(book.access(ADA), "not_invited", "R4: nobody is invited by it");
    let with_ada = || [contact(ADA, "Ada", "ada@x.org"), lead(Some(ADA))];
    let replaced = [("contact.created", BEA.into()), ("lead.unlinked", id), ("lead.linked", id)];
    check(with_ada(), &lead_with_new(BEA, None, "bea@x.org"), Ok(&replaced));
    check([], &lead_with_new(BEA, None, "bea@x.org"), unknown(LEAD));
    // A refusal keeps the contact out, and so does one of the lead.
    let activated = [contact(BEA, "Bea", "bea@x.org"), invite(BEA, 1), accept(BEA, 1)];
    let no = ContactRejection::PrimaryEmailOnActivatedOwner { holder: BEA };
    let book = check(activated, &lead_with_new(ADA, Some("Kitchen"), "bea@x.org"), Err(no.into()));
    assert_eq!(book.access(ADA), "none");
    let over = || [lead(None), lost()];
    let new = lead_with_new(ADA, None, "ada@x.org");
    let book = check(over(), &new, Err(LeadRejection::IsLost.into()));
    assert_eq!(book.access(ADA), "none");
}

#[test]
fn a_lead_is_no_way_around_the_lock_of_its_contact() {
    // R46, scenario 6: the same refusals as for the contact itself, and nothing changes
    let given = || vec![contact(ADA, "Ada", "ada@x.org"), job(ELM_ST, &[ADA]), lead(Some(ADA))];
    let of_ada = |command| Command::Contact(ADA, command);
    let steps: [(&[Command], Option<ContactRejection>); 6] = [
        (&[], None),
        (&[invite(ADA, 1)], Some(ContactRejection::LockedPending)),
        (&[accept(ADA, 1)], Some(ContactRejection::LockedActive)),
        (&[of_ada(ContactCommand::DisableAccess)], Some(ContactRejection::LockedActive)),
        (&[of_ada(ContactCommand::EnableAccess)], Some(ContactRejection::LockedActive)),
        (&[of_ada(ContactCommand::DeactivateOwner)], None),
    ];
    let mut so_far = given();
    for (then, refused) in steps {
        so_far.extend_from_slice(then);
        let named = PersonName::parse("Ada B.").ok();
        let edit = InfoEdit { name: named, ..InfoEdit::default() };
        let direct = Book::given(so_far.clone()).execute(&of_ada(ContactCommand::EditInfo(edit)));
        let updated = [("contact.info_updated", AggregateId::from(ADA))];
        let expected = refused.map_or(Ok(&updated[..]), |refused| Err(refused.into()));
        assert_eq!(direct.as_ref().map(|_| ()), expected.as_ref().map(|_| ()));
        check(so_far.clone(), &edit_from_lead("Ada B."), expected);
        // Nor is a lead that is over.
        let over = so_far.iter().cloned().chain([lost()]);
        let again = Book::given(over).execute(&edit_from_lead("Ada B."));
        assert_eq!(again.map(|d| d.events), direct.map(|d| d.events));
    }
    check([lead(None)], &edit_from_lead("Ada"), Err(LeadRejection::HasNoContact.into()));
    check([], &edit_from_lead("Ada"), unknown(LEAD));
}

#[test]
fn a_lead_is_won_into_a_new_job_whose_owner_is_its_contact() {
    // R2, R4, R55, R56: one append
    let (id, of_job) = (AggregateId::Lead(LEAD), AggregateId::Job(ELM_ST));
    let given = || [contact(ADA, "Ada", "ada@x.org"), lead(Some(ADA))];
    let won = [("lead.won", id), ("job.created", of_job), ("job.owner_added", of_job)];
    let book = check(given(), &win_into_new_job(None, None), Ok(&won));
    assert_eq!((book.owners(ELM_ST), book.access(ADA)), (vec![ADA], "not_invited"));
    let book = check([lead(None)], &win_into_new_job(None, None), Ok(&won[..2]));
    assert_eq!(book.owners(ELM_ST), []);
    // Type and template as for any new job.
    let kitchen = setup(JobSetup::AddTemplate(KITCHEN, template(1, Some("Remodel"))));
    let account = || [opened(), types(&["Remodel"]), kitchen.clone()];
    let all = [
        won[0],
        won[1],
        won[2],
        ("job.template_applied", of_job),
        ("job.type_set", of_job),
        ("job.task_added", of_job),
        ("job.milestone_added", of_job),
    ];
    let given_all = || account().into_iter().chain(given());
    check(given_all(), &win_into_new_job(None, Some(KITCHEN)), Ok(&all));
    let odd = win_into_new_job(Some("Castle"), None);
    check(given_all(), &odd, Err(JobRejection::UnknownType.into()));
    let taken = given().into_iter().chain([job(ELM_ST, &[])]);
    let exists = Err(JobRejection::AlreadyExists.into());
    check(taken, &win_into_new_job(None, None), exists);
}

#[test]
fn a_lead_is_won_into_a_job_that_is_there_and_won_once() {
    let (id, of_job) = (AggregateId::Lead(LEAD), AggregateId::Job(OAK_ST));
    let into = |job| Command::WinLead { lead: LEAD, into: WonInto::Job(job) };
    let given = || houses().into_iter().chain([lead(Some(ADA))]);
    check(given(), &into(OAK_ST), Ok(&[("lead.won", id), ("job.owner_added", of_job)]));
    // Who is an owner already is not added again.
    let owner = change(&[OAK_ST], &[ADA], OwnerChangeMode::Add);
    check(given().chain([owner]), &into(OAK_ST), Ok(&[("lead.won", id)]));
    check(given(), &into(NOWHERE), unknown(NOWHERE));
    let archived = || Err(JobRejection::Archived.into());
    let archive = || Command::Job(OAK_ST, JobCommand::Archive);
    check(given().chain([archive()]), &into(OAK_ST), archived());
    check([job(OAK_ST, &[]), archive(), lead(None)], &into(OAK_ST), archived());
    let won = || given().chain([into(OAK_ST)]);
    check(won(), &into(OAK_ST), Ok(&[]));
    check(won(), &into(ELM_ST), Err(LeadRejection::IsWon.into()));
    check(given().chain([lost()]), &into(OAK_ST), Err(LeadRejection::IsLost.into()));
    let reopen = Command::Lead(LEAD, LeadCommand::Reopen);
    check(won(), &reopen, Err(LeadRejection::IsWon.into()));
}

#[test]
fn a_job_from_a_template_gets_no_owner_who_is_gone() {
    // H7
    let delete = Command::Contact(ADA, ContactCommand::Delete { confirmed: true });
    let given = [opened(), types(&["Remodel"]), contact(ADA, "Ada", "ada@x.org"), delete];
    check(given, &job_of(Some("Remodel"), None), Err(ContactRejection::IsDeleted.into()));
}

// Import.

#[test]
fn an_imported_row_makes_a_job_and_its_owner_and_twice_changes_nothing() {
    let import = row(Some((ADA, details("Ada", Some("ada@x.org")))));
    let mut book = check(
        [],
        &import,
        Ok(&[
            ("contact.created", ADA.into()),
            ("job.created", ELM_ST.into()),
            ("job.owner_added", ELM_ST.into()),
        ]),
    );
    assert_eq!((book.owners(ELM_ST), book.access(ADA)), (vec![ADA], "not_invited"));
    let again = book.execute(&import).expect("taken");
    let owner = Some(Imported::AlreadyThere);
    assert!(again.events.is_empty());
    assert_eq!(again.outcome, Outcome::Imported { job: Imported::AlreadyThere, owner });
}

#[test]
fn an_imported_row_finds_its_owner_again_or_needs_none() {
    check([], &row(None), Ok(&[("job.created", ELM_ST.into())]));
    let given = [contact(ADA, "Ada", "ada@x.org")];
    let mut book = Book::given(given);
    let import = row(Some((ADA, details("Another name", None))));
    let decision = book.execute(&import).expect("taken");
    let owner = Some(Imported::AlreadyThere);
    assert_eq!(decision.outcome, Outcome::Imported { job: Imported::Created, owner });
    assert_eq!(book.owners(ELM_ST), [ADA]);
}

#[test]
fn an_imported_card_makes_a_contact_and_twice_changes_nothing() {
    let import = card("Ada", Some("ada@x.org"));
    let mut book = check([], &import, Ok(&[("contact.created", ADA.into())]));
    assert_eq!(book.access(ADA), "not_invited", "R4: nobody is invited by it");
    let again = book.execute(&import).expect("taken");
    assert!(again.events.is_empty());
    assert_eq!(again.outcome, Outcome::ImportedContact(Imported::AlreadyThere));
}

#[test]
fn an_imported_card_overwrites_nothing_in_whatever_state_the_contact_is() {
    // R38 to R46: no way around the lock
    let import = card("Another name", Some("other@x.org"));
    let created = || contact(ADA, "Ada", "ada@x.org");
    let deactivate = Command::Contact(ADA, ContactCommand::DeactivateOwner);
    check([created()], &import, Ok(&[]));
    check([created(), invite(ADA, 1)], &import, Ok(&[]));
    check([created(), invite(ADA, 1), accept(ADA, 1)], &import, Ok(&[]));
    check([created(), invite(ADA, 1), accept(ADA, 1), deactivate], &import, Ok(&[]));
    // Even where its email has since become an activated owner's.
    let theirs = [created(), contact(BEA, "Bea", "other@x.org"), invite(BEA, 1), accept(BEA, 1)];
    check(theirs, &import, Ok(&[]));
}

#[test]
fn an_imported_card_is_held_to_the_rules_of_a_new_contact() {
    let mut many = details("Ada", Some("a0@x.org"));
    many.additional_emails = (1..=6).map(|n| email(&format!("a{n}@x.org"))).collect();
    let import = |details| Command::ImportContact { contact: ADA, details };
    check([], &import(many), Err(ContactRejection::TooManyEmails.into())); // R20
    let mut none = details("Ada", None);
    none.additional_emails = vec![email("a@x.org")];
    check([], &import(none), Err(ContactRejection::AdditionalNeedsPrimary.into())); // R22
    // R33, G2: nobody is invited with it, so two contacts may have it.
    let given = [contact(BEA, "Bea", "ada@x.org")];
    check(given, &card("Ada", Some("ada@x.org")), Ok(&[("contact.created", ADA.into())]));
}

// Claims across contacts.

#[test]
fn a_claim_that_was_given_back_is_free_and_one_that_was_taken_again_is_not() {
    // R23, H1: whatever of the ledger is fetched, and in which order
    let cancel = |id| Command::Contact(id, ContactCommand::CancelInvite);
    let given = || {
        [
            contact(ADA, "Ada", "one@x.org"),
            contact(BEA, "Bea", "one@x.org"),
            invite(ADA, 1),
            cancel(ADA),
        ]
    };
    let invited = |id: ContactId| {
        [("contact.primary_email_claimed", id.into()), ("contact.invite_sent", id.into())]
    };
    check(given(), &invite(BEA, 2), Ok(&invited(BEA)));
    let no = || {
        let name = PersonName::parse("Bea").ok();
        Err(ContactRejection::PrimaryEmailClaimed { holder: BEA, name }.into())
    };
    check(given().into_iter().chain([invite(BEA, 2)]), &invite(ADA, 3), no());
}

#[test]
fn fetching_an_old_holder_does_not_bring_its_claim_back() {
    let cancel = Command::Contact(ADA, ContactCommand::CancelInvite);
    let book = Book::given([
        contact(ADA, "Ada", "one@x.org"),
        contact(BEA, "Bea", "one@x.org"),
        invite(ADA, 1),
        cancel,
        invite(BEA, 2),
    ]);
    let claim = Need::Claim(email("one@x.org"));
    let holders = [Need::Aggregate(ADA.into()), Need::Aggregate(BEA.into())];
    for order in [
        [claim.clone(), holders[0].clone(), holders[1].clone()],
        [holders[0].clone(), claim.clone(), holders[1].clone()],
        [claim.clone(), holders[1].clone(), holders[0].clone()],
        [holders[1].clone(), holders[0].clone(), claim.clone()],
    ] {
        let mut state = LedgerState::default();
        for need in &order {
            book.fetch(need, &mut state);
        }
        let answer = decide(&invite(ADA, 3), &state, &anybody(), now());
        let name = PersonName::parse("Bea").ok();
        let no = ContactRejection::PrimaryEmailClaimed { holder: BEA, name };
        assert_eq!(answer, Err(Halt::Rejected(no.into())), "{order:?}");
    }
}

#[test]
fn what_is_not_known_is_asked_for() {
    let mut state = LedgerState::default();
    let ask = |state: &LedgerState| decide(&invite(ADA, 2), state, &anybody(), now());
    let need = |need| Err(Halt::Need(need));
    assert_eq!(ask(&state), need(Need::Aggregate(ADA.into())));
    let book = Book::given([
        contact(ADA, "Ada", "one@x.org"),
        contact(BEA, "Bea", "one@x.org"),
        invite(BEA, 1),
    ]);
    book.fetch(&Need::Aggregate(ADA.into()), &mut state);
    assert_eq!(ask(&state), need(Need::Claim(email("one@x.org"))));
    state.learn_claim(&email("one@x.org"), Some(BEA));
    // The refusal names the holder, so the holder is needed too.
    assert_eq!(ask(&state), need(Need::Aggregate(BEA.into())));
    state.forget(ADA.into());
    assert_eq!(ask(&state), need(Need::Aggregate(ADA.into())));
}

#[test]
fn what_a_command_says_it_concerns_is_all_it_needs_but_claims() {
    let commands = [
        save(NOBODY, "no@x.org", &[ELM_ST, OAK_ST], Some(ids(1))),
        invite(ADA, 1),
        Command::Job(NOWHERE, JobCommand::Create(job_details("New"), vec![ADA, BEA])),
        Command::Job(ELM_ST, JobCommand::AddOwner(ADA, None)),
        Command::AddOwnerAndInvite { job: ELM_ST, contact: ADA, invite: ids(1) },
        change(&[ELM_ST, OAK_ST], &[ADA, BEA], OwnerChangeMode::Add),
        row(Some((ADA, details("Ada", None)))),
        card("Ada", Some("no@x.org")),
        Command::ImportOwners(vec![
            legacy(NOBODY, Some("no@x.org"), &[ELM_ST]),
            legacy(ADA, None, &[]),
        ]),
        Command::TakeOver { contact: ADA, after: 9, events: Vec::new() },
        mailed(MailOutcome::Sent),
        Command::RecordBounce(MailId(Uuid::nil()), bounce()),
        Command::Installation(InstallationCommand::IssueOperatorToken(ApiKeyId(Uuid::nil()))),
        Command::BuilderAccount(
            ACCOUNT,
            BuilderAccountCommand::Open { name: label("B"), key: None },
        ),
        new_job(NOWHERE, Some("Remodel"), Some(KITCHEN)),
        Command::Lead(LEAD, LeadCommand::Create { title: title("Bath"), contact: Some(ADA) }),
        Command::Lead(LEAD, LeadCommand::Link(ADA)),
        lead_with_new(NOBODY, Some("Bath"), "no@x.org"),
        edit_from_lead("Ada B."),
        Command::WinLead { lead: LEAD, into: WonInto::Job(ELM_ST) },
        type_set(Some("Remodel")),
        types(&["Remodel"]),
        custom_field_set(),
        add_todo(),
        change_todo(TodoChange::Complete),
        send_message(),
        complete_for_owner(),
        Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::SetCustomFields(Vec::new())),
        invite_staff(),
        join_staff(),
        appoint_operator(),
        issue_key(9),
        rotate_key(9),
        revoke_key(9),
        impersonate(ADA),
        end_impersonation(),
        time_impersonation_out(),
        open_customer(),
        of_customer(CustomerCommand::AddContact(ADA)),
        of_customer(CustomerCommand::RemoveContact(ADA)),
        publish_document(),
        of_customer(CustomerCommand::WithdrawDocument(DOCUMENT)),
        file_work_order(),
        work_order_into_task(),
        decline_work_order(),
        of_conflict(EmailConflictCommand::SetAside { holder: BEA, owner: ADA }),
        of_conflict(EmailConflictCommand::Replace { holder: BEA, owner: ADA, jobs: vec![ELM_ST] }),
    ];
    let book = Book::given(houses());
    for command in commands {
        let mut state = LedgerState::default();
        for id in command.aggregates() {
            book.fetch(&Need::Aggregate(id), &mut state);
        }
        for typed in ["ada@x.org", "no@x.org"] {
            book.fetch(&Need::Claim(email(typed)), &mut state);
        }
        let answer = decide(&command, &state, &anybody(), now());
        assert!(!matches!(answer, Err(Halt::Need(_))), "{} needs more", command.name());
        if let Some(newborn) = command.newborn() {
            assert!(command.aggregates().contains(&newborn));
            assert_eq!(state.version(newborn), 0);
        }
    }
}

/// What happened to a contact in a book of its own.
fn elsewhere(commands: impl IntoIterator<Item = Command>) -> Vec<ContactEvent> {
    let events = Book::given(commands).events.into_iter();
    events
        .filter_map(|(_, _, event)| match event {
            Event::Contact(event) => Some(event),
            Event::Job(_)
            | Event::Lead(_)
            | Event::Customer(_)
            | Event::WorkOrder(_)
            | Event::OwnerItem(_)
            | Event::BuilderAccount(_)
            | Event::Installation(_)
            | Event::Subcontractor(_)
            | Event::SubcontractorOrg(_)
            | Event::Person(_)
            | Event::Notification(_) => None,
        })
        .collect()
}

#[test]
fn what_happened_elsewhere_is_taken_over_as_it_was_and_twice_changes_nothing() {
    let events = elsewhere([contact(ADA, "Ada", "ada@x.org"), invite(ADA, 1)]);
    let take = |after, events: &[ContactEvent]| {
        let events = events.to_vec();
        Command::TakeOver { contact: ADA, after, events }
    };
    let all: Vec<_> =
        events.iter().map(|event| (event.stored_type(), AggregateId::from(ADA))).collect();
    check([], &take(0, &events), Ok(&all));
    check([take(0, &events)], &take(0, &events), Ok(&[]));
    check([take(0, &events[..1])], &take(1, &events[1..]), Ok(&all[1..]));
    let exists = || Err(ContactRejection::AlreadyExists.into());
    check([take(0, &events)], &take(1, &events[1..2]), exists());
    check([contact(ADA, "Other", "o@x.org")], &take(0, &events), exists());
}

#[test]
fn what_is_taken_over_takes_no_claim_from_whoever_holds_it() {
    // R27
    let events = elsewhere([contact(ADA, "Ada", "ada@x.org"), invite(ADA, 1)]);
    let take = Command::TakeOver { contact: ADA, after: 0, events };
    let here = [contact(BEA, "Bea", "ada@x.org"), invite(BEA, 2)];
    let name = PersonName::parse("Bea").ok();
    check(here, &take, Err(ContactRejection::PrimaryEmailClaimed { holder: BEA, name }.into()));
}

#[test]
fn a_gap_a_stranger_and_a_second_start_are_impossible_steps() {
    let book = Book::given(houses());
    let [created, ..] = &book.events[..] else { panic!("something happened") };
    let (id, _, event) = created;
    let state = || {
        let mut state = LedgerState::default();
        state.record(*id, 1, event).expect("the first event");
        state
    };
    assert!(state().record(*id, 2, event).is_err(), "it is created twice");
    assert!(state().record(ELM_ST.into(), 1, event).is_err(), "a contact's event of a job");
    let renamed = Event::Contact(crate::contact::OwnerDisabled {}.into());
    assert!(state().record(*id, 3, &renamed).is_err(), "the second event is missing");
    state().record(*id, 2, &renamed).expect("the second event");
    // Of what is not known, nothing can be told.
    LedgerState::default().record(*id, 3, &renamed).expect("not looked at");
}

// What is one owner's (R63).

const ITEM: OwnerItemId = OwnerItemId(Uuid::from_u128(0x17e3));

fn add_todo() -> Command {
    let details = TodoDetails { title: title("Bring the keys"), due: None };
    let (item, job, contact) = (ITEM, ELM_ST, ADA);
    Command::OwnerItem(OwnerItemCommand::AddTodo { item, job, contact, details })
}

fn change_todo(change: TodoChange) -> Command {
    Command::OwnerItem(OwnerItemCommand::ChangeTodo { item: ITEM, job: ELM_ST, change })
}

fn send_message() -> Command {
    let text = MessageText::parse("Good morning.").expect("a valid text");
    let (item, job, contact) = (ITEM, ELM_ST, ADA);
    Command::OwnerItem(OwnerItemCommand::SendMessage { item, job, contact, text })
}

fn complete_for_owner() -> Command {
    let task = TaskId(Uuid::from_u128(1));
    Command::CompleteForOwner { job: ELM_ST, contact: ADA, task }
}

// Who may (RULES.md 2.8).

#[test]
fn of_a_contact_that_was_just_created_it_is_known_what_is_its_own() {
    let mut state = LedgerState::default();
    assert!(state.jobs_of(ADA).is_err(), "of one that may be older it is asked");
    for (sequence, event) in (1..).zip(elsewhere([contact(ADA, "Ada", "ada@x.org")])) {
        state.record(ADA.into(), sequence, &Event::Contact(event)).expect("follows");
    }
    assert!(state.jobs_of(ADA).is_ok_and(BTreeSet::is_empty));
}

/// Some commands of each right, in the order of the table below.
#[expect(clippy::too_many_lines, reason = "one line a command")]
fn commands_by_right() -> [Vec<Command>; 13] {
    let of_contact = |command| Command::Contact(ADA, command);
    [
        vec![
            Command::Installation(InstallationCommand::IssueOperatorToken(ApiKeyId(Uuid::nil()))),
            Command::TakeOver { contact: ADA, after: 0, events: Vec::new() },
            Command::RecordBounce(MailId(Uuid::nil()), bounce()),
            appoint_operator(),
            Command::Installation(InstallationCommand::DismissOperator(ApiKeyId(Uuid::nil()))),
        ],
        vec![issue_key(1)],
        vec![
            contact(ADA, "Ada", "ada@x.org"),
            save(ADA, "ada@x.org", &[], None),
            invite(ADA, 1),
            of_contact(ContactCommand::ResendInvite(ids(1).token)),
            of_contact(ContactCommand::CancelInvite),
            of_contact(ContactCommand::ExpireInvite),
            custom_field_set(),
            of_contact(ContactCommand::SetCustomField { field: gate(), to: None }),
            job(ELM_ST, &[]),
            Command::Job(ELM_ST, JobCommand::RemoveOwner(ADA, None)),
            Command::Job(ELM_ST, JobCommand::Archive),
            job_of(None, None),
            type_set(None),
            types(&[]),
            setup(JobSetup::RemoveTemplate(KITCHEN)),
            Command::AddOwnerAndInvite { job: ELM_ST, contact: ADA, invite: ids(1) },
            change(&[], &[], OwnerChangeMode::Add),
            row(None),
            card("Ada", None),
            lead(Some(ADA)),
            Command::Lead(LEAD, LeadCommand::Reopen),
            lead_with_new(ADA, None, "ada@x.org"),
            edit_from_lead("Ada B."),
            win_into_new_job(None, None),
            add_todo(),
            change_todo(TodoChange::Edit { title: None, due: None }),
            change_todo(TodoChange::Remove),
            open_customer(),
            of_customer(CustomerCommand::AddContact(ADA)),
            publish_document(),
            of_customer(CustomerCommand::WithdrawDocument(DOCUMENT)),
            work_order_into_task(),
            decline_work_order(),
            of_conflict(EmailConflictCommand::SetAside { holder: BEA, owner: ADA }),
            of_conflict(EmailConflictCommand::Replace {
                holder: BEA,
                owner: ADA,
                jobs: vec![ELM_ST],
            }),
        ]
        .into_iter()
        .chain(trades::of_work())
        .collect(),
        vec![
            of_contact(ContactCommand::DisableAccess),
            of_contact(ContactCommand::EnableAccess),
            of_contact(ContactCommand::DeactivateOwner),
            Command::ImportOwners(vec![legacy(ADA, None, &[])]),
            of_customer(CustomerCommand::RemoveContact(ADA)),
        ],
        vec![impersonate(ADA), end_impersonation(), time_impersonation_out()],
        vec![
            of_contact(ContactCommand::EditInfo(InfoEdit::default())),
            of_contact(ContactCommand::SwapPrimaryEmail(email("a@x.org"))),
            of_contact(ContactCommand::AddAdditionalEmail(email("a@x.org"))),
            of_contact(ContactCommand::RemoveAdditionalEmail(email("a@x.org"))),
            of_contact(ContactCommand::SetImage(ImageId(Uuid::nil()))),
            of_contact(ContactCommand::RemoveImage),
            of_contact(ContactCommand::AskForPrimaryEmail(email("a@x.org"))),
            of_contact(ContactCommand::MovePrimaryEmail(email("a@x.org"))),
            of_conflict(EmailConflictCommand::Report { owner: ADA, wanted: email("a@x.org") }),
            change_todo(TodoChange::Complete),
            change_todo(TodoChange::Reopen),
            send_message(),
            issue_link(),
            of_link(PortalLinkCommand::Revoke(LINK)),
        ],
        vec![
            Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::SetCustomFields(Vec::new())),
            settle(SettingsEdit::default()),
            rotate_key(1),
            revoke_key(1),
            invite_staff(),
            of_staff(StaffCommand::Resend { staff: MIA, token: ids(1).token }),
            of_staff(StaffCommand::Change { staff: MIA, role: None, grants: None }),
            of_staff(StaffCommand::Remove(MIA)),
        ],
        own_login_commands(),
        vec![
            mailed(MailOutcome::Sent),
            of_contact(ContactCommand::RemindInvite(MailId(Uuid::nil()))),
            of_link(PortalLinkCommand::Expire(LINK)),
        ]
        .into_iter()
        .chain(trades::of_the_clock())
        .collect(),
        [
            vec![
                of_contact(ContactCommand::DeclineInvite(ids(1).token)),
                accept(ADA, 1),
                join_staff(),
            ],
            trades::answered(),
        ]
        .concat(),
        vec![file_work_order()],
        trades::of_users(),
        trades::of_support(),
    ]
}

#[test]
fn each_command_is_taken_from_whom_the_table_of_rights_says() {
    let askers = [
        ("admin", staff(Role::Admin, &[])),
        ("staff", staff(Role::Staff, &[Grant::ReadAudit])),
        ("staff with grant", staff(Role::Staff, &[Grant::ManageAccess])),
        ("staff who may look", staff(Role::Staff, &[Grant::Impersonate])),
        ("auditor", staff(Role::Auditor, &[Grant::ManageAccess, Grant::Impersonate])),
        ("owner", by(Actor::Owner(PERSON), Authority::Owner)),
        ("operator", by(Actor::Operator(ApiKeyId(Uuid::nil())), Authority::Operator)),
        ("system", anybody()),
        ("user of a company", trades::user()),
    ];
    let rights = [
        "operate",
        "issue keys",
        "work",
        "manage access",
        "impersonate",
        "own info",
        "administer",
        "own login",
        "report",
        "answer",
        "from the portal",
        "for a company",
        "support",
    ];
    //                    admin  staff  grant  looks  audit  owner  operator system user
    let table = [
        [false, false, false, false, false, false, true, true, false],
        [true, false, false, false, false, false, true, true, false],
        [true, true, true, true, false, false, false, true, false],
        [true, false, true, false, false, false, false, true, false],
        [true, false, false, true, false, false, false, true, false],
        [true, true, true, true, false, true, false, true, false],
        [true, false, false, false, false, false, false, true, false],
        [false, false, false, false, false, true, false, true, false],
        [false, false, false, false, false, false, false, true, false],
        [false, false, false, false, false, true, false, true, true],
        [false, false, false, false, false, false, false, true, false],
        [false, false, false, false, false, false, false, true, true],
        [false, false, false, false, false, false, false, true, false],
    ];
    let impersonator = by(Actor::BuilderStaff(ApiKeyId(Uuid::nil())), Authority::Impersonator);
    let support = by(Actor::Operator(ApiKeyId(Uuid::nil())), Authority::Support);
    let deeds = ["DisableAccess", "EnableAccess", "DeactivateOwner", "CancelInvite"];
    let is_supports = |command: &Command| {
        deeds.contains(&command.name()) || command.name() == "AssignPrimaryContactBySupport"
    };
    for ((right, row), commands) in rights.iter().zip(table).zip(commands_by_right()) {
        for command in commands {
            for ((asker, circumstances), permitted) in askers.iter().zip(row) {
                // Who may not is refused before anything is looked at.
                let answer = decide(&command, &LedgerState::default(), circumstances, now());
                let refused = matches!(answer, Err(Halt::Rejected(Rejection::NotPermitted { .. })));
                assert_eq!(!refused, permitted, "{right}: {} by {asker}", command.name());
            }
            // 2.8, SP: few things, and only what another operator has approved.
            let answer = decide(&command, &LedgerState::default(), &support, now());
            let refused = matches!(answer, Err(Halt::Rejected(Rejection::NotPermitted { .. })));
            assert_eq!(!refused, is_supports(&command), "support: {}", command.name());
            // H13: who looks through an owner's eyes commands nothing at all.
            let answer = decide(&command, &LedgerState::default(), &impersonator, now());
            assert_eq!(answer, Err(Halt::Rejected(Rejection::ReadOnly)), "{}", command.name());
        }
    }
}

mod trades;

const MILLERS: CustomerId = CustomerId(Uuid::from_u128(0x311));
const ORDER: WorkOrderId = WorkOrderId(Uuid::from_u128(0x0de4));

fn of_customer(command: CustomerCommand) -> Command {
    Command::Customer(MILLERS, command)
}

const fn of_conflict(command: EmailConflictCommand) -> Command {
    Command::EmailConflict(command)
}

fn open_customer() -> Command {
    let name = CustomerName::parse("The Millers").expect("a valid name");
    of_customer(CustomerCommand::Open(name))
}

const DOCUMENT: DocumentId = DocumentId(Uuid::from_u128(0xd0c));

fn publish_document() -> Command {
    let details = DocumentDetails {
        kind: DocumentKind::Billing,
        title: title("Invoice 17"),
        day: crate::Day::parse("2026-03-31").expect("a valid day"),
        note: None,
        format: FileFormat::Pdf,
        bytes: 48_213,
    };
    of_customer(CustomerCommand::PublishDocument(DOCUMENT, details))
}

fn file_work_order() -> Command {
    let text = MessageText::parse("It drips.").expect("a valid text");
    let (customer, title, job) = (MILLERS, title("A tap"), Some(ELM_ST));
    Command::WorkOrder(ORDER, WorkOrderCommand::File { customer, title, text, job })
}

fn work_order_into_task() -> Command {
    let (job, task, phase) = (ELM_ST, TaskId(Uuid::nil()), Phase::Execution);
    let title = title("A tap");
    Command::WorkOrder(ORDER, WorkOrderCommand::TurnIntoTask { job, task, title, phase })
}

fn decline_work_order() -> Command {
    let why = Reason::parse("It is not ours.").expect("a valid reason");
    Command::WorkOrder(ORDER, WorkOrderCommand::Decline(why))
}

fn of_staff(command: StaffCommand) -> Command {
    Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::Staff(command))
}

fn appoint_operator() -> Command {
    Command::Installation(InstallationCommand::AppointOperator {
        operator: ApiKeyId(Uuid::from_u128(5)),
        name: PersonName::parse("Olu").expect("a valid name"),
    })
}

const MIA: StaffId = StaffId(Uuid::from_u128(0x31a));

fn invite_staff() -> Command {
    of_staff(StaffCommand::Invite(NewStaff {
        staff: MIA,
        name: PersonName::parse("Mia").expect("a valid name"),
        email: email("mia@x.org"),
        role: Role::Staff,
        grants: BTreeSet::new(),
        token: ids(1).token,
    }))
}

fn join_staff() -> Command {
    of_staff(StaffCommand::Join { staff: MIA, token: ids(1).token, person: PERSON })
}

/// What a login takes of one's own.
fn own_login_commands() -> Vec<Command> {
    let to_oneself = person_commands().map(|command| Command::Person(PERSON, command));
    to_oneself.into_iter().chain([complete_for_owner()]).collect()
}

/// One of each command to a person.
fn person_commands() -> [PersonCommand; 16] {
    let (session, credential) = (SessionId(Uuid::from_u128(2)), CredentialId(Uuid::from_u128(3)));
    let (token, factor) = (ids(1).token, FactorId(Uuid::from_u128(4)));
    [
        PersonCommand::Register { email: email("ada@x.org"), credential },
        PersonCommand::TakeOver(email("ada@x.org")),
        PersonCommand::Link { account: ACCOUNT, contact: ADA },
        PersonCommand::LogIn(session),
        PersonCommand::Revoke(session),
        PersonCommand::RevokeAll,
        PersonCommand::RequestReset(token),
        PersonCommand::CompleteReset { token, credential },
        PersonCommand::EmailChange(EmailChangeCommand::Begin(token)),
        PersonCommand::LinkStaff { account: ACCOUNT, staff: MIA },
        PersonCommand::LogInAsStaff { session, account: ACCOUNT, staff: MIA },
        PersonCommand::LinkOrg { org: trades::ORG, user: trades::ANN },
        PersonCommand::LogInForOrg { session, org: trades::ORG, user: trades::ANN },
        PersonCommand::EnableSecondFactor(factor),
        PersonCommand::DisableSecondFactor(factor),
        PersonCommand::UseRecoveryCode { factor, number: 1 },
    ]
}

#[test]
fn nobody_asks_anything_of_another_persons_login() {
    // R15
    let somebody_else = by(Actor::Owner(PersonId(Uuid::from_u128(9))), Authority::Owner);
    for command in person_commands() {
        let command = Command::Person(PERSON, command);
        let answer = decide(&command, &LedgerState::default(), &somebody_else, now());
        let needed = "the person's own session";
        assert_eq!(answer, Err(Rejection::NotPermitted { needed }.into()), "{}", command.name());
    }
}

#[test]
fn nobody_but_the_invitee_answers_an_invitation() {
    // 2.8, R15: not the builder who sent it, nor whoever runs the installation
    let decline = ContactCommand::DeclineInvite(ids(1).token);
    for command in [accept(ADA, 1), Command::Contact(ADA, decline)] {
        let askers = [
            staff(Role::Admin, &[Grant::ManageAccess, Grant::ReadAudit]),
            staff(Role::Staff, &[Grant::ManageAccess, Grant::ReadAudit]),
            staff(Role::Auditor, &[]),
            by(Actor::Operator(ApiKeyId(Uuid::nil())), Authority::Operator),
        ];
        for asker in askers {
            let answer = decide(&command, &LedgerState::default(), &asker, now());
            let needed = "the invitee, through the link in the mail";
            assert_eq!(answer, Err(Rejection::NotPermitted { needed }.into()), "{asker:?}");
        }
    }
}

#[test]
fn who_manages_access_merges_deletes_restores_and_sets_permissions() {
    // 2.8, condition c for BS
    let confirmed = ContactCommand::Delete { confirmed: true };
    let (merge, picks) = (crate::ids::MergeId(Uuid::nil()), crate::contact::MergePicks::default());
    let commands = [
        Command::MergeContacts { merge, survivor: ADA, absorbed: vec![BEA], picks },
        Command::UnmergeContact(ADA),
        Command::Contact(ADA, confirmed),
        Command::Contact(ADA, ContactCommand::Restore),
        Command::Contact(ADA, ContactCommand::SetPermissions(BTreeSet::new())),
    ];
    let askers = [
        (staff(Role::Admin, &[]), true),
        (staff(Role::Staff, &[Grant::ManageAccess]), true),
        (staff(Role::Staff, &[Grant::ReadAudit]), false),
        (staff(Role::Auditor, &[Grant::ManageAccess]), false),
        (by(Actor::Owner(PERSON), Authority::Owner), false),
        (by(Actor::Operator(ApiKeyId(Uuid::nil())), Authority::Operator), false),
    ];
    for command in &commands {
        for (asker, permitted) in &askers {
            let answer = decide(command, &LedgerState::default(), asker, now());
            let refused = matches!(answer, Err(Halt::Rejected(Rejection::NotPermitted { .. })));
            assert_eq!(!refused, *permitted, "{} by {asker:?}", command.name());
        }
    }
}

#[test]
fn an_invitee_answers_without_any_role_and_an_owner_edits_nobody_but_themselves() {
    // 2.8, R38
    let book = Book::given([
        contact(ADA, "Ada", "ada@x.org"),
        contact(BEA, "Bea", "bea@x.org"),
        invite(ADA, 1),
    ]);
    let owner = by(Actor::Owner(PERSON), Authority::Owner);
    let answer = book.decide(&accept(ADA, 1), &owner).map(|decision| decision.events.len());
    assert_eq!(answer, Ok(3));
    let edit = ContactCommand::AddAdditionalEmail(email("a@x.org"));
    let answer = book.decide(&Command::Contact(BEA, edit), &owner);
    assert_eq!(answer, Err(ContactRejection::NotTheOwner.into()));
}

// Accounts and the installation.

#[test]
fn an_account_is_opened_once_with_its_first_key() {
    let open = |key| {
        let name = label("Elm Builders");
        Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::Open { name, key })
    };
    let id = AggregateId::BuilderAccount(ACCOUNT);
    check(
        [],
        &open(Some(key(1))),
        Ok(&[("builder_account.opened", id), ("builder_account.api_key_issued", id)]),
    );
    check([], &open(None), Ok(&[("builder_account.opened", id)]));
    check([open(None)], &open(None), Err(BuilderAccountRejection::AlreadyOpen.into()));
}

/// An account whose first key is an admin's.
fn account_opened() -> Command {
    let key = NewApiKey { role: Role::Admin, grants: BTreeSet::new(), ..key(1) };
    let open = BuilderAccountCommand::Open { name: label("Elm Builders"), key: Some(key) };
    Command::BuilderAccount(ACCOUNT, open)
}

fn issue_key(n: u128) -> Command {
    Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::IssueApiKey(key(n)))
}

fn issue_admin_key(n: u128) -> Command {
    let key = NewApiKey { role: Role::Admin, grants: BTreeSet::new(), ..key(n) };
    Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::IssueApiKey(key))
}

fn rotate_key(n: u128) -> Command {
    let key = ApiKeyId(Uuid::from_u128(n));
    Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::RotateApiKey(key))
}

fn revoke_key(n: u128) -> Command {
    let key = ApiKeyId(Uuid::from_u128(n));
    Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::RevokeApiKey(key))
}

#[test]
fn a_key_is_issued_once_and_a_hundred_are_enough() {
    let id = AggregateId::BuilderAccount(ACCOUNT);
    let issued = [("builder_account.api_key_issued", id)];
    check([], &issue_key(1), unknown_account());
    check([account_opened()], &issue_key(2), Ok(&issued));
    // The second step of a sequence over two ledgers is taken up again.
    check([account_opened()], &issue_key(1), Ok(&[]));
    let full = || std::iter::once(account_opened()).chain((2..=100).map(issue_key));
    check(full(), &issue_key(101), Err(BuilderAccountRejection::TooManyKeys.into()));
    check(full(), &issue_key(100), Ok(&[]));
    // A revoked key makes room, and is never issued again.
    check(full().chain([revoke_key(2)]), &issue_key(101), Ok(&issued));
    check(full().chain([revoke_key(2)]), &issue_key(2), Ok(&[]));
}

#[test]
fn a_key_gets_a_new_secret_as_often_as_wanted_until_it_is_revoked() {
    let id = AggregateId::BuilderAccount(ACCOUNT);
    let rotated = [("builder_account.api_key_rotated", id)];
    check([], &rotate_key(1), unknown_account());
    check([account_opened()], &rotate_key(2), unknown_account());
    check([account_opened()], &rotate_key(1), Ok(&rotated));
    check([account_opened(), rotate_key(1)], &rotate_key(1), Ok(&rotated));
    check(
        [account_opened(), issue_key(2), revoke_key(2)],
        &rotate_key(2),
        Err(BuilderAccountRejection::KeyRevoked.into()),
    );
}

#[test]
fn a_key_is_revoked_once_and_the_last_admin_key_never() {
    let id = AggregateId::BuilderAccount(ACCOUNT);
    let revoked = [("builder_account.api_key_revoked", id)];
    let last = || Err(BuilderAccountRejection::LastAdmin.into());
    check([], &revoke_key(1), unknown_account());
    check([account_opened()], &revoke_key(2), unknown_account());
    check([account_opened()], &revoke_key(1), last());
    // Staff keys do not stand in for an admin's.
    check([account_opened(), issue_key(2)], &revoke_key(1), last());
    check([account_opened(), issue_key(2)], &revoke_key(2), Ok(&revoked));
    check([account_opened(), issue_key(2), revoke_key(2)], &revoke_key(2), Ok(&[]));
    check([account_opened(), issue_admin_key(2)], &revoke_key(1), Ok(&revoked));
    // An admin key that was revoked is none.
    check([account_opened(), issue_admin_key(2), revoke_key(2)], &revoke_key(1), last());
}

fn unknown_account<'a>() -> Then<'a> {
    Err(Rejection::Unknown(AggregateId::BuilderAccount(ACCOUNT)))
}

#[test]
fn an_installation_orders_an_account_once_and_keys_for_it_alone() {
    let order = || {
        let name = label("Elm Builders");
        Command::Installation(InstallationCommand::OrderAccount { account: ACCOUNT, name })
    };
    let order_key = Command::Installation(InstallationCommand::OrderApiKey {
        account: ACCOUNT,
        key: ApiKeyId(Uuid::from_u128(1)),
        role: Role::Admin,
    });
    let token =
        Command::Installation(InstallationCommand::IssueOperatorToken(ApiKeyId(Uuid::nil())));
    let id = AggregateId::Installation;
    check([], &token, Ok(&[("installation.operator_token_issued", id)]));
    check([token], &order(), Ok(&[("installation.account_opening_ordered", id)]));
    check([order()], &order(), Ok(&[]));
    check([order()], &order_key, Ok(&[("installation.api_key_issue_ordered", id)]));
    check([], &order_key, unknown_account());
}

// Mails.

const MAIL: MailId = MailId(Uuid::from_u128(0x3a11));

fn mailed(outcome: MailOutcome) -> Command {
    let kind = MailKind::Invitation;
    Command::RecordMail(MAIL, MailReport { kind, recipient: ADA.into(), attempt: 1, outcome })
}

#[test]
fn what_became_of_a_mail_is_recorded_once() {
    // R68, promise 6
    let id = AggregateId::Notification(MAIL);
    let refused = || mailed(MailOutcome::Failed(FailureCause::Refused));
    check([], &mailed(MailOutcome::Sent), Ok(&[("notification.sent", id)]));
    check([], &refused(), Ok(&[("notification.failed", id)]));
    check([mailed(MailOutcome::Sent)], &mailed(MailOutcome::Sent), Ok(&[]));
    check([mailed(MailOutcome::Sent)], &refused(), Ok(&[]));
}

// Job types and templates.

#[test]
fn a_job_has_a_type_of_the_accounts_list_or_none() {
    // R56
    let ada = || contact(ADA, "Ada", "ada@x.org");
    let given = || [opened(), types(&["Remodel"]), ada()];
    let id = AggregateId::Job(ELM_ST);
    let created = [("job.created", id), ("job.owner_added", id)];
    check(given(), &job_of(None, None), Ok(&created));
    let typed = [created[0], created[1], ("job.type_set", id)];
    check(given(), &job_of(Some("Remodel"), None), Ok(&typed));
    let unlisted = || Err(JobRejection::UnknownType.into());
    check(given(), &job_of(Some("New home"), None), unlisted());
    let with_job = |types: &[&str]| {
        let [opened, first, ada] = given();
        [opened, first, ada, job_of(Some("Remodel"), None), self::types(types)]
    };
    check(with_job(&["Remodel"]), &type_set(Some("New home")), unlisted());
    check(with_job(&["New home"]), &type_set(Some("New home")), Ok(&[("job.type_set", id)]));
    // The job keeps a type that has left the list, and is not given it anew.
    check(with_job(&[]), &type_set(Some("Remodel")), Ok(&[]));
    check(with_job(&[]), &type_set(None), Ok(&[("job.type_set", id)]));
    check(given(), &type_set(Some("Remodel")), unknown(ELM_ST));
    check([ada()], &job_of(None, None), unknown_account());
}

#[test]
fn a_list_of_types_names_each_once_and_keeps_those_of_templates() {
    let id = AggregateId::BuilderAccount(ACCOUNT);
    let set = [("builder_account.job_types_set", id)];
    check([opened()], &types(&["Remodel", "Remodel"]), Ok(&set));
    check([opened(), types(&["Remodel"])], &types(&["Remodel", "Remodel"]), Ok(&[]));
    let kitchen = || setup(JobSetup::AddTemplate(KITCHEN, template(1, Some("Remodel"))));
    let given = || [opened(), types(&["Remodel"]), kitchen()];
    check(given(), &types(&[]), Err(BuilderAccountRejection::JobTypeInTemplate.into()));
    check(given(), &types(&["New home", "Remodel"]), Ok(&set));
    let many: Vec<String> = (0..=BuilderAccount::JOB_TYPES_MAX).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    check([opened()], &types(&many), Err(BuilderAccountRejection::TooManyJobTypes.into()));
    check([], &types(&[]), unknown_account());
}

#[test]
fn a_template_is_added_changed_and_removed() {
    // R55
    let add = |template| setup(JobSetup::AddTemplate(KITCHEN, template));
    let change = |template| setup(JobSetup::ChangeTemplate(KITCHEN, template));
    let remove = || setup(JobSetup::RemoveTemplate(KITCHEN));
    let id = AggregateId::BuilderAccount(ACCOUNT);
    let given = || [opened(), add(template(1, None))];
    check([opened()], &add(template(1, None)), Ok(&[("builder_account.job_template_added", id)]));
    let again = Err(BuilderAccountRejection::TemplateAlreadyExists.into());
    check(given(), &add(template(1, None)), again);
    check([opened()], &add(template(1, Some("Remodel"))), Err(JobRejection::UnknownType.into()));
    let long = || Err(BuilderAccountRejection::TemplateTooLong.into());
    check([opened()], &add(template(JobTemplate::TASKS_MAX + 1, None)), long());
    check(given(), &change(template(JobTemplate::TASKS_MAX + 1, None)), long());
    let changed = [("builder_account.job_template_changed", id)];
    check(given(), &change(template(2, None)), Ok(&changed));
    check(given(), &change(template(1, None)), Ok(&[]));
    check(given(), &remove(), Ok(&[("builder_account.job_template_removed", id)]));
    check([opened()], &change(template(1, None)), unknown_account());
    check([opened()], &remove(), unknown_account());
    let full = (1_u128..)
        .map(|n| setup(JobSetup::AddTemplate(TemplateId(Uuid::from_u128(n)), template(0, None))));
    let full = std::iter::once(opened()).chain(full.take(BuilderAccount::TEMPLATES_MAX));
    let full: Vec<_> = full.collect();
    let many = Err(BuilderAccountRejection::TooManyTemplates.into());
    check(full, &add(template(0, None)), many);
}

#[test]
fn a_job_from_a_template_has_its_type_tasks_and_milestones() {
    // R55
    let ada = || contact(ADA, "Ada", "ada@x.org");
    let kitchen = |tasks| setup(JobSetup::AddTemplate(KITCHEN, template(tasks, Some("Remodel"))));
    let given = |tasks| [opened(), types(&["Remodel", "New home"]), kitchen(tasks), ada()];
    let id = AggregateId::Job(ELM_ST);
    let copied = [
        ("job.created", id),
        ("job.owner_added", id),
        ("job.template_applied", id),
        ("job.type_set", id),
        ("job.task_added", id),
        ("job.task_added", id),
        ("job.milestone_added", id),
    ];
    for (named, is) in [(None, "Remodel"), (Some("New home"), "New home")] {
        let book = check(given(2), &job_of(named, Some(KITCHEN)), Ok(&copied));
        let typed = book.events.iter().find_map(|(_, _, event)| {
            let Event::Job(JobEvent::JobTypeSet(set)) = event else { return None };
            set.to.clone()
        });
        assert_eq!(typed, Some(job_type(is)), "a type that is given goes before the template's");
    }
    let nothing = TemplateId(Uuid::nil());
    let unknown = Err(JobRejection::UnknownTemplate.into());
    check(given(2), &job_of(None, Some(nothing)), unknown);
    // Fewer ids than the template has tasks: the asker must bring more.
    let long = Err(BuilderAccountRejection::TemplateTooLong.into());
    check(given(4), &job_of(None, Some(KITCHEN)), long);
}

#[test]
fn a_bulk_change_passes_archived_jobs_over_and_takes_tasks_from_who_leaves() {
    // H12, R63
    let archive = Command::Job(OAK_ST, JobCommand::Archive);
    let task = Command::Job(
        ELM_ST,
        JobCommand::AddTask(
            TaskId(Uuid::from_u128(1)),
            crate::job::TaskDetails {
                title: title("Choose the tiles"),
                kind: TaskKind::Selection,
                phase: Phase::Planning,
                assignee: Some(crate::job::Assignee::Owner(ADA)),
                due: None,
            },
        ),
    );
    let add = change(&[ELM_ST], &[ADA], OwnerChangeMode::Add);
    let given = houses().into_iter().chain([add, task, archive]);
    let remove = change(&[ELM_ST, OAK_ST], &[ADA], OwnerChangeMode::Remove);
    let happens = [("job.owner_removed", ELM_ST.into()), ("job.task_unassigned", ELM_ST.into())];
    let mut book = check(given, &remove, Ok(&happens));
    let again = book.execute(&remove).expect("taken");
    let words = words(&again);
    assert_eq!(words, [(OwnerResult::WasNotThere, false), (OwnerResult::JobArchived, false)]);
}

fn bounce() -> BounceStatus {
    BounceStatus::parse("5.1.1").expect("a status")
}

// What the account has settled.

fn settle(edit: SettingsEdit) -> Command {
    Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::ChangeSettings(edit))
}

fn ttl(hours: i64) -> SettingsEdit {
    let invitation_ttl = InvitationTtl::of_hours(hours).ok();
    SettingsEdit { invitation_ttl, ..SettingsEdit::default() }
}

/// In how many hours the invitation ends that a command mails.
fn hours_left(book: &mut Book, command: &Command) -> i64 {
    let decision = book.execute(command).expect("taken");
    let ends = decision.events.iter().find_map(|(_, event)| {
        let Event::Contact(event) = event else { return None };
        match event.invitation()?.1 {
            InvitationStep::Sent(sent) => Some(sent.expires_at),
            InvitationStep::Resent(sent) => Some(sent.expires_at),
            InvitationStep::Reminded(_)
            | InvitationStep::FormerTold(_)
            | InvitationStep::Ended(_) => None,
        }
    });
    ends.expect("a mail").seconds_since(now()) / 3_600
}

#[test]
fn an_invitation_lives_as_long_as_the_account_says_and_three_days_where_it_says_nothing() {
    // promise 23
    let resend = Command::Contact(ADA, ContactCommand::ResendInvite(ids(2).token));
    let redirect = ContactCommand::RedirectInvite { to: email("new@x.org"), ids: ids(3) };
    let redirect = Command::Contact(ADA, redirect);
    let mut book = Book::given([opened(), contact(ADA, "Ada", "ada@x.org")]);
    assert_eq!(hours_left(&mut book, &invite(ADA, 1)), 72);
    for (hours, command) in [(168, resend), (1, redirect)] {
        book.execute(&settle(ttl(hours))).expect("taken");
        assert_eq!(hours_left(&mut book, &command), hours, "{}", command.name());
    }
    let saved = save(BEA, "bea@x.org", &[], Some(ids(4)));
    assert_eq!(hours_left(&mut book, &saved), 1);
    // A ledger without an account that is open.
    let mut book = Book::given([contact(ADA, "Ada", "ada@x.org")]);
    assert_eq!(hours_left(&mut book, &invite(ADA, 1)), 72);
    for hours in [0, 169, -1] {
        assert!(InvitationTtl::of_hours(hours).is_err(), "{hours}");
    }
}

#[test]
fn settings_are_changed_one_by_one_and_only_where_they_differ() {
    let mut book = Book::given([opened()]);
    let on = SettingsEdit { invitation_reminder: Some(true), ..SettingsEdit::default() };
    assert_eq!(book.execute(&settle(ttl(72))).map(|d| d.events.len()), Ok(0));
    assert_eq!(book.execute(&settle(SettingsEdit::default())).map(|d| d.events.len()), Ok(0));
    book.execute(&settle(ttl(24))).expect("taken");
    let decision = book.execute(&settle(on)).expect("taken");
    let [(_, event)] = &decision.events[..] else { panic!("one event") };
    let changes = event.changes();
    let told: Vec<_> = changes.iter().map(|c| (&*c.field, &c.before, &c.after)).collect();
    let (off, on) = (Shown::from("off"), Shown::from("on"));
    assert_eq!(told, [("invitation_reminder", &off, &on)]);
    let unknown = Rejection::Unknown(AggregateId::BuilderAccount(ACCOUNT));
    assert_eq!(Book::default().execute(&settle(ttl(24))), Err(unknown));
}

#[test]
fn what_is_asked_of_the_staff_is_settled_beside_what_invitations_get_and_told_by_an_event_of_its_own()
 {
    let mut book = Book::given([opened()]);
    let required = Some(StaffSecondFactor::Required);
    let both = SettingsEdit { staff_second_factor: required, ..ttl(24) };
    let decision = book.execute(&settle(both)).expect("taken");
    let types: Vec<_> = decision.events.iter().map(|(_, event)| event.stored_type()).collect();
    let settled = ["builder_account.settings_changed", "builder_account.staff_second_factor_set"];
    assert_eq!(types, settled);
    let changes = decision.events[1].1.changes();
    let told: Vec<_> = changes.iter().map(|c| (&*c.field, &c.before, &c.after)).collect();
    let (before, after) = (Shown::from("optional"), Shown::from("required"));
    assert_eq!(told, [("staff_second_factor", &before, &after)]);
    assert_eq!(book.execute(&settle(both)).map(|d| d.events.len()), Ok(0), "it is so already");
    let back = SettingsEdit {
        staff_second_factor: Some(StaffSecondFactor::Optional),
        ..SettingsEdit::default()
    };
    assert_eq!(book.execute(&settle(back)).map(|d| d.events.len()), Ok(1));
}
