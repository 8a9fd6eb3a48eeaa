//! Who sees and does what between the builder and the owners of a job, over a whole ledger (R61 to R63,
//! H2, H6), and who is told of it (R21, H15).

use super::super::given::{by, email, now};
use crate::actor::{Actor, Authority, Circumstances, Role};
use crate::contact::{
    AcceptProof, ContactCommand, ContactDetails, InfoEdit, InviteIds, MergePicks,
};
use crate::event::Event;
use crate::ids::{ApiKeyId, InvitationId, MergeId, OwnerItemId, PersonId, TaskId, TokenId};
use crate::job::{
    Assignee, JobCommand, JobDetails, JobRejection, Phase, TaskDetails, TaskEdit, TaskKind,
};
use crate::ledger::*;
use crate::notification::{MailKind, NotificationEvent};
use crate::owner_item::{
    Author, Link, OwnerItemCommand, OwnerItemEvent, OwnerItemRejection, TodoChange, TodoDetails,
};
use crate::rejection::Rejection;
use crate::text::{JobName, MessageText, PersonName, Title};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const CID: ContactId = ContactId(Uuid::from_u128(0xc1d));
const ELM: JobId = JobId(Uuid::from_u128(0xe1));
const OAK: JobId = JobId(Uuid::from_u128(0x0a));
const TASK: TaskId = TaskId(Uuid::from_u128(0x7a));
/// Who logs in: the persons of Ada and Bea, and somebody who is linked to Ada's contact after her.
const P_ADA: PersonId = PersonId(Uuid::from_u128(1));
const P_BEA: PersonId = PersonId(Uuid::from_u128(2));
const P_NEW: PersonId = PersonId(Uuid::from_u128(3));

fn builder() -> Circumstances {
    let authority = Authority::Builder { role: Role::Admin, grants: BTreeSet::new() };
    by(Actor::BuilderStaff(ApiKeyId(Uuid::nil())), authority)
}

fn owner(person: PersonId) -> Circumstances {
    by(Actor::Owner(person), Authority::Owner)
}

/// A whole ledger, and ids for what is made.
#[derive(Default)]
struct Ledger {
    state: LedgerState,
    claims: BTreeMap<String, ContactId>,
    made: u128,
}

