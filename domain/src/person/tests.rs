//! The rules of persons, each as: given these events, when this is asked, then that happens.

use super::EmailChangeRejection as Stop;
use super::*;
use uuid::Uuid;

const ADA: PersonId = PersonId(Uuid::from_u128(0xada));
const ELM_BUILDERS: AccountId = AccountId(Uuid::from_u128(0xe1));
const OAK_BUILDERS: AccountId = AccountId(Uuid::from_u128(0x0a));
const AS_CLIENT: ContactId = ContactId(Uuid::from_u128(0xc1));
const AS_INVESTOR: ContactId = ContactId(Uuid::from_u128(0xc2));
const FIRST: CredentialId = CredentialId(Uuid::from_u128(1));
const SECOND: CredentialId = CredentialId(Uuid::from_u128(2));
const LAPTOP: SessionId = SessionId(Uuid::from_u128(0x1a));
const OLDER_LINK: TokenId = TokenId(Uuid::from_u128(0xa1));
const NEWER_LINK: TokenId = TokenId(Uuid::from_u128(0xa2));

fn noon() -> Timestamp {
    Timestamp::parse("2026-03-02T12:00:00Z").expect("a time")
}

fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("a valid address")
}

fn register(credential: CredentialId) -> PersonCommand {
    PersonCommand::Register { email: email("ada@home.example"), credential }
}

fn link(account: AccountId, contact: ContactId) -> PersonCommand {
    PersonCommand::Link { account, contact }
}

fn complete(token: TokenId) -> PersonCommand {
    PersonCommand::CompleteReset { token, credential: SECOND }
}

fn registered() -> Vec<PersonEvent> {
    let email = Personal::known(ADA, email("ada@home.example"));
    vec![PersonRegistered { email }.into(), credentials_set(FIRST)]
}

fn credentials_set(credential: CredentialId) -> PersonEvent {
    CredentialsSet { credential }.into()
}

fn linked(account: AccountId, contact: ContactId) -> PersonEvent {
    ContactLinked { account, contact }.into()
}

fn reset_requested(token: TokenId, at: Timestamp) -> PersonEvent {
    PasswordResetRequested {
        token,
        sent_to: Personal::known(ADA, email("ada@home.example")),
        expires_at: at.plus_minutes(30),
    }
    .into()
}

fn reset_completed(token: TokenId) -> Vec<PersonEvent> {
    vec![
        PasswordResetCompleted { token }.into(),
        credentials_set(SECOND),
        SessionsRevoked {}.into(),
    ]
}

fn registered_and(then: impl IntoIterator<Item = PersonEvent>) -> Vec<PersonEvent> {
    registered().into_iter().chain(then).collect()
}

fn fold(events: &[PersonEvent]) -> Option<Person> {
    let (first, rest) = events.split_first()?;
    let mut person = Person::from_first(ADA, first).expect("starts a person");
    for event in rest {
        person.apply(event).expect("follows");
    }
    Some(person)
}

/// Compares what happens then, and gives the person after it: the same as before after a refusal.
#[expect(clippy::needless_pass_by_value, reason = "reads as a sentence")]
#[track_caller]
fn check_at(
    now: Timestamp,
    given: Vec<PersonEvent>,
    when: &PersonCommand,
    then: Result<Vec<PersonEvent>, Rejection>,
) -> Option<Person> {
    let happened = decide(ADA, fold(&given).as_ref(), when, now);
    assert_eq!(happened, then);
    fold(&[given, happened.unwrap_or_default()].concat())
}

#[track_caller]
fn check(
    given: Vec<PersonEvent>,
    when: &PersonCommand,
    then: Result<Vec<PersonEvent>, Rejection>,
) -> Option<Person> {
    check_at(noon(), given, when, then)
}

/// One of each command to a person who is there.
fn commands() -> Vec<PersonCommand> {
    vec![
        link(ELM_BUILDERS, AS_CLIENT),
        PersonCommand::LogIn(LAPTOP),
        PersonCommand::Revoke(LAPTOP),
        PersonCommand::RevokeAll,
        PersonCommand::RequestReset(NEWER_LINK),
        complete(NEWER_LINK),
        request(NEWER_LINK, "ada@work.example"),
        step(EmailChangeCommand::Begin(NEWER_LINK)),
        move_with_invitation("ada@work.example"),
        step(EmailChangeCommand::Complete(NEWER_LINK)),
        step(EmailChangeCommand::Refuse { token: NEWER_LINK, account: None }),
        PersonCommand::LinkStaff { account: ELM_BUILDERS, staff: MIA },
        PersonCommand::LogInAsStaff { session: LAPTOP, account: ELM_BUILDERS, staff: MIA },
        PersonCommand::EnableSecondFactor(APP),
        PersonCommand::DisableSecondFactor(APP),
        PersonCommand::UseRecoveryCode { factor: APP, number: 1 },
    ]
}

