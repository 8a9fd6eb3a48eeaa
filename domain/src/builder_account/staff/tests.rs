//! The rules of the staff, each as: given these events, when this is asked, then that happens.

use super::*;
use crate::builder_account::{
    self, BuilderAccountCommand, BuilderAccountRejection, NewApiKey, StaffStage,
};
use crate::ids::AccountId;
use crate::text::Label;
use uuid::Uuid;

const ACCOUNT: AccountId = AccountId(Uuid::from_u128(0xe1));
const MIA: StaffId = StaffId(Uuid::from_u128(0x31a));
const NED: StaffId = StaffId(Uuid::from_u128(0x4ed));
const MIA_HERSELF: PersonId = PersonId(Uuid::from_u128(0xa1));
const NED_HIMSELF: PersonId = PersonId(Uuid::from_u128(0xa2));
const FIRST: TokenId = TokenId(Uuid::from_u128(1));
const SECOND: TokenId = TokenId(Uuid::from_u128(2));
const KEY: ApiKeyId = ApiKeyId(Uuid::from_u128(7));

fn noon() -> Timestamp {
    Timestamp::parse("2026-03-02T12:00:00Z").expect("a time")
}

fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("a valid address")
}

fn new(staff: StaffId, role: Role) -> NewStaff {
    NewStaff {
        staff,
        name: PersonName::parse("Mia Mason").expect("a name"),
        email: email(&format!("{:x}@elm.example", staff.0.as_u128())),
        role,
        grants: BTreeSet::new(),
        token: FIRST,
    }
}

fn invite(staff: StaffId, role: Role) -> StaffCommand {
    StaffCommand::Invite(new(staff, role))
}

fn join(staff: StaffId, token: TokenId, person: PersonId) -> StaffCommand {
    StaffCommand::Join { staff, token, person }
}

fn role(staff: StaffId, to: Role) -> StaffCommand {
    StaffCommand::Change { staff, role: Some(to), grants: None }
}

fn grants(staff: StaffId, grants: &[Grant]) -> StaffCommand {
    let grants = Some(grants.iter().copied().collect());
    StaffCommand::Change { staff, role: None, grants }
}

/// An account with one admin key.
fn opened() -> BuilderAccount {
    let label = |typed| Label::parse(typed).expect("a label");
    let (role, grants) = (Role::Admin, BTreeSet::new());
    let key = NewApiKey { key: KEY, role, grants, label: label("first") };
    let open = BuilderAccountCommand::Open { name: label("Elm"), key: Some(key) };
    let events = builder_account::decide(ACCOUNT, None, &open, noon()).expect("opened");
    let mut account = BuilderAccount::from_first(ACCOUNT, &events[0]).expect("the first event");
    account.apply(&events[1]).expect("the key");
    account
}

fn take(account: &mut BuilderAccount, command: &StaffCommand, now: Timestamp) -> Vec<&'static str> {
    let events = decide(account, command, now).expect("a command that is taken");
    for event in &events {
        account.apply(event).expect("follows");
    }
    events.iter().map(BuilderAccountEvent::stored_type).collect()
}

fn after(commands: &[StaffCommand]) -> BuilderAccount {
    let mut account = opened();
    for command in commands {
        take(&mut account, command, noon());
    }
    account
}

/// Which events happen, by the last part of their types.
#[track_caller]
fn check(given: &[StaffCommand], when: &StaffCommand, then: Result<&[&str], StaffRejection>) {
    let mut account = after(given);
    match then {
        Ok(types) => {
            let happened = take(&mut account, when, noon());
            let types: Vec<_> = types.iter().map(|t| format!("builder_account.{t}")).collect();
            assert_eq!(happened, types);
        }
        Err(refused) => assert_eq!(decide(&account, when, noon()), Err(refused.into())),
    }
}

