//! Looking through an owner's eyes over a whole ledger: who may, whose, for how long, and all that
//! ends it in the same append (R64, H13, promise 33).

use super::super::given::{by, now};
use crate::actor::{Actor, Authority, Circumstances, Grant, Role};
use crate::contact::activity::Activity;
use crate::contact::{ContactRejection, MergePicks};
use crate::ids::{ApiKeyId, ImpersonationId, InvitationId, PersonId, TokenId};
use crate::job::impersonation::{
    ImpersonationCommand, ImpersonationEnded, ImpersonationEnding, ImpersonationMinutes,
    ImpersonationStarted, Impersonations,
};
use crate::job::{JobEvent, JobRejection};
use crate::ledger::*;
use crate::text::{JobName, PersonName, Reference};
use crate::{EmailAddress, Timestamp};
use std::collections::BTreeSet;
use uuid::Uuid;

const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const CID: ContactId = ContactId(Uuid::from_u128(0xc1d));
const ELM: JobId = JobId(Uuid::from_u128(0xe1));
const OAK: JobId = JobId(Uuid::from_u128(0x0a));
const MERGE: MergeId = MergeId(Uuid::from_u128(0x2e));
const FIRST: ImpersonationId = ImpersonationId(Uuid::from_u128(1));
const SECOND: ImpersonationId = ImpersonationId(Uuid::from_u128(2));

fn key(role: Role, grants: &[Grant]) -> Circumstances {
    let grants = grants.iter().copied().collect();
    by(Actor::BuilderStaff(ApiKeyId(Uuid::from_u128(7))), Authority::Builder { role, grants })
}

fn admin() -> Circumstances {
    key(Role::Admin, &[])
}

fn clock() -> Circumstances {
    by(Actor::System, Authority::System)
}

fn minutes(minutes: u8) -> ImpersonationMinutes {
    ImpersonationMinutes::new(minutes).expect("1 to 60")
}

fn start(job: JobId, id: ImpersonationId, contact: ContactId) -> Command {
    let minutes = ImpersonationMinutes::DEFAULT;
    let start = ImpersonationCommand::Start { impersonation: id, contact, minutes };
    Command::Impersonation(job, start)
}

fn end(job: JobId, id: ImpersonationId) -> Command {
    Command::Impersonation(job, ImpersonationCommand::End(id))
}

fn time_out(job: JobId, id: ImpersonationId) -> Command {
    Command::Impersonation(job, ImpersonationCommand::TimeOut(id))
}

fn to(contact: ContactId, command: ContactCommand) -> Command {
    Command::Contact(contact, command)
}

fn started(id: ImpersonationId, contact: ContactId) -> JobEvent {
    let until = now().plus_minutes(15);
    ImpersonationStarted { impersonation: id, contact, until }.into()
}

fn ended(id: ImpersonationId, contact: ContactId, how: ImpersonationEnding) -> JobEvent {
    ImpersonationEnded { impersonation: id, contact, how }.into()
}

fn details(name: &str, primary: Option<&str>) -> ContactDetails {
    ContactDetails {
        name: PersonName::parse(name).expect("a valid name"),
        title: None,
        primary_email: primary.map(|typed| EmailAddress::parse(typed).expect("valid")),
        additional_emails: Vec::new(),
        phones: Vec::new(),
        address: None,
    }
}

/// A ledger from its first event on: what it has not recorded has not happened.
struct Ledger {
    state: LedgerState,
    now: Timestamp,
}

type Given = Result<Vec<(AggregateId, Event)>, Rejection>;

