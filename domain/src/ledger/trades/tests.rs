//! Subcontractors and their companies where they concern a job, another's ledger and who asks.

use super::super::given::by;
use crate::actor::{Actor, Authority, Circumstances};
use crate::event::Event;
use crate::ids::{
    AccountId, AggregateId, ApiKeyId, CommentId, JobId, JoinRequestId, OrgId, PersonId,
    PrimaryContactRequestId, ProjectInvitationId, SubUserId, SubcontractorId, TaskId, TokenId,
};
use crate::job::{Assignee, JobCommand, JobDetails, Phase, TaskDetails, TaskEdit, TaskKind};
use crate::ledger::{Command, Halt, LedgerState, Need, decide};
use crate::rejection::Rejection;
use crate::subcontractor::{NewPrimaryContact, SubcontractorCommand, TradeDeed};
use crate::subcontractor_org::{NewSubUser, SubcontractorOrgCommand};
use crate::text::{CompanyName, JobName, MessageText, PersonName, Title};
use crate::{EmailAddress, Timestamp};
use uuid::Uuid;

const ELM: JobId = JobId(Uuid::from_u128(1));
const ROOF: TaskId = TaskId(Uuid::from_u128(2));
const RIDGE: SubcontractorId = SubcontractorId(Uuid::from_u128(3));
const ORG: OrgId = OrgId(Uuid::from_u128(4));
const OTHER: OrgId = OrgId(Uuid::from_u128(5));
const ANN: SubUserId = SubUserId(Uuid::from_u128(6));
const BOB: SubUserId = SubUserId(Uuid::from_u128(7));
const ONE: ProjectInvitationId = ProjectInvitationId(Uuid::from_u128(8));
const LINK: TokenId = TokenId(Uuid::from_u128(9));
const P_ANN: PersonId = PersonId(Uuid::from_u128(10));
const P_BOB: PersonId = PersonId(Uuid::from_u128(11));
const ASKS: JoinRequestId = JoinRequestId(Uuid::from_u128(12));
const ACCOUNT: AccountId = AccountId(Uuid::from_u128(13));

fn builder() -> Circumstances {
    by(Actor::BuilderStaff(ApiKeyId(Uuid::nil())), Authority::admin())
}

fn user(org: OrgId, user: SubUserId) -> Circumstances {
    by(Actor::SubUser(user), Authority::SubUser { org, user })
}

fn invitee(user: SubUserId) -> Circumstances {
    by(Actor::SubUser(user), Authority::Owner)
}

#[derive(Default)]
struct Ledger(LedgerState);

impl Ledger {
    fn ask(&mut self, asker: &Circumstances, command: &Command) -> Result<Vec<Event>, Rejection> {
        let now = Timestamp::parse("2026-03-02T09:00:00Z").expect("a time");
        loop {
            match decide(command, &self.0, asker, now) {
                Ok(decision) => {
                    let mut happened = Vec::new();
                    for (id, event) in decision.events {
                        let sequence = self.0.version(id) + 1;
                        self.0.record(id, sequence, &event).expect("follows");
                        happened.push(event);
                    }
                    return Ok(happened);
                }
                Err(Halt::Need(Need::Aggregate(id))) => self.0.learn_absent(id),
                Err(Halt::Need(need)) => panic!("{need:?}"),
                Err(Halt::Rejected(rejection)) => return Err(rejection),
            }
        }
    }

    #[track_caller]
    fn taken(&mut self, asker: &Circumstances, command: &Command) -> Vec<&'static str> {
        let happened = self.ask(asker, command).expect("taken");
        happened.iter().map(Event::stored_type).collect()
    }

    #[track_caller]
    fn refused(&mut self, asker: &Circumstances, command: &Command) -> &'static str {
        self.ask(asker, command).expect_err("refused").refusal().code
    }

    /// A general contractor with a job and a subcontractor.
    fn of_builder() -> Self {
        let mut ledger = Self::default();
        ledger.0.belongs_to(ACCOUNT);
        let name = JobName::parse("Elm St 12").expect("a name");
        let details = JobDetails { name, reference: None, site: None };
        ledger.taken(&builder(), &Command::Job(ELM, JobCommand::Create(details, Vec::new())));
        let company = CompanyName::parse("Ridge").expect("a name");
        let contact = contact("ann@ridge.example");
        ledger.taken(&builder(), &of(SubcontractorCommand::Add { company, contact }));
        ledger
    }

    /// The same, where the subcontractor has accepted the job and has its task.
    fn accepted() -> Self {
        let mut ledger = Self::of_builder();
        ledger.taken(&builder(), &invite());
        ledger.taken(&invitee(ANN), &accept(ORG, ANN));
        ledger.taken(&builder(), &add_task(ROOF, Some(Assignee::Trade(RIDGE))));
        ledger
    }

    /// A company that Ann and Bob are users of.
    fn of_org() -> Self {
        let mut ledger = Self::default();
        let name = CompanyName::parse("Ridge").expect("a name");
        let create =
            SubcontractorOrgCommand::Create { name, user: ANN, who: who("ann"), person: P_ANN };
        ledger.taken(&invitee(ANN), &org(create));
        ledger.taken(&user(ORG, ANN), &org(add_user()));
        let join = SubcontractorOrgCommand::JoinByInvite { user: BOB, token: LINK, person: P_BOB };
        ledger.taken(&invitee(BOB), &org(join));
        ledger
    }
}

