//! Subcontractors as their general contractor has them, over HTTP (R71, R76, R82 to R84, G8; scenario 21).
//!
//! What the company's own people do is done here past the door, by their commands: their routes have tests of
//! their own.

use super::harness::{Answer, Builder, Caller, Server, send};
use domain::subcontractor::{
    NewPrimaryContact, SubcontractorCommand, SubcontractorEvent, TradeDeed,
};
use domain::subcontractor_org::{NewSubUser, SubcontractorOrgCommand};
use domain::text::MessageText;
use domain::{
    AccountId, Actor, Authority, Channel, Circumstances, Command, CommentId, CompanyName,
    EmailAddress, JobId, LedgerId, OrgId, PersonId, PersonName, PrimaryContactRequestId,
    ProjectInvitationId, Rejection, SubUserId, SubcontractorId, TaskId, Timestamp, TokenId,
};
use event_store::{ExecuteError, Submission, system_clock};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

const PASSWORD: &str = "a roof of grey slate";

/// A subcontractor's company past its door: an organisation with one registered user.
#[derive(Clone, Copy)]
pub(super) struct Org {
    pub(super) org: OrgId,
    pub(super) user: SubUserId,
}

impl Org {
    /// Founds it, in a ledger of its own.
    pub(super) async fn found(server: &Server, email: &str) -> Self {
        let org = Self { org: OrgId(Uuid::now_v7()), user: SubUserId(Uuid::now_v7()) };
        server.store.ensure_ledger(org.org.into(), "subcontractor_org").await.expect("a ledger");
        let create = SubcontractorOrgCommand::Create {
            name: CompanyName::parse("Volt & Daughters").expect("a name"),
            user: org.user,
            who: NewSubUser {
                first_name: PersonName::parse("Vera").expect("a name"),
                last_name: PersonName::parse("Volt").expect("a name"),
                email: EmailAddress::parse(email).expect("an address"),
            },
            person: PersonId(Uuid::now_v7()),
        };
        let command = Command::SubcontractorOrg(org.org, create);
        org.does(server, org.org.into(), command).await.expect("founded");
        org
    }

    pub(super) async fn does(
        self,
        server: &Server,
        ledger: LedgerId,
        command: Command,
    ) -> Result<(), Rejection> {
        let circumstances = Circumstances {
            actor: Actor::SubUser(self.user),
            authority: Authority::SubUser { org: self.org, user: self.user },
            acting_as: None,
            channel: Channel::Portal,
            client: None,
            correlation: Uuid::now_v7(),
            causation: None,
            reason: None,
        };
        match server.store.execute(Submission::new(ledger, command, circumstances)).await {
            Ok(_) => Ok(()),
            Err(ExecuteError::Rejected(rejection)) => Err(rejection),
            Err(failed) => panic!("{failed}"),
        }
    }

    /// Accepts with this link, or hears why not.
    pub(super) async fn accepts(
        self,
        server: &Server,
        builder: &Builder,
        subcontractor: Uuid,
        invitation: Uuid,
        token: TokenId,
    ) -> Result<(), Rejection> {
        let Self { org, user } = self;
        let invitation = ProjectInvitationId(invitation);
        let accept = SubcontractorCommand::Accept { invitation, token, org, user };
        let command = Command::Subcontractor(SubcontractorId(subcontractor), accept);
        self.does(server, LedgerId(builder.id), command).await
    }

    pub(super) async fn deed(
        self,
        server: &Server,
        builder: &Builder,
        (job, subcontractor, task): (Uuid, Uuid, Uuid),
        deed: TradeDeed,
    ) -> Result<(), Rejection> {
        let command = Command::TradeTask {
            job: JobId(job),
            subcontractor: SubcontractorId(subcontractor),
            user: self.user,
            task: TaskId(task),
            deed,
        };
        self.does(server, LedgerId(builder.id), command).await
    }

    pub(super) fn says(text: &str) -> TradeDeed {
        let text = MessageText::parse(text).expect("a text");
        TradeDeed::Comment { comment: CommentId(Uuid::now_v7()), text }
    }
}

/// A company that is noted.
pub(super) async fn noted(builder: &Builder, name: &str, email: &str) -> Uuid {
    let body = json!({ "name": name, "primary_contact": { "name": "Vera Volt", "email": email } });
    builder.admin.post("/v1/subcontractors", body).await.is(201).id()
}

/// An invitation of it to a job.
pub(super) async fn invited(builder: &Builder, subcontractor: Uuid, job: Uuid) -> Uuid {
    let path = format!("/v1/subcontractors/{subcontractor}/project-invitations");
    builder.admin.post(&path, json!({ "job": job })).await.is(201).id()
}

