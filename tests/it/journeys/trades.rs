//! General contractors, subcontractors and their organisations, for the tests that are about them.

use super::harness::{Answer, Builder, Caller, Server};
use domain::subcontractor::{NewPrimaryContact, SubcontractorCommand};
use domain::text::{CompanyName, PersonName};
use domain::{
    Actor, ApiKeyId, Authority, Channel, Circumstances, Command, EmailAddress, JobId, LedgerId,
    PrimaryContactRequestId, ProjectInvitationId, SubcontractorId, TokenId,
};
use event_store::{Applied, ExecuteError, Submission};
use serde_json::{Value, json};
use uuid::Uuid;

/// What people of subcontractors sign in with.
pub(super) const TRADE_PASSWORD: &str = "a ladder against the wall";

/// A user of an organisation, at work for it.
pub(super) struct OrgMember {
    pub(super) org: Uuid,
    pub(super) user: Uuid,
    pub(super) session: Caller,
}

/// Commands that no request gives.
pub(super) fn by(actor: Actor, authority: Authority) -> Circumstances {
    Circumstances {
        actor,
        authority,
        acting_as: None,
        channel: Channel::Api,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    }
}

/// Somebody of the general contractor's.
fn admin() -> Circumstances {
    by(Actor::BuilderStaff(ApiKeyId(Uuid::now_v7())), Authority::admin())
}

/// Carries out what the general contractor commands to a subcontractor.
pub(super) async fn command(
    server: &Server,
    builder: &Builder,
    subcontractor: Uuid,
    command: SubcontractorCommand,
) -> Result<Applied, ExecuteError> {
    let secret = command.makes_secret();
    let command = Command::Subcontractor(SubcontractorId(subcontractor), command);
    let submission = Submission::new(LedgerId(builder.id), command, admin());
    let submission =
        if secret { submission.with_secret().expect("random bytes") } else { submission };
    server.store.execute(submission).await
}

fn contact(name: &str, email: &str) -> NewPrimaryContact {
    let name = PersonName::parse(name).expect("a name");
    NewPrimaryContact { name, email: EmailAddress::parse(email).expect("an address") }
}

/// A general contractor's new subcontractor.
pub(super) async fn subcontractor(
    server: &Server,
    builder: &Builder,
    company: &str,
    (name, email): (&str, &str),
) -> Uuid {
    let id = Uuid::now_v7();
    let company = CompanyName::parse(company).expect("a name");
    let add = SubcontractorCommand::Add { company, contact: contact(name, email) };
    command(server, builder, id, add).await.expect("added");
    id
}

/// Invites a subcontractor to a job; the link in the mail.
pub(super) async fn invite(
    server: &Server,
    builder: &Builder,
    subcontractor: Uuid,
    job: Uuid,
) -> String {
    let invite = SubcontractorCommand::Invite {
        invitation: ProjectInvitationId(Uuid::now_v7()),
        job: JobId(job),
        token: TokenId(Uuid::now_v7()),
    };
    command(server, builder, subcontractor, invite).await.expect("invited");
    server.newest_link(builder.id, subcontractor).await
}

/// The same, with a job and a subcontractor of their own.
pub(super) async fn invited(
    server: &Server,
    builder: &Builder,
    (company, name, email): (&str, &str, &str),
    job: &str,
) -> (Uuid, Uuid, String) {
    let job = builder.admin.job(job, &[]).await;
    let subcontractor = subcontractor(server, builder, company, (name, email)).await;
    (subcontractor, job, invite(server, builder, subcontractor, job).await)
}

/// Makes somebody else the primary contact.
pub(super) async fn change_primary_contact(
    server: &Server,
    builder: &Builder,
    subcontractor: Uuid,
    (name, email): (&str, &str),
    answers: Option<Uuid>,
) {
    let to = contact(name, email);
    let answers = answers.map(PrimaryContactRequestId);
    let change = SubcontractorCommand::ChangePrimaryContact { to, answers };
    command(server, builder, subcontractor, change).await.expect("changed");
}

/// Sends all invitations again that went to a primary contact who is none any more.
pub(super) async fn resend_stale(server: &Server, builder: &Builder, subcontractor: Uuid) {
    let tokens = (0..10).map(|_| TokenId(Uuid::now_v7())).collect();
    let resend = SubcontractorCommand::ResendStale { tokens };
    command(server, builder, subcontractor, resend).await.expect("sent");
}

