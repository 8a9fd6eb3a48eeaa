//! Each as: given these commands before, when this is asked, then that happens.

use super::*;
use crate::ids::{
    AccountId, InterventionId, JoinRequestId, OrgId, PersonId, SubUserId, SubcontractorId, TokenId,
};
use crate::rejection::Rejection;
use crate::text::{CompanyName, PersonName};
use crate::{EmailAddress, Timestamp};
use uuid::Uuid;

const ID: OrgId = OrgId(Uuid::from_u128(1));
const ANN: SubUserId = SubUserId(Uuid::from_u128(2));
const BOB: SubUserId = SubUserId(Uuid::from_u128(3));
const CAT: SubUserId = SubUserId(Uuid::from_u128(4));
const ASKS: JoinRequestId = JoinRequestId(Uuid::from_u128(5));
const P_ANN: PersonId = PersonId(Uuid::from_u128(12));
const P_BOB: PersonId = PersonId(Uuid::from_u128(13));
const P_CAT: PersonId = PersonId(Uuid::from_u128(14));

type C = SubcontractorOrgCommand;

const fn token(n: u128) -> TokenId {
    TokenId(Uuid::from_u128(n))
}

fn at(hours: i64) -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").expect("a time").plus_hours(hours)
}

fn who(first: &str) -> NewSubUser {
    NewSubUser {
        first_name: PersonName::parse(first).expect("a name"),
        last_name: PersonName::parse("Ridge").expect("a name"),
        email: EmailAddress::parse(&format!("{first}@ridge.example")).expect("an address"),
    }
}

fn create() -> C {
    let name = CompanyName::parse("Ridge").expect("a name");
    C::Create { name, user: ANN, who: who("Ann"), person: P_ANN }
}

fn invite(user: SubUserId, first: &str, n: u128) -> C {
    C::InviteUser { user, who: who(first), token: token(n) }
}

const fn join(user: SubUserId, n: u128, person: PersonId) -> C {
    C::JoinByInvite { user, token: token(n), person }
}

fn request() -> C {
    C::RequestToJoin { request: ASKS, who: who("Cat"), person: P_CAT }
}

fn assign(replaces: Option<SubUserId>) -> C {
    let intervention = InterventionId(Uuid::from_u128(6));
    let (user, who, token) = (CAT, who("Cat"), token(9));
    C::AssignPrimaryContactBySupport(SupportAssignment { intervention, user, who, token, replaces })
}

/// Ann's company, which Bob has joined.
fn two() -> Vec<(i64, C)> {
    vec![(0, create()), (0, invite(BOB, "Bob", 1)), (0, join(BOB, 1, P_BOB))]
}

fn given(commands: &[(i64, C)]) -> Option<SubcontractorOrg> {
    let mut there: Option<SubcontractorOrg> = None;
    for (hour, command) in commands {
        for event in ask(there.as_ref(), command, *hour).expect("taken") {
            match &mut there {
                None => {
                    there = Some(SubcontractorOrg::from_first(ID, &event).expect("a first one"));
                }
                Some(there) => there.apply(&event).expect("follows"),
            }
        }
    }
    there
}

fn ask(
    there: Option<&SubcontractorOrg>,
    command: &C,
    hour: i64,
) -> Result<Vec<SubcontractorOrgEvent>, Rejection> {
    decide(ID, there, command, at(hour))
}

#[track_caller]
fn taken(before: &[(i64, C)], hour: i64, command: &C, then: &[&str]) -> SubcontractorOrg {
    let there = given(before);
    let events = ask(there.as_ref(), command, hour).expect("taken");
    let types: Vec<&str> =
        events.iter().filter_map(|e| e.stored_type().split_once('.')).map(|(_, t)| t).collect();
    assert_eq!(types, then);
    given(&[before, &[(hour, command.clone())]].concat()).expect("there")
}

#[track_caller]
fn refused(before: &[(i64, C)], hour: i64, command: &C, code: &str) {
    let refused = ask(given(before).as_ref(), command, hour).expect_err("refused").refusal();
    assert_eq!(refused.code, code);
    assert!(!refused.cause.is_empty());
}

fn stages(org: &SubcontractorOrg) -> Vec<&'static str> {
    org.users.values().map(|user| user.stage.word()).collect()
}