impl Ledger {
    fn give(&mut self, who: &Circumstances, command: &Command) -> Result<Vec<Event>, Rejection> {
        loop {
            match decide(command, &self.state, who, now()) {
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Need(Need::Aggregate(id))) => self.state.learn_absent(id),
                Err(Halt::Need(Need::Contacts(ids))) => {
                    panic!("contacts that a job names are there: {ids:?}")
                }
                Err(Halt::Need(Need::Claim(email))) => {
                    let holder = self.claims.get(email.normal()).copied();
                    self.state.learn_claim(&email, holder);
                }
                Err(Halt::Need(Need::Jobs(contact))) => {
                    self.state.learn_jobs(contact, BTreeSet::from([ELM]));
                }
                Err(Halt::Need(Need::CustomerContacts(customer))) => {
                    panic!("nobody belongs to customer {customer}")
                }
                Err(Halt::Need(Need::Leads(contact))) => {
                    self.state.learn_leads(contact, BTreeSet::new());
                }
                Ok(decision) => {
                    for (id, event) in &decision.events {
                        let sequence = self.state.version(*id) + 1;
                        self.state.record(*id, sequence, event).expect("follows");
                    }
                    return Ok(decision.events.into_iter().map(|(_, event)| event).collect());
                }
            }
        }
    }

    fn build(&mut self, command: &Command) -> Vec<Event> {
        self.give(&builder(), command).expect("the builder may")
    }

    fn contact(&mut self, id: ContactId, addresses: &[&str]) {
        let mut addresses = addresses.iter().map(|typed| email(typed));
        let details = ContactDetails {
            name: PersonName::parse("Somebody").expect("a name"),
            title: None,
            primary_email: addresses.next(),
            additional_emails: addresses.collect(),
            phones: Vec::new(),
            address: None,
        };
        self.build(&Command::Contact(id, ContactCommand::Create(details)));
    }

    /// The contact is invited, and this person accepts.
    fn links(&mut self, contact: ContactId, person: PersonId) {
        self.made += 1;
        let token = TokenId(Uuid::from_u128(self.made));
        let ids = InviteIds { invitation: InvitationId(token.0), token };
        self.build(&Command::Contact(contact, ContactCommand::SendInvite(ids)));
        let proof = AcceptProof::LinkAndLogin;
        let accept = ContactCommand::AcceptInvite { token, person, proof };
        self.give(&owner(person), &Command::Contact(contact, accept)).expect("accepted");
    }

    fn of_contact(&mut self, contact: ContactId, command: ContactCommand) {
        self.build(&Command::Contact(contact, command));
    }

    fn readdress(&mut self, contact: ContactId, to: &str) {
        let edit = InfoEdit { primary_email: Some(email(to)), ..InfoEdit::default() };
        self.of_contact(contact, ContactCommand::EditInfo(edit));
    }

    fn new_item(&mut self) -> OwnerItemId {
        self.made += 1;
        OwnerItemId(Uuid::from_u128(0x17e3_0000 + self.made))
    }

    /// A To-Do of the builder's for this contact.
    fn todo(&mut self, contact: ContactId) -> OwnerItemId {
        let (item, job) = (self.new_item(), ELM);
        let title = Title::parse("Bring the keys").expect("a title");
        let details = TodoDetails { title, due: None };
        let add = OwnerItemCommand::AddTodo { item, job, contact, details };
        self.build(&Command::OwnerItem(add));
        item
    }

    fn write(
        &mut self,
        who: &Circumstances,
        job: JobId,
        contact: ContactId,
    ) -> Result<Vec<Event>, Rejection> {
        let text = MessageText::parse("Good morning.").expect("a text");
        let item = self.new_item();
        let send = OwnerItemCommand::SendMessage { item, job, contact, text };
        self.give(who, &Command::OwnerItem(send))
    }

    fn change(
        &mut self,
        who: &Circumstances,
        item: OwnerItemId,
        change: TodoChange,
    ) -> Result<usize, Rejection> {
        let change = OwnerItemCommand::ChangeTodo { item, job: ELM, change };
        self.give(who, &Command::OwnerItem(change)).map(|events| events.len())
    }

    /// Whether this person may do it, which is whether it is theirs to see.
    fn is_theirs(&mut self, person: PersonId, item: OwnerItemId) -> bool {
        let done = self.change(&owner(person), item, TodoChange::Complete).map_err(same);
        if done.is_ok() {
            self.change(&owner(person), item, TodoChange::Reopen).expect("theirs");
        } else {
            assert_eq!(done, unknown());
        }
        done.is_ok()
    }
}

fn unknown<T>() -> Result<T, Rejection> {
    Err(Rejection::Unknown(AggregateId::Installation))
}

/// Whatever it is that is unknown: the answer is the same.
fn same(rejection: Rejection) -> Rejection {
    if matches!(rejection, Rejection::Unknown(_)) {
        return Rejection::Unknown(AggregateId::Installation);
    }
    rejection
}

/// Two owners of one house, both with a login, and an open contact without one.
fn house() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.contact(ADA, &["ada@x.org", "both@x.org"]);
    ledger.contact(BEA, &["bea@x.org", "both@x.org"]);
    ledger.contact(CID, &["cid@x.org"]);
    let name = JobName::parse("A house").expect("a name");
    let details = JobDetails { name, reference: None, site: None };
    ledger.build(&Command::Job(ELM, JobCommand::Create(details.clone(), vec![ADA, BEA, CID])));
    ledger.build(&Command::Job(OAK, JobCommand::Create(details, vec![BEA])));
    ledger.links(ADA, P_ADA);
    ledger.links(BEA, P_BEA);
    ledger
}

fn task(kind: TaskKind, assignee: Option<Assignee>) -> TaskDetails {
    let title = Title::parse("Choose the tiles").expect("a title");
    TaskDetails { title, kind, phase: Phase::Planning, assignee, due: None }
}

/// Whom the events tell by mail, and at which addresses.
fn told(events: &[Event]) -> Vec<(MailKind, String)> {
    let mail = |event: &Event| {
        let Event::Notification(NotificationEvent::NotificationQueued(mail)) = event else {
            return None;
        };
        Some((mail.kind, mail.to.value().expect("known").typed().to_owned()))
    };
    events.iter().filter_map(mail).collect()
}

