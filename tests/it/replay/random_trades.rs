//! The part of a random history that is about subcontractors, their invitations and their tasks.

use crate::support::{Account, email, name};
use domain::job::{Assignee, JobCommand, Phase, TaskDetails, TaskKind};
use domain::subcontractor::{NewPrimaryContact, SubcontractorCommand, TradeDeed};
use domain::text::{CompanyName, MessageText, Title};
use domain::{
    Actor, Authority, Command, CommentId, JobId, OrgId, PrimaryContactRequestId,
    ProjectInvitationId, SubUserId, SubcontractorId, TaskId, TokenId,
};
use event_store::Submission;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// How many there are at most; few, so that they meet.
const SUBCONTRACTORS_MAX: usize = 3;

/// What there is of subcontractors.
#[derive(Default)]
pub(super) struct Trades {
    subcontractors: Vec<SubcontractorId>,
    invitations: Vec<(SubcontractorId, ProjectInvitationId, TokenId)>,
    requests: Vec<(SubcontractorId, PrimaryContactRequestId)>,
    tasks: Vec<(JobId, TaskId, SubcontractorId)>,
}

/// The organisation that a subcontractor turns out to be, mostly, and its user.
fn org_of(subcontractor: SubcontractorId) -> (OrgId, SubUserId) {
    (OrgId(subcontractor.0), SubUserId(subcontractor.0))
}

fn contact(rng: &mut StdRng) -> NewPrimaryContact {
    let address = format!("ann{}@ridge.example", rng.random_range(0..3));
    NewPrimaryContact { name: name("Ann \"Slate\" Ridge"), email: email(&address) }
}

fn company() -> CompanyName {
    CompanyName::parse("Ridge & Söhne").expect("a name")
}

/// A subcontractor that has accepted a job and has a task there; chance may leave none that far.
pub(super) fn at_work(account: &Account, job: JobId) -> Vec<Submission> {
    let id = SubcontractorId(account.uuid());
    let (invitation, token) = (ProjectInvitationId(account.uuid()), TokenId(account.uuid()));
    let ((org, user), task) = (org_of(id), TaskId(account.uuid()));
    let contact = NewPrimaryContact { name: name("Gil Gable"), email: email("gil@gable.example") };
    let of = |command| Command::Subcontractor(id, command);
    let invite = of(SubcontractorCommand::Invite { invitation, job, token });
    let accept = of(SubcontractorCommand::Accept { invitation, token, org, user });
    let text = MessageText::parse("On Monday?").expect("a text");
    let deed = TradeDeed::Comment { comment: CommentId(account.uuid()), text };
    let comment = Command::TradeTask { job, subcontractor: id, user, task, deed };
    vec![
        account.staff(of(SubcontractorCommand::Add { company: company(), contact })),
        account.staff(invite).with_secret().expect("random bytes"),
        by_user(account.staff(accept), org, user),
        account.staff(add_task(job, task, id)),
        by_user(account.staff(comment), org, user),
    ]
}

fn add_task(job: JobId, task: TaskId, to: SubcontractorId) -> Command {
    let title = Title::parse("The roof").expect("a title");
    let (kind, phase, assignee) = (TaskKind::Task, Phase::Execution, Some(Assignee::Trade(to)));
    Command::Job(
        job,
        JobCommand::AddTask(task, TaskDetails { title, kind, phase, assignee, due: None }),
    )
}

fn by_user(mut submission: Submission, org: OrgId, user: SubUserId) -> Submission {
    submission.circumstances.actor = Actor::SubUser(user);
    submission.circumstances.authority = Authority::SubUser { org, user };
    submission
}

/// A command about subcontractors: the builder's, an organisation's, or the clock's.
pub(super) fn command(
    account: &Account,
    rng: &mut StdRng,
    trades: &mut Trades,
    job: JobId,
) -> Submission {
    let known = trades.subcontractors.choose(rng).copied();
    let full = trades.subcontractors.len() >= SUBCONTRACTORS_MAX;
    let Some(id) = known.filter(|_| full || rng.random_bool(0.9)) else {
        let id = SubcontractorId(account.uuid());
        trades.subcontractors.push(id);
        let add = SubcontractorCommand::Add { company: company(), contact: contact(rng) };
        return account.staff(Command::Subcontractor(id, add));
    };
    match rng.random_range(0..10) {
        0..=5 => invitation(account, rng, trades, id, job),
        6 => request(account, rng, trades, id),
        _ => task(account, rng, trades, id, job),
    }
}

