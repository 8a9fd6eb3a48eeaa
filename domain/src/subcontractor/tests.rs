//! Each as: given these commands before, when this is asked, then that happens.

use super::*;
use crate::builder_account::{AccountSettings, InvitationTtl};
use crate::ids::{
    JobId, OrgId, PrimaryContactRequestId, ProjectInvitationId, SubUserId, SubcontractorId, TokenId,
};
use crate::rejection::Rejection;
use crate::text::{CompanyName, PersonName};
use crate::{EmailAddress, ImpossibleStep, Timestamp};
use uuid::Uuid;

const ID: SubcontractorId = SubcontractorId(Uuid::from_u128(1));
const ONE: ProjectInvitationId = ProjectInvitationId(Uuid::from_u128(2));
const TWO: ProjectInvitationId = ProjectInvitationId(Uuid::from_u128(3));
const ELM: JobId = JobId(Uuid::from_u128(4));
const OAK: JobId = JobId(Uuid::from_u128(5));
const RIDGE: OrgId = OrgId(Uuid::from_u128(6));
const GABLE: OrgId = OrgId(Uuid::from_u128(7));
const ANN: SubUserId = SubUserId(Uuid::from_u128(8));
const BOB: SubUserId = SubUserId(Uuid::from_u128(9));
const REQUEST: PrimaryContactRequestId = PrimaryContactRequestId(Uuid::from_u128(10));

type C = SubcontractorCommand;

const fn token(n: u128) -> TokenId {
    TokenId(Uuid::from_u128(n))
}

fn at(hours: i64) -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").expect("a time").plus_hours(hours)
}

fn contact(name: &str, email: &str) -> NewPrimaryContact {
    NewPrimaryContact {
        name: PersonName::parse(name).expect("a name"),
        email: EmailAddress::parse(email).expect("an address"),
    }
}

fn company(name: &str) -> CompanyName {
    CompanyName::parse(name).expect("a name")
}

fn add() -> C {
    C::Add { company: company("Ridge"), contact: contact("Ann Ridge", "ann@ridge.example") }
}

const fn invite(invitation: ProjectInvitationId, job: JobId, n: u128) -> C {
    C::Invite { invitation, job, token: token(n) }
}

const fn resend(invitation: ProjectInvitationId, n: u128) -> C {
    C::Resend { invitation, token: token(n) }
}

const fn accept(invitation: ProjectInvitationId, n: u128, org: OrgId, user: SubUserId) -> C {
    C::Accept { invitation, token: token(n), org, user }
}

const fn decline(invitation: ProjectInvitationId, n: u128) -> C {
    C::Decline { invitation, token: token(n) }
}

fn change(name: &str, email: &str, answers: Option<PrimaryContactRequestId>) -> C {
    C::ChangePrimaryContact { to: contact(name, email), answers }
}

fn request() -> C {
    let to = contact("Bob Ridge", "bob@ridge.example");
    C::RequestPrimaryContactChange { request: REQUEST, user: ANN, to }
}

/// What came of these commands, each at its hour.
fn given(commands: &[(i64, C)]) -> Option<Subcontractor> {
    let mut there = None;
    for (hour, command) in commands {
        for event in ask(there.as_ref(), command, *hour).expect("taken") {
            match &mut there {
                None => there = Some(Subcontractor::from_first(ID, &event).expect("a first one")),
                Some(there) => there.apply(&event).expect("follows"),
            }
        }
    }
    there
}

fn ask(
    there: Option<&Subcontractor>,
    command: &C,
    hour: i64,
) -> Result<Vec<SubcontractorEvent>, Rejection> {
    decide(ID, there, command, AccountSettings::default(), at(hour))
}

#[track_caller]
fn taken(before: &[(i64, C)], hour: i64, command: &C, then: &[&str]) -> Option<Subcontractor> {
    let there = given(before);
    let events = ask(there.as_ref(), command, hour).expect("taken");
    let types: Vec<&str> =
        events.iter().filter_map(|e| e.stored_type().split_once('.')).map(|(_, t)| t).collect();
    assert_eq!(types, then);
    given(&[before, &[(hour, command.clone())]].concat())
}

#[track_caller]
fn refused(before: &[(i64, C)], hour: i64, command: &C, code: &str) {
    let refused = ask(given(before).as_ref(), command, hour).expect_err("refused").refusal();
    assert_eq!(refused.code, code);
    assert!(!refused.cause.is_empty());
}