#[test]
fn somebody_becomes_a_person_with_a_first_password_in_one_decision() {
    // R14, R15
    let person = check(Vec::new(), &register(FIRST), Ok(registered())).expect("there");
    assert_eq!(person.credential, Some(FIRST));
    assert_eq!(person.email.value(), Some(&email("ada@home.example")));
    assert_eq!((person.links, person.reset), (BTreeSet::new(), None));
}

#[test]
fn who_came_over_from_an_older_system_is_registered_once_without_a_password() {
    // H14, R15
    let take_over = PersonCommand::TakeOver(email("ada@home.example"));
    let first = registered()[0].clone();
    let person = check(Vec::new(), &take_over, Ok(vec![first.clone()])).expect("there");
    assert_eq!(person.credential, None);
    check(vec![first.clone()], &take_over, Ok(Vec::new()));
    // A password that is there stays, and an invitation sets none: the first one is set by a reset.
    let person = check(registered(), &take_over, Ok(Vec::new())).expect("there");
    assert_eq!(person.credential, Some(FIRST));
    check(vec![first.clone()], &register(SECOND), Err(PersonRejection::AlreadyRegistered.into()));
    let given = vec![first, reset_requested(NEWER_LINK, noon())];
    let person = check(given, &complete(NEWER_LINK), Ok(reset_completed(NEWER_LINK)));
    assert_eq!(person.expect("there").credential, Some(SECOND));
}

#[test]
fn whoever_is_registered_is_not_registered_again_and_keeps_their_password() {
    // R15: an invitation sets no password of a login that is there.
    let refused = Err(PersonRejection::AlreadyRegistered.into());
    let person = check(registered(), &register(SECOND), refused).expect("there");
    assert_eq!(person.credential, Some(FIRST));
}

#[test]
fn nothing_can_be_asked_of_a_person_who_is_not_there() {
    for command in commands() {
        check(Vec::new(), &command, Err(Rejection::Unknown(AggregateId::Person(ADA))));
    }
}

#[test]
fn a_person_is_linked_to_contacts_of_many_builders_and_twice_is_once() {
    // R45
    let linked_once = || registered_and([linked(ELM_BUILDERS, AS_CLIENT)]);
    let again = link(ELM_BUILDERS, AS_CLIENT);
    check(registered(), &again, Ok(vec![linked(ELM_BUILDERS, AS_CLIENT)]));
    check(linked_once(), &again, Ok(Vec::new()));
    // Another contact of the same builder, and the same contact's id with another one.
    for (account, contact) in [(ELM_BUILDERS, AS_INVESTOR), (OAK_BUILDERS, AS_CLIENT)] {
        let happened = Ok(vec![linked(account, contact)]);
        let person = check(linked_once(), &link(account, contact), happened).expect("there");
        assert_eq!(person.links, BTreeSet::from([(ELM_BUILDERS, AS_CLIENT), (account, contact)]));
    }
}

#[test]
fn a_person_has_at_most_500_links_and_may_repeat_those() {
    let contact = |n| ContactId(Uuid::from_u128(n));
    let full = || registered_and((0..500).map(|n| linked(ELM_BUILDERS, contact(n))));
    let refused = Err(PersonRejection::TooManyLinks.into());
    let person = check(full(), &link(ELM_BUILDERS, contact(500)), refused).expect("there");
    assert_eq!(person.links.len(), 500);
    check(full(), &link(ELM_BUILDERS, contact(499)), Ok(Vec::new()));
}

#[test]
fn signing_in_and_out_is_noted_and_leaves_the_person_as_they_are() {
    let before = fold(&registered());
    let noted: [(_, PersonEvent); 3] = [
        (PersonCommand::LogIn(LAPTOP), LoggedIn { session: LAPTOP }.into()),
        (PersonCommand::Revoke(LAPTOP), SessionRevoked { session: LAPTOP }.into()),
        (PersonCommand::RevokeAll, SessionsRevoked {}.into()),
    ];
    for (command, event) in noted {
        assert_eq!(check(registered(), &command, Ok(vec![event])), before);
    }
}