#[test]
fn who_is_invited_joins_by_the_link_once_and_is_removed_without_being_forgotten() {
    // 2.8
    let mut account = opened();
    assert_eq!(
        take(&mut account, &invite(MIA, Role::Staff), noon()),
        ["builder_account.staff_invited"]
    );
    assert_eq!(account.joined_staff().count(), 0, "an invitation opens nothing");
    take(&mut account, &join(MIA, FIRST, MIA_HERSELF), noon());
    assert_eq!(account.joined_staff().map(|(id, p, _)| (id, p)).next(), Some((MIA, MIA_HERSELF)));
    take(&mut account, &StaffCommand::Remove(MIA), noon());
    assert_eq!(account.joined_staff().count(), 0);
    assert_eq!(account.staff[&MIA].name.value().map(PersonName::as_str), Some("Mia Mason"));
    let joined = [invite(MIA, Role::Staff), join(MIA, FIRST, MIA_HERSELF)];
    check(&joined, &join(MIA, FIRST, NED_HIMSELF), Err(StaffRejection::InviteUsed));
    check(&joined, &join(MIA, FIRST, MIA_HERSELF), Err(StaffRejection::InviteUsed));
    let removed = [&joined[..], &[StaffCommand::Remove(MIA)]].concat();
    check(&removed, &StaffCommand::Remove(MIA), Ok(&[]));
    check(&removed, &join(MIA, FIRST, MIA_HERSELF), Err(StaffRejection::InviteCancelled));
    check(&removed, &role(MIA, Role::Admin), Err(StaffRejection::Gone));
    check(&removed, &StaffCommand::Resend { staff: MIA, token: SECOND }, Err(StaffRejection::Gone));
    // Who comes back is somebody new to the account.
    check(&removed, &invite(MIA, Role::Staff), Err(StaffRejection::AlreadyExists));
    let again = StaffCommand::Invite(NewStaff { staff: NED, ..new(MIA, Role::Staff) });
    check(&removed, &again, Ok(&["staff_invited"]));
}

#[test]
fn a_newer_link_a_late_one_and_one_that_was_taken_back_say_why_they_are_dead() {
    // Promise 23
    let resend = StaffCommand::Resend { staff: MIA, token: SECOND };
    let twice = [invite(MIA, Role::Staff), resend.clone()];
    check(&twice, &join(MIA, FIRST, MIA_HERSELF), Err(StaffRejection::InviteSuperseded));
    check(&twice, &join(MIA, SECOND, MIA_HERSELF), Ok(&["staff_joined"]));
    let account = after(&twice);
    let late = noon().plus_hours(72);
    let answer = super::decide(&account, &join(MIA, SECOND, MIA_HERSELF), late);
    assert_eq!(answer, Err(StaffRejection::InviteExpired.into()));
    let cancelled = [invite(MIA, Role::Staff), StaffCommand::Remove(MIA)];
    check(&cancelled[..1], &cancelled[1], Ok(&["staff_invite_cancelled"]));
    check(&cancelled, &join(MIA, FIRST, MIA_HERSELF), Err(StaffRejection::InviteCancelled));
    check(&cancelled, &resend, Err(StaffRejection::Gone));
    let joined = [invite(MIA, Role::Staff), join(MIA, FIRST, MIA_HERSELF)];
    check(&joined, &resend, Err(StaffRejection::NotInvited));
}

#[test]
fn ten_mails_a_day_are_enough_for_an_invitation() {
    let mut account = after(&[invite(MIA, Role::Staff)]);
    let resend = StaffCommand::Resend { staff: MIA, token: SECOND };
    for _ in 0..9 {
        take(&mut account, &resend, noon());
    }
    assert_eq!(decide(&account, &resend, noon()), Err(StaffRejection::MailedTooOften.into()));
    take(&mut account, &resend, noon().plus_hours(24));
}

#[test]
fn an_address_and_a_login_are_one_members() {
    let given = [invite(MIA, Role::Staff), join(MIA, FIRST, MIA_HERSELF), invite(NED, Role::Staff)];
    let upper = NewStaff {
        staff: StaffId(Uuid::from_u128(9)),
        email: email("31A@ELM.example"),
        ..new(MIA, Role::Staff)
    };
    check(&given, &StaffCommand::Invite(upper), Err(StaffRejection::AlreadyStaff));
    check(&given, &join(NED, FIRST, MIA_HERSELF), Err(StaffRejection::AlreadyStaff));
    check(&given, &join(NED, FIRST, NED_HIMSELF), Ok(&["staff_joined"]));
}

#[test]
fn grants_are_for_the_role_staff_alone_and_go_with_it() {
    // 2.8, condition c
    let given = [invite(MIA, Role::Staff), grants(MIA, &[Grant::ReadAudit])];
    check(&given[..1], &given[1], Ok(&["staff_grants_changed"]));
    check(&given, &given[1], Ok(&[]));
    let both = ["staff_role_changed", "staff_grants_changed"];
    check(&given, &role(MIA, Role::Auditor), Ok(&both));
    check(&given, &role(MIA, Role::Staff), Ok(&[]));
    let no = Err(StaffRejection::GrantsOfStaffAlone);
    check(&[invite(MIA, Role::Auditor)], &grants(MIA, &[Grant::ReadAudit]), no);
    let granted = BTreeSet::from([Grant::ReadAudit]);
    let admin = NewStaff { grants: granted, ..new(MIA, Role::Admin) };
    check(&[], &StaffCommand::Invite(admin), no);
}

