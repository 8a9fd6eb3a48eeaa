//! Accepting for an organisation once, whoever races for it and wherever a crash comes between the steps;
//! and the last two users, who remove each other (promise 10, G9).

use super::harness::{Answer, Builder, Server};
use super::trades::{
    TRADE_PASSWORD, accept, accept_anew, add_user, change_primary_contact, invited, member,
    resend_stale, second_user, work,
};
use domain::person::PersonCommand;
use domain::subcontractor::SubcontractorEvent;
use domain::subcontractor_org::{NewSubUser, SubcontractorOrgCommand};
use domain::text::{CompanyName, PersonName};
use domain::{
    AccountId, Actor, Authority, Channel, Circumstances, Command, CredentialId, EmailAddress,
    Event, LedgerId, OrgId, PersonId, SubcontractorId,
};
use event_store::Submission;
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

/// How often the general contractor's ledger says that an invitation was accepted.
async fn acceptances(server: &Server, builder: &Builder, subcontractor: Uuid) -> usize {
    let ledger = LedgerId(builder.id);
    let events = server.store.reader().aggregate_events(ledger, &[subcontractor]).await;
    let accepted = |event: &Event| {
        matches!(event, Event::Subcontractor(SubcontractorEvent::ProjectInvitationAccepted(_)))
    };
    events.expect("events").iter().filter(|recorded| accepted(&recorded.event)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_hundred_who_accept_a_project_at_once_wins() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (pipes, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let anybody = server.anybody();
    let body = |n: usize| json!({ "password": format!("ladder number {n} on the wall") });
    let answers = join_all((0..100).map(|n| accept(&anybody, &link, body(n)))).await;
    let mut won = 0;
    for answer in &answers {
        match (answer.status.as_u16(), answer.code()) {
            (200, _) => won += 1,
            (410, "invite_used") | (403, "login_needed") => {}
            (429, "too_many_tries") | (503, "unavailable") => {
                assert!(answer.headers.contains_key("retry-after"), "{}", answer.text);
            }
            _ => panic!("{}", answer.text),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(acceptances(&server, &elm, pipes).await, 1);
    assert_eq!(server.rows("org_users").await.len(), 1, "one organisation of one");
    assert_eq!(server.rows("person_passwords").await.len(), 1, "one login");
    assert_eq!(server.rows("sessions").await.len(), 1, "one session");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_person_who_accepts_from_ten_windows_at_once_one_window_wins() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let own = server.sign_in("pia@pipes.example", TRADE_PASSWORD).await;
    let (roofs, _, link) =
        invited(&server, &elm, ("Roofs", "Pia Pipe", "pia@pipes.example"), "Shed").await;
    let answers = join_all((0..10).map(|_| accept(&own, &link, json!({})))).await;
    let codes: Vec<_> = answers.iter().map(|a| (a.status.as_u16(), a.code().to_owned())).collect();
    assert_eq!(codes.iter().filter(|(status, _)| *status == 200).count(), 1, "{codes:?}");
    let used = |code: &(u16, String)| code.0 == 200 || code.1 == "invite_used";
    assert!(codes.iter().all(used), "{codes:?}");
    assert_eq!(acceptances(&server, &elm, roofs).await, 1);
    let users = pia.session.get("/v1/org/users").await.is(200);
    assert_eq!(users.each("id"), [pia.user.to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_join_an_organisation_at_once_by_one_link_one_does() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let (_, link) = add_user(&server, &pia, "nia@pipes.example").await;
    let anybody = server.anybody();
    let path = format!("/v1/org-invitations/{link}/accept");
    let body = |n: usize| json!({ "password": format!("shed number {n} by the site") });
    let answers = join_all((0..8).map(|n| anybody.post(&path, body(n)))).await;
    let joined = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(joined, 1, "{:?}", answers.iter().map(Answer::code).collect::<Vec<_>>());
    assert_eq!(server.rows("org_users").await.len(), 2);
}

/// G9: decided under the ledger's lock, so that one of them stays, whoever comes first.
#[tokio::test(flavor = "multi_thread")]
async fn of_the_last_two_users_who_remove_each_other_one_stays() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    for round in 0..6 {
        let email = format!("pia@pipes{round}.example");
        let (_, _, link) = invited(&server, &elm, ("Pipes", "Pia Pipe", &email), "Barn").await;
        let pia = accept_anew(&server, &link).await;
        let nia = second_user(&server, &pia, &format!("nia@pipes{round}.example")).await;
        let (hers, other_one) =
            (format!("/v1/org/users/{}", pia.user), format!("/v1/org/users/{}", nia.user));
        let (one, other) = if round % 2 == 0 {
            // Each the other.
            tokio::join!(pia.session.delete(&other_one), nia.session.delete(&hers))
        } else {
            // Each oneself.
            tokio::join!(pia.session.delete(&hers), nia.session.delete(&other_one))
        };
        let statuses = [one.status.as_u16(), other.status.as_u16()];
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        let loser = if one.status == 200 { &other } else { &one };
        let told = ["last_sub_user", "not_a_registered_user", "unauthorized"];
        assert!(told.contains(&loser.code()), "{}", loser.text);
        let left = server.rows("org_users").await.len();
        assert_eq!(left, round + 1, "one an organisation");
    }
}

/// The steps of an acceptance, as far as they got before a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// The person is registered, and the address confirmed.
    Registered,
    /// The person's ledger notes the organisation.
    Noted,
    /// The organisation's ledger is there, and empty.
    LedgerMade,
    /// The organisation has begun.
    Created,
    /// Its domain is noted.
    DomainNoted,
    /// It notes the general contractor.
    Linked,
}

struct Begun<'a> {
    server: &'a Server,
    builder: &'a Builder,
    subcontractor: Uuid,
    email: EmailAddress,
    token: Uuid,
    /// Whose password hash is taken.
    like: PersonId,
}

impl Begun<'_> {
    /// Takes the steps that came before the crash.
    async fn until(&self, last: Step) -> OrgId {
        let store = &self.server.store;
        let keys = store.reader().keys();
        let person = keys.imported_person(&self.email);
        store.reserve_login(&self.email, person).await.expect("reserved");
        store.ensure_ledger(person.into(), "person").await.expect("a ledger");
        let token = self.token.to_string();
        let credential =
            CredentialId(keys.import_id(LedgerId::INSTALLATION, "first credential", &token));
        let register = PersonCommand::Register { email: self.email.clone(), credential };
        let own = circumstances(Actor::Owner(person), Authority::Owner);
        let mut submission =
            Submission::new(person.into(), Command::Person(person, register), own.clone());
        submission.password =
            store.password(self.like).await.expect("read").map(|stored| stored.hash);
        store.execute(submission).await.expect("registered");
        store.confirm_login(&self.email, person).await.expect("confirmed");
        let org = store.org_id(LedgerId(self.builder.id), SubcontractorId(self.subcontractor));
        let user = store.sub_user_id(org, person);
        if last >= Step::Noted {
            let link = Command::Person(person, PersonCommand::LinkOrg { org, user });
            store.execute(Submission::new(person.into(), link, own)).await.expect("noted");
        }
        if last >= Step::LedgerMade {
            store.ensure_ledger(org.into(), "subcontractor_org").await.expect("a ledger");
        }
        let as_user = circumstances(Actor::SubUser(user), Authority::SubUser { org, user });
        if last >= Step::Created {
            let name = |typed: &str| PersonName::parse(typed).expect("a name");
            let who = NewSubUser {
                first_name: name("Pia"),
                last_name: name("Pipe"),
                email: self.email.clone(),
            };
            let name = CompanyName::parse("Pipes").expect("a name");
            let create = SubcontractorOrgCommand::Create { name, user, who, person };
            self.in_org(org, create, as_user.clone()).await;
        }
        if last >= Step::DomainNoted {
            store.note_org_domain(&self.email, org).await.expect("noted");
        }
        if last >= Step::Linked {
            let link = SubcontractorOrgCommand::LinkGeneralContractor {
                account: AccountId(self.builder.id),
                subcontractor: SubcontractorId(self.subcontractor),
            };
            self.in_org(org, link, as_user).await;
        }
        org
    }

    async fn in_org(&self, org: OrgId, command: SubcontractorOrgCommand, by: Circumstances) {
        let command = Command::SubcontractorOrg(org, command);
        let submission = Submission::new(org.into(), command, by);
        self.server.store.execute(submission).await.expect("carried out");
    }
}

fn circumstances(actor: Actor, authority: Authority) -> Circumstances {
    Circumstances {
        actor,
        authority,
        acting_as: None,
        channel: Channel::Portal,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_between_the_steps_of_accepting_the_same_link_goes_on() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let like = server.owner(&elm, "like@example.org", TRADE_PASSWORD).await.person;
    let like = PersonId(like);
    for step in [
        Step::Registered,
        Step::Noted,
        Step::LedgerMade,
        Step::Created,
        Step::DomainNoted,
        Step::Linked,
    ] {
        let typed = format!("{step:?}@{step:?}.example");
        let (subcontractor, job, link) =
            invited(&server, &elm, ("Pipes", "Pia Pipe", &typed), "Barn").await;
        let token = server.mails(elm.id, subcontractor).await[0].id;
        let email = EmailAddress::parse(&typed).expect("an address");
        let begun = Begun { server: &server, builder: &elm, subcontractor, email, token, like };
        let org = begun.until(step).await;
        assert_eq!(acceptances(&server, &elm, subcontractor).await, 0);
        // Nothing is open by what came before: not even the organisation's own list has the project.
        if step >= Step::Created {
            let session = work(&server, &typed, org.0).await.is(201);
            let session = server.caller(session.body["token"].as_str().expect("a token"));
            let empty = json!([]);
            assert_eq!(session.get("/v1/org/projects").await.is(200).body["items"], empty);
            assert_eq!(
                session.get("/v1/org/general-contractors").await.is(200).body["items"],
                empty
            );
            let path = format!("/v1/org/projects/{job}");
            assert_eq!(session.get(&path).await.is(404).code(), "not_found");
        }
        let wrong = json!({ "password": "another ladder at the wall" });
        let refused = accept(&server.anybody(), &link, wrong).await.is(403);
        assert_eq!(refused.code(), "login_needed", "{step:?}");
        let body = json!({ "password": TRADE_PASSWORD });
        let accepted = accept(&server.anybody(), &link, body.clone()).await.is(200);
        assert_eq!(accepted.body["org"], json!(org.0), "{step:?}: never a second one");
        assert_eq!(acceptances(&server, &elm, subcontractor).await, 1);
        let pia = member(&server, &accepted);
        let users = pia.session.get("/v1/org/users").await.is(200);
        assert_eq!(users.each("id"), [pia.user.to_string()], "{step:?}");
        assert_eq!(pia.session.get("/v1/org/projects").await.is(200).each("name"), ["Barn"]);
        // H9 goes by the domain, which is noted whatever came between.
        let domain = EmailAddress::parse(&format!("other@{step:?}.example")).expect("an address");
        let here = server.store.orgs_at_domain(&domain).await.expect("read");
        assert_eq!(here, [org], "{step:?}");
        assert_eq!(accept(&server.anybody(), &link, body).await.is(410).code(), "invite_used");
    }
}

/// R83, G11: what the first one began is theirs, and not the next one's to come into.
#[tokio::test(flavor = "multi_thread")]
async fn a_primary_contact_after_one_who_was_cut_off_begins_a_company_of_their_own() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let like = server.owner(&elm, "like@example.org", TRADE_PASSWORD).await.person;
    let like = PersonId(like);
    for step in [Step::LedgerMade, Step::Created, Step::DomainNoted, Step::Linked] {
        let typed = format!("pia@{step:?}.example");
        let (subcontractor, _, link) =
            invited(&server, &elm, ("Pipes", "Pia Pipe", &typed), "Barn").await;
        let token = server.mails(elm.id, subcontractor).await[0].id;
        let email = EmailAddress::parse(&typed).expect("an address");
        let begun = Begun { server: &server, builder: &elm, subcontractor, email, token, like };
        let first = begun.until(step).await;
        let second = format!("nia@nails{step:?}.example");
        change_primary_contact(&server, &elm, subcontractor, ("Nia Nail", &second), None).await;
        resend_stale(&server, &elm, subcontractor).await;
        let newest = server.newest_link(elm.id, subcontractor).await;
        let body = json!({ "password": TRADE_PASSWORD });
        let dead = accept(&server.anybody(), &link, body.clone()).await.is(410);
        assert_eq!(dead.code(), "invite_superseded", "{step:?}");
        let accepted = accept(&server.anybody(), &newest, body.clone()).await.is(200);
        let nia = member(&server, &accepted);
        // One that has not begun is nobody's yet.
        assert_eq!(nia.org == first.0, step < Step::Created, "{step:?}");
        assert_eq!(acceptances(&server, &elm, subcontractor).await, 1);
        let users = nia.session.get("/v1/org/users").await.is(200);
        assert_eq!(users.each("id"), [nia.user.to_string()], "{step:?}: hers alone");
        assert_eq!(nia.session.get("/v1/org/projects").await.is(200).each("name"), ["Barn"]);
        assert_eq!(accept(&server.anybody(), &newest, body).await.is(410).code(), "invite_used");
        if step >= Step::Created {
            let session = work(&server, &typed, first.0).await.is(201);
            let pia = server.caller(session.body["token"].as_str().expect("a token"));
            assert_eq!(pia.get("/v1/org/projects").await.is(200).body["items"], json!([]));
            let users = pia.get("/v1/org/users").await.is(200);
            assert_eq!(users.each("email"), [typed.as_str()], "{step:?}: and this is hers");
            assert_eq!(work(&server, &second, first.0).await.is(404).code(), "not_found");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_before_the_domain_was_noted_signing_in_to_work_notes_it() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let like = server.owner(&elm, "like@example.org", TRADE_PASSWORD).await.person;
    let (subcontractor, _, _) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let token = server.mails(elm.id, subcontractor).await[0].id;
    let email = EmailAddress::parse("pia@pipes.example").expect("an address");
    let like = PersonId(like);
    let begun =
        Begun { server: &server, builder: &elm, subcontractor, email: email.clone(), token, like };
    let org = begun.until(Step::Created).await;
    assert!(server.store.orgs_at_domain(&email).await.expect("read").is_empty());
    work(&server, "pia@pipes.example", org.0).await.is(201);
    assert_eq!(server.store.orgs_at_domain(&email).await.expect("read"), [org]);
}