#[test]
fn a_company_begins_with_a_registered_user_and_a_crash_makes_no_second_one() {
    // R73
    let org = taken(&[], 0, &create(), &["created"]);
    assert_eq!((stages(&org), org.user_of(P_ANN)), (vec!["registered"], Some(ANN)));
    taken(&[(0, create())], 0, &create(), &[]);
    let name = CompanyName::parse("Gable").expect("a name");
    let other = C::Create { name, user: BOB, who: who("Bob"), person: P_BOB };
    refused(&[(0, create())], 0, &other, "already_exists");
    refused(&[], 0, &invite(BOB, "Bob", 1), "not_found");
}

#[test]
fn a_company_is_renamed_and_takes_note_of_a_general_contractor_once() {
    let before = [(0, create())];
    let name = |name| C::Rename(CompanyName::parse(name).expect("a name"));
    taken(&before, 0, &name("Ridge Roofing"), &["renamed"]);
    taken(&before, 0, &name("Ridge"), &[]);
    let link = |n: u128| C::LinkGeneralContractor {
        account: AccountId(Uuid::from_u128(n)),
        subcontractor: SubcontractorId(Uuid::from_u128(n)),
    };
    let org = taken(&before, 0, &link(1), &["general_contractor_linked"]);
    assert_eq!(org.general_contractors.len(), 1);
    taken(&[(0, create()), (0, link(1))], 0, &link(1), &[]);
    let full: Vec<_> = before.into_iter().chain((0..500).map(|n| (0, link(n)))).collect();
    refused(&full, 0, &link(501), "too_many_general_contractors");
}

#[test]
fn whoever_is_invited_joins_with_the_newest_link_in_time() {
    // R77, R79, R80
    let before = vec![(0, create()), (0, invite(BOB, "Bob", 1))];
    let org = given(&before).expect("there");
    assert_eq!(stages(&org), ["registered", "invited"]);
    let again = C::ResendUserInvite { user: BOB, token: token(2) };
    let resent = [before.clone(), vec![(1, again.clone())]].concat();
    refused(&resent, 1, &join(BOB, 1, P_BOB), "invite_superseded");
    refused(&resent, 73, &join(BOB, 2, P_BOB), "invite_expired");
    refused(&resent, 1, &join(CAT, 2, P_BOB), "not_found");
    // One login is one user of a company.
    refused(&resent, 1, &join(BOB, 2, P_ANN), "already_sub_user");
    let org = taken(&resent, 1, &join(BOB, 2, P_BOB), &["user_joined"]);
    assert_eq!(org.user_of(P_BOB), Some(BOB));
    refused(&two(), 1, &join(BOB, 1, P_BOB), "invite_used");
    refused(&two(), 1, &again, "sub_user_joined");
    refused(&two(), 1, &C::CancelUserInvite(BOB), "sub_user_joined");
}

#[test]
fn nobody_is_invited_twice_at_one_address_while_they_are_there() {
    let before = vec![(0, create()), (0, invite(BOB, "Bob", 1))];
    refused(&before, 0, &invite(CAT, "BOB", 2), "already_sub_user");
    refused(&before, 0, &invite(CAT, "Ann", 2), "already_sub_user");
    refused(&before, 0, &invite(BOB, "Cat", 2), "already_exists");
    let over = [before, vec![(0, C::CancelUserInvite(BOB))]].concat();
    taken(&over, 0, &invite(CAT, "Bob", 2), &["user_invited"]);
}

#[test]
fn an_invitation_to_a_company_that_ended_says_how() {
    let before = vec![(0, create()), (0, invite(BOB, "Bob", 1))];
    let again = C::ResendUserInvite { user: BOB, token: token(2) };
    let no = C::DeclineUserInvite { user: BOB, token: token(1) };
    for (ends, at, word, code) in [
        (no.clone(), 1, "declined", "invite_declined"),
        (C::ExpireUserInvite(BOB), 72, "expired", "invite_expired"),
    ] {
        let over = [before.clone(), vec![(at, ends)]].concat();
        assert_eq!(stages(&given(&over).expect("there")), ["registered", word]);
        refused(&over, at, &join(BOB, 1, P_BOB), code);
        taken(&over, at, &again, &["user_invite_resent"]);
        refused(&over, at, &C::CancelUserInvite(BOB), "sub_user_removed");
        let other = [over, vec![(at, invite(CAT, "Bob", 5))]].concat();
        refused(&other, at, &again, "already_sub_user");
    }
    let cancelled = [before.clone(), vec![(0, C::CancelUserInvite(BOB))]].concat();
    refused(&cancelled, 0, &join(BOB, 1, P_BOB), "invite_cancelled");
    refused(&cancelled, 0, &again, "sub_user_removed");
    taken(&cancelled, 0, &C::CancelUserInvite(BOB), &[]);
    taken(&cancelled, 99, &C::ExpireUserInvite(BOB), &[]);
    refused(&before, 71, &C::ExpireUserInvite(BOB), "invite_not_expired");
    let mut mailed = before;
    mailed.extend((2..=10).map(|n| (0, C::ResendUserInvite { user: BOB, token: token(n) })));
    refused(&mailed, 1, &again, "invite_mailed_too_often");
}