#[test]
fn a_reset_is_mailed_to_the_login_email_and_lives_for_half_an_hour() {
    // R17
    let happened = Ok(vec![reset_requested(NEWER_LINK, noon())]);
    let person = check(registered(), &PersonCommand::RequestReset(NEWER_LINK), happened);
    let open = OpenReset { token: NEWER_LINK, expires_at: noon().plus_minutes(30) };
    assert_eq!(person.expect("there").reset, Some(open));
}

#[test]
fn a_reset_sets_the_password_and_ends_all_sessions_in_one_decision() {
    // R15, R17
    let given = registered_and([reset_requested(NEWER_LINK, noon())]);
    let person = check(given, &complete(NEWER_LINK), Ok(reset_completed(NEWER_LINK)));
    let person = person.expect("there");
    assert_eq!((person.credential, person.reset), (Some(SECOND), None));
}

#[test]
fn of_several_resets_the_newest_link_alone_works() {
    let given =
        || registered_and([OLDER_LINK, NEWER_LINK].map(|link| reset_requested(link, noon())));
    let refused = Err(PersonRejection::ResetSuperseded.into());
    let person = check(given(), &complete(OLDER_LINK), refused).expect("there");
    assert_eq!(person.credential, Some(FIRST));
    assert_eq!(person.reset.map(|reset| reset.token), Some(NEWER_LINK));
    check(given(), &complete(NEWER_LINK), Ok(reset_completed(NEWER_LINK)));
}

#[test]
fn a_reset_works_until_it_expires_and_not_from_then_on() {
    let given = || registered_and([reset_requested(NEWER_LINK, noon())]);
    let just_before = Timestamp::parse("2026-03-02T12:29:59.999999Z").expect("a time");
    let completed = Ok(reset_completed(NEWER_LINK));
    check_at(just_before, given(), &complete(NEWER_LINK), completed);
    for late in [noon().plus_minutes(30), noon().plus_hours(24)] {
        let refused = Err(PersonRejection::ResetExpired.into());
        let person = check_at(late, given(), &complete(NEWER_LINK), refused).expect("there");
        assert_eq!(person.credential, Some(FIRST));
    }
}

#[test]
fn a_reset_works_once_and_none_works_that_nobody_asked_for() {
    let refused = || Err(PersonRejection::ResetSuperseded.into());
    let mut used = registered_and([reset_requested(NEWER_LINK, noon())]);
    used.extend(reset_completed(NEWER_LINK));
    check(used, &complete(NEWER_LINK), refused());
    check(registered(), &complete(NEWER_LINK), refused());
}

#[test]
fn a_password_that_was_set_voids_the_reset_that_waited() {
    let given = registered_and([reset_requested(NEWER_LINK, noon()), credentials_set(SECOND)]);
    let refused = Err(PersonRejection::ResetSuperseded.into());
    check(given, &complete(NEWER_LINK), refused);
}

#[test]
fn each_refusal_names_its_rule_and_a_way_out() {
    for (rejection, code, rule) in [
        (PersonRejection::AlreadyRegistered, "login_needed", "R15"),
        (PersonRejection::ResetSuperseded, "reset_superseded", "R17"),
        (PersonRejection::ResetExpired, "reset_expired", "R17"),
        (PersonRejection::TooManyLinks, "too_many_links", "R45"),
        (PersonRejection::EmailChange(Stop::WrongPassword), "wrong_password", "R15"),
        (PersonRejection::EmailChange(Stop::SameEmail), "email_change_same_address", "R32"),
        (PersonRejection::EmailChange(Stop::UnderWay), "email_change_under_way", "R32"),
        (PersonRejection::EmailChange(Stop::Superseded), "email_change_superseded", "R32"),
        (PersonRejection::EmailChange(Stop::Expired), "email_change_expired", "R32"),
        (PersonRejection::EmailChange(Stop::Used), "email_change_used", "R32"),
        (PersonRejection::EmailChange(Stop::Refused), "email_change_refused", "R32"),
    ] {
        let refusal = rejection.refusal();
        assert_eq!((refusal.code, refusal.rule), (code, Some(rule)));
        assert!(refusal.remedy.is_some(), "{code}");
    }
}