#[test]
fn the_last_admin_is_neither_removed_nor_demoted_be_it_a_key_or_somebody_who_has_joined() {
    // 2.9
    let revoke = BuilderAccountCommand::RevokeApiKey(KEY);
    let asked =
        |account: &BuilderAccount| builder_account::decide(ACCOUNT, Some(account), &revoke, noon());
    let mut account = after(&[invite(MIA, Role::Admin)]);
    let last_key = Err(BuilderAccountRejection::LastAdmin.into());
    assert_eq!(asked(&account), last_key, "who has not joined manages nothing");
    take(&mut account, &join(MIA, FIRST, MIA_HERSELF), noon());
    for event in asked(&account).expect("Mia is left") {
        account.apply(&event).expect("revoked");
    }
    let last = || Err(StaffRejection::LastAdmin.into());
    assert_eq!(decide(&account, &StaffCommand::Remove(MIA), noon()), last());
    assert_eq!(decide(&account, &role(MIA, Role::Staff), noon()), last());
    assert_eq!(decide(&account, &role(MIA, Role::Auditor), noon()), last());
    assert_eq!(decide(&account, &role(MIA, Role::Admin), noon()), Ok(Vec::new()));
    take(&mut account, &invite(NED, Role::Admin), noon());
    assert_eq!(decide(&account, &StaffCommand::Remove(MIA), noon()), last());
    take(&mut account, &join(NED, FIRST, NED_HIMSELF), noon());
    take(&mut account, &role(MIA, Role::Staff), noon());
    assert_eq!(decide(&account, &StaffCommand::Remove(NED), noon()), last());
    take(&mut account, &StaffCommand::Remove(MIA), noon());
}

#[test]
fn an_account_takes_so_many_staff_and_knows_no_others() {
    let mut account = opened();
    for number in 0..BuilderAccount::STAFF_MAX {
        let staff = StaffId(Uuid::from_u128(u128::try_from(number).expect("few") + 10_000));
        take(&mut account, &invite(staff, Role::Auditor), noon());
    }
    let full = Err(StaffRejection::TooManyStaff.into());
    assert_eq!(decide(&account, &invite(MIA, Role::Staff), noon()), full);
    let first = StaffId(Uuid::from_u128(10_000));
    take(&mut account, &StaffCommand::Remove(first), noon());
    take(&mut account, &invite(MIA, Role::Staff), noon());
    let unknown = || Err(Rejection::Unknown(AggregateId::BuilderAccount(ACCOUNT)));
    for command in [
        StaffCommand::Resend { staff: NED, token: SECOND },
        role(NED, Role::Admin),
        StaffCommand::Remove(NED),
        join(NED, FIRST, NED_HIMSELF),
    ] {
        assert_eq!(decide(&account, &command, noon()), unknown(), "{}", command.name());
    }
}

#[test]
fn what_cannot_follow_is_an_impossible_step() {
    let joined = after(&[invite(MIA, Role::Staff), join(MIA, FIRST, MIA_HERSELF)]);
    for event in [
        StaffInviteCancelled { staff: MIA }.into(),
        StaffJoined { staff: MIA, person: MIA_HERSELF }.into(),
        StaffRemoved { staff: NED }.into(),
        StaffRoleChanged { staff: NED, from: Role::Staff, to: Role::Admin }.into(),
    ] {
        let event: BuilderAccountEvent = event;
        assert!(joined.clone().apply(&event).is_err(), "{}", event.stored_type());
    }
    let mut account = after(&[invite(MIA, Role::Staff), StaffCommand::Remove(MIA)]);
    assert_eq!(account.staff[&MIA].stage, StaffStage::Cancelled);
    assert!(account.apply(&StaffRemoved { staff: MIA }.into()).is_err());
}

#[test]
fn no_change_tells_which_person_a_member_is() {
    // R45
    let joined: BuilderAccountEvent = StaffJoined { staff: MIA, person: MIA_HERSELF }.into();
    let told = format!("{:?}", joined.changes().iter().map(|c| &c.field).collect::<Vec<_>>());
    assert_eq!(told, r#"["staff"]"#);
    let crate::event::Shown::Value(shown) = &joined.changes()[0].after else { panic!("the id") };
    assert_eq!(*shown, MIA.to_string());
}