/// The token of the last mail with an invitation.
pub(super) async fn token(
    server: &Server,
    builder: &Builder,
    invitation: Uuid,
    of: Uuid,
) -> TokenId {
    let reader = server.store.reader();
    let events = reader.aggregate_events(LedgerId(builder.id), &[of]).await.expect("events");
    let sent = events.iter().rev().find_map(|recorded| {
        let (id, token) = match recorded.subcontractor()?.1 {
            SubcontractorEvent::ProjectInvitationSent(e) => (e.invitation, e.token),
            SubcontractorEvent::ProjectInvitationResent(e) => (e.invitation, e.token),
            SubcontractorEvent::SubcontractorAdded(_)
            | SubcontractorEvent::SubcontractorRenamed(_)
            | SubcontractorEvent::ProjectInvitationCancelled(_)
            | SubcontractorEvent::ProjectInvitationDeclined(_)
            | SubcontractorEvent::ProjectInvitationExpired(_)
            | SubcontractorEvent::ProjectInvitationStaled(_)
            | SubcontractorEvent::ProjectInvitationAccepted(_)
            | SubcontractorEvent::ProjectWithdrawn(_)
            | SubcontractorEvent::SubcontractorOrgLinked(_)
            | SubcontractorEvent::PrimaryContactChangeRequested(_)
            | SubcontractorEvent::PrimaryContactRequestDeclined(_)
            | SubcontractorEvent::PrimaryContactChanged(_) => return None,
        };
        (id.0 == invitation).then_some(token)
    });
    sent.expect("an invitation")
}

/// A company that has accepted a job.
pub(super) async fn accepted(
    server: &Server,
    builder: &Builder,
    org: Org,
    subcontractor: Uuid,
    job: Uuid,
) -> Uuid {
    let invitation = invited(builder, subcontractor, job).await;
    let token = token(server, builder, invitation, subcontractor).await;
    org.accepts(server, builder, subcontractor, invitation, token).await.expect("accepted");
    invitation
}

/// A task that is for it.
pub(super) async fn task_for(
    builder: &Builder,
    job: Uuid,
    subcontractor: Uuid,
    title: &str,
) -> Uuid {
    let body =
        json!({ "title": title, "phase": "execution", "assignee": { "trade": subcontractor } });
    builder.admin.post(&format!("/v1/jobs/{job}/tasks"), body).await.is(201).id()
}

/// What the lists show of it, after all that has happened.
async fn shown(builder: &Builder, subcontractor: Uuid) -> Answer {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Seen" })).await.is(201);
    let path = format!("/v1/subcontractors/{subcontractor}");
    builder.admin.get_after(&last, &path).await.is(200)
}

async fn job_shown(builder: &Builder, job: Uuid) -> Answer {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Seen" })).await.is(201);
    builder.admin.get_after(&last, &format!("/v1/jobs/{job}")).await.is(200)
}

fn stages(shown: &Answer) -> Vec<&str> {
    let invitations = shown.body["invitations"].as_array().expect("a list");
    invitations.iter().map(|one| one["stage"].as_str().expect("a stage")).collect()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, rule: &str) {
    let told = (answer.status.as_u16(), answer.code(), &answer.body["rule"]);
    assert_eq!(told, (status, code, &json!(rule)), "{}", answer.text);
}

#[track_caller]
fn says_no(said: Result<(), Rejection>, code: &str) {
    assert_eq!(said.expect_err("a refusal").refusal().code, code);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_builder_notes_renames_and_finds_subcontractors() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let admin = &elm.admin;
    let body = json!({
        "name": "Volt Electric",
        "primary_contact": { "name": "Vera Volt", "email": "Vera@Volt.example" },
    });
    let key = [("idempotency-key", "volt-1")];
    let made = admin.with("/v1/subcontractors", body.clone(), &key).await.is(201);
    let again = admin.with("/v1/subcontractors", body, &key).await.is(201);
    assert_eq!((made.id(), &made.body), (again.id(), &again.body), "acts once");
    let path = format!("/v1/subcontractors/{}", made.id());
    assert_eq!(made.headers["location"], path.as_str());
    let volt = admin.get_after(&made, &path).await.is(200);
    assert_eq!(volt.headers["etag"], "\"1\"");
    let contact = json!({ "name": "Vera Volt", "email": "Vera@Volt.example" });
    assert_eq!(
        (&volt.body["primary_contact"], &volt.body["status"]),
        (&contact, &json!("not_invited"))
    );
    assert!(server.mails(elm.id, made.id()).await.is_empty(), "noting it mails nobody");
    let rename = admin.request(Method::PATCH, &path).header("if-match", "\"7\"");
    assert_eq!(send(rename.json(&json!({ "name": "Volt" }))).await.is(412).code(), "stale_version");
    admin.patch(&path, json!({ "name": "Volt & Daughters" })).await.is(200);
    let last = admin.patch(&path, json!({ "name": "Volt & Daughters" })).await.is(200);
    assert_eq!(last.body["outcome"], "unchanged");
    noted(&elm, "Oak Tiling", "ina@tiles.example").await;
    let job = admin.job("Barn", &[]).await;
    invited(&elm, made.id(), job).await;
    let seen = shown(&elm, made.id()).await;
    assert_eq!(seen.body["invitations"][0]["job"], "Barn");
    for (query, names) in [
        ("", vec!["Oak Tiling", "Volt & Daughters"]),
        ("?search=daugh", vec!["Volt & Daughters"]),
        ("?search=vera", vec!["Oak Tiling", "Volt & Daughters"]),
        ("?search=tiles.example", vec!["Oak Tiling"]),
        ("?status=invited", vec!["Volt & Daughters"]),
        ("?status=not_invited", vec!["Oak Tiling"]),
        ("?status=accepted", vec![]),
        ("?stale=true", vec![]),
        ("?stale=false&limit=1", vec!["Oak Tiling"]),
    ] {
        let found = admin.get(&format!("/v1/subcontractors{query}")).await.is(200);
        assert_eq!(found.each("name"), names, "{query}");
    }
    let first = admin.get("/v1/subcontractors?limit=1").await.is(200);
    let next = first.body["next"].as_str().expect("a cursor");
    let rest = admin.get(&format!("/v1/subcontractors?limit=1&cursor={next}")).await.is(200);
    assert_eq!(
        (rest.each("name"), &rest.body["next"]),
        (vec!["Volt & Daughters".into()], &Value::Null)
    );
    for (body, field) in [
        (json!({ "name": " ", "primary_contact": { "name": "V", "email": "v@x.org" } }), "name"),
        (
            json!({ "name": "V", "primary_contact": { "name": "", "email": "v@x.org" } }),
            "primary_contact.name",
        ),
        (
            json!({ "name": "V", "primary_contact": { "name": "V", "email": "v" } }),
            "primary_contact.email",
        ),
    ] {
        let refused = admin.post("/v1/subcontractors", body).await.is(422);
        assert_eq!(refused.body["field"], field, "{}", refused.text);
    }
    assert_eq!(admin.get("/v1/subcontractors?status=gone").await.is(422).body["field"], "status");
    assert_eq!(admin.get("/v1/subcontractors?stale=maybe").await.is(422).body["field"], "stale");
}