fn contact(email: &str) -> NewPrimaryContact {
    NewPrimaryContact {
        name: PersonName::parse("Ann Ridge").expect("a name"),
        email: EmailAddress::parse(email).expect("an address"),
    }
}

fn who(first: &str) -> NewSubUser {
    NewSubUser {
        first_name: PersonName::parse(first).expect("a name"),
        last_name: PersonName::parse("Ridge").expect("a name"),
        email: EmailAddress::parse(&format!("{first}@ridge.example")).expect("an address"),
    }
}

fn add_user() -> SubcontractorOrgCommand {
    SubcontractorOrgCommand::InviteUser { user: BOB, who: who("bob"), token: LINK }
}

const fn of(command: SubcontractorCommand) -> Command {
    Command::Subcontractor(RIDGE, command)
}

const fn org(command: SubcontractorOrgCommand) -> Command {
    Command::SubcontractorOrg(ORG, command)
}

const fn invite() -> Command {
    of(SubcontractorCommand::Invite { invitation: ONE, job: ELM, token: LINK })
}

const fn accept(org: OrgId, user: SubUserId) -> Command {
    of(SubcontractorCommand::Accept { invitation: ONE, token: LINK, org, user })
}

fn add_task(task: TaskId, assignee: Option<Assignee>) -> Command {
    let title = Title::parse("The roof").expect("a title");
    let (kind, phase) = (TaskKind::Task, Phase::Execution);
    let details = TaskDetails { title, kind, phase, assignee, due: None };
    Command::Job(ELM, JobCommand::AddTask(task, details))
}

fn text() -> MessageText {
    MessageText::parse("Monday?").expect("a text")
}

fn comment(n: u128) -> TradeDeed {
    TradeDeed::Comment { comment: CommentId(Uuid::from_u128(n)), text: text() }
}

const fn deed(task: TaskId, deed: TradeDeed) -> Command {
    Command::TradeTask { job: ELM, subcontractor: RIDGE, user: ANN, task, deed }
}

#[test]
fn a_subcontractor_is_invited_to_a_job_that_is_there_and_not_put_away() {
    let mut ledger = Ledger::of_builder();
    let (invitation, token) = (ONE, LINK);
    let nowhere = JobId(Uuid::nil());
    let elsewhere = of(SubcontractorCommand::Invite { invitation, job: nowhere, token });
    assert_eq!(ledger.refused(&builder(), &elsewhere), "not_found");
    let sent = ledger.taken(&builder(), &invite());
    assert_eq!(sent, ["subcontractor.project_invitation_sent"]);
    ledger.taken(&builder(), &Command::Job(ELM, JobCommand::Archive));
    let again = of(SubcontractorCommand::Resend { invitation, token });
    assert_eq!(ledger.refused(&builder(), &again), "job_archived");
}

#[test]
fn a_task_is_given_to_a_subcontractor_that_is_invited_to_the_job() {
    let mut ledger = Ledger::of_builder();
    let trade = || Some(Assignee::Trade(RIDGE));
    assert_eq!(ledger.refused(&builder(), &add_task(ROOF, trade())), "assignee_is_no_trade");
    ledger.taken(&builder(), &invite());
    assert_eq!(ledger.taken(&builder(), &add_task(ROOF, trade())), ["job.task_added"]);
    // What is its already stays so, whatever becomes of the invitation; nothing is given to it anew.
    ledger.taken(&builder(), &of(SubcontractorCommand::Cancel(ONE)));
    let edit = TaskEdit { assignee: Some(trade()), due: Some(None), ..TaskEdit::default() };
    let edit = |task| Command::Job(ELM, JobCommand::EditTask(task, edit.clone()));
    assert_eq!(ledger.taken(&builder(), &edit(ROOF)), [""; 0]);
    let other = TaskId(Uuid::from_u128(77));
    ledger.taken(&builder(), &add_task(other, None));
    assert_eq!(ledger.refused(&builder(), &edit(other)), "assignee_is_no_trade");
}