#[test]
fn an_impossible_step_is_told_and_changes_nothing() {
    let why = |event: PersonEvent, given: Vec<PersonEvent>| {
        let mut person = fold(&given).expect("there");
        let before = person.clone();
        let impossible = person.apply(&event).expect_err("cannot follow");
        assert_eq!(person, before);
        assert_eq!(impossible.event, event.stored_type());
        assert_eq!(impossible.aggregate, AggregateId::Person(ADA));
        impossible.why
    };
    let [first, _]: [PersonEvent; 2] = registered().try_into().expect("two");
    assert_eq!(why(first, registered()), "they are registered already");
    let twice = linked(ELM_BUILDERS, AS_CLIENT);
    let given = registered_and([twice.clone()]);
    assert_eq!(why(twice, given), "they are linked to that contact already");
    let used = || PasswordResetCompleted { token: OLDER_LINK }.into();
    assert_eq!(why(used(), registered()), "no such reset is open");
    let newer = registered_and([reset_requested(NEWER_LINK, noon())]);
    assert_eq!(why(used(), newer), "no such reset is open");
}

#[test]
fn a_person_begins_by_being_registered() {
    let mut others = registered_and([
        linked(ELM_BUILDERS, AS_CLIENT),
        LoggedIn { session: LAPTOP }.into(),
        SessionRevoked { session: LAPTOP }.into(),
        reset_requested(NEWER_LINK, noon()),
    ]);
    others.extend(reset_completed(NEWER_LINK));
    for event in others.drain(1..) {
        let impossible = Person::from_first(ADA, &event).expect_err("begins nobody");
        assert_eq!(impossible.why, "a person begins by being registered");
    }
}

// The change of the login email (R32, H3).

fn step(command: EmailChangeCommand) -> PersonCommand {
    PersonCommand::EmailChange(command)
}

fn request(token: TokenId, to: &str) -> PersonCommand {
    step(EmailChangeCommand::Request { token, to: email(to), shown: FIRST })
}

fn move_with_invitation(to: &str) -> PersonCommand {
    step(EmailChangeCommand::BeginWithInvitation { token: OLDER_LINK, to: email(to), shown: FIRST })
}

fn hers(typed: &str) -> Personal<EmailAddress> {
    Personal::known(ADA, email(typed))
}

fn change_requested(token: TokenId) -> PersonEvent {
    PrimaryEmailChangeRequested {
        token,
        from: hers("ada@home.example"),
        to: hers("ada@work.example"),
        expires_at: noon().plus_minutes(60),
    }
    .into()
}

fn change_begun(token: TokenId) -> PersonEvent {
    PrimaryEmailChangeBegun { token, to: hers("ada@work.example") }.into()
}

fn change_completed(token: TokenId) -> Vec<PersonEvent> {
    let (from, to) = (hers("ada@home.example"), hers("ada@work.example"));
    vec![LoginEmailChanged { token, from, to }.into(), SessionsRevoked {}.into()]
}

fn change_refused(token: TokenId) -> PersonEvent {
    PrimaryEmailChangeRefused { token, account: Some(ELM_BUILDERS) }.into()
}

fn stopped(why: Stop) -> Result<Vec<PersonEvent>, Rejection> {
    Err(why.into())
}

#[test]
fn a_change_of_the_login_email_is_asked_for_with_the_password_and_ends_sessions_when_it_is_done() {
    // R32, promise 25
    let asked = vec![change_requested(NEWER_LINK)];
    check(registered(), &request(NEWER_LINK, "ada@work.example"), Ok(asked.clone()));
    let confirm = step(EmailChangeCommand::Begin(NEWER_LINK));
    check(registered_and(asked.clone()), &confirm, Ok(vec![change_begun(NEWER_LINK)]));
    let begun = registered_and(asked.into_iter().chain([change_begun(NEWER_LINK)]));
    check(begun.clone(), &confirm, Ok(Vec::new()));
    let waiting = begun.iter().cloned().chain([reset_requested(OLDER_LINK, noon())]).collect();
    let complete = step(EmailChangeCommand::Complete(NEWER_LINK));
    let person = check(waiting, &complete, Ok(change_completed(NEWER_LINK))).expect("there");
    assert_eq!((person.email, person.reset), (hers("ada@work.example"), None));
    // Twice is once, and the link is used.
    let done: Vec<_> = begun.into_iter().chain(change_completed(NEWER_LINK)).collect();
    check(done.clone(), &complete, Ok(Vec::new()));
    check(done, &confirm, stopped(Stop::Used));
}