#[test]
fn a_to_do_is_its_owners_and_no_co_owners() {
    // R63
    let mut ledger = house();
    let item = ledger.todo(ADA);
    assert!(ledger.is_theirs(P_ADA, item));
    assert!(!ledger.is_theirs(P_BEA, item), "a co-owner");
    assert!(!ledger.is_theirs(P_NEW, item), "a stranger");
    assert_eq!(ledger.change(&builder(), item, TodoChange::Complete), Ok(1));
    // Under another job it is not there, for nobody.
    let elsewhere = OwnerItemCommand::ChangeTodo { item, job: OAK, change: TodoChange::Remove };
    let answer = ledger.give(&builder(), &Command::OwnerItem(elsewhere)).map_err(same);
    assert_eq!(answer, unknown());
}

#[test]
fn an_owner_writes_as_themselves_and_about_their_own_jobs_alone() {
    // R63
    let mut ledger = house();
    let sent = ledger.write(&owner(P_ADA), ELM, ADA).expect("her own job");
    let [Event::OwnerItem(OwnerItemEvent::MessageSent(sent))] = &sent[..] else {
        panic!("a message and no mail: {sent:?}")
    };
    assert_eq!((sent.author, sent.contact, sent.link), (Author::Owner, ADA, Link(1)));
    for (job, contact) in [(ELM, BEA), (OAK, ADA), (OAK, BEA), (ELM, CID)] {
        let answer = ledger.write(&owner(P_ADA), job, contact).map_err(same);
        assert_eq!(answer, unknown(), "{job} {contact}");
    }
    let nowhere = JobId(Uuid::nil());
    assert_eq!(ledger.write(&owner(P_ADA), nowhere, ADA).map_err(same), unknown());
}

#[test]
fn who_is_no_owner_any_more_or_has_no_access_now_does_nothing() {
    let mut ledger = house();
    let item = ledger.todo(ADA);
    ledger.build(&Command::Job(ELM, JobCommand::RemoveOwner(ADA, None)));
    assert!(!ledger.is_theirs(P_ADA, item));
    assert_eq!(ledger.write(&owner(P_ADA), ELM, ADA).map_err(same), unknown());
    ledger.build(&Command::Job(ELM, JobCommand::AddOwner(ADA, None)));
    assert!(ledger.is_theirs(P_ADA, item), "it waited for her");
    ledger.of_contact(ADA, ContactCommand::DisableAccess);
    assert!(!ledger.is_theirs(P_ADA, item));
    assert_eq!(ledger.write(&owner(P_ADA), ELM, ADA).map_err(same), unknown());
    ledger.of_contact(ADA, ContactCommand::EnableAccess);
    assert!(ledger.is_theirs(P_ADA, item));
}

#[test]
fn the_builder_writes_to_owners_of_the_job_and_to_nobody_else() {
    let mut ledger = house();
    let not_an_owner = || Err(OwnerItemRejection::NotAnOwner.into());
    assert_eq!(ledger.write(&builder(), OAK, ADA), not_an_owner());
    let nobody = ContactId(Uuid::nil());
    assert_eq!(ledger.write(&builder(), ELM, nobody).map_err(same), unknown());
    ledger.build(&Command::Job(ELM, JobCommand::Archive));
    let archived = || Err(JobRejection::Archived.into());
    assert_eq!(ledger.write(&builder(), ELM, ADA), archived());
    assert_eq!(ledger.write(&owner(P_ADA), ELM, ADA), archived());
}

#[test]
fn an_archived_jobs_to_dos_stay_as_they_are() {
    let mut ledger = house();
    let item = ledger.todo(ADA);
    ledger.build(&Command::Job(ELM, JobCommand::Archive));
    for who in [builder(), owner(P_ADA)] {
        let answer = ledger.change(&who, item, TodoChange::Complete);
        assert_eq!(answer, Err(JobRejection::Archived.into()));
    }
}