impl Ledger {
    fn give_as(&mut self, who: &Circumstances, command: &Command) -> Given {
        loop {
            match decide(command, &self.state, who, self.now) {
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Need(Need::Aggregate(id))) => self.state.learn_absent(id),
                Err(Halt::Need(Need::Contacts(ids))) => {
                    for id in ids {
                        self.state.learn_absent(id.into());
                    }
                }
                Err(Halt::Need(Need::Claim(email))) => self.state.learn_claim(&email, None),
                Err(Halt::Need(Need::CustomerContacts(customer))) => {
                    panic!("nobody belongs to customer {customer}")
                }
                Err(Halt::Need(Need::Jobs(contact) | Need::Leads(contact))) => {
                    panic!("jobs and leads of {contact} are known from its first event on")
                }
                Ok(decision) => {
                    for (id, event) in &decision.events {
                        let sequence = self.state.version(*id) + 1;
                        self.state.record(*id, sequence, event).expect("the event follows");
                        if let (AggregateId::Contact(contact), 1) = (*id, sequence) {
                            self.state.learn_jobs(contact, BTreeSet::new());
                            self.state.learn_leads(contact, BTreeSet::new());
                        }
                    }
                    return Ok(decision.events);
                }
            }
        }
    }

    fn give(&mut self, command: &Command) -> Given {
        self.give_as(&admin(), command)
    }

    /// What a command does to impersonations, and on which job.
    fn impersonations(&mut self, command: &Command) -> Vec<(JobId, JobEvent)> {
        let events = self.give(command).expect("taken");
        let of_jobs = events.into_iter().filter_map(|(id, event)| match (id, event) {
            (AggregateId::Job(job), Event::Job(event)) => Some((job, event)),
            _ => None,
        });
        of_jobs.filter(|(_, event)| event.impersonation().is_some()).collect()
    }

    fn open(&self, job: JobId) -> Vec<ImpersonationId> {
        let job = &self.state.job(job).expect("known").expect("there").state;
        job.impersonations.open.iter().map(|open| open.id).collect()
    }

    fn activate(&mut self, contact: ContactId) {
        let ids = InviteIds {
            invitation: InvitationId(contact.0),
            token: TokenId(Uuid::from_u128(contact.0.as_u128() << 8)),
        };
        self.give(&to(contact, ContactCommand::SendInvite(ids))).expect("invited");
        let (token, person) = (ids.token, PersonId(contact.0));
        let proof = crate::contact::AcceptProof::LinkAndLogin;
        let accept = to(contact, ContactCommand::AcceptInvite { token, person, proof });
        self.give_as(&by(Actor::Owner(person), Authority::Owner), &accept).expect("accepted");
    }
}

/// Ada and Bea own the house in Elm Street, Ada alone the one in Oak Street; Cid owns nothing.
fn houses() -> Ledger {
    let mut ledger = Ledger { state: LedgerState::default(), now: now() };
    for (contact, name) in [(ADA, "Ada"), (BEA, "Bea"), (CID, "Cid")] {
        let details = details(name, Some(&format!("{name}@x.org")));
        ledger.give(&to(contact, ContactCommand::Create(details))).expect("created");
    }
    for (job, owners) in [(ELM, vec![ADA, BEA]), (OAK, vec![ADA])] {
        let name = JobName::parse("A house").expect("a valid name");
        let details = JobDetails { name, reference: None, site: None };
        ledger.give(&Command::Job(job, JobCommand::Create(details, owners))).expect("opened");
    }
    ledger
}

/// The same, where somebody looks through Ada's eyes on both jobs, and through Bea's on one.
fn looked_at() -> Ledger {
    let mut ledger = houses();
    for (job, id, contact) in
        [(ELM, FIRST, ADA), (OAK, SECOND, ADA), (ELM, ImpersonationId(Uuid::from_u128(3)), BEA)]
    {
        ledger.give(&start(job, id, contact)).expect("started");
    }
    ledger
}

fn no(refused: JobRejection) -> Given {
    Err(refused.into())
}

#[test]
fn a_job_without_a_contact_is_looked_at_through_nobodys_eyes() {
    // R64
    let mut ledger = houses();
    let leaves = Command::Job(OAK, JobCommand::RemoveOwner(ADA, None));
    ledger.give(&leaves).expect("removed");
    let answer = ledger.give(&start(OAK, FIRST, ADA));
    assert_eq!(answer, no(JobRejection::ImpersonationNeedsContact));
    let refusal = answer.expect_err("refused").refusal();
    assert_eq!(
        (refusal.code, refusal.rule, refusal.cause.as_str()),
        (
            "impersonation_needs_contact",
            Some("R64"),
            "The job will need a contact assigned for the ability to impersonate."
        )
    );
}