/// Accepts with the link of an invitation to a project.
pub(super) async fn accept(caller: &Caller, link: &str, body: Value) -> Answer {
    caller.post(&format!("/v1/project-invitations/{link}/accept"), body).await
}

/// Accepts as a primary contact who has no login yet.
pub(super) async fn accept_anew(server: &Server, link: &str) -> OrgMember {
    let body = json!({ "password": TRADE_PASSWORD });
    member(server, &accept(&server.anybody(), link, body).await.is(200))
}

/// Who an answer says that somebody is now.
pub(super) fn member(server: &Server, answer: &Answer) -> OrgMember {
    let id = |field: &str| answer.body[field].as_str().and_then(|id| id.parse().ok()).expect("id");
    let session = server.caller(answer.body["session_token"].as_str().expect("a session"));
    OrgMember { org: id("org"), user: id("user"), session }
}

/// Adds a user to an organisation; their id, and the link in the mail.
pub(super) async fn add_user(server: &Server, by: &OrgMember, email: &str) -> (Uuid, String) {
    let body = json!({ "first_name": "Nia", "last_name": "Nail", "email": email });
    let user = by.session.post("/v1/org/users", body).await.is(201).id();
    (user, server.newest_link(by.org, user).await)
}

/// A second user of an organisation, who has accepted and is at work for it.
pub(super) async fn second_user(server: &Server, by: &OrgMember, email: &str) -> OrgMember {
    let (_, link) = add_user(server, by, email).await;
    let path = format!("/v1/org-invitations/{link}/accept");
    let body = json!({ "password": TRADE_PASSWORD });
    member(server, &server.anybody().post(&path, body).await.is(200))
}

/// Signs in to work for an organisation.
pub(super) async fn work(server: &Server, email: &str, org: Uuid) -> Answer {
    let body = json!({ "email": email, "password": TRADE_PASSWORD, "org": org });
    server.anybody().post("/v1/sessions", body).await
}

/// Gives a subcontractor a task of a job; its id.
pub(super) async fn task(
    server: &Server,
    builder: &Builder,
    job: Uuid,
    subcontractor: Uuid,
    title: &str,
) -> Uuid {
    use domain::job::{Assignee, JobCommand, Phase, TaskDetails, TaskKind};
    let task = domain::TaskId(Uuid::now_v7());
    let details = TaskDetails {
        title: domain::text::Title::parse(title).expect("a title"),
        kind: TaskKind::Task,
        phase: Phase::Execution,
        assignee: Some(Assignee::Trade(SubcontractorId(subcontractor))),
        due: None,
    };
    let command = Command::Job(JobId(job), JobCommand::AddTask(task, details));
    let submission = Submission::new(LedgerId(builder.id), command, admin());
    server.store.execute(submission).await.expect("added");
    task.0
}

/// Support lets somebody into an organisation that has lost its only user (R81); the link in the mail.
pub(super) async fn assign_by_support(
    server: &Server,
    org: Uuid,
    replaces: Option<Uuid>,
    (first, last, email): (&str, &str, &str),
) -> String {
    use domain::subcontractor_org::{NewSubUser, SubcontractorOrgCommand, SupportAssignment};
    use domain::{InterventionId, OrgId, SubUserId};
    let name = |typed: &str| PersonName::parse(typed).expect("a name");
    let user = SubUserId(Uuid::now_v7());
    let email = EmailAddress::parse(email).expect("an address");
    let assignment = SupportAssignment {
        intervention: InterventionId(Uuid::now_v7()),
        user,
        who: NewSubUser { first_name: name(first), last_name: name(last), email },
        token: TokenId(Uuid::now_v7()),
        replaces: replaces.map(SubUserId),
    };
    let assign = SubcontractorOrgCommand::AssignPrimaryContactBySupport(assignment);
    let command = Command::SubcontractorOrg(OrgId(org), assign);
    let support = by(Actor::Operator(ApiKeyId(Uuid::now_v7())), Authority::Support);
    let submission = Submission::new(LedgerId(org), command, support);
    let submission = submission.with_secret().expect("random bytes");
    server.store.execute(submission).await.expect("assigned");
    server.newest_link(org, user.0).await
}
