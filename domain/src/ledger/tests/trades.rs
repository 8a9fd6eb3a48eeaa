//! The commands about subcontractors and their companies, by the right that they take.

use super::{Command, ELM_ST, PERSON, by, email, ids};
use crate::actor::{Actor, Authority, Circumstances};
use crate::ids::{
    AccountId, CommentId, InterventionId, JoinRequestId, OrgId, PrimaryContactRequestId,
    ProjectInvitationId, SubUserId, SubcontractorId, TaskId,
};
use crate::job::JobCommand;
use crate::subcontractor::{NewPrimaryContact, SubcontractorCommand as S, TradeDeed};
use crate::subcontractor_org::{NewSubUser, SubcontractorOrgCommand as O, SupportAssignment};
use crate::text::{CompanyName, MessageText, PersonName};
use uuid::Uuid;

pub(super) const ORG: OrgId = OrgId(Uuid::from_u128(0x0129));
pub(super) const ANN: SubUserId = SubUserId(Uuid::from_u128(0xa22));
const RIDGE: SubcontractorId = SubcontractorId(Uuid::from_u128(0x81d9e));
const INVITATION: ProjectInvitationId = ProjectInvitationId(Uuid::from_u128(1));
const REQUEST: PrimaryContactRequestId = PrimaryContactRequestId(Uuid::from_u128(2));
const JOIN: JoinRequestId = JoinRequestId(Uuid::from_u128(3));

pub(super) fn user() -> Circumstances {
    by(Actor::SubUser(ANN), Authority::SubUser { org: ORG, user: ANN })
}

fn of(commands: impl IntoIterator<Item = S>) -> Vec<Command> {
    commands.into_iter().map(|command| Command::Subcontractor(RIDGE, command)).collect()
}

fn org(commands: impl IntoIterator<Item = O>) -> Vec<Command> {
    commands.into_iter().map(|command| Command::SubcontractorOrg(ORG, command)).collect()
}

fn company() -> CompanyName {
    CompanyName::parse("Ridge").expect("a name")
}

fn name() -> PersonName {
    PersonName::parse("Ann").expect("a name")
}

fn contact() -> NewPrimaryContact {
    NewPrimaryContact { name: name(), email: email("ann@x.org") }
}

fn who() -> NewSubUser {
    NewSubUser { first_name: name(), last_name: name(), email: email("ann@x.org") }
}

fn text() -> MessageText {
    MessageText::parse("Monday?").expect("a text")
}

/// The general contractor's, on any working day.
pub(super) fn of_work() -> Vec<Command> {
    let (invitation, token) = (INVITATION, ids(1).token);
    let (task, comment) = (TaskId(Uuid::nil()), CommentId(Uuid::nil()));
    let mut commands = of([
        S::Add { company: company(), contact: contact() },
        S::Rename(company()),
        S::Invite { invitation, job: ELM_ST, token },
        S::Resend { invitation, token },
        S::ResendStale { tokens: vec![token] },
        S::Cancel(invitation),
        S::Withdraw(invitation),
        S::ChangePrimaryContact { to: contact(), answers: None },
        S::DeclinePrimaryContactRequest(REQUEST),
    ]);
    commands.push(Command::Job(ELM_ST, JobCommand::CommentOnTask { task, comment, text: text() }));
    commands
}

/// Whoever holds a link, or wants in.
pub(super) fn answered() -> Vec<Command> {
    let (token, user) = (ids(1).token, ANN);
    let (account, subcontractor) = (AccountId(Uuid::nil()), RIDGE);
    let mut commands = of([
        S::Accept { invitation: INVITATION, token, org: ORG, user },
        S::Decline { invitation: INVITATION, token },
    ]);
    commands.extend(org([
        O::Create { name: company(), user, who: who(), person: PERSON },
        O::LinkGeneralContractor { account, subcontractor },
        O::JoinByInvite { user, token, person: PERSON },
        O::DeclineUserInvite { user, token },
        O::RequestToJoin { request: JOIN, who: who(), person: PERSON },
    ]));
    commands
}

/// The company's own users', in its ledger and in the general contractor's (R76, R77).
pub(super) fn of_users() -> Vec<Command> {
    let (token, user, task) = (ids(1).token, ANN, TaskId(Uuid::nil()));
    let comment = TradeDeed::Comment { comment: CommentId(Uuid::nil()), text: text() };
    let mut commands =
        of([S::RequestPrimaryContactChange { request: REQUEST, user, to: contact() }]);
    commands.extend(
        [TradeDeed::Complete, TradeDeed::Reopen, comment].map(|deed| Command::TradeTask {
            job: ELM_ST,
            subcontractor: RIDGE,
            user,
            task,
            deed,
        }),
    );
    commands.extend(org([
        O::Rename(company()),
        O::InviteUser { user, who: who(), token },
        O::ResendUserInvite { user, token },
        O::CancelUserInvite(user),
        O::RemoveUser(user),
        O::ApproveJoin(JOIN),
        O::RejectJoin(JOIN),
    ]));
    commands
}

/// The clock's.
pub(super) fn of_the_clock() -> Vec<Command> {
    [of([S::Expire(INVITATION)]), org([O::ExpireUserInvite(ANN)])].concat()
}

/// What another operator has approved (R81).
pub(super) fn of_support() -> Vec<Command> {
    let intervention = InterventionId(Uuid::nil());
    let (user, token, replaces) = (ANN, ids(1).token, None);
    let assignment = SupportAssignment { intervention, user, who: who(), token, replaces };
    org([O::AssignPrimaryContactBySupport(assignment)])
}