#[test]
fn a_job_that_is_taken_away_keeps_its_tasks_and_they_are_nobodys() {
    let mut ledger = Ledger::accepted();
    let other = TaskId(Uuid::from_u128(77));
    ledger.taken(&builder(), &add_task(other, None));
    let happened = ledger.taken(&builder(), &of(SubcontractorCommand::Withdraw(ONE)));
    assert_eq!(happened, ["subcontractor.project_withdrawn", "job.task_edited"]);
    let job = &ledger.0.job(ELM).expect("known").expect("there").state;
    assert_eq!(job.tasks.len(), 2);
    assert!(job.tasks.iter().all(|task| task.details.assignee.is_none()));
    let done = deed(ROOF, TradeDeed::Complete);
    assert_eq!(ledger.refused(&user(ORG, ANN), &done), "not_found");
}

#[test]
fn a_job_that_was_put_away_is_accepted_by_nobody_and_can_be_taken_away() {
    // 2.4
    let mut ledger = Ledger::of_builder();
    ledger.taken(&builder(), &invite());
    ledger.taken(&builder(), &Command::Job(ELM, JobCommand::Archive));
    assert_eq!(ledger.refused(&invitee(ANN), &accept(ORG, ANN)), "job_archived");
    let mut ledger = Ledger::accepted();
    ledger.taken(&builder(), &Command::Job(ELM, JobCommand::Archive));
    assert_eq!(ledger.taken(&invitee(ANN), &accept(ORG, ANN)), [""; 0], "it was accepted before");
    let happened = ledger.taken(&builder(), &of(SubcontractorCommand::Withdraw(ONE)));
    assert_eq!(happened, ["subcontractor.project_withdrawn", "job.task_edited"]);
}

#[test]
fn one_subcontractors_comments_leave_the_others_theirs() {
    let mut ledger = Ledger::accepted();
    for n in 0..500 {
        ledger.taken(&user(ORG, ANN), &deed(ROOF, comment(n)));
    }
    assert_eq!(ledger.refused(&user(ORG, ANN), &deed(ROOF, comment(501))), "too_many_comments");
    let (volt, wires) = (SubcontractorId(Uuid::from_u128(70)), TaskId(Uuid::from_u128(71)));
    let of_volt = |command| Command::Subcontractor(volt, command);
    let company = CompanyName::parse("Volt").expect("a name");
    let contact = contact("vera@volt.example");
    ledger.taken(&builder(), &of_volt(SubcontractorCommand::Add { company, contact }));
    let (invitation, token) = (ProjectInvitationId(Uuid::from_u128(72)), TokenId(Uuid::nil()));
    let invite = SubcontractorCommand::Invite { invitation, job: ELM, token };
    ledger.taken(&builder(), &of_volt(invite));
    ledger.taken(&builder(), &add_task(wires, Some(Assignee::Trade(volt))));
    let comment = CommentId(Uuid::from_u128(601));
    let said = JobCommand::CommentOnTask { task: wires, comment, text: text() };
    assert_eq!(ledger.taken(&builder(), &Command::Job(ELM, said)), ["job.task_commented"]);
}

#[test]
fn an_organisations_user_does_and_comments_on_its_own_tasks_alone() {
    let mut ledger = Ledger::accepted();
    let ann = user(ORG, ANN);
    assert_eq!(ledger.taken(&ann, &deed(ROOF, TradeDeed::Complete)), ["job.task_completed"]);
    assert_eq!(ledger.taken(&ann, &deed(ROOF, TradeDeed::Complete)), [""; 0]);
    assert_eq!(ledger.taken(&ann, &deed(ROOF, TradeDeed::Reopen)), ["job.task_reopened"]);
    assert_eq!(ledger.taken(&ann, &deed(ROOF, comment(1))), ["job.task_commented"]);
    assert_eq!(ledger.refused(&ann, &deed(ROOF, comment(1))), "already_exists");
    let other = TaskId(Uuid::from_u128(77));
    ledger.taken(&builder(), &add_task(other, None));
    for task in [other, TaskId(Uuid::nil())] {
        assert_eq!(ledger.refused(&ann, &deed(task, TradeDeed::Complete)), "not_found");
    }
    // Another organisation's, or another user's name: as if there were no such job.
    for stranger in [user(OTHER, ANN), user(ORG, BOB)] {
        assert_eq!(ledger.refused(&stranger, &deed(ROOF, TradeDeed::Complete)), "not_found");
    }
    // The builder has commands of its own.
    assert_eq!(ledger.refused(&builder(), &deed(ROOF, TradeDeed::Complete)), "not_permitted");
    ledger.taken(&builder(), &Command::Job(ELM, JobCommand::Archive));
    assert_eq!(ledger.refused(&ann, &deed(ROOF, comment(2))), "job_archived");
}

