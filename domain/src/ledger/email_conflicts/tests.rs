//! Owners who want an email that another contact has, over a whole ledger: what is reported, what ends it, and
//! what one click does (R4, R32, R63, H2 to H4).

use super::super::given::{builder, by, email, now};
use crate::actor::{Actor, Authority, Circumstances};
use crate::contact::{
    AcceptProof, ClaimChange, ConflictEnding, ContactEvent, ContactRejection as No,
    EmailConflictClosed, EmailConflictReported, MergePicks,
};
use crate::event::Event;
use crate::ids::{InvitationId, PersonId, PortalLinkId, TaskId, TokenId};
use crate::job::portal_link::{NewPortalLink, PortalLinkCommand};
use crate::job::{
    Assignee, JobDetails, JobEvent, JobRejection, OwnerReplacedOnJob, Phase, TaskDetails, TaskKind,
};
use crate::ledger::*;
use crate::text::{JobName, Label, PersonName, Title};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An active owner.
const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
/// Who is invited with the email that Ada wants.
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const NOBODY: ContactId = ContactId(Uuid::from_u128(0x0));
const ELM: JobId = JobId(Uuid::from_u128(0xe1));
const OAK: JobId = JobId(Uuid::from_u128(0x0a));
const ASH: JobId = JobId(Uuid::from_u128(0xa5));
const TILES: TaskId = TaskId(Uuid::from_u128(0x71));

const WANTED: &str = "ada@work.example";

fn person(of: ContactId) -> PersonId {
    PersonId(Uuid::from_u128(of.0.as_u128() << 8))
}

fn owner(of: ContactId) -> Circumstances {
    by(Actor::Owner(person(of)), Authority::Owner)
}

/// A ledger from its first event on: what it has not recorded has not happened.
#[derive(Default)]
struct Ledger {
    state: LedgerState,
    claims: BTreeMap<String, ContactId>,
}

type Given = Result<Decision, Rejection>;

impl Ledger {
    fn give_as(&mut self, who: &Circumstances, command: &Command) -> Given {
        loop {
            match decide(command, &self.state, who, now()) {
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Need(Need::Aggregate(id))) => self.state.learn_absent(id),
                Err(Halt::Need(Need::Claim(email))) => {
                    let holder = self.claims.get(email.normal()).copied();
                    self.state.learn_claim(&email, holder);
                }
                Err(Halt::Need(need)) => panic!("{need:?} is known from the first event on"),
                Ok(decision) => {
                    for (id, event) in &decision.events {
                        self.record(*id, event);
                    }
                    return Ok(decision);
                }
            }
        }
    }

    fn record(&mut self, id: AggregateId, event: &Event) {
        let sequence = self.state.version(id) + 1;
        self.state.record(id, sequence, event).expect("the event follows");
        if let (AggregateId::Contact(contact), Event::Contact(event)) = (id, event) {
            match event.claim() {
                Some((email, ClaimChange::Taken)) => {
                    let email = email.value().expect("known").normal().to_owned();
                    self.claims.insert(email, contact);
                }
                Some((email, ClaimChange::Released)) => {
                    self.claims.remove(email.value().expect("known").normal());
                }
                None => {}
            }
        }
    }

    fn give(&mut self, command: &Command) -> Given {
        self.give_as(&builder(), command)
    }

    fn to(&mut self, contact: ContactId, command: ContactCommand) -> Given {
        self.give(&Command::Contact(contact, command))
    }

    fn contact(&mut self, id: ContactId, name: &str, primary: &str) {
        let details = ContactDetails {
            name: PersonName::parse(name).expect("a name"),
            title: None,
            primary_email: Some(email(primary)),
            additional_emails: Vec::new(),
            phones: Vec::new(),
            address: None,
        };
        self.to(id, ContactCommand::Create(details)).expect("created");
    }

    fn invite(&mut self, contact: ContactId) -> TokenId {
        let token = TokenId(Uuid::from_u128(contact.0.as_u128() + 1));
        let ids = InviteIds { invitation: InvitationId(token.0), token };
        self.to(contact, ContactCommand::SendInvite(ids)).expect("invited");
        token
    }

    fn activate(&mut self, contact: ContactId) {
        let token = self.invite(contact);
        self.accept(contact, token);
    }

    fn accept(&mut self, contact: ContactId, token: TokenId) {
        let (person, proof) = (person(contact), AcceptProof::Link);
        let accept = ContactCommand::AcceptInvite { token, person, proof };
        self.give_as(&owner(contact), &Command::Contact(contact, accept)).expect("accepted");
    }

    fn job(&mut self, job: JobId, owners: &[ContactId]) {
        let name = JobName::parse("A house").expect("a valid name");
        let details = JobDetails { name, reference: None, site: None };
        self.give(&Command::Job(job, JobCommand::Create(details, owners.to_vec())))
            .expect("opened");
    }

    fn report(&mut self, contact: ContactId, wanted: &str) -> Given {
        let report = EmailConflictCommand::Report { owner: contact, wanted: email(wanted) };
        self.give_as(&owner(contact), &Command::EmailConflict(report))
    }

    fn replace(&mut self, jobs: &[JobId]) -> Given {
        let jobs = jobs.to_vec();
        let replace = EmailConflictCommand::Replace { holder: BEA, owner: ADA, jobs };
        self.give(&Command::EmailConflict(replace))
    }

    fn set_aside(&mut self) -> Given {
        let aside = EmailConflictCommand::SetAside { holder: BEA, owner: ADA };
        self.give(&Command::EmailConflict(aside))
    }

    /// Who waits for Bea's email.
    fn waiting(&self) -> Vec<ContactId> {
        let bea = self.state.contact(BEA).expect("known").expect("there");
        bea.state.conflicts.keys().copied().collect()
    }

    fn owners(&self, job: JobId) -> Vec<ContactId> {
        let job = self.state.job(job).expect("known").expect("there");
        job.state.owners.iter().copied().collect()
    }
}