fn stage(there: Option<&Subcontractor>, invitation: ProjectInvitationId) -> &'static str {
    there.map_or("none", |there| there.invitations[&invitation].stage.word())
}

#[test]
fn adding_a_subcontractor_invites_nobody() {
    let added = taken(&[], 0, &add(), &["added"]).expect("there");
    assert_eq!((added.status(), added.company.as_str()), (RelationStatus::NotInvited, "Ridge"));
    refused(&[(0, add())], 0, &add(), "already_exists");
    for command in [C::Rename(company("R")), invite(ONE, ELM, 1), C::Cancel(ONE)] {
        refused(&[], 0, &command, "not_found");
    }
}

#[test]
fn a_company_is_renamed_once() {
    taken(&[(0, add())], 0, &C::Rename(company("Ridge Roofing")), &["renamed"]);
    taken(&[(0, add())], 0, &C::Rename(company("Ridge")), &[]);
}

#[test]
fn an_invitation_goes_to_the_primary_contact_and_one_is_open_for_a_job() {
    // R71
    let there = given(&[(0, add()), (0, invite(ONE, ELM, 1))]);
    assert_eq!(there.as_ref().map(Subcontractor::status), Some(RelationStatus::Invited));
    let events = ask(given(&[(0, add())]).as_ref(), &invite(ONE, ELM, 1), 0).expect("taken");
    let mail = events[0].invitation_mail().expect("a mail");
    assert_eq!(mail.sent_to.value().map(EmailAddress::typed), Some("ann@ridge.example"));
    assert_eq!((mail.token, mail.expires_at), (token(1), at(72)));
    let before = [(0, add()), (0, invite(ONE, ELM, 1))];
    refused(&before, 0, &invite(TWO, ELM, 2), "project_already_invited");
    refused(&before, 0, &invite(ONE, OAK, 2), "already_exists");
    taken(&before, 0, &invite(TWO, OAK, 2), &["project_invitation_sent"]);
}

#[test]
fn an_invitation_works_as_long_as_the_account_says() {
    let settings = AccountSettings {
        invitation_ttl_hours: InvitationTtl::of_hours(5).expect("hours"),
        ..AccountSettings::default()
    };
    let there = given(&[(0, add())]);
    let sent = decide(ID, there.as_ref(), &invite(ONE, ELM, 1), settings, at(1)).expect("taken");
    assert_eq!(sent[0].invitation_mail().map(|mail| mail.expires_at), Some(at(6)));
}

#[test]
fn an_invitation_is_accepted_once_with_the_newest_link_in_time() {
    let before = vec![(0, add()), (0, invite(ONE, ELM, 1)), (1, resend(ONE, 2))];
    let yes = |n| accept(ONE, n, RIDGE, ANN);
    refused(&before, 2, &yes(1), "invite_superseded");
    refused(&before, 73, &yes(2), "invite_expired");
    refused(&before, 2, &accept(TWO, 2, RIDGE, ANN), "not_found");
    let types = ["org_linked", "project_invitation_accepted"];
    let there = taken(&before, 2, &yes(2), &types).expect("there");
    assert_eq!((there.status(), there.org), (RelationStatus::Accepted, Some(RIDGE)));
    assert!(there.has_accepted(ELM) && !there.has_accepted(OAK));
    let after = [before, vec![(2, yes(2))]].concat();
    taken(&after, 3, &yes(2), &[]);
    refused(&after, 3, &accept(ONE, 2, RIDGE, BOB), "invite_used");
    refused(&after, 3, &decline(ONE, 2), "invite_used");
    refused(&after, 3, &resend(ONE, 3), "invite_not_pending");
    refused(&after, 3, &C::Cancel(ONE), "invite_not_pending");
}

#[test]
fn a_relation_is_one_organisations_for_good() {
    // G11: never a silent second one
    let before = [
        (0, add()),
        (0, invite(ONE, ELM, 1)),
        (0, accept(ONE, 1, RIDGE, ANN)),
        (0, invite(TWO, OAK, 2)),
    ];
    refused(&before, 1, &accept(TWO, 2, GABLE, BOB), "subcontractor_of_another_org");
    taken(&before, 1, &accept(TWO, 2, RIDGE, BOB), &["project_invitation_accepted"]);
}