#[test]
fn nothing_of_a_job_is_theirs_before_they_have_accepted() {
    let mut ledger = Ledger::of_builder();
    ledger.taken(&builder(), &invite());
    ledger.taken(&builder(), &add_task(ROOF, Some(Assignee::Trade(RIDGE))));
    let done = deed(ROOF, TradeDeed::Complete);
    assert_eq!(ledger.refused(&user(ORG, ANN), &done), "not_found");
}

#[test]
fn the_builder_comments_where_somebody_reads_it() {
    let mut ledger = Ledger::accepted();
    let on = |task, n| {
        let comment = CommentId(Uuid::from_u128(n));
        Command::Job(ELM, JobCommand::CommentOnTask { task, comment, text: text() })
    };
    assert_eq!(ledger.taken(&builder(), &on(ROOF, 1)), ["job.task_commented"]);
    assert_eq!(ledger.refused(&builder(), &on(ROOF, 1)), "already_exists");
    let other = TaskId(Uuid::from_u128(77));
    ledger.taken(&builder(), &add_task(other, None));
    assert_eq!(ledger.refused(&builder(), &on(other, 2)), "comment_reaches_nobody");
    for n in 2..=500 {
        ledger.taken(&builder(), &on(ROOF, n));
    }
    assert_eq!(ledger.refused(&builder(), &on(ROOF, 9_999)), "too_many_comments");
    assert_eq!(ledger.refused(&user(ORG, ANN), &deed(ROOF, comment(9_999))), "too_many_comments");
}

#[test]
fn a_user_accepts_and_asks_in_their_own_name_for_their_own_organisation() {
    let mut ledger = Ledger::of_builder();
    ledger.taken(&builder(), &invite());
    for stranger in [user(OTHER, ANN), user(ORG, BOB)] {
        assert_eq!(ledger.refused(&stranger, &accept(ORG, ANN)), "not_found");
    }
    let ask = |n: u128| {
        let (request, to) =
            (PrimaryContactRequestId(Uuid::from_u128(n)), contact("b@ridge.example"));
        of(SubcontractorCommand::RequestPrimaryContactChange { request, user: ANN, to })
    };
    // Nobody's organisation yet.
    assert_eq!(ledger.refused(&user(ORG, ANN), &ask(1)), "not_found");
    ledger.taken(&user(ORG, ANN), &accept(ORG, ANN));
    for stranger in [user(OTHER, ANN), user(ORG, BOB)] {
        assert_eq!(ledger.refused(&stranger, &ask(1)), "not_found");
    }
    let asked = ledger.taken(&user(ORG, ANN), &ask(1));
    assert_eq!(asked, ["subcontractor.primary_contact_change_requested"]);
    assert_eq!(ledger.refused(&builder(), &ask(2)), "not_permitted");
    // R82: they ask, and do not do it themselves.
    let to = contact("b@ridge.example");
    let change = of(SubcontractorCommand::ChangePrimaryContact { to, answers: None });
    assert_eq!(ledger.refused(&user(ORG, ANN), &change), "not_permitted");
}

#[test]
fn only_registered_users_of_the_company_manage_it() {
    // R76, R77
    let mut ledger = Ledger::of_org();
    let rename = || {
        let name = CompanyName::parse("Ridge Roofing").expect("a name");
        org(SubcontractorOrgCommand::Rename(name))
    };
    assert_eq!(ledger.refused(&builder(), &rename()), "not_permitted");
    assert_eq!(ledger.refused(&user(OTHER, ANN), &rename()), "not_found");
    let nobody = SubUserId(Uuid::nil());
    assert_eq!(ledger.refused(&user(ORG, nobody), &rename()), "not_a_registered_user");
    assert_eq!(ledger.taken(&user(ORG, BOB), &rename()), ["subcontractor_org.renamed"]);
    let link = |n: u128| {
        let (account, subcontractor) = (ACCOUNT, SubcontractorId(Uuid::from_u128(n)));
        org(SubcontractorOrgCommand::LinkGeneralContractor { account, subcontractor })
    };
    assert_eq!(ledger.refused(&invitee(nobody), &link(1)), "not_a_registered_user");
    let linked = ledger.taken(&invitee(ANN), &link(1));
    assert_eq!(linked, ["subcontractor_org.general_contractor_linked"]);
}