#[test]
fn a_new_person_behind_a_changed_address_sees_nothing_of_the_old_ones() {
    // H6
    let mut ledger = house();
    let hers = ledger.todo(ADA);
    ledger.of_contact(ADA, ContactCommand::DeactivateOwner);
    let still_hers = ledger.todo(ADA);
    ledger.readdress(ADA, "new@x.org");
    let for_the_next = ledger.todo(ADA);
    ledger.links(ADA, P_NEW);
    let since = ledger.todo(ADA);
    let all = [hers, still_hers, for_the_next, since];
    let theirs = |ledger: &mut Ledger, person| all.map(|item| ledger.is_theirs(person, item));
    assert_eq!(theirs(&mut ledger, P_NEW), [false, false, true, true]);
    assert_eq!(theirs(&mut ledger, P_ADA), [false; 4], "she has no access");
    // She comes back: what was hers is hers, and nothing of the one between.
    ledger.of_contact(ADA, ContactCommand::DeactivateOwner);
    ledger.readdress(ADA, "ada@x.org");
    ledger.links(ADA, P_ADA);
    assert_eq!(theirs(&mut ledger, P_ADA), [true, true, false, false]);
    assert_eq!(theirs(&mut ledger, P_NEW), [false; 4]);
}

#[test]
fn what_waits_before_anybody_has_accepted_is_for_the_first_who_does() {
    // R2, H6
    let mut ledger = house();
    let waits = ledger.todo(CID);
    ledger.links(CID, P_NEW);
    assert!(ledger.is_theirs(P_NEW, waits));
    ledger.of_contact(CID, ContactCommand::DeactivateOwner);
    ledger.readdress(CID, "other@x.org");
    ledger.links(CID, PersonId(Uuid::from_u128(9)));
    assert!(!ledger.is_theirs(PersonId(Uuid::from_u128(9)), waits));
}

#[test]
fn a_merge_gives_nobody_what_was_the_absorbed_contacts_and_an_unmerge_gives_it_back() {
    // H2, R63
    let mut ledger = house();
    let absorbed = ledger.todo(CID);
    ledger.build(&Command::MergeContacts {
        merge: MergeId(Uuid::from_u128(7)),
        survivor: ADA,
        absorbed: vec![CID],
        picks: MergePicks::default(),
    });
    assert!(!ledger.is_theirs(P_ADA, absorbed), "the survivor's person");
    assert_eq!(ledger.change(&builder(), absorbed, TodoChange::Complete), Ok(1), "the builder");
    ledger.build(&Command::UnmergeContact(CID));
    ledger.links(CID, P_NEW);
    assert!(ledger.is_theirs(P_NEW, absorbed));
    assert!(!ledger.is_theirs(P_ADA, absorbed));
}

#[test]
fn an_owner_does_their_own_tasks_and_settles_what_waits_for_any_owner() {
    // R62, R93
    let mine = |contact| Some(Assignee::Owner(contact));
    let staff = Some(Assignee::Staff(crate::text::Label::parse("Kim").expect("a label")));
    for (kind, assignee, by_ada, by_bea) in [
        (TaskKind::Task, mine(ADA), true, false),
        (TaskKind::Approval, mine(ADA), true, true),
        (TaskKind::Selection, mine(ADA), true, true),
        (TaskKind::Approval, mine(CID), true, true),
        (TaskKind::Approval, staff, false, false),
        (TaskKind::Approval, None, false, false),
    ] {
        for (person, contact, may) in [(P_ADA, ADA, by_ada), (P_BEA, BEA, by_bea)] {
            let mut ledger = house();
            let details = task(kind, assignee.clone());
            ledger.build(&Command::Job(ELM, JobCommand::AddTask(TASK, details)));
            let complete = Command::CompleteForOwner { job: ELM, contact, task: TASK };
            let happened = ledger.give(&owner(person), &complete).map_err(same);
            let happened = happened.map(|events| events[0].stored_type());
            let expected = if may { Ok("job.task_completed") } else { unknown() };
            assert_eq!(happened, expected, "{kind:?} {assignee:?} by {contact}");
            // Nobody does it as somebody else, and not about another job.
            let other = if contact == ADA { BEA } else { ADA };
            let as_other = Command::CompleteForOwner { job: ELM, contact: other, task: TASK };
            assert_eq!(ledger.give(&owner(person), &as_other).map_err(same), unknown());
            let elsewhere = Command::CompleteForOwner { job: OAK, contact, task: TASK };
            assert_eq!(ledger.give(&owner(person), &elsewhere).map_err(same), unknown());
        }
    }
}