#[track_caller]
fn refused(given: Given, why: impl Into<Rejection>) {
    assert_eq!(given.map(|decision| decision.events), Err(why.into()));
}

fn of_bea(event: impl Into<ContactEvent>) -> (AggregateId, Event) {
    (BEA.into(), Event::Contact(event.into()))
}

/// Ada is active and on two jobs; Bea is invited with the email that Ada wants.
fn houses() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.contact(ADA, "Ada", "ada@x.org");
    ledger.contact(BEA, "Bea", WANTED);
    ledger.job(ELM, &[ADA]);
    ledger.job(OAK, &[ADA, BEA]);
    ledger.activate(ADA);
    ledger.invite(BEA);
    ledger
}

fn wanted() -> Ledger {
    let mut ledger = houses();
    ledger.report(ADA, WANTED).expect("reported");
    ledger
}

#[test]
fn that_an_owner_wants_an_email_is_reported_once_with_the_contact_that_has_it() {
    // R32, H4
    let mut ledger = houses();
    let reported = ledger.report(ADA, WANTED).expect("reported").events;
    assert_eq!(reported, [of_bea(EmailConflictReported { owner: ADA, person: person(ADA) })]);
    let payload = reported[0].1.payload().expect("serialises");
    assert!(!payload.contains("work.example"), "the address is not kept: {payload}");
    let again = ledger.report(ADA, WANTED).expect("is so already");
    assert_eq!((again.events, again.outcome), (Vec::new(), Outcome::Unchanged));
    assert_eq!(ledger.waiting(), [ADA]);
}

#[test]
fn an_email_that_nobody_else_has_is_nothing_to_report() {
    let mut ledger = houses();
    for free in ["ada@x.org", "nobody@x.org"] {
        let decision = ledger.report(ADA, free).expect("nothing to tell");
        assert_eq!((decision.events, decision.outcome), (Vec::new(), Outcome::Unchanged), "{free}");
    }
}

#[test]
fn only_the_owner_of_a_contact_reports_for_it() {
    let mut ledger = houses();
    let report = EmailConflictCommand::Report { owner: ADA, wanted: email(WANTED) };
    let report = Command::EmailConflict(report);
    for who in [owner(BEA), builder()] {
        refused(ledger.give_as(&who, &report), No::NotTheOwner);
    }
    ledger.to(ADA, ContactCommand::DeactivateOwner).expect("deactivated");
    refused(ledger.give_as(&owner(ADA), &report), No::NotTheOwner);
    // A disabled contact is still the owner's (G3): the move that began before goes on.
    let mut ledger = houses();
    ledger.to(ADA, ContactCommand::DisableAccess).expect("disabled");
    ledger.give_as(&owner(ADA), &report).expect("reported");
}

#[test]
fn no_more_than_ten_owners_wait_for_one_email() {
    let mut ledger = houses();
    for number in 1..=11_u128 {
        let another = ContactId(Uuid::from_u128(0x1000 * number));
        ledger.contact(another, "Another", &format!("another{number}@x.org"));
        ledger.activate(another);
        ledger.report(another, WANTED).expect("reported, or not");
    }
    assert_eq!(ledger.waiting().len(), 10);
}