#[tokio::test(flavor = "multi_thread")]
async fn r71_an_invitation_to_a_job_goes_to_the_primary_contact_and_nowhere_else() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let volt = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let (barn, shed) = (elm.admin.job("Barn", &[]).await, elm.admin.job("Shed", &[]).await);
    let path = format!("/v1/subcontractors/{volt}/project-invitations");
    let key = [("idempotency-key", "barn-1")];
    let made = elm.admin.with(&path, json!({ "job": barn }), &key).await.is(201);
    let again = elm.admin.with(&path, json!({ "job": barn }), &key).await.is(201);
    assert_eq!((made.id(), &made.body["part_of"]), (again.id(), &json!(volt)));
    let mails = server.mails(elm.id, volt).await;
    let told: Vec<_> = mails.iter().map(|mail| (&*mail.kind, &*mail.to)).collect();
    assert_eq!(told, [("project_invitation", "vera@volt.example")]);
    assert!(mails[0].link.starts_with("tbj_"), "{}", mails[0].link);
    // One at a time for a job; another job takes another.
    let twice = elm.admin.post(&path, json!({ "job": barn })).await;
    refused(&twice, 409, "project_already_invited", "R71");
    invited(&elm, volt, shed).await;
    // A job that is put away, that is nobody's, or that is no id.
    let gone = elm.admin.job("House of cards", &[]).await;
    elm.admin.order(&format!("/v1/jobs/{gone}/archive")).await.is(200);
    assert_eq!(elm.admin.post(&path, json!({ "job": gone })).await.is(409).code(), "job_archived");
    assert_eq!(
        elm.admin.post(&path, json!({ "job": Uuid::now_v7() })).await.is(404).code(),
        "not_found"
    );
    assert_eq!(elm.admin.post(&path, json!({ "job": "barn" })).await.is(422).body["field"], "job");
    let oak = server.builder("Oak").await;
    let theirs = oak.admin.job("Theirs", &[]).await;
    assert_eq!(elm.admin.post(&path, json!({ "job": theirs })).await.is(404).code(), "not_found");
    // Resent, it is another link; cancelled, it can be sent again.
    let one = format!("{path}/{}", made.id());
    elm.admin.order(&format!("{one}/resend")).await.is(200);
    let mails = server.mails(elm.id, volt).await;
    assert_eq!(mails.len(), 3);
    assert_ne!(mails[0].link, mails[2].link);
    elm.admin.order(&format!("{one}/cancel")).await.is(200);
    let twice = elm.admin.order(&format!("{one}/cancel")).await.is(200);
    assert_eq!(twice.body["outcome"], "unchanged");
    assert_eq!(
        elm.admin.order(&format!("{one}/withdraw")).await.is(409).code(),
        "project_not_accepted"
    );
    assert_eq!(stages(&shown(&elm, volt).await), ["pending", "cancelled"]);
    elm.admin.order(&format!("{one}/resend")).await.is(200);
    assert_eq!(stages(&shown(&elm, volt).await), ["pending", "pending"]);
    let unknown = format!("{path}/{}/resend", Uuid::now_v7());
    assert_eq!(elm.admin.order(&unknown).await.is(404).code(), "not_found");
}