#[test]
fn any_user_is_removed_but_the_last_registered_one() {
    // G9
    refused(&[(0, create())], 0, &C::RemoveUser(ANN), "last_sub_user");
    let invited = [(0, create()), (0, invite(BOB, "Bob", 1))];
    // Who has not joined is nobody who could go on.
    refused(&invited, 0, &C::RemoveUser(ANN), "last_sub_user");
    taken(&invited, 0, &C::RemoveUser(BOB), &["user_invite_cancelled"]);
    let org = taken(&two(), 0, &C::RemoveUser(ANN), &["user_removed"]);
    assert_eq!(stages(&org), ["removed", "registered"]);
    let one = [two(), vec![(0, C::RemoveUser(ANN))]].concat();
    refused(&one, 0, &C::RemoveUser(BOB), "last_sub_user");
    taken(&one, 0, &C::RemoveUser(ANN), &[]);
    refused(&one, 0, &C::RemoveUser(CAT), "not_found");
}

#[test]
fn five_hundred_users_are_enough() {
    let mut full = vec![(0, create()), (0, request())];
    full.extend((1..500).map(|n| {
        let user = SubUserId(Uuid::from_u128(1_000 + n));
        (0, invite(user, &format!("user{n}"), 1_000 + n))
    }));
    refused(&full, 0, &invite(BOB, "Bob", 1), "too_many_sub_users");
    refused(&full, 0, &C::ApproveJoin(ASKS), "too_many_sub_users");
    // Whose invitation has run out is not there, and does not come back into a full company.
    let mut over = vec![(0, create()), (0, invite(BOB, "Bob", 1)), (73, C::ExpireUserInvite(BOB))];
    over.extend(full[2..].iter().cloned().map(|(_, command)| (73, command)));
    let again = C::ResendUserInvite { user: BOB, token: TokenId(Uuid::nil()) };
    refused(&over, 74, &again, "too_many_sub_users");
    over.pop();
    taken(&over, 74, &again, &["user_invite_resent"]);
}

#[test]
fn whoever_asks_to_join_is_let_in_by_a_user_or_not() {
    // H9
    let before = vec![(0, create())];
    let org = taken(&before, 0, &request(), &["join_requested"]);
    assert_eq!(org.user_of(P_CAT), None, "asking opens nothing");
    let asked = [before.clone(), vec![(0, request())]].concat();
    taken(&asked, 0, &request(), &[]);
    let ask_again = |n: u128, first: &str, person| C::RequestToJoin {
        request: JoinRequestId(Uuid::from_u128(n)),
        who: who(first),
        person,
    };
    refused(&asked, 0, &ask_again(50, "Cat", P_CAT), "join_already_requested");
    refused(&asked, 0, &ask_again(5, "Bob", P_BOB), "already_exists");
    refused(&asked, 0, &ask_again(50, "Ann", P_ANN), "already_sub_user");
    let org = taken(&asked, 1, &C::ApproveJoin(ASKS), &["join_approved"]);
    assert_eq!(org.user_of(P_CAT), Some(ASKS.into()));
    taken(&asked, 1, &C::RejectJoin(ASKS), &["join_rejected"]);
    let (yes, no) = (C::ApproveJoin(ASKS), C::RejectJoin(ASKS));
    for (answer, other) in [(&yes, &no), (&no, &yes)] {
        let over = [asked.clone(), vec![(1, answer.clone())]].concat();
        taken(&over, 2, answer, &[]);
        refused(&over, 2, other, "join_request_answered");
    }
    refused(&before, 0, &yes, "not_found");
    let rejected = [asked.clone(), vec![(1, no)]].concat();
    taken(&rejected, 2, &ask_again(50, "Cat", P_CAT), &["join_requested"]);
    // Invited in the meantime, and in: that answers it.
    let in_already = [asked, vec![(1, invite(CAT, "Cat", 7)), (1, join(CAT, 7, P_CAT))]].concat();
    refused(&in_already, 2, &yes, "join_request_answered");
    let mut many = before;
    many.extend(
        (0..50).map(|n| (0, ask_again(100 + n, "Eve", PersonId(Uuid::from_u128(n + 100))))),
    );
    refused(&many, 0, &request(), "too_many_join_requests");
}