fn invitation(
    account: &Account,
    rng: &mut StdRng,
    trades: &mut Trades,
    id: SubcontractorId,
    job: JobId,
) -> Submission {
    let token = TokenId(account.uuid());
    let theirs: Vec<_> = trades.invitations.iter().filter(|(of, ..)| *of == id).copied().collect();
    let of = |command| Command::Subcontractor(id, command);
    let Some((_, invitation, link)) = theirs.choose(rng).copied().filter(|_| rng.random_bool(0.8))
    else {
        let invitation = ProjectInvitationId(account.uuid());
        trades.invitations.push((id, invitation, token));
        return account.staff(of(SubcontractorCommand::Invite { invitation, job, token }));
    };
    let newer = |trades: &mut Trades| {
        trades.invitations.retain(|(_, there, _)| *there != invitation);
        trades.invitations.push((id, invitation, token));
    };
    let (mut org, user) = org_of(id);
    let command = match rng.random_range(0..14) {
        0 | 1 => {
            newer(trades);
            SubcontractorCommand::Resend { invitation, token }
        }
        2 => {
            newer(trades);
            SubcontractorCommand::ResendStale { tokens: vec![token, TokenId(account.uuid())] }
        }
        3 => SubcontractorCommand::Cancel(invitation),
        4 => SubcontractorCommand::Withdraw(invitation),
        5 => {
            let decline = of(SubcontractorCommand::Decline { invitation, token: link });
            return by_user(account.staff(decline), org, user);
        }
        6 => SubcontractorCommand::ChangePrimaryContact { to: contact(rng), answers: None },
        7 => return account.system(of(SubcontractorCommand::Expire(invitation))),
        8 => SubcontractorCommand::Rename(CompanyName::parse("Ridge Roofing").expect("a name")),
        _ => {
            if rng.random_bool(0.1) {
                org = OrgId(account.uuid());
            }
            let accept = of(SubcontractorCommand::Accept { invitation, token: link, org, user });
            return by_user(account.staff(accept), org, user);
        }
    };
    account.staff(of(command))
}

fn request(
    account: &Account,
    rng: &mut StdRng,
    trades: &mut Trades,
    id: SubcontractorId,
) -> Submission {
    let of = |command| Command::Subcontractor(id, command);
    let known = trades.requests.iter().find(|(of, _)| *of == id).copied();
    let Some((_, request)) = known.filter(|_| rng.random_bool(0.7)) else {
        let request = PrimaryContactRequestId(account.uuid());
        trades.requests.push((id, request));
        let ((org, user), to) = (org_of(id), contact(rng));
        let ask = SubcontractorCommand::RequestPrimaryContactChange { request, user, to };
        return by_user(account.staff(of(ask)), org, user);
    };
    trades.requests.retain(|(_, there)| *there != request);
    account.staff(of(if rng.random_bool(0.5) {
        SubcontractorCommand::DeclinePrimaryContactRequest(request)
    } else {
        let (to, answers) = (contact(rng), Some(request));
        SubcontractorCommand::ChangePrimaryContact { to, answers }
    }))
}

fn task(
    account: &Account,
    rng: &mut StdRng,
    trades: &mut Trades,
    id: SubcontractorId,
    job: JobId,
) -> Submission {
    let known = trades.tasks.choose(rng).copied().filter(|_| rng.random_bool(0.7));
    let Some((job, task, subcontractor)) = known else {
        let task = TaskId(account.uuid());
        trades.tasks.push((job, task, id));
        return account.staff(add_task(job, task, id));
    };
    let (org, user) = org_of(subcontractor);
    let text = MessageText::parse("The slate \"came\".\nMonday?").expect("a text");
    let comment = CommentId(account.uuid());
    let deed = match rng.random_range(0..5) {
        0 => TradeDeed::Complete,
        1 => TradeDeed::Reopen,
        2 => {
            let comment = JobCommand::CommentOnTask { task, comment, text };
            return account.staff(Command::Job(job, comment));
        }
        _ => TradeDeed::Comment { comment, text },
    };
    let command = Command::TradeTask { job, subcontractor, user, task, deed };
    by_user(account.staff(command), org, user)
}