/// Scenario 21, R82, R83
#[tokio::test(flavor = "multi_thread")]
async fn r83_once_the_primary_contact_has_changed_old_links_refuse_until_all_are_resent() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let volt = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let org = Org::found(&server, "vera@volt.example").await;
    let at = format!("/v1/subcontractors/{volt}");
    let mut invitations = Vec::new();
    for name in ["Barn", "Shed", "Mill"] {
        let job = elm.admin.job(name, &[]).await;
        invitations.push(invited(&elm, volt, job).await);
    }
    let [barn, shed, mill] = invitations[..] else { panic!("three") };
    let mut old = Vec::new();
    for invitation in [barn, shed, mill] {
        old.push(token(&server, &elm, invitation, volt).await);
    }
    org.accepts(&server, &elm, volt, mill, old[2]).await.expect("accepted");
    let to = json!({ "name": "Uwe Ampere", "email": "uwe@volt.example" });
    elm.admin.put(&format!("{at}/primary-contact"), to.clone()).await.is(200);
    let seen = shown(&elm, volt).await;
    assert_eq!(
        stages(&seen),
        ["accepted", "needs_resend", "needs_resend"],
        "what is accepted stays"
    );
    assert_eq!((&seen.body["needs_resend"], &seen.body["primary_contact"]), (&json!(2), &to));
    let stale = elm.admin.get("/v1/subcontractors?stale=true").await.is(200);
    assert_eq!(stale.each("name"), ["Volt Electric"]);
    let mails = server.mails(elm.id, volt).await.len();
    assert_eq!(mails, 3, "nothing goes out by itself");
    for (invitation, token) in [(barn, old[0]), (shed, old[1])] {
        let said = org.accepts(&server, &elm, volt, invitation, token).await;
        says_no(said, "invite_contact_changed");
    }
    // One alone, then all with one action.
    elm.admin.order(&format!("{at}/project-invitations/{barn}/resend")).await.is(200);
    assert_eq!(stages(&shown(&elm, volt).await), ["accepted", "needs_resend", "pending"]);
    let to = json!({ "name": "Tea Ohm", "email": "tea@volt.example" });
    elm.admin.put(&format!("{at}/primary-contact"), to).await.is(200);
    let all = format!("{at}/project-invitations/resend-stale");
    let key = [("idempotency-key", "all-1")];
    elm.admin.with(&all, json!({}), &key).await.is(200);
    elm.admin.with(&all, json!({}), &key).await.is(200);
    assert_eq!(stages(&shown(&elm, volt).await), ["accepted", "pending", "pending"]);
    let mails = server.mails(elm.id, volt).await;
    let to: Vec<&str> = mails.iter().map(|mail| &*mail.to).collect();
    let (vera, uwe, tea) = ("vera@volt.example", "uwe@volt.example", "tea@volt.example");
    assert_eq!(to, [vera, vera, vera, uwe, tea, tea]);
    assert_ne!(mails[4].link, mails[5].link, "each has a link of its own");
    let links: Vec<&str> = mails.iter().map(|mail| &*mail.link).collect();
    assert!(links.iter().all(|link| link.starts_with("tbj_")), "{links:?}");
    assert_eq!(elm.admin.order(&all).await.is(200).body["outcome"], "unchanged", "none is left");
    // What was resent works; what came before is superseded.
    says_no(org.accepts(&server, &elm, volt, barn, old[0]).await, "invite_superseded");
    for invitation in [barn, shed] {
        let token = token(&server, &elm, invitation, volt).await;
        org.accepts(&server, &elm, volt, invitation, token).await.expect("accepted");
    }
    assert_eq!(stages(&shown(&elm, volt).await), ["accepted", "accepted", "accepted"]);
}

/// R82
#[tokio::test(flavor = "multi_thread")]
async fn r82_the_subcontractor_asks_and_the_general_contractor_changes_or_declines() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let volt = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let org = Org::found(&server, "vera@volt.example").await;
    let job = elm.admin.job("Barn", &[]).await;
    accepted(&server, &elm, org, volt, job).await;
    let ask = async |name: &str, email: &str| {
        let request = PrimaryContactRequestId(Uuid::now_v7());
        let to = NewPrimaryContact {
            name: PersonName::parse(name).expect("a name"),
            email: EmailAddress::parse(email).expect("an address"),
        };
        let ask = SubcontractorCommand::RequestPrimaryContactChange { request, user: org.user, to };
        let command = Command::Subcontractor(SubcontractorId(volt), ask);
        org.does(&server, LedgerId(elm.id), command).await.expect("asked");
        request.0
    };
    let (uwe, tea) = (ask("Uwe", "uwe@volt.example").await, ask("Tea", "tea@volt.example").await);
    let seen = shown(&elm, volt).await;
    assert_eq!(seen.body["open_requests"], 2);
    let at = format!("/v1/subcontractors/{volt}");
    elm.admin.order(&format!("{at}/primary-contact-requests/{tea}/decline")).await.is(200);
    let body = json!({ "name": "Uwe", "email": "uwe@volt.example", "request": uwe });
    elm.admin.put(&format!("{at}/primary-contact"), body.clone()).await.is(200);
    let seen = shown(&elm, volt).await;
    let requests = seen.body["requests"].as_array().expect("a list").iter();
    let states: Vec<_> = requests.map(|one| (&one["contact"]["name"], &one["state"])).collect();
    assert_eq!(states, [(&json!("Tea"), &json!("declined")), (&json!("Uwe"), &json!("changed"))]);
    assert_eq!(
        (&seen.body["open_requests"], &seen.body["primary_contact"]["name"]),
        (&json!(0), &json!("Uwe"))
    );
    let again = elm.admin.put(&format!("{at}/primary-contact"), body).await;
    refused(&again, 409, "primary_contact_request_answered", "R82");
    let unknown = format!("{at}/primary-contact-requests/{}/decline", Uuid::now_v7());
    assert_eq!(elm.admin.order(&unknown).await.is(404).code(), "not_found");
}