#[test]
fn a_password_that_was_set_meanwhile_voids_the_change_and_what_was_shown_for_it() {
    // Promise 29: whoever asked for it may be why it was set.
    let confirm = step(EmailChangeCommand::Begin(NEWER_LINK));
    let given = || registered_and([change_requested(NEWER_LINK), credentials_set(SECOND)]);
    check(given(), &confirm, stopped(Stop::Superseded));
    for command in [request(OLDER_LINK, "eve@x.example"), move_with_invitation("eve@x.example")] {
        check(given(), &command, stopped(Stop::WrongPassword));
    }
    // What has begun has been shown to be theirs, and goes on.
    let given = registered_and([
        change_requested(NEWER_LINK),
        change_begun(NEWER_LINK),
        credentials_set(SECOND),
    ]);
    let complete = step(EmailChangeCommand::Complete(NEWER_LINK));
    check(given, &complete, Ok(change_completed(NEWER_LINK)));
}

#[test]
fn the_newest_link_to_a_new_address_alone_works_for_an_hour() {
    let confirm = |link| step(EmailChangeCommand::Begin(link));
    let given = || registered_and([change_requested(OLDER_LINK), change_requested(NEWER_LINK)]);
    check(given(), &confirm(OLDER_LINK), stopped(Stop::Superseded));
    check(registered(), &confirm(OLDER_LINK), stopped(Stop::Superseded));
    let just_before = Timestamp::parse("2026-03-02T12:59:59.999999Z").expect("a time");
    let begun = Ok(vec![change_begun(NEWER_LINK)]);
    check_at(just_before, given(), &confirm(NEWER_LINK), begun);
    check_at(noon().plus_minutes(60), given(), &confirm(NEWER_LINK), stopped(Stop::Expired));
    let same = request(NEWER_LINK, "Ada@Home.example");
    check(registered(), &same, stopped(Stop::SameEmail));
}

#[test]
fn a_change_that_has_begun_ends_before_another_one_begins() {
    let begun = || registered_and([change_requested(NEWER_LINK), change_begun(NEWER_LINK)]);
    for another in [request(OLDER_LINK, "a@x.example"), move_with_invitation("a@x.example")] {
        check(begun(), &another, stopped(Stop::UnderWay));
    }
    let refuse = |token| step(EmailChangeCommand::Refuse { token, account: Some(ELM_BUILDERS) });
    check(begun(), &refuse(OLDER_LINK), stopped(Stop::Superseded));
    let happened = Ok(vec![change_refused(NEWER_LINK)]);
    let person = check(begun(), &refuse(NEWER_LINK), happened).expect("there");
    assert_eq!(person.email, hers("ada@home.example"));
    let over: Vec<_> = begun().into_iter().chain([change_refused(NEWER_LINK)]).collect();
    check(over.clone(), &refuse(NEWER_LINK), Ok(Vec::new()));
    let link = NEWER_LINK;
    check(over.clone(), &step(EmailChangeCommand::Begin(link)), stopped(Stop::Refused));
    check(over.clone(), &step(EmailChangeCommand::Complete(link)), stopped(Stop::Refused));
    check(over, &request(OLDER_LINK, "ada@work.example"), Ok(vec![change_requested(OLDER_LINK)]));
}

#[test]
fn an_invitation_to_the_new_address_begins_the_move_as_its_own_link_would() {
    // 2.1
    let moves = move_with_invitation("ada@work.example");
    check(registered(), &moves, Ok(vec![change_begun(OLDER_LINK)]));
    check(registered_and([change_begun(OLDER_LINK)]), &moves, Ok(Vec::new()));
    check(registered(), &move_with_invitation("ada@home.example"), Ok(Vec::new()));
    // A link that waited is void.
    let given = registered_and([change_requested(NEWER_LINK), change_begun(OLDER_LINK)]);
    let confirm = step(EmailChangeCommand::Begin(NEWER_LINK));
    check(given, &confirm, stopped(Stop::Superseded));
}