#[test]
fn an_invitation_that_ended_says_how_and_can_be_sent_again() {
    let sent = vec![(0, add()), (0, invite(ONE, ELM, 1))];
    for (ends, at, word, code) in [
        (decline(ONE, 1), 1, "declined", "invite_declined"),
        (C::Cancel(ONE), 1, "cancelled", "invite_cancelled"),
        (C::Expire(ONE), 72, "expired", "invite_expired"),
    ] {
        let over = [sent.clone(), vec![(at, ends.clone())]].concat();
        assert_eq!(stage(given(&over).as_ref(), ONE), word);
        refused(&over, at, &accept(ONE, 1, RIDGE, ANN), code);
        let again = taken(&over, at, &resend(ONE, 2), &["project_invitation_resent"]);
        assert_eq!(stage(again.as_ref(), ONE), "pending");
        // Not beside another that was opened in the meantime.
        let other = [over.clone(), vec![(at, invite(TWO, ELM, 3))]].concat();
        refused(&other, at, &resend(ONE, 2), "project_already_invited");
    }
    refused(&sent, 71, &C::Expire(ONE), "invite_not_expired");
    refused(&sent, 1, &decline(ONE, 9), "invite_superseded");
    let answered = [sent, vec![(1, decline(ONE, 1))]].concat();
    taken(&answered, 99, &C::Expire(ONE), &[]);
    refused(&answered, 2, &C::Cancel(ONE), "invite_not_pending");
    let cancelled = [(0, add()), (0, invite(ONE, ELM, 1)), (0, C::Cancel(ONE))];
    taken(&cancelled, 1, &C::Cancel(ONE), &[]);
}

#[test]
fn ten_mails_a_day_are_enough() {
    let mut before = vec![(0, add()), (0, invite(ONE, ELM, 1))];
    before.extend((2..=10).map(|n| (0, resend(ONE, n))));
    refused(&before, 1, &resend(ONE, 11), "invite_mailed_too_often");
    taken(&before, 25, &resend(ONE, 11), &["project_invitation_resent"]);
}

#[test]
fn a_job_that_was_accepted_is_taken_away_once() {
    let pending = vec![(0, add()), (0, invite(ONE, ELM, 1))];
    refused(&pending, 0, &C::Withdraw(ONE), "project_not_accepted");
    let accepted = [pending, vec![(0, accept(ONE, 1, RIDGE, ANN))]].concat();
    let there = taken(&accepted, 1, &C::Withdraw(ONE), &["project_withdrawn"]).expect("there");
    assert!(!there.has_accepted(ELM));
    let over = [accepted, vec![(1, C::Withdraw(ONE))]].concat();
    taken(&over, 2, &C::Withdraw(ONE), &[]);
    refused(&over, 2, &accept(ONE, 1, RIDGE, BOB), "project_withdrawn");
    refused(&over, 2, &resend(ONE, 2), "invite_not_pending");
    taken(&over, 2, &invite(TWO, ELM, 2), &["project_invitation_sent"]);
}

#[test]
fn another_primary_contact_makes_pending_links_refuse_until_they_are_sent_again() {
    // R83
    let before = vec![
        (0, add()),
        (0, invite(ONE, ELM, 1)),
        (0, accept(ONE, 1, RIDGE, ANN)),
        (0, invite(TWO, OAK, 2)),
    ];
    let bob = || change("Bob Ridge", "bob@ridge.example", None);
    let types = ["primary_contact_changed", "project_invitation_staled"];
    let there = taken(&before, 1, &bob(), &types).expect("there");
    // What was accepted stays so.
    assert!(there.has_accepted(ELM));
    assert_eq!(stage(Some(&there), TWO), "needs_resend");
    let stale = [before.clone(), vec![(1, bob())]].concat();
    refused(&stale, 1, &accept(TWO, 2, RIDGE, ANN), "invite_contact_changed");
    refused(&stale, 1, &decline(TWO, 2), "invite_contact_changed");
    taken(&stale, 1, &C::Cancel(TWO), &["project_invitation_cancelled"]);
    let all = C::ResendStale { tokens: vec![token(3), token(4)] };
    let events = ask(given(&stale).as_ref(), &all, 1).expect("taken");
    let mail = events[0].invitation_mail().expect("a mail");
    assert_eq!(mail.sent_to.value().map(EmailAddress::typed), Some("bob@ridge.example"));
    assert_eq!((events.len(), mail.token), (1, token(3)));
    let again = [stale.clone(), vec![(1, all.clone())]].concat();
    taken(&again, 1, &all, &[]);
    refused(&again, 1, &accept(TWO, 2, RIDGE, ANN), "invite_superseded");
    taken(&again, 1, &accept(TWO, 3, RIDGE, ANN), &["project_invitation_accepted"]);
    // The same address under another name is the same mailbox.
    let renamed = change("Ann B. Ridge", "Ann@Ridge.example", None);
    taken(&before, 1, &renamed, &["primary_contact_changed"]);
    taken(&before, 1, &change("Ann Ridge", "ann@ridge.example", None), &[]);
}

