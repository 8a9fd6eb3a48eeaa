//! Support in a subcontractor's company that has lost its only user: asked for by one operator, approved by
//! another (R81, H8); and what `replay-tool unfinished` says of what a crash left open.

use super::harness::{Caller, Server};
use super::trades::by;
use domain::installation::{InstallationCommand, SupportCommand};
use domain::person::{EmailChangeCommand, PersonCommand};
use domain::subcontractor_org::{NewSubUser, SubUserStage, SubcontractorOrgCommand};
use domain::{
    AccountId, Actor, ApiKeyId, Authority, Command, CompanyName, CredentialId, EmailAddress,
    InterventionId, LedgerId, OrgId, PersonId, PersonName, SubUserId, SubcontractorId, TokenId,
};
use event_store::{PasswordHash, Submission};
use projections::org_interventions::company;
use projections::unfinished::unfinished;
use serde_json::{Value, json};
use uuid::Uuid;

async fn appoint(server: &Server, name: &str) -> (Caller, Uuid) {
    let appointed = server.operator().post("/v1/operators", json!({ "name": name })).await.is(201);
    (server.caller(appointed.body["secret"].as_str().expect("a token")), appointed.id())
}

fn who(first: &str) -> NewSubUser {
    NewSubUser {
        first_name: PersonName::parse(first).expect("a name"),
        last_name: PersonName::parse("Ridge").expect("a name"),
        email: EmailAddress::parse(&format!("{first}@ridge.example")).expect("an address"),
    }
}

/// A company with one registered user.
struct Company {
    id: OrgId,
    first: SubUserId,
}

impl Company {
    async fn found(server: &Server) -> Self {
        let (id, first) = (OrgId(Uuid::now_v7()), SubUserId(Uuid::now_v7()));
        server.store.ensure_ledger(id.into(), "subcontractor_org").await.expect("a ledger");
        let name = CompanyName::parse("Ridge Roofing").expect("a name");
        let person = PersonId(Uuid::now_v7());
        let create = SubcontractorOrgCommand::Create { name, user: first, who: who("ann"), person };
        let company = Self { id, first };
        company.run(server, first, create).await;
        company
    }

    /// Whoever holds the link, or founds it.
    async fn run(&self, server: &Server, user: SubUserId, command: SubcontractorOrgCommand) {
        let command = Command::SubcontractorOrg(self.id, command);
        let circumstances = by(Actor::SubUser(user), Authority::Owner);
        let submission = Submission::new(self.id.into(), command, circumstances);
        server.store.execute(submission).await.expect("taken");
    }

    async fn join(&self, server: &Server, user: SubUserId) {
        let there = company(server.store.reader(), self.id).await.expect("read").expect("there");
        let SubUserStage::Invited { token, .. } = there.users[&user].stage else {
            panic!("not invited")
        };
        let person = PersonId(Uuid::now_v7());
        self.run(server, user, SubcontractorOrgCommand::JoinByInvite { user, token, person }).await;
    }

    /// A second user, who has joined.
    async fn second(&self, server: &Server) -> SubUserId {
        let user = SubUserId(Uuid::now_v7());
        let token = TokenId(Uuid::now_v7());
        let invite = SubcontractorOrgCommand::InviteUser { user, who: who("bob"), token };
        let circumstances =
            by(Actor::SubUser(self.first), Authority::SubUser { org: self.id, user: self.first });
        let command = Command::SubcontractorOrg(self.id, invite);
        let invited = Submission::new(self.id.into(), command, circumstances);
        server.store.execute(invited.with_secret().expect("random")).await.expect("invited");
        self.join(server, user).await;
        user
    }