/// R84
#[tokio::test(flavor = "multi_thread")]
async fn r84_a_primary_contact_who_is_not_registered_is_warned_of_and_not_refused() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let volt = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let at = format!("/v1/subcontractors/{volt}/primary-contact");
    let change = async |email: &str| {
        let body = json!({ "name": "Somebody", "email": email });
        let changed = elm.admin.put(&at, body).await.is(200);
        changed.body["warnings"].clone()
    };
    let not_registered = |warnings: &Value| {
        let told = (&warnings[0]["code"], &warnings[0]["rule"]);
        assert_eq!(told, (&json!("primary_contact_not_registered"), &json!("R84")), "{warnings}");
    };
    not_registered(&change("uwe@volt.example").await);
    // An owner's login is no subcontractor's: the builder does not learn of it.
    server.owner(&elm, "ola@example.org", PASSWORD).await;
    not_registered(&change("ola@example.org").await);
    // Once the company has come, its own registered users count.
    let org = Org::found(&server, "vera@volt.example").await;
    let elsewhere = Org::found(&server, "tea@ohm.example").await;
    assert_ne!(org.org, elsewhere.org);
    let job = elm.admin.job("Barn", &[]).await;
    accepted(&server, &elm, org, volt, job).await;
    shown(&elm, volt).await;
    assert_eq!(change("VERA@volt.example").await, Value::Null);
    not_registered(&change("tea@ohm.example").await);
}

/// G8
#[tokio::test(flavor = "multi_thread")]
async fn g8_two_general_contractors_have_primary_contacts_of_their_own_in_one_organisation() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm & Sons").await, server.builder("Oak").await);
    let org = Org::found(&server, "vera@volt.example").await;
    let of_elm = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let of_oak = noted(&oak, "Volt (the good ones)", "uwe@volt.example").await;
    let (barn, mill) = (elm.admin.job("Barn", &[]).await, oak.admin.job("Mill", &[]).await);
    accepted(&server, &elm, org, of_elm, barn).await;
    let pending = invited(&oak, of_oak, mill).await;
    let to = json!({ "name": "Tea Ohm", "email": "tea@volt.example" });
    elm.admin.put(&format!("/v1/subcontractors/{of_elm}/primary-contact"), to).await.is(200);
    let (elms, oaks) = (shown(&elm, of_elm).await, shown(&oak, of_oak).await);
    assert_eq!(elms.body["primary_contact"]["email"], "tea@volt.example");
    assert_eq!(oaks.body["primary_contact"]["email"], "uwe@volt.example");
    assert_eq!(stages(&oaks), ["pending"], "the other's invitations are none of its business");
    let link = token(&server, &oak, pending, of_oak).await;
    org.accepts(&server, &oak, of_oak, pending, link).await.expect("accepted");
    // Neither learns that the other works with the same company.
    let (elms, oaks) = (shown(&elm, of_elm).await, shown(&oak, of_oak).await);
    for (seen, builder, id) in [(&elms, &elm, of_elm), (&oaks, &oak, of_oak)] {
        let history = builder.admin.get(&format!("/v1/subcontractors/{id}/history")).await.is(200);
        for never in [org.org.to_string(), org.user.to_string()] {
            assert!(!seen.text.contains(&never), "{}", seen.text);
            assert!(!history.text.contains(&never), "{}", history.text);
        }
    }
}