#[test]
fn what_was_mailed_too_often_stays_stale() {
    let mut before = vec![(0, add()), (0, invite(ONE, ELM, 1))];
    before.extend((2..=10).map(|n| (0, resend(ONE, n))));
    before.push((0, change("Bob", "bob@ridge.example", None)));
    let all = C::ResendStale { tokens: vec![token(20)] };
    refused(&before, 1, &all, "invite_mailed_too_often");
    taken(&before, 25, &all, &["project_invitation_resent"]);
}

#[test]
fn a_request_for_another_primary_contact_is_answered_once() {
    // R82: the organisation asks, the general contractor decides
    let linked = vec![(0, add()), (0, invite(ONE, ELM, 1)), (0, accept(ONE, 1, RIDGE, ANN))];
    taken(&linked, 0, &request(), &["primary_contact_change_requested"]);
    let asked = [linked.clone(), vec![(0, request())]].concat();
    refused(&asked, 0, &request(), "already_exists");
    let done = change("Bob Ridge", "bob@ridge.example", Some(REQUEST));
    let no = C::DeclinePrimaryContactRequest(REQUEST);
    taken(&asked, 1, &done, &["primary_contact_changed"]);
    taken(&asked, 1, &no, &["primary_contact_request_declined"]);
    for answer in [&done, &no] {
        let over = [asked.clone(), vec![(1, answer.clone())]].concat();
        refused(&over, 2, &no, "primary_contact_request_answered");
        refused(&over, 2, &done, "primary_contact_request_answered");
    }
    refused(&linked, 1, &no, "not_found");
    let mut many = linked;
    many.extend((0..20).map(|n| {
        let request = PrimaryContactRequestId(Uuid::from_u128(100 + n));
        let to = contact("Cat", "cat@ridge.example");
        (0, C::RequestPrimaryContactChange { request, user: ANN, to })
    }));
    refused(&many, 0, &request(), "too_many_primary_contact_requests");
}

#[test]
fn ten_mails_a_day_go_out_about_a_job_however_the_invitations_are_made() {
    let mut before = vec![(0, add())];
    for n in 0..10 {
        let one = ProjectInvitationId(Uuid::from_u128(1_000 + n));
        before.push((0, invite(one, ELM, n)));
        before.push((0, C::Cancel(one)));
    }
    refused(&before, 1, &invite(ONE, ELM, 99), "invite_mailed_too_often");
    let elsewhere = JobId(Uuid::from_u128(5_000));
    assert!(given(&[before.clone(), vec![(1, invite(ONE, elsewhere, 99))]].concat()).is_some());
    assert!(given(&[before, vec![(25, invite(ONE, ELM, 99))]].concat()).is_some());
}

#[test]
fn a_thousand_invitations_are_enough() {
    let mut before = vec![(0, add())];
    for n in 0..1_000 {
        let one = ProjectInvitationId(Uuid::from_u128(1_000 + n));
        let job = JobId(Uuid::from_u128(5_000 + n / 10));
        before.push((0, invite(one, job, n)));
        before.push((0, C::Cancel(one)));
    }
    refused(&before, 0, &invite(ONE, ELM, 1), "too_many_project_invitations");
}

#[test]
fn an_impossible_step_is_told() {
    let mut there = given(&[(0, add()), (0, invite(ONE, ELM, 1))]).expect("there");
    let cancelled: SubcontractorEvent =
        ProjectInvitationCancelled { invitation: TWO, job: ELM }.into();
    let withdrawn: SubcontractorEvent = ProjectWithdrawn { invitation: ONE, job: ELM }.into();
    let (invitation, job, org, user) = (ONE, ELM, RIDGE, ANN);
    let accepted: SubcontractorEvent =
        ProjectInvitationAccepted { invitation, job, org, user }.into();
    let answered: SubcontractorEvent = PrimaryContactRequestDeclined { request: REQUEST }.into();
    for event in [&cancelled, &withdrawn, &accepted, &answered] {
        let told: Result<(), ImpossibleStep> = there.apply(event);
        assert!(told.is_err(), "{}", event.stored_type());
        assert!(Subcontractor::from_first(ID, event).is_err());
    }
}