#[test]
fn only_an_owner_of_that_very_job_is_looked_through() {
    let mut ledger = houses();
    let refused = || no(JobRejection::ImpersonatedIsNoOwner);
    assert_eq!(ledger.give(&start(OAK, FIRST, BEA)), refused());
    assert_eq!(ledger.give(&start(ELM, FIRST, CID)), refused());
    // Whom nobody knows, and whom another account has, is answered in the same way.
    assert_eq!(ledger.give(&start(ELM, FIRST, ContactId(Uuid::nil()))), refused());
    let nowhere = JobId(Uuid::nil());
    assert_eq!(ledger.give(&start(nowhere, FIRST, ADA)), Err(Rejection::Unknown(nowhere.into())));
    let happened = ledger.give(&start(ELM, FIRST, BEA)).expect("started");
    assert_eq!(happened, [(ELM.into(), Event::Job(started(FIRST, BEA)))]);
}

#[test]
fn an_impersonation_lasts_for_a_quarter_of_an_hour_or_for_an_hour_at_most() {
    // promise 33
    assert_eq!(ImpersonationMinutes::new(0), None);
    assert_eq!(ImpersonationMinutes::new(61), None);
    assert_eq!(ImpersonationMinutes::new(15), Some(ImpersonationMinutes::DEFAULT));
    let mut ledger = houses();
    let hour =
        ImpersonationCommand::Start { impersonation: FIRST, contact: ADA, minutes: minutes(60) };
    let decided = decide(&Command::Impersonation(ELM, hour), &ledger.state, &admin(), now());
    let until = now().plus_minutes(60);
    assert_eq!(decided.expect("taken").outcome, Outcome::Impersonating { until });
    let happened = ledger.give(&start(ELM, FIRST, ADA)).expect("started");
    assert_eq!(happened, [(ELM.into(), Event::Job(started(FIRST, ADA)))]);
}

#[test]
fn an_impersonation_asks_for_a_reason() {
    // promise 33
    let mut ledger = houses();
    let mut silent = admin();
    silent.reason = None;
    let answer = ledger.give_as(&silent, &start(ELM, FIRST, ADA));
    assert_eq!(answer, no(JobRejection::ImpersonationReasonNeeded));
    assert_eq!(answer.expect_err("refused").refusal().code, "reason_needed");
    assert!(ledger.open(ELM).is_empty());
    ledger.give(&start(ELM, FIRST, ADA)).expect("started");
    ledger.give_as(&silent, &end(ELM, FIRST)).expect("ending asks for none");
}

#[test]
fn staff_look_through_an_owners_eyes_by_grant_and_the_product_itself_never() {
    let mut ledger = houses();
    let none = key(Role::Staff, &[Grant::ManageAccess, Grant::ReadAudit]);
    let refused = ledger.give_as(&none, &start(ELM, FIRST, ADA));
    assert!(matches!(refused, Err(Rejection::NotPermitted { .. })));
    let granted = key(Role::Staff, &[Grant::Impersonate]);
    ledger.give_as(&granted, &start(ELM, FIRST, ADA)).expect("started");
    let product = ledger.give_as(&clock(), &start(ELM, SECOND, ADA));
    assert!(matches!(product, Err(Rejection::NotPermitted { .. })));
}

#[test]
fn who_was_not_invited_yet_is_looked_through_and_whose_access_is_closed_is_not() {
    // H13
    let mut ledger = houses();
    ledger.give(&start(ELM, FIRST, ADA)).expect("not invited yet");
    ledger.activate(BEA);
    ledger.give(&start(ELM, SECOND, BEA)).expect("active");
    for close in [ContactCommand::DisableAccess, ContactCommand::DeactivateOwner] {
        ledger.give(&to(BEA, close)).expect("closed");
        let again = ledger.give(&start(ELM, ImpersonationId(Uuid::from_u128(9)), BEA));
        assert_eq!(again, no(JobRejection::ImpersonatedIsClosed));
    }
    let ids = InviteIds { invitation: InvitationId(Uuid::nil()), token: TokenId(Uuid::nil()) };
    ledger.give(&to(BEA, ContactCommand::SendInvite(ids))).expect("invited again");
    ledger.give(&start(ELM, ImpersonationId(Uuid::from_u128(9)), BEA)).expect("pending");
}