static HOURS: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_hours(HOURS.load(Ordering::Relaxed))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_to_a_job_that_nobody_answers_expires_and_can_be_sent_again() {
    let server = Server::start_by(clock).await;
    let elm = server.builder("Elm & Sons").await;
    let volt = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let org = Org::found(&server, "vera@volt.example").await;
    let job = elm.admin.job("Barn", &[]).await;
    let invitation = invited(&elm, volt, job).await;
    let old = token(&server, &elm, invitation, volt).await;
    HOURS.store(73, Ordering::Relaxed);
    // Before the clock has come by, the link is dead and the list says so.
    says_no(org.accepts(&server, &elm, volt, invitation, old).await, "invite_expired");
    assert_eq!(stages(&shown(&elm, volt).await), ["expired"]);
    assert_eq!(api::clock::end_trade_invitations(&server.store).await.expect("looked"), 1);
    assert_eq!(api::clock::end_trade_invitations(&server.store).await.expect("looked"), 0);
    let seen = shown(&elm, volt).await;
    assert_eq!((stages(&seen), &seen.body["status"]), (vec!["expired"], &json!("not_invited")));
    let history = elm.admin.get(&format!("/v1/subcontractors/{volt}/history")).await.is(200);
    assert_eq!(history.each("event")[0], "subcontractor.project_invitation_expired");
    let path = format!("/v1/subcontractors/{volt}/project-invitations/{invitation}/resend");
    elm.admin.order(&path).await.is(200);
    assert_eq!(stages(&shown(&elm, volt).await), ["pending"]);
    let new = token(&server, &elm, invitation, volt).await;
    org.accepts(&server, &elm, volt, invitation, new).await.expect("accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_for_subcontractors_of_the_job_and_are_nobodys_when_it_is_taken_away() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let volt = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let tiles = noted(&elm, "Oak Tiling", "ina@tiles.example").await;
    let org = Org::found(&server, "vera@volt.example").await;
    let job = elm.admin.job("Barn", &[]).await;
    let tasks = format!("/v1/jobs/{job}/tasks");
    let body =
        |who: Uuid| json!({ "title": "Wires", "phase": "execution", "assignee": { "trade": who } });
    // Not before it is invited; a stranger's id is an unknown one.
    let early = elm.admin.post(&tasks, body(volt)).await;
    refused(&early, 409, "assignee_is_no_trade", "R71");
    let invitation = accepted(&server, &elm, org, volt, job).await;
    let wired = task_for(&elm, job, volt, "Wires").await;
    let lamps = task_for(&elm, job, volt, "Lamps").await;
    let edit = json!({ "assignee": { "trade": tiles } });
    let other = elm.admin.patch(&format!("{tasks}/{wired}"), edit).await;
    refused(&other, 409, "assignee_is_no_trade", "R71");
    // Its users do them and talk about them; so does the builder.
    let about = (job, volt, wired);
    org.deed(&server, &elm, about, TradeDeed::Complete).await.expect("done");
    org.deed(&server, &elm, about, Org::says("Behind the panel, too?")).await.expect("said");
    let comments = format!("{tasks}/{wired}/comments");
    let key = [("idempotency-key", "yes-1")];
    let said = elm.admin.with(&comments, json!({ "text": "Yes, please." }), &key).await.is(201);
    let again = elm.admin.with(&comments, json!({ "text": "Yes, please." }), &key).await.is(201);
    assert_eq!((said.id(), &said.body["part_of"]), (again.id(), &json!(job)));
    assert_eq!(
        elm.admin.post(&comments, json!({ "text": " " })).await.is(422).body["field"],
        "text"
    );
    let seen = job_shown(&elm, job).await;
    let shown_wires = &seen.body["tasks"][0];
    assert_eq!(
        (&shown_wires["done"], &shown_wires["assignee"]),
        (&json!(true), &json!({ "trade": volt }))
    );
    let words: Vec<_> = shown_wires["comments"]
        .as_array()
        .expect("comments")
        .iter()
        .map(|one| (one["by"].as_str().expect("a side"), one["text"].as_str().expect("a text")))
        .collect();
    assert_eq!(words, [("trade", "Behind the panel, too?"), ("staff", "Yes, please.")]);
    assert_eq!(seen.body["trades"], json!([{ "id": volt, "name": "Volt Electric" }]));
    let on_job = elm.admin.get(&format!("/v1/jobs/{job}/subcontractors")).await.is(200);
    let one = &on_job.body["items"][0];
    assert_eq!(
        (&one["name"], &one["invitation"]["stage"]),
        (&json!("Volt Electric"), &json!("accepted"))
    );
    assert_eq!(one["tasks"].as_array().expect("tasks").len(), 2);
    // A task of nobody's takes no comments.
    let plain = json!({ "title": "Sweep", "phase": "closeout" });
    let plain = elm.admin.post(&tasks, plain).await.is(201).id();
    let reaches =
        elm.admin.post(&format!("{tasks}/{plain}/comments"), json!({ "text": "Hm" })).await;
    assert_eq!(reaches.is(409).code(), "comment_reaches_nobody");

    let path = format!("/v1/subcontractors/{volt}/project-invitations/{invitation}");
    assert_eq!(
        elm.admin.order(&format!("{path}/cancel")).await.is(409).code(),
        "invite_not_pending"
    );
    elm.admin.order(&format!("{path}/withdraw")).await.is(200);
    let seen = job_shown(&elm, job).await;
    let tasks_now = seen.body["tasks"].as_array().expect("tasks");
    let left: Vec<_> =
        tasks_now.iter().map(|one| (&one["title"], &one["assignee"], &one["done"])).collect();
    assert_eq!(
        left,
        [
            (&json!("Wires"), &Value::Null, &json!(true)),
            (&json!("Lamps"), &Value::Null, &json!(false)),
            (&json!("Sweep"), &Value::Null, &json!(false)),
        ],
        "they stay, and are nobody's"
    );
    assert_eq!(tasks_now[0]["comments"].as_array().map(Vec::len), Some(2), "what was said stays");
    let gone = org.deed(&server, &elm, (job, volt, lamps), TradeDeed::Complete).await;
    says_no(gone, "not_found");
    assert_eq!(stages(&shown(&elm, volt).await), ["withdrawn"]);
    let again = elm.admin.order(&format!("{path}/withdraw")).await.is(200);
    assert_eq!(again.body["outcome"], "unchanged");
    // As it was when the task was added.
    let history = elm.admin.get(&format!("/v1/jobs/{job}/history")).await.is(200);
    let added = history.body["items"].as_array().expect("a list").iter();
    let added =
        added.clone().find(|item| item["event"] == "job.task_added" && item["position"].is_u64());
    // The newest of them: the company had the others by then.
    let at = &added.expect("a task")["position"];
    let then = elm.admin.get(&format!("/v1/jobs/{job}?as_of={at}")).await.is(200);
    assert_eq!(then.body["trades"], json!([{ "id": volt, "name": "Volt Electric" }]));
    assert_eq!(then.body["tasks"][0]["assignee"], json!({ "trade": volt }));
}

/// R76
#[tokio::test(flavor = "multi_thread")]
async fn r76_a_general_contractor_manages_no_users_of_its_subcontractors() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let volt = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let org = Org::found(&server, "vera@volt.example").await;
    let member = server.staff(&elm, "mia@elm.example", "admin", &[]).await.session;
    let users = format!("/v1/subcontractors/{volt}/users");
    let one = format!("{users}/{}", org.user);
    let new = json!({ "first_name": "Uwe", "last_name": "Ampere", "email": "uwe@volt.example" });
    for round in 0..2 {
        for caller in [&elm.admin, &member, &server.key(&elm, "staff", &["manage_access"]).await] {
            let added = caller.post(&users, new.clone()).await;
            refused(&added, 403, "org_manages_its_users", "R76");
            assert!(added.body["remedy"].is_string(), "{}", added.text);
            refused(&caller.delete(&one).await, 403, "org_manages_its_users", "R76");
        }
        if round == 0 {
            let job = elm.admin.job("Barn", &[]).await;
            accepted(&server, &elm, org, volt, job).await;
        }
    }
    let oak = server.builder("Oak").await;
    assert_eq!(oak.admin.post(&users, new).await.is(404).code(), "not_found");
    let events = server.store.reader().aggregate_events(org.org.into(), &[org.org.0]).await;
    assert_eq!(events.expect("events").len(), 1, "nothing reached the organisation");
}