#[test]
fn whoever_is_signed_in_for_a_company_comes_as_themselves() {
    // R77: the name that a history tells is that of who did it
    let mut ledger = Ledger::default();
    let name = CompanyName::parse("Ridge").expect("a name");
    let create =
        |user, name| SubcontractorOrgCommand::Create { name, user, who: who("ann"), person: P_ANN };
    let as_bob = org(create(BOB, name.clone()));
    assert_eq!(ledger.refused(&user(ORG, ANN), &as_bob), "not_found");
    ledger.taken(&user(ORG, ANN), &org(create(ANN, name)));
    ledger.taken(&user(ORG, ANN), &org(add_user()));
    let join = SubcontractorOrgCommand::JoinByInvite { user: BOB, token: LINK, person: P_BOB };
    let decline = SubcontractorOrgCommand::DeclineUserInvite { user: BOB, token: LINK };
    let request =
        SubcontractorOrgCommand::RequestToJoin { request: ASKS, who: who("cat"), person: P_BOB };
    for command in [join.clone(), decline, request] {
        assert_eq!(ledger.refused(&user(ORG, ANN), &org(command)), "not_found");
    }
    assert_eq!(ledger.taken(&user(ORG, BOB), &org(join)), ["subcontractor_org.user_joined"]);
}

#[test]
fn of_two_who_remove_each_other_one_stays() {
    // G9: decided one after the other, under the lock of the ledger
    let mut ledger = Ledger::of_org();
    let remove = |user| org(SubcontractorOrgCommand::RemoveUser(user));
    let gone = ledger.taken(&user(ORG, ANN), &remove(BOB));
    assert_eq!(gone, ["subcontractor_org.user_removed"]);
    assert_eq!(ledger.refused(&user(ORG, BOB), &remove(ANN)), "not_a_registered_user");
    assert_eq!(ledger.refused(&user(ORG, ANN), &remove(ANN)), "last_sub_user");
}

#[test]
fn a_request_to_join_is_told_to_every_user_and_the_answer_to_who_asked() {
    // H9
    let mut ledger = Ledger::of_org();
    let (request, person) = (ASKS, PersonId(Uuid::from_u128(99)));
    let join = org(SubcontractorOrgCommand::RequestToJoin { request, who: who("cat"), person });
    let happened = ledger.ask(&invitee(ASKS.into()), &join).expect("taken");
    let told = |events: &[Event]| -> Vec<(String, String)> {
        let mail = |event: &Event| match event {
            Event::Notification(crate::notification::NotificationEvent::NotificationQueued(e)) => {
                assert_eq!(e.about, AggregateId::SubcontractorOrg(ORG));
                let to = e.to.value().map(|to| to.typed().to_owned()).unwrap_or_default();
                Some((e.kind.word().to_owned(), to))
            }
            Event::Notification(_)
            | Event::SubcontractorOrg(_)
            | Event::Subcontractor(_)
            | Event::Contact(_)
            | Event::Job(_)
            | Event::Lead(_)
            | Event::Customer(_)
            | Event::WorkOrder(_)
            | Event::OwnerItem(_)
            | Event::BuilderAccount(_)
            | Event::Installation(_)
            | Event::Person(_) => None,
        };
        events.iter().filter_map(mail).collect()
    };
    let to = |kind: &str, first: &str| (kind.to_owned(), format!("{first}@ridge.example"));
    assert_eq!(told(&happened), [to("join_requested", "ann"), to("join_requested", "bob")]);
    // Somebody has invited them too: that invitation ends, and the answer is mailed all the same.
    let (user_id, token) = (SubUserId(Uuid::from_u128(70)), TokenId(Uuid::nil()));
    let invite = SubcontractorOrgCommand::InviteUser { user: user_id, who: who("cat"), token };
    ledger.taken(&user(ORG, ANN), &org(invite));
    let approve = org(SubcontractorOrgCommand::ApproveJoin(ASKS));
    let happened = ledger.ask(&user(ORG, BOB), &approve).expect("taken");
    assert_eq!(told(&happened), [to("join_approved", "cat")]);
    assert_eq!(ledger.taken(&user(ORG, BOB), &approve), [""; 0]);
}