#[test]
fn an_archived_job_is_not_looked_at() {
    let mut ledger = looked_at();
    let how = ImpersonationEnding::JobArchived;
    let happened = ledger.impersonations(&Command::Job(OAK, JobCommand::Archive));
    assert_eq!(happened, [(OAK, ended(SECOND, ADA, how))]);
    let again = ImpersonationId(Uuid::from_u128(9));
    assert_eq!(ledger.give(&start(OAK, again, ADA)), no(JobRejection::Archived));
    // What has ended stays ended, there too.
    assert_eq!(ledger.give(&end(OAK, SECOND)), Ok(Vec::new()));
}

#[test]
fn an_impersonation_is_ended_once_and_its_id_is_used_once() {
    let mut ledger = looked_at();
    let happened = ledger.impersonations(&end(ELM, FIRST));
    assert_eq!(happened, [(ELM, ended(FIRST, ADA, ImpersonationEnding::ByStaff))]);
    assert_eq!(ledger.give(&end(ELM, FIRST)), Ok(Vec::new()), "twice changes nothing");
    assert_eq!(ledger.give(&start(ELM, FIRST, ADA)), no(JobRejection::PartAlreadyExists));
    assert_eq!(ledger.give(&start(OAK, SECOND, ADA)), no(JobRejection::PartAlreadyExists));
    // One of another job is none of this one's.
    assert_eq!(ledger.give(&end(ELM, SECOND)), Err(Rejection::Unknown(ELM.into())));
    assert_eq!(ledger.open(OAK), [SECOND]);
}

#[test]
fn the_clock_ends_what_is_over_and_nothing_before_its_time() {
    let mut ledger = looked_at();
    ledger.now = now().plus_minutes(14);
    let early = ledger.give_as(&clock(), &time_out(ELM, FIRST));
    assert_eq!(early, no(JobRejection::ImpersonationNotOver));
    ledger.now = now().plus_minutes(15);
    let timed_out = ended(FIRST, ADA, ImpersonationEnding::TimedOut);
    let happened = ledger.give_as(&clock(), &time_out(ELM, FIRST));
    assert_eq!(happened, Ok(vec![(ELM.into(), Event::Job(timed_out))]));
    assert_eq!(ledger.give_as(&clock(), &time_out(ELM, FIRST)), Ok(Vec::new()));
    // Whoever ends it by hand after its time has not cut it short.
    let late = ledger.impersonations(&end(OAK, SECOND));
    assert_eq!(late, [(OAK, ended(SECOND, ADA, ImpersonationEnding::TimedOut))]);
}

#[test]
fn twenty_look_at_one_job_at_once_and_those_whose_time_is_over_do_not_count() {
    let mut ledger = houses();
    let id = |n: usize| ImpersonationId(Uuid::from_u128(100 + u128::try_from(n).expect("small")));
    for n in 0..Impersonations::MAX {
        ledger.give(&start(ELM, id(n), ADA)).expect("started");
    }
    let refused = ledger.give(&start(ELM, id(99), BEA));
    assert_eq!(refused, no(JobRejection::TooManyImpersonations));
    ledger.now = now().plus_minutes(15);
    ledger.give(&start(ELM, id(99), BEA)).expect("nobody looks any more");
}

#[test]
fn closing_an_owners_access_ends_what_is_seen_through_their_eyes_on_every_job() {
    // 2.5
    for (close, how) in [
        (ContactCommand::DisableAccess, ImpersonationEnding::AccessDisabled),
        (ContactCommand::DeactivateOwner, ImpersonationEnding::OwnerDeactivated),
    ] {
        let mut ledger = looked_at();
        ledger.activate(ADA);
        let mut happened = ledger.impersonations(&to(ADA, close));
        happened.sort_by_key(|(job, _)| *job);
        assert_eq!(happened, [(OAK, ended(SECOND, ADA, how)), (ELM, ended(FIRST, ADA, how))]);
        assert_eq!(ledger.open(ELM).len(), 1, "Bea's goes on");
    }
    // What is refused ends nothing.
    let mut ledger = looked_at();
    let refused = ledger.give(&to(ADA, ContactCommand::DeactivateOwner));
    assert_eq!(refused, Err(ContactRejection::NotActive.into()));
    assert_eq!(ledger.open(OAK), [SECOND]);
}