#[test]
fn an_impossible_step_of_a_change_is_told_and_changes_nothing() {
    let begun = || registered_and([change_begun(OLDER_LINK)]);
    let cases = [
        (begun(), change_begun(NEWER_LINK)),
        (begun(), change_requested(NEWER_LINK)),
        (begun(), change_refused(NEWER_LINK)),
        (begun(), change_completed(NEWER_LINK).remove(0)),
        (registered(), change_refused(NEWER_LINK)),
        (registered(), change_completed(NEWER_LINK).remove(0)),
    ];
    for (given, event) in cases {
        let mut person = fold(&given).expect("there");
        let before = person.clone();
        let impossible = person.apply(&event).expect_err("cannot follow");
        assert_eq!((person, impossible.event), (before, event.stored_type()));
    }
}

const MIA: StaffId = StaffId(Uuid::from_u128(0x31a));
const APP: FactorId = FactorId(Uuid::from_u128(0xf1));
const OTHER_APP: FactorId = FactorId(Uuid::from_u128(0xf2));

fn staff_linked() -> PersonEvent {
    StaffLinked { account: ELM_BUILDERS, staff: MIA }.into()
}

#[test]
fn a_person_works_for_an_account_only_as_whom_they_were_invited_to_be() {
    // 2.8
    let link = PersonCommand::LinkStaff { account: ELM_BUILDERS, staff: MIA };
    check(registered(), &link, Ok(vec![staff_linked()]));
    check(registered_and([staff_linked()]), &link, Ok(Vec::new()));
    let work = |account| PersonCommand::LogInAsStaff { session: LAPTOP, account, staff: MIA };
    let begun = StaffSessionBegun { session: LAPTOP, account: ELM_BUILDERS, staff: MIA };
    check(registered_and([staff_linked()]), &work(ELM_BUILDERS), Ok(vec![begun.into()]));
    for (given, account) in
        [(registered(), ELM_BUILDERS), (registered_and([staff_linked()]), OAK_BUILDERS)]
    {
        let unknown = Rejection::Unknown(AggregateId::BuilderAccount(account));
        check(given, &work(account), Err(unknown));
    }
}

#[test]
fn a_second_factor_is_turned_on_once_and_off_once() {
    let on = || PersonEvent::from(SecondFactorEnabled { factor: APP });
    let off = || PersonEvent::from(SecondFactorDisabled { factor: APP });
    let enable = PersonCommand::EnableSecondFactor(APP);
    let person = check(registered(), &enable, Ok(vec![on()])).expect("there");
    assert_eq!(person.second_factor.map(|on| on.factor), Some(APP));
    check(registered_and([on()]), &enable, Ok(Vec::new()));
    let other = PersonCommand::EnableSecondFactor(OTHER_APP);
    check(registered_and([on()]), &other, Err(PersonRejection::SecondFactorOn.into()));
    check(registered_and([on()]), &PersonCommand::DisableSecondFactor(APP), Ok(vec![off()]));
    check(registered_and([on()]), &PersonCommand::DisableSecondFactor(OTHER_APP), Ok(Vec::new()));
    check(registered(), &PersonCommand::DisableSecondFactor(APP), Ok(Vec::new()));
    let again = registered_and([on(), off()]);
    check(again, &other, Ok(vec![SecondFactorEnabled { factor: OTHER_APP }.into()]));
}

#[test]
fn each_of_the_ten_recovery_codes_is_taken_once() {
    let on = || PersonEvent::from(SecondFactorEnabled { factor: APP });
    let used = |number| PersonEvent::from(RecoveryCodeUsed { factor: APP, number });
    let use_code = |factor, number| PersonCommand::UseRecoveryCode { factor, number };
    check(registered_and([on()]), &use_code(APP, 10), Ok(vec![used(10)]));
    check(registered_and([on(), used(10)]), &use_code(APP, 9), Ok(vec![used(9)]));
    let refused = || Err(PersonRejection::SecondFactorRefused.into());
    check(registered_and([on(), used(10)]), &use_code(APP, 10), refused());
    check(registered_and([on()]), &use_code(APP, 11), refused());
    check(registered_and([on()]), &use_code(APP, 0), refused());
    check(registered_and([on()]), &use_code(OTHER_APP, 1), refused());
    check(registered(), &use_code(APP, 1), refused());
    let mut person = fold(&registered_and([on(), used(1)])).expect("there");
    assert!(person.apply(&used(1)).is_err(), "a code that is used twice is an impossible step");
}