#[test]
fn support_helps_a_company_that_has_lost_its_only_user() {
    // R81, H8
    let before = [(0, create())];
    refused(&before, 0, &assign(None), "replaces_no_registered_user");
    refused(&before, 0, &assign(Some(BOB)), "replaces_no_registered_user");
    refused(&two(), 0, &assign(Some(ANN)), "org_has_users");
    let org = taken(&before, 0, &assign(Some(ANN)), &["primary_contact_assigned_by_support"]);
    // Until the new one joins, nothing is taken from the one who is there.
    assert_eq!(stages(&org), ["registered", "invited"]);
    let assigned = [(0, create()), (0, assign(Some(ANN)))];
    let org = taken(&assigned, 1, &join(CAT, 9, P_CAT), &["user_joined", "user_removed"]);
    assert_eq!((org.user_of(P_ANN), org.user_of(P_CAT)), (None, Some(CAT)));
    // What a crash cut short comes again, also after they have joined.
    taken(&assigned, 1, &assign(Some(ANN)), &[]);
    let joined = [(0, create()), (0, assign(Some(ANN))), (1, join(CAT, 9, P_CAT))];
    taken(&joined, 2, &assign(Some(ANN)), &[]);
    // Who was replaced may have been removed in the meantime, by somebody who joined.
    let helped = [
        (0, create()),
        (0, assign(Some(ANN))),
        (0, invite(BOB, "Bob", 1)),
        (0, join(BOB, 1, P_BOB)),
        (0, C::RemoveUser(ANN)),
    ];
    taken(&helped, 1, &join(CAT, 9, P_CAT), &["user_joined"]);
    // They are there after all, and have brought somebody in: nobody is put out.
    let brought = &helped[..4];
    taken(brought, 1, &join(CAT, 9, P_CAT), &["user_joined"]);
}

#[test]
fn whoever_was_let_in_and_removed_finds_no_other_way_back() {
    // R77, H9: an invitation and a request at one address
    let both = [(0, create()), (0, request()), (0, invite(BOB, "Cat", 1))];
    let let_in = ["join_approved", "user_invite_cancelled"];
    taken(&both, 0, &C::ApproveJoin(ASKS), &let_in);
    let mut removed = both.to_vec();
    removed.extend([(0, C::ApproveJoin(ASKS)), (0, C::RemoveUser(ASKS.into()))]);
    refused(&removed, 0, &join(BOB, 1, P_CAT), "invite_cancelled");
    // The other way round: the request is answered by the invitation.
    taken(&both, 0, &join(BOB, 1, P_CAT), &["user_joined", "join_rejected"]);
}

#[test]
fn an_address_is_mailed_ten_invitations_a_day_however_they_are_made() {
    // R79
    let mut before = vec![(0, create())];
    for n in 0..10 {
        let user = SubUserId(Uuid::from_u128(1_000 + n));
        before.push((0, invite(user, "Bob", 1_000 + n)));
        before.push((0, C::CancelUserInvite(user)));
    }
    refused(&before, 1, &invite(BOB, "Bob", 1), "invite_mailed_too_often");
    taken(&before, 25, &invite(BOB, "Bob", 1), &["user_invited"]);
    taken(&before, 1, &invite(BOB, "Bea", 1), &["user_invited"]);
}

#[test]
fn an_impossible_step_is_told() {
    let mut org = given(&[(0, create())]).expect("there");
    let steps: [SubcontractorOrgEvent; 4] = [
        SubUserRemoved { user: ANN }.into(),
        SubUserJoined { user: BOB, person: P_BOB }.into(),
        JoinApproved { request: ASKS, person: P_CAT }.into(),
        SubUserInviteExpired { user: ANN }.into(),
    ];
    for event in steps {
        assert!(org.clone().apply(&event).is_err(), "{}", event.stored_type());
        assert!(SubcontractorOrg::from_first(ID, &event).is_err());
    }
    let created = ask(None, &create(), 0).expect("taken");
    assert!(org.apply(&created[0]).is_err());
}