#[tokio::test(flavor = "multi_thread")]
async fn auditors_read_subcontractors_and_change_nothing_and_others_see_nothing() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let volt = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let job = elm.admin.job("Barn", &[]).await;
    let invitation = invited(&elm, volt, job).await;
    let task = task_for(&elm, job, volt, "Wires").await;
    shown(&elm, volt).await;
    let auditor = server.key(&elm, "auditor", &[]).await;
    let owner = server.owner(&elm, "ola@example.org", PASSWORD).await.session;
    let at = format!("/v1/subcontractors/{volt}");
    let reads = [
        "/v1/subcontractors".to_owned(),
        at.clone(),
        format!("{at}/history"),
        format!("/v1/jobs/{job}/subcontractors"),
    ];
    let one = format!("{at}/project-invitations/{invitation}");
    let contact = json!({ "name": "Uwe", "email": "uwe@volt.example" });
    let commands: [(Method, String, Value); 9] = [
        (
            Method::POST,
            "/v1/subcontractors".into(),
            json!({ "name": "X", "primary_contact": contact }),
        ),
        (Method::PATCH, at.clone(), json!({ "name": "X" })),
        (Method::PUT, format!("{at}/primary-contact"), contact.clone()),
        (Method::POST, format!("{at}/project-invitations"), json!({ "job": job })),
        (Method::POST, format!("{one}/resend"), json!({})),
        (Method::POST, format!("{one}/cancel"), json!({})),
        (Method::POST, format!("{one}/withdraw"), json!({})),
        (Method::POST, format!("{at}/project-invitations/resend-stale"), json!({})),
        (Method::POST, format!("/v1/jobs/{job}/tasks/{task}/comments"), json!({ "text": "X" })),
    ];
    for path in &reads {
        auditor.get(path).await.is(200);
        assert_eq!(owner.get(path).await.is(403).code(), "not_permitted", "{path}");
    }
    for (method, path, body) in &commands {
        for caller in [&auditor, &owner] {
            let tried = send(caller.request(method.clone(), path).json(body)).await;
            assert_eq!(tried.is(403).code(), "not_permitted", "{method} {path}");
        }
    }
    assert_eq!(stages(&shown(&elm, volt).await), ["pending"]);
    // Day-to-day work is the staff's, too.
    let staff = server.key(&elm, "staff", &[]).await;
    for (method, path, body) in commands.iter().skip(1).take(2) {
        send(staff.request(method.clone(), path).json(body)).await.is(200);
    }
}