#[test]
fn it_ends_with_the_claim_however_that_ends() {
    // H4: closes by itself when the address is free
    let ends: [fn(&mut Ledger); 4] = [
        |ledger| drop(ledger.to(BEA, ContactCommand::CancelInvite).expect("cancelled")),
        |ledger| {
            let delete = ContactCommand::Delete { confirmed: true };
            drop(ledger.to(BEA, delete).expect("deleted"));
        },
        |ledger| {
            let token = TokenId(Uuid::from_u128(7));
            let ids = InviteIds { invitation: InvitationId(token.0), token };
            let redirect = ContactCommand::RedirectInvite { to: email("bea@x.org"), ids };
            drop(ledger.to(BEA, redirect).expect("redirected"));
        },
        |ledger| {
            let (merge, survivor, absorbed) = (MergeId(Uuid::nil()), ADA, vec![BEA]);
            let picks = MergePicks::default();
            let merge = Command::MergeContacts { merge, survivor, absorbed, picks };
            drop(ledger.give(&merge).expect("merged"));
        },
    ];
    for (which, end) in ends.into_iter().enumerate() {
        let mut ledger = wanted();
        end(&mut ledger);
        assert_eq!(ledger.waiting(), [], "end {which}");
        refused_as_over(&mut ledger, which);
    }
}

fn refused_as_over(ledger: &mut Ledger, which: usize) {
    let answer = ledger.replace(&[]).map(|decision| decision.events);
    let gone = [No::EmailConflictOver, No::IsDeleted, No::IsMerged { into: ADA }];
    let gone = gone.map(|no| Err(Rejection::from(no)));
    assert!(gone.contains(&answer), "end {which}: {answer:?}");
}

#[test]
fn it_stays_while_the_claim_does() {
    let mut ledger = wanted();
    let token = TokenId(Uuid::from_u128(BEA.0.as_u128() + 1));
    ledger.accept(BEA, token);
    assert_eq!(ledger.waiting(), [ADA], "also when the other one becomes an owner");
}

#[test]
fn one_click_puts_the_other_contact_in_the_owners_place_on_every_open_job() {
    // R32, H4, R4
    let mut ledger = wanted();
    ledger.job(ASH, &[ADA]);
    ledger.give(&Command::Job(ASH, JobCommand::Archive)).expect("archived");
    let decision = ledger.replace(&[]).expect("replaced");
    let replaced = |job: JobId| {
        let replaced = OwnerReplacedOnJob { from: ADA, to: BEA, merge: None };
        (AggregateId::from(job), Event::Job(replaced.into()))
    };
    let how = ConflictEnding::Replaced;
    let closed = of_bea(EmailConflictClosed { owner: ADA, how });
    // In the order of their ids, and nobody is invited.
    assert_eq!(decision.events, [replaced(OAK), replaced(ELM), closed]);
    assert_eq!((ledger.owners(ELM), ledger.owners(OAK)), (vec![BEA], vec![BEA]));
    assert_eq!(ledger.owners(ASH), [ADA], "what was put away stays");
    let Outcome::Owners(outcomes) = decision.outcome else { panic!("{:?}", decision.outcome) };
    let of = |job, contact| outcomes.iter().find(|o| (o.job, o.contact) == (job, contact));
    assert_eq!(of(ELM, BEA).expect("told").result, OwnerResult::Added);
    assert_eq!(of(OAK, BEA).expect("told").result, OwnerResult::AlreadyThere);
    assert_eq!(of(OAK, ADA).expect("told").result, OwnerResult::Removed);
    assert_eq!(ledger.waiting(), []);
    refused(ledger.replace(&[]), No::EmailConflictOver);
}

#[test]
fn on_some_jobs_the_others_go_on_waiting() {
    let mut ledger = wanted();
    ledger.replace(&[ELM, ELM]).expect("replaced");
    assert_eq!((ledger.owners(ELM), ledger.owners(OAK)), (vec![BEA], vec![ADA, BEA]));
    assert_eq!(ledger.waiting(), [ADA]);
    // On a job where the owner is not there is nothing to do.
    refused(ledger.replace(&[ELM]), No::OwnerOnNoOpenJob);
    ledger.replace(&[ELM, OAK]).expect("replaced");
    assert_eq!((ledger.owners(OAK), ledger.waiting()), (vec![BEA], Vec::new()));
}

#[test]
fn what_cannot_be_replaced_is_refused_and_changes_nothing() {
    let mut ledger = wanted();
    refused(ledger.replace(&[ASH]), Rejection::Unknown(ASH.into()));
    ledger.give(&Command::Job(ELM, JobCommand::Archive)).expect("archived");
    refused(ledger.replace(&[ELM]), JobRejection::Archived);
    ledger.give(&Command::Job(OAK, JobCommand::Archive)).expect("archived");
    refused(ledger.replace(&[]), No::OwnerOnNoOpenJob);
    let strangers = EmailConflictCommand::Replace { holder: NOBODY, owner: ADA, jobs: Vec::new() };
    refused(ledger.give(&Command::EmailConflict(strangers)), Rejection::Unknown(NOBODY.into()));
    assert_eq!((ledger.owners(ELM), ledger.waiting()), (vec![ADA], vec![ADA]));
    // Who wants nobody's email is not replaced by this.
    refused(houses().replace(&[]), No::EmailConflictOver);
}