    /// Each user's stage, in the order in which they came.
    async fn stages(&self, server: &Server) -> Vec<&'static str> {
        let there = company(server.store.reader(), self.id).await.expect("read").expect("there");
        there.users.values().map(|user| user.stage.word()).collect()
    }

    fn ask(&self) -> Value {
        json!({ "org": self.id.0, "first_name": "Nia", "last_name": "Newcomer",
            "email": "nia@ridge.example", "replaces": self.first.0,
            "reason": "Ticket 4712: Ann Ridge has left, the owner called back" })
    }
}

async fn verified(server: &Server, ledger: LedgerId) {
    let verified = projections::verify::verify(server.store.reader(), ledger, &|_| {}).await;
    let verified = verified.expect("verified");
    assert!(verified.is_clean(), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_that_lost_its_only_user_gets_another_once_a_second_operator_approves() {
    // R81, H8
    let server = Server::start().await;
    let ((olu, olu_id), (pia, pia_id)) =
        (appoint(&server, "Olu").await, appoint(&server, "Pia").await);
    let company = Company::found(&server).await;
    let nobody = server.operator().post("/v1/org-interventions", company.ask()).await.is(403);
    assert_eq!(nobody.code(), "operator_without_name");

    let asked = olu.post("/v1/org-interventions", company.ask()).await.is(201);
    let path = format!("/v1/org-interventions/{}", asked.id());
    let own = olu.post(&format!("{path}/approve"), json!({})).await.is(403);
    assert_eq!(own.code(), "second_person_needed");
    // Where those in accounts are, there is none.
    let elsewhere = format!("/v1/interventions/{}", asked.id());
    for deed in ["approve", "reject"] {
        pia.post(&format!("{elsewhere}/{deed}"), json!({})).await.is(404);
    }
    assert_eq!(company.stages(&server).await, ["registered"], "nothing is done yet");
    let listed = pia.get("/v1/org-interventions").await.is(200);
    let reason = "Ticket 4712: Ann Ridge has left, the owner called back";
    assert_eq!(listed.each("stage"), ["requested"]);
    assert_eq!(listed.each("reason"), [reason], "the evidence, for who approves it");
    assert_eq!(pia.get("/v1/interventions").await.is(200).each("stage"), Vec::<String>::new());

    let why = [("X-Reason", "Zebulon Zander confirmed it by phone")];
    let done = pia.with(&format!("{path}/approve"), json!({}), &why).await.is(200);
    assert_eq!(done.body["stage"], "carried_out", "{}", done.text);
    // What is done is not told: it is the company's, as everything else about its people.
    let concluded = pia.get("/v1/org-interventions").await.is(200);
    for value in ["Nia ", "Newcomer", "nia@ridge.example", "Ann Ridge"] {
        assert!(!done.text.contains(value) && !concluded.text.contains(value), "{value}");
    }
    let other = Company::found(&server).await;
    let another = olu.post("/v1/org-interventions", other.ask()).await.is(201);
    let reject = format!("/v1/org-interventions/{}/reject", another.id());
    pia.with(&reject, json!({}), &why).await.is(200);
    assert_eq!(done.body["requested_by"], json!(olu_id));
    assert_eq!(done.body["decided_by"], json!(pia_id));
    assert_eq!(company.stages(&server).await, ["registered", "invited"], "until they join");
    let again = pia.post(&format!("{path}/approve"), json!({})).await.is(200);
    assert_eq!(again.body["stage"], "carried_out", "twice is once");
    let user: Uuid = serde_json::from_value(done.body["user"].clone()).expect("an id");
    let mails = server.mails(company.id.0, user).await;
    assert_eq!(mails.len(), 1, "one mail, to the one address");
    assert_eq!(mails[0].to, "nia@ridge.example");

    company.join(&server, SubUserId(user)).await;
    assert_eq!(company.stages(&server).await, ["removed", "registered"]);
    let events = server.store.reader().aggregate_events(company.id.into(), &[company.id.0]).await;
    let events = events.expect("read");
    let assigned = events.iter().find(|recorded| {
        recorded.event.stored_type() == "subcontractor_org.primary_contact_assigned_by_support"
    });
    let assigned = assigned.expect("recorded in the company's own ledger");
    assert_eq!(assigned.origin.actor, Actor::Operator(ApiKeyId(olu_id)));
    let why = assigned.origin.reason.as_ref().and_then(event_store::MaybePersonal::value);
    assert_eq!(why.map(domain::Reason::as_str), Some(reason));

    // Nothing that names anybody is anywhere but under seal.
    for row in server.rows("events").await {
        for value in ["Nia ", "Newcomer", "nia@ridge.example", "Ann Ridge", "Ticket", "Zander"] {
            assert!(!row.contains(value), "{value}: {row}");
        }
    }
    verified(&server, LedgerId::INSTALLATION).await;
    verified(&server, company.id.into()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_help_themselves_is_not_helped_by_support() {
    let server = Server::start().await;
    let ((olu, _), (pia, _)) = (appoint(&server, "Olu").await, appoint(&server, "Pia").await);
    let company = Company::found(&server).await;
    let early = olu.post("/v1/org-interventions", company.ask()).await.is(201);
    let mut another = company.ask();
    another["replaces"] = json!(Uuid::now_v7());
    let refused = olu.post("/v1/org-interventions", another).await.is(409);
    assert_eq!(refused.code(), "replaces_no_registered_user");

    company.second(&server).await;
    let refused = olu.post("/v1/org-interventions", company.ask()).await.is(409);
    assert_eq!(refused.code(), "org_has_users");
    // What was asked for before is refused by the company's own ledger.
    let path = format!("/v1/org-interventions/{}/approve", early.id());
    let late = pia.post(&path, json!({})).await.is(200);
    assert_eq!(
        (&late.body["stage"], &late.body["refused"]),
        (&json!("refused"), &json!("org_has_users"))
    );
    assert_eq!(company.stages(&server).await, ["registered", "registered"]);

    let mut foreign = company.ask();
    foreign["org"] = json!(Uuid::now_v7());
    assert_eq!(olu.post("/v1/org-interventions", foreign).await.is(404).code(), "not_found");
    for (field, wrong) in
        [("first_name", " "), ("last_name", ""), ("email", "nobody"), ("reason", " ")]
    {
        let mut body = company.ask();
        body[field] = json!(wrong);
        let refused = olu.post("/v1/org-interventions", body).await.is(422);
        assert_eq!(refused.body["field"], field, "{}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rejected_is_not_done_and_nobody_but_operators_asks_for_a_company() {
    let server = Server::start().await;
    let ((olu, _), (pia, _)) = (appoint(&server, "Olu").await, appoint(&server, "Pia").await);
    let company = Company::found(&server).await;
    let builder = server.builder("Elm").await;
    for caller in [&builder.admin, &server.anybody()] {
        let refused = caller.post("/v1/org-interventions", company.ask()).await;
        assert!([401, 403].contains(&refused.status.as_u16()), "{}", refused.text);
        let refused = caller.get("/v1/org-interventions").await;
        assert!([401, 403].contains(&refused.status.as_u16()), "{}", refused.text);
    }
    let asked = olu.post("/v1/org-interventions", company.ask()).await.is(201);
    let path = format!("/v1/org-interventions/{}", asked.id());
    for _ in 0..2 {
        pia.post(&format!("{path}/reject"), json!({})).await.is(200);
    }
    let over = pia.post(&format!("{path}/approve"), json!({})).await.is(409);
    assert_eq!(over.code(), "intervention_over");
    assert_eq!(company.stages(&server).await, ["registered"]);
    let unknown = format!("/v1/org-interventions/{}", Uuid::now_v7());
    for deed in ["approve", "reject"] {
        let answer = pia.post(&format!("{unknown}/{deed}"), json!({})).await.is(404);
        assert_eq!(answer.code(), "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dismissed_operator_asked_for_is_approved_by_nobody() {
    let server = Server::start().await;
    let ((olu, olu_id), (pia, _)) = (appoint(&server, "Olu").await, appoint(&server, "Pia").await);
    let company = Company::found(&server).await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", None).await;
    let in_account = json!({ "account": builder.id, "contact": ada, "deed": "disable_access",
        "reason": "Ticket 1" });
    let of_account = olu.post("/v1/interventions", in_account).await.is(201);
    let of_company = olu.post("/v1/org-interventions", company.ask()).await.is(201);
    pia.delete(&format!("/v1/operators/{olu_id}")).await.is(200);

    for path in [
        format!("/v1/interventions/{}", of_account.id()),
        format!("/v1/org-interventions/{}", of_company.id()),
    ] {
        let refused = pia.post(&format!("{path}/approve"), json!({})).await.is(409);
        assert_eq!(refused.code(), "requester_dismissed");
        pia.post(&format!("{path}/reject"), json!({})).await.is(200);
    }
    assert_eq!(company.stages(&server).await, ["registered"]);
}

/// The server ends after the approval, or after the company's ledger: approving it again goes on, and sends
/// no second mail. Until then it is listed as unfinished.
#[tokio::test(flavor = "multi_thread")]
async fn an_approved_assignment_that_a_crash_cut_short_is_listed_and_goes_on() {
    let server = Server::start().await;
    let ((olu, _), (pia, pia_id)) = (appoint(&server, "Olu").await, appoint(&server, "Pia").await);
    let company = Company::found(&server).await;
    let reader = server.store.reader();
    assert_eq!(unfinished(reader).await.expect("read"), [], "all is well");
    assert!(replay_tool::unfinished::run(reader, false).await.expect("told"));

    let asked = olu.post("/v1/org-interventions", company.ask()).await.is(201);
    let (intervention, operator) = (InterventionId(asked.id()), ApiKeyId(pia_id));
    let support = |command| {
        let command = Command::Installation(InstallationCommand::Support(command));
        let circumstances = by(Actor::Operator(operator), Authority::Operator);
        Submission::new(LedgerId::INSTALLATION, command, circumstances)
    };
    let approve = SupportCommand::Approve { intervention, by: operator };
    server.store.execute(support(approve)).await.expect("approved");
    assert_eq!(company.stages(&server).await, ["registered"]);
    let open = unfinished(reader).await.expect("read");
    let [open] = &open[..] else { panic!("{open:?}") };
    assert_eq!((open.step, open.about), ("org_intervention_approved", asked.id()));
    assert_eq!(open.missing_in, Some(company.id.0));
    assert!(!replay_tool::unfinished::run(reader, true).await.expect("told"));

    let path = format!("/v1/org-interventions/{}/approve", asked.id());
    let done = pia.post(&path, json!({})).await.is(200);
    assert_eq!(done.body["stage"], "carried_out", "{}", done.text);
    assert_eq!(company.stages(&server).await, ["registered", "invited"]);
    assert_eq!(unfinished(reader).await.expect("read"), []);
}

/// The company's ledger has it, the server ends, and the new user joins before somebody goes on.
#[tokio::test(flavor = "multi_thread")]
async fn an_assignment_that_was_recorded_before_the_crash_is_concluded_and_not_repeated() {
    use domain::subcontractor_org::SupportAssignment;
    let server = Server::start().await;
    let ((olu, olu_id), (pia, pia_id)) =
        (appoint(&server, "Olu").await, appoint(&server, "Pia").await);
    let company = Company::found(&server).await;
    let asked = olu.post("/v1/org-interventions", company.ask()).await.is(201);
    let (intervention, operator) = (InterventionId(asked.id()), ApiKeyId(pia_id));
    let approve = SupportCommand::Approve { intervention, by: operator };
    let command = Command::Installation(InstallationCommand::Support(approve));
    let circumstances = by(Actor::Operator(operator), Authority::Operator);
    let approve = Submission::new(LedgerId::INSTALLATION, command, circumstances);
    server.store.execute(approve).await.expect("approved");
    let listed = olu.get("/v1/org-interventions").await.is(200);
    let user: Uuid =
        serde_json::from_value(listed.body["items"][0]["user"].clone()).expect("an id");
    let user = SubUserId(user);
    // Without the key that the server sends it with, as after the receipt is gone.
    let assign = SubcontractorOrgCommand::AssignPrimaryContactBySupport(SupportAssignment {
        intervention,
        user,
        who: who("nia"),
        token: TokenId(Uuid::now_v7()),
        replaces: Some(company.first),
    });
    let circumstances = by(Actor::Operator(ApiKeyId(olu_id)), Authority::Support);
    let command = Command::SubcontractorOrg(company.id, assign);
    let assign = Submission::new(company.id.into(), command, circumstances);
    server.store.execute(assign.with_secret().expect("random")).await.expect("assigned");
    company.join(&server, user).await;

    let path = format!("/v1/org-interventions/{}/approve", asked.id());
    let done = pia.post(&path, json!({})).await.is(200);
    assert_eq!(done.body["stage"], "carried_out", "{}", done.text);
    assert_eq!(company.stages(&server).await, ["removed", "registered"]);
    assert_eq!(server.mails(company.id.0, user.0).await.len(), 1, "no second mail");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_between_ledgers_that_nobody_went_on_with_are_listed() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let company = Company::found(&server).await;
    // The company knows a general contractor, who does not know that it accepted.
    let (account, subcontractor) = (AccountId(builder.id), SubcontractorId(Uuid::now_v7()));
    let link = SubcontractorOrgCommand::LinkGeneralContractor { account, subcontractor };
    company.run(&server, company.first, link).await;
    // Somebody is linked to a company that never came to be, and to one that knows them.
    let person = PersonId(Uuid::now_v7());
    server.store.ensure_ledger(person.into(), "person").await.expect("a ledger");
    let run = async |command: PersonCommand, secret: bool| {
        let circumstances = by(Actor::Owner(person), Authority::Owner);
        let command = Command::Person(person, command);
        let mut submission = Submission::new(person.into(), command, circumstances);
        submission.password = Some(PasswordHash::new(format!("$none${}", Uuid::now_v7())));
        let submission =
            if secret { submission.with_secret().expect("random") } else { submission };
        server.store.execute(submission).await.expect("taken");
    };
    let email = EmailAddress::parse("eve@example.org").expect("an address");
    let credential = CredentialId(Uuid::now_v7());
    run(PersonCommand::Register { email, credential }, false).await;
    let (nowhere, user) = (OrgId(Uuid::now_v7()), SubUserId(Uuid::now_v7()));
    run(PersonCommand::LinkOrg { org: nowhere, user }, false).await;
    run(PersonCommand::LinkOrg { org: company.id, user: company.first }, false).await;
    // And their login moves to another address.
    let token = TokenId(Uuid::now_v7());
    let to = EmailAddress::parse("eve@new.example").expect("an address");
    let request = EmailChangeCommand::Request { token, to, shown: credential };
    run(PersonCommand::EmailChange(request), true).await;
    assert_eq!(unfinished(server.store.reader()).await.expect("read").len(), 2, "not begun");
    run(PersonCommand::EmailChange(EmailChangeCommand::Begin(token)), false).await;

    let open = unfinished(server.store.reader()).await.expect("read");
    let told: Vec<_> =
        open.iter().map(|one| (one.step, one.ledger, one.about, one.missing_in)).collect();
    assert_eq!(
        told,
        [
            ("general_contractor_linked", company.id.0, subcontractor.0, Some(builder.id)),
            ("person_linked", person.0, user.0, Some(nowhere.0)),
            ("email_move_begun", person.0, person.0, None),
        ]
    );
}