#[test]
fn who_leaves_the_job_is_looked_through_no_more() {
    // R64, H12
    let how = ImpersonationEnding::OwnerRemoved;
    let both = [(ELM, ended(FIRST, ADA, how)), (OAK, ended(SECOND, ADA, how))];
    let remove = Command::Job(ELM, JobCommand::RemoveOwner(ADA, None));
    assert_eq!(looked_at().impersonations(&remove), both[..1]);
    let bulk = Command::ChangeOwners {
        bulk: BulkId(Uuid::nil()),
        jobs: vec![ELM, OAK],
        contacts: vec![ADA],
        mode: OwnerChangeMode::Remove,
    };
    assert_eq!(looked_at().impersonations(&bulk), both);
    let mut happened =
        looked_at().impersonations(&to(ADA, ContactCommand::Delete { confirmed: true }));
    happened.sort_by_key(|(job, _)| std::cmp::Reverse(*job));
    assert_eq!(happened, both);
}

#[test]
fn a_merge_ends_what_is_seen_as_the_absorbed_and_its_undoing_what_is_seen_as_the_survivor() {
    // H2
    let how = ImpersonationEnding::OwnerReplaced;
    let mut ledger = looked_at();
    let picks = MergePicks::default();
    let merge = Command::MergeContacts { merge: MERGE, survivor: CID, absorbed: vec![ADA], picks };
    let mut happened = ledger.impersonations(&merge);
    happened.sort_by_key(|(job, _)| std::cmp::Reverse(*job));
    assert_eq!(happened, [(ELM, ended(FIRST, ADA, how)), (OAK, ended(SECOND, ADA, how))]);
    let refused = ledger.give(&start(OAK, ImpersonationId(Uuid::from_u128(8)), ADA));
    assert_eq!(refused, no(JobRejection::ImpersonatedIsNoOwner));
    let again = ImpersonationId(Uuid::from_u128(9));
    ledger.give(&start(OAK, again, CID)).expect("the survivor owns it now");
    let happened = ledger.impersonations(&Command::UnmergeContact(ADA));
    assert_eq!(happened, [(OAK, ended(again, CID, how))]);
}

#[test]
fn an_owner_who_loses_the_email_to_an_imported_one_is_looked_through_no_more() {
    // R34
    let mut ledger = houses();
    let day = |typed: &str| Timestamp::parse(typed).ok();
    let owner = |contact: ContactId, last_login_at, jobs| LegacyOwner {
        contact,
        reference: Reference::parse(&format!("OWN-{contact}")).expect("a reference"),
        details: details("Dee", Some("dee@x.org")),
        person: Some(PersonId(contact.0)),
        activity: Activity { activated_at: None, last_login_at },
        jobs,
    };
    let dee = ContactId(Uuid::from_u128(0xdee));
    let earlier = owner(dee, day("2023-05-01T00:00:00Z"), vec![OAK]);
    ledger.give(&Command::ImportOwners(vec![earlier])).expect("imported");
    ledger.give(&start(OAK, FIRST, dee)).expect("started");
    ledger.state.learn_claim(&EmailAddress::parse("dee@x.org").expect("valid"), Some(dee));
    let later = owner(ContactId(Uuid::from_u128(0xdef)), day("2024-05-01T00:00:00Z"), Vec::new());
    let happened = ledger.impersonations(&Command::ImportOwners(vec![later]));
    assert_eq!(happened, [(OAK, ended(FIRST, dee, ImpersonationEnding::OwnerDeactivated))]);
}

#[test]
fn an_impersonation_that_cannot_follow_is_told() {
    let ledger = looked_at();
    let job = &ledger.state.job(ELM).expect("known").expect("there").state;
    let unknown = ImpersonationId(Uuid::from_u128(9));
    for event in [
        started(FIRST, ADA),
        ended(FIRST, BEA, ImpersonationEnding::ByStaff),
        ended(unknown, ADA, ImpersonationEnding::ByStaff),
    ] {
        let mut job = job.clone();
        let step = job.apply(&event).expect_err("cannot follow");
        assert_eq!(step.event, event.stored_type());
    }
}

#[test]
fn an_event_of_an_impersonation_says_through_whose_eyes() {
    let event = Event::Job(started(FIRST, ADA));
    assert_eq!(event.acting_as(), Some(ADA));
    let event = ended(FIRST, ADA, ImpersonationEnding::ByStaff);
    assert_eq!((event.contact(), event.owner_change()), (Some(ADA), (None, None)));
    assert_eq!(Event::Job(event).acting_as(), Some(ADA));
}