#[test]
fn what_is_settled_already_stays_so_and_an_archived_job_is_left_alone() {
    let mut ledger = house();
    let approval = task(TaskKind::Approval, Some(Assignee::Owner(ADA)));
    ledger.build(&Command::Job(ELM, JobCommand::AddTask(TASK, approval)));
    let complete = |contact| Command::CompleteForOwner { job: ELM, contact, task: TASK };
    ledger.give(&owner(P_BEA), &complete(BEA)).expect("any owner may");
    assert_eq!(ledger.give(&owner(P_ADA), &complete(ADA)), Ok(vec![]));
    ledger.build(&Command::Job(ELM, JobCommand::Archive));
    let answer = ledger.give(&owner(P_ADA), &complete(ADA));
    assert_eq!(answer, Err(JobRejection::Archived.into()));
}

#[test]
fn a_message_and_a_to_do_are_told_to_their_owner_and_to_no_co_owner() {
    // R21, R63
    let mut ledger = house();
    let written = ledger.write(&builder(), ELM, ADA).expect("sent");
    let expected = ["ada@x.org", "both@x.org"].map(|to| (MailKind::NewMessage, to.to_owned()));
    assert_eq!(told(&written), expected);
    let title = Title::parse("Bring the keys").expect("a title");
    let (item, details) = (ledger.new_item(), TodoDetails { title, due: None });
    let add = OwnerItemCommand::AddTodo { item, job: ELM, contact: BEA, details };
    let added = ledger.build(&Command::OwnerItem(add));
    let expected = ["bea@x.org", "both@x.org"].map(|to| (MailKind::NewTodo, to.to_owned()));
    assert_eq!(told(&added), expected);
    // What is edited or done is nothing new, and who has no login is told nothing.
    assert_eq!(ledger.change(&builder(), item, TodoChange::Complete), Ok(1));
    let written = ledger.write(&builder(), ELM, CID).expect("sent");
    assert_eq!(told(&written), []);
}

#[test]
fn a_task_that_becomes_an_owners_is_told_once_and_an_approval_to_every_owner() {
    // R21, R62, H15
    let mut ledger = house();
    let add = |n: u128, details| {
        Command::Job(ELM, JobCommand::AddTask(TaskId(Uuid::from_u128(n)), details))
    };
    let to = |addresses: &[&str]| -> Vec<_> {
        addresses.iter().map(|to| (MailKind::NewTask, (*to).to_owned())).collect()
    };
    let work = task(TaskKind::Task, Some(Assignee::Owner(ADA)));
    let added = ledger.build(&add(1, work));
    assert_eq!(told(&added), to(&["ada@x.org", "both@x.org"]));
    let approval = task(TaskKind::Approval, Some(Assignee::Owner(ADA)));
    let added = ledger.build(&add(2, approval));
    assert_eq!(told(&added), to(&["ada@x.org", "both@x.org", "bea@x.org"]), "each address once");
    assert_eq!(told(&ledger.build(&add(3, task(TaskKind::Approval, None)))), []);
    let edit = |n: u128, assignee| {
        let edit = TaskEdit { assignee: Some(Some(assignee)), ..TaskEdit::default() };
        Command::Job(ELM, JobCommand::EditTask(TaskId(Uuid::from_u128(n)), edit))
    };
    let assigned = ledger.build(&edit(3, Assignee::Owner(BEA)));
    assert_eq!(told(&assigned).len(), 3);
    assert_eq!(told(&ledger.build(&edit(3, Assignee::Owner(BEA)))), [], "it is so already");
    let again = ledger.build(&edit(3, Assignee::Owner(ADA)));
    assert_eq!(told(&again).len(), 3, "another mail, with an id of its own");
    // A merge moves tasks along; that is nothing new.
    let merged = ledger.build(&Command::MergeContacts {
        merge: MergeId(Uuid::from_u128(7)),
        survivor: ADA,
        absorbed: vec![CID],
        picks: MergePicks::default(),
    });
    assert_eq!(told(&merged), []);
}