/// R96 to R98
#[tokio::test(flavor = "multi_thread")]
async fn r98_owners_portals_and_customers_never_see_subcontractors_nor_what_is_said_to_them() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let customer = json!({ "name": "The Adas" });
    let customer = elm.admin.post("/v1/customers", customer).await.is(201).id();
    let member = json!({ "contact_id": ada.contact });
    elm.admin.post(&format!("/v1/customers/{customer}/contacts"), member).await.is(200);
    let job = elm.admin.job("Barn", &[ada.contact]).await;
    let volt = noted(&elm, "Qanary Electric", "qanary@volt.example").await;
    let org = Org::found(&server, "qanary@volt.example").await;
    accepted(&server, &elm, org, volt, job).await;
    let task = task_for(&elm, job, volt, "Zwires").await;
    org.deed(&server, &elm, (job, volt, task), Org::says("qanary speaks")).await.expect("said");
    let comments = format!("/v1/jobs/{job}/tasks/{task}/comments");
    let last = elm.admin.post(&comments, json!({ "text": "qanary hears" })).await.is(201);
    let link = json!({ "name": "Qlink" });
    let link = elm.admin.post(&format!("/v1/jobs/{job}/portal-links"), link).await.is(201);
    let (portal, secret) = (link.id(), link.body["token"].as_str().expect("a token").to_owned());
    let seen = elm.admin.get_after(&last, &format!("/v1/jobs/{job}")).await.is(200);
    assert!(seen.text.contains("qanary hears") && seen.text.contains("Qanary Electric"));
    let nobody = server.anybody();
    let portal = server.client.get(format!("{}/v1/portal/{portal}?token={secret}", server.base));
    let answers = [
        ada.session.get("/v1/me/jobs").await,
        ada.session.get(&format!("/v1/me/jobs/{}/{job}", elm.id)).await,
        ada.session.get("/v1/me/history").await,
        ada.session.get(&format!("/v1/me/history?contact={}", ada.contact)).await,
        ada.session.get("/v1/me/customers").await,
        ada.session.get(&format!("/v1/me/customers/{customer}/contacts")).await,
        elm.admin.get_after(&last, &format!("/v1/jobs/{job}/portal")).await,
        send(portal).await,
    ];
    for answer in answers {
        let answer = answer.is(200);
        let text = answer.text.to_lowercase();
        for never in ["qanary", "zwires", &volt.to_string(), &org.org.to_string()] {
            assert!(!text.contains(never), "{never}: {}", answer.text);
        }
    }
    nobody.get(&comments).await;
    let foreign: &Caller = &ada.session;
    foreign.post(&comments, json!({ "text": "X" })).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_subcontractor_says_who_did_what() {
    let server = Server::start().await;
    let elm = server.builder("Elm & Sons").await;
    let volt = noted(&elm, "Volt Electric", "vera@volt.example").await;
    let org = Org::found(&server, "vera@volt.example").await;
    let job = elm.admin.job("Barn", &[]).await;
    accepted(&server, &elm, org, volt, job).await;
    let account = AccountId(elm.id);
    let link = SubcontractorOrgCommand::LinkGeneralContractor {
        account,
        subcontractor: SubcontractorId(volt),
    };
    let link = Command::SubcontractorOrg(org.org, link);
    org.does(&server, org.org.into(), link).await.expect("linked");
    shown(&elm, volt).await;
    let history = elm.admin.get(&format!("/v1/subcontractors/{volt}/history")).await.is(200);
    let mut events = history.each("event");
    events.retain(|event| event.starts_with("subcontractor."));
    assert_eq!(
        events,
        [
            "subcontractor.project_invitation_accepted",
            "subcontractor.org_linked",
            "subcontractor.project_invitation_sent",
            "subcontractor.added",
        ]
    );
    let actors = history.body["items"].as_array().expect("a list").iter();
    let kinds: Vec<_> =
        actors.map(|item| item["actor"]["kind"].as_str().expect("a kind")).collect();
    assert!(kinds.contains(&"sub_user") && kinds.contains(&"builder_staff"), "{kinds:?}");
    // The id that the builder is told is theirs in this account alone, and finds what they did here.
    let mut told = history.body["items"].as_array().expect("a list").iter();
    let told = told.find(|item| item["actor"]["kind"] == "sub_user").expect("theirs");
    let told = told["actor"]["id"].as_str().expect("an id");
    assert_ne!(told, org.user.0.to_string());
    let theirs = format!("/v1/audit?actor={told}&subcontractor={volt}");
    let theirs = elm.admin.get(&theirs).await.is(200);
    assert_eq!(
        theirs.each("event"),
        ["subcontractor.project_invitation_accepted", "subcontractor.org_linked"]
    );
    let own = format!("/v1/audit?actor={}", org.user.0);
    assert!(elm.admin.get(&own).await.is(200).each("event").is_empty());
    let both = format!("/v1/audit?subcontractor={volt}&job={job}");
    elm.admin.get(&both).await.is(422);
}