#[test]
fn tasks_go_along_and_the_jobs_links_are_marked() {
    // R63 is about To-Dos and messages, which are no tasks; 2.5
    let mut ledger = wanted();
    let details = TaskDetails {
        title: Title::parse("Choose tiles").expect("a title"),
        kind: TaskKind::Selection,
        phase: Phase::Planning,
        assignee: Some(Assignee::Owner(ADA)),
        due: None,
    };
    ledger.give(&Command::Job(ELM, JobCommand::AddTask(TILES, details))).expect("added");
    for (number, contact) in [(1, None), (2, Some(ADA))] {
        let (link, token) =
            (PortalLinkId(Uuid::from_u128(number)), TokenId(Uuid::from_u128(number)));
        let name = Label::parse("A link").expect("a name");
        let link = NewPortalLink { link, token, name, contact, expires_at: None, mail_to: None };
        let issue = Command::PortalLink(ELM, PortalLinkCommand::Issue(link));
        ledger.give(&issue).expect("issued");
    }
    ledger.replace(&[ELM]).expect("replaced");
    let job = &ledger.state.job(ELM).expect("known").expect("there").state;
    let task = job.task(TILES).expect("there");
    assert_eq!(task.details.assignee, Some(Assignee::Owner(BEA)));
    let links: Vec<_> = job.portal_links.0.iter().map(|l| (l.ended, l.asks_for_rotation)).collect();
    assert_eq!(
        links,
        [(false, true), (true, false)],
        "hers is dead, the job's had better be rotated"
    );
}

#[test]
fn what_is_set_aside_is_told_again_when_the_owner_asks_again() {
    let mut ledger = wanted();
    let aside = ledger.set_aside().expect("set aside").events;
    let how = ConflictEnding::SetAside;
    assert_eq!(aside, [of_bea(EmailConflictClosed { owner: ADA, how })]);
    assert_eq!(ledger.set_aside().expect("is so already").outcome, Outcome::Unchanged);
    refused(ledger.replace(&[]), No::EmailConflictOver);
    ledger.report(ADA, WANTED).expect("reported");
    assert_eq!(ledger.waiting(), [ADA]);
    for (holder, owner) in [(NOBODY, ADA), (BEA, NOBODY)] {
        let aside = EmailConflictCommand::SetAside { holder, owner };
        refused(ledger.give(&Command::EmailConflict(aside)), Rejection::Unknown(NOBODY.into()));
    }
}

#[test]
fn an_owner_who_was_replaced_without_a_merge_is_written_without_one() {
    let with = r#"{"from":"00000000-0000-0000-0000-000000000ada","to":"00000000-0000-0000-0000-000000000bea","merge":"00000000-0000-0000-0000-000000000001"}"#;
    let replaced = OwnerReplacedOnJob { from: ADA, to: BEA, merge: None };
    let without = Event::Job(JobEvent::from(replaced)).payload().expect("serialises");
    assert!(!without.contains("merge"), "{without}");
    for (json, merge) in [(with, Some(MergeId(Uuid::from_u128(1)))), (&*without, None)] {
        let read: OwnerReplacedOnJob = serde_json::from_str(json).expect("reads back");
        assert_eq!(read, OwnerReplacedOnJob { from: ADA, to: BEA, merge });
    }
}

#[test]
fn a_conflict_that_cannot_follow_is_said() {
    let bea = houses().state.contact(BEA).expect("known").expect("there").state.clone();
    let reported =
        |owner| ContactEvent::from(EmailConflictReported { owner, person: person(owner) });
    let how = ConflictEnding::SetAside;
    let closed = ContactEvent::from(EmailConflictClosed { owner: ADA, how });
    let mut unclaimed = bea.clone();
    unclaimed.claimed = false;
    let mut told = bea.clone();
    told.apply(&reported(ADA)).expect("follows");
    let cases = [
        (&unclaimed, reported(ADA)),
        (&bea, reported(BEA)),
        (&told, reported(ADA)),
        (&bea, closed),
    ];
    for (contact, event) in cases {
        let mut after = contact.clone();
        after.apply(&event).expect_err("cannot follow");
        assert_eq!(&after, contact);
    }
}
