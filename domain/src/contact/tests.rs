//! The rules of contacts, each as: given these events, when this is asked, then that happens.
#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "given, when and then read as one sentence"
)]

use super::rejection::ContactRejection as No;
use super::*;
use crate::actor::{Actor, Authority, Circumstances};
use crate::builder_account::AccountSettings;
use crate::custom_field::{CustomField, FieldKind, FieldName, TypedValue};
use crate::event::Shown;
use crate::ids::{
    AggregateId, ApiKeyId, ContactId, ImageId, InvitationId, MailId, PersonId, TokenId,
};
use crate::ledger::{Command, Halt, given};
use crate::personal::{Change, Personal};
use crate::rejection::{Rejection, RejectionKind};
use crate::text::{CustomText, Label, PersonName, PostalAddress, Reason};
use crate::{EmailAddress, PhoneNumber, Timestamp};
use cqrs_es::test::TestFramework;
use std::collections::BTreeSet;
use uuid::Uuid;

const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const ADA_HERSELF: PersonId = PersonId(Uuid::from_u128(1));
const SOMEBODY_ELSE: PersonId = PersonId(Uuid::from_u128(2));
const FIRST: InviteIds = InviteIds {
    invitation: InvitationId(Uuid::from_u128(10)),
    token: TokenId(Uuid::from_u128(11)),
};
const SECOND: InviteIds = InviteIds {
    invitation: InvitationId(Uuid::from_u128(20)),
    token: TokenId(Uuid::from_u128(21)),
};
const RESENT: TokenId = TokenId(Uuid::from_u128(12));

// What is typed.

fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("a valid address")
}

fn name(typed: &str) -> PersonName {
    PersonName::parse(typed).expect("a valid name")
}

fn phone(typed: &str) -> PhoneNumber {
    PhoneNumber::parse(typed).expect("a valid phone")
}

fn address(typed: &str) -> PostalAddress {
    PostalAddress::parse(typed).expect("a valid address")
}

fn ada<T>(value: T) -> Personal<T> {
    Personal::known(ADA, value)
}

fn details(primary: Option<&str>, additional: &[&str]) -> ContactDetails {
    ContactDetails {
        title: None,
        name: name("Ada"),
        primary_email: primary.map(email),
        additional_emails: additional.iter().map(|typed| email(typed)).collect(),
        phones: Vec::new(),
        address: None,
    }
}

fn edit_name(to: &str) -> ContactCommand {
    ContactCommand::EditInfo(InfoEdit { name: Some(name(to)), ..InfoEdit::default() })
}

fn edit_primary(to: &str) -> ContactCommand {
    ContactCommand::EditInfo(InfoEdit { primary_email: Some(email(to)), ..InfoEdit::default() })
}

/// A value of a text field, as the ledger reads it.
fn set_gate(typed: &str) -> ContactCommand {
    let name = FieldName::parse("gate").expect("a valid name");
    let label = Label::parse("Gate").expect("a valid label");
    let field = CustomField { name: name.clone(), label, kind: FieldKind::Text };
    let typed = TypedValue::Text(CustomText::parse(typed).expect("a valid text"));
    let to = field.fit(&typed, None).expect("a text");
    ContactCommand::SetCustomField { field: name, to: Some(to) }
}

fn accept(token: TokenId, person: PersonId, proof: AcceptProof) -> ContactCommand {
    ContactCommand::AcceptInvite { token, person, proof }
}

fn accept_as(token: TokenId, person: PersonId, login: &str) -> ContactCommand {
    ContactCommand::AcceptInviteAs { token, person, email: email(login) }
}

// What happened.

fn created(primary: Option<&str>, additional: &[&str]) -> ContactEvent {
    ContactCreated {
        title: None,
        name: ada(name("Ada")),
        primary_email: primary.map(|typed| ada(email(typed))),
        additional_emails: additional.iter().map(|typed| ada(email(typed))).collect(),
        phones: None,
        address: None,
    }
    .into()
}

fn renamed(from: &str, to: &str) -> ContactEvent {
    let name = Change { from: Some(ada(name(from))), to: Some(ada(name(to))) };
    ContactInfoUpdated { title: None, name: Some(name), phones: None, address: None }.into()
}

fn changed(from: &str, to: &str) -> ContactEvent {
    PrimaryEmailChanged { from: ada(email(from)), to: ada(email(to)) }.into()
}

fn swapped(from: &str, to: &str) -> ContactEvent {
    PrimaryEmailSwapped { from: ada(email(from)), to: ada(email(to)) }.into()
}

fn added(typed: &str) -> ContactEvent {
    AdditionalEmailAdded { email: ada(email(typed)) }.into()
}

fn claimed(typed: &str) -> ContactEvent {
    PrimaryEmailClaimed { email: ada(email(typed)) }.into()
}

fn released(typed: &str) -> ContactEvent {
    PrimaryEmailReleased { email: ada(email(typed)) }.into()
}

fn sent(ids: InviteIds, to: &str, sent_at: Timestamp) -> ContactEvent {
    InviteSent {
        invitation: ids.invitation,
        token: ids.token,
        sent_to: ada(email(to)),
        sent_at,
        expires_at: sent_at.plus_hours(72),
        attempt: 1,
    }
    .into()
}

fn resent(token: TokenId, to: &str, sent_at: Timestamp, attempt: u32) -> ContactEvent {
    InviteResent {
        invitation: FIRST.invitation,
        token,
        sent_to: ada(email(to)),
        sent_at,
        expires_at: sent_at.plus_hours(72),
        attempt,
    }
    .into()
}

fn cancelled(ids: InviteIds, cause: CancelCause) -> ContactEvent {
    InviteCancelled { invitation: ids.invitation, cause }.into()
}

fn accepted(ids: InviteIds) -> ContactEvent {
    InviteAccepted { invitation: ids.invitation, token: ids.token }.into()
}

fn linked(person: PersonId) -> ContactEvent {
    PersonLinked { person }.into()
}

fn activated(person: PersonId) -> ContactEvent {
    activated_at(person, noon())
}

fn activated_at(person: PersonId, at: Timestamp) -> ContactEvent {
    OwnerActivated { person, at: Some(at) }.into()
}

fn reactivated(person: PersonId) -> ContactEvent {
    OwnerReactivated { person, at: Some(noon()) }.into()
}

fn disabled_now() -> ContactEvent {
    OwnerDisabled {}.into()
}

fn deactivated_now() -> ContactEvent {
    OwnerDeactivated::default().into()
}

fn came_over(person: Option<PersonId>) -> ContactEvent {
    let reference = ada(crate::text::Reference::parse("OWN-1").expect("a valid reference"));
    OwnerImported { reference, person, activated_at: None, last_login_at: None }.into()
}

fn lost_to(winner: ContactId) -> ContactEvent {
    DuplicateResolved {
        winner,
        loser: ADA,
        by: Criterion::Id,
        winner_activity: Activity::default(),
        loser_activity: Activity::default(),
    }
    .into()
}

// The lives of a contact.

fn start() -> Timestamp {
    Timestamp::parse("2026-03-01T08:00:00Z").expect("a valid time")
}

/// When commands are given, unless a test says otherwise.
fn noon() -> Timestamp {
    start().plus_hours(4)
}

fn and<const N: usize>(
    mut events: Vec<ContactEvent>,
    more: [ContactEvent; N],
) -> Vec<ContactEvent> {
    events.extend(more);
    events
}

fn not_invited() -> Vec<ContactEvent> {
    vec![created(Some("ada@x.org"), &["ada@work.org"])]
}

fn pending() -> Vec<ContactEvent> {
    and(not_invited(), [claimed("ada@x.org"), sent(FIRST, "ada@x.org", start())])
}

fn active() -> Vec<ContactEvent> {
    and(pending(), [accepted(FIRST), linked(ADA_HERSELF), activated(ADA_HERSELF)])
}

fn deactivated() -> Vec<ContactEvent> {
    and(active(), [deactivated_now()])
}

fn disabled() -> Vec<ContactEvent> {
    and(active(), [disabled_now()])
}

/// Deactivated, and invited again to the same address.
fn pending_again() -> Vec<ContactEvent> {
    and(deactivated(), [sent(SECOND, "ada@x.org", start())])
}

/// Deactivated, given another address, and invited again to that.
fn pending_readdressed() -> Vec<ContactEvent> {
    and(
        deactivated(),
        [
            changed("ada@x.org", "new@x.org"),
            released("ada@x.org"),
            claimed("new@x.org"),
            sent(SECOND, "new@x.org", start()),
        ],
    )
}

// Given, when, then.

struct Given {
    events: Vec<ContactEvent>,
    held: Vec<(EmailAddress, Holder)>,
    settings: AccountSettings,
}

impl From<Vec<ContactEvent>> for Given {
    fn from(events: Vec<ContactEvent>) -> Self {
        Self { events, held: Vec::new(), settings: AccountSettings::default() }
    }
}

/// Beside these events, Bea holds the claim to this address.
fn bea_holds(typed: &str, activated: bool, events: Vec<ContactEvent>) -> Given {
    let bea = Holder { contact: BEA, name: Some(name("Bea")), activated };
    Given { held: vec![(email(typed), bea)], ..events.into() }
}

impl Claims for Given {
    fn holder(&self, email: &EmailAddress) -> Result<Option<Holder>, Halt> {
        Ok(self.held.iter().find(|(held, _)| held == email).map(|(_, holder)| holder.clone()))
    }

    fn settings(&self) -> Result<AccountSettings, Halt> {
        Ok(self.settings)
    }
}

#[derive(Clone)]
struct When {
    command: ContactCommand,
    circumstances: Circumstances,
    now: Timestamp,
}

fn by(actor: Actor, authority: Authority, command: ContactCommand) -> When {
    let circumstances = Circumstances { reason: None, ..given::by(actor, authority) };
    When { command, circumstances, now: noon() }
}

fn builder(command: ContactCommand) -> When {
    by(Actor::BuilderStaff(ApiKeyId(Uuid::nil())), Authority::admin(), command)
}

fn owner(command: ContactCommand) -> When {
    by(Actor::Owner(ADA_HERSELF), Authority::Owner, command)
}

fn stranger(command: ContactCommand) -> When {
    by(Actor::Owner(SOMEBODY_ELSE), Authority::Owner, command)
}

fn clock(command: ContactCommand) -> When {
    by(Actor::System, Authority::System, command)
}

/// Who asks.
type By = fn(ContactCommand) -> When;

impl When {
    fn hours_later(self, hours: i64) -> Self {
        Self { now: self.now.plus_hours(hours), ..self }
    }

    fn because(mut self, why: &str) -> Self {
        self.circumstances.reason = Some(Reason::parse(why).expect("a valid reason"));
        self
    }
}

type Then = Result<Vec<ContactEvent>, Rejection>;

fn happens<const N: usize>(events: [ContactEvent; N]) -> Then {
    Ok(events.into())
}

fn refused(no: No) -> Then {
    Err(no.into())
}

fn builders_only() -> Then {
    Err(Rejection::NotPermitted { needed: "a builder's credential" })
}

fn fold(events: &[ContactEvent]) -> Option<Contact> {
    let (first, rest) = events.split_first()?;
    let mut contact = Contact::from_first(ADA, first).expect("starts a contact");
    for event in rest {
        contact.apply(event).expect("follows");
    }
    Some(contact)
}

fn asked(given: &Given, when: &When) -> Result<Vec<ContactEvent>, Rejection> {
    let contact = fold(&given.events);
    decide(ADA, contact.as_ref(), &when.command, &when.circumstances, when.now, given).map_err(
        |halt| match halt {
            Halt::Rejected(rejection) => rejection,
            Halt::Need(need) => panic!("nothing is missing, but {need:?} was asked for"),
        },
    )
}

/// As they are stored, because debug output hides what is personal.
fn stored(events: &[ContactEvent]) -> Vec<String> {
    events
        .iter()
        .map(|e| format!("{} {}", e.stored_type(), e.payload().expect("serialises")))
        .collect()
}

/// Compares what happens, and gives the contact after it: the same as before after a refusal.
#[track_caller]
fn check(given: impl Into<Given>, when: When, then: Then) -> Contact {
    let mut given = given.into();
    let happened = asked(&given, &when);
    assert_eq!(happened.as_deref().map(stored), then.as_deref().map(stored));
    given.events.extend(happened.unwrap_or_default());
    fold(&given.events).expect("a contact is there")
}

/// The same where no contact comes of it.
#[track_caller]
fn check_nothing_created(given: impl Into<Given>, when: When, then: Rejection) {
    let given = given.into();
    assert!(given.events.is_empty());
    assert_eq!(asked(&given, &when).as_deref().map(stored), Err(&then));
}

// Create.

#[test]
fn a_contact_is_created_with_what_was_typed_and_is_not_invited_by_it() {
    // R2, R4, R58
    let typed = ContactDetails {
        phones: vec![phone("(212) 555-0180")],
        address: Some(address("12 Elm St")),
        ..details(Some("Ada@X.org"), &["ada@work.org"])
    };
    let happened = ContactCreated {
        title: None,
        name: ada(name("Ada")),
        primary_email: Some(ada(email("Ada@X.org"))),
        additional_emails: vec![ada(email("ada@work.org"))],
        phones: Some(ada(vec![phone("(212) 555-0180")])),
        address: Some(ada(address("12 Elm St"))),
    };
    let contact =
        check(Vec::new(), builder(ContactCommand::Create(typed)), happens([happened.into()]));
    assert_eq!((contact.access, contact.claimed), (Access::NotInvited, false));
}

#[test]
fn a_contact_needs_no_email() {
    check(
        Vec::new(),
        builder(ContactCommand::Create(details(None, &[]))),
        happens([created(None, &[])]),
    );
}

#[test]
fn an_id_is_used_for_one_contact_only() {
    let again = ContactCommand::Create(details(None, &[]));
    check(not_invited(), builder(again), refused(No::AlreadyExists));
}

#[test]
fn an_activated_owners_email_is_not_given_to_a_new_contact() {
    // R25, in its exact words, and R26
    let create = ContactCommand::Create(details(Some("bea@x.org"), &[]));
    let refusal = Rejection::from(No::PrimaryEmailOnActivatedOwner { holder: BEA });
    check_nothing_created(
        bea_holds("bea@x.org", true, Vec::new()),
        builder(create),
        refusal.clone(),
    );
    let text = refusal.refusal();
    assert_eq!(
        (text.code, text.cause.as_str(), text.holder),
        (
            "primary_email_on_activated_owner",
            "This email is currently the Primary Email associated with another account.",
            Some(BEA)
        )
    );
}

#[test]
fn an_email_that_is_only_claimed_by_an_invitation_may_be_saved_again() {
    // G2: a soft duplicate
    check(
        bea_holds("ada@x.org", false, Vec::new()),
        builder(ContactCommand::Create(details(Some("ada@x.org"), &[]))),
        happens([created(Some("ada@x.org"), &[])]),
    );
}

#[test]
fn a_contact_is_created_with_six_emails_but_not_with_seven() {
    // R20
    let five = ["1@x.org", "2@x.org", "3@x.org", "4@x.org", "5@x.org"];
    let six = [&five[..], &["6@x.org"]].concat();
    check(
        Vec::new(),
        builder(ContactCommand::Create(details(Some("ada@x.org"), &five))),
        happens([created(Some("ada@x.org"), &five)]),
    );
    let create = builder(ContactCommand::Create(details(Some("ada@x.org"), &six)));
    check_nothing_created(Vec::new(), create, No::TooManyEmails.into());
}

#[test]
fn a_contact_is_not_created_with_additional_emails_alone() {
    // R22
    let create = builder(ContactCommand::Create(details(None, &["ada@work.org"])));
    check_nothing_created(Vec::new(), create, No::AdditionalNeedsPrimary.into());
}

#[test]
fn a_contact_is_not_created_with_one_email_twice() {
    // G7, by normal form
    let create = builder(ContactCommand::Create(details(Some("ada@x.org"), &["ADA@X.ORG"])));
    check_nothing_created(Vec::new(), create, No::DuplicateEmail.into());
}

#[test]
fn nothing_can_be_asked_of_a_contact_that_is_not_there() {
    let unknown = Rejection::Unknown(AggregateId::Contact(ADA));
    check_nothing_created(Vec::new(), builder(edit_name("Ida")), unknown);
}

#[test]
fn an_operator_asks_nothing_of_a_contact() {
    // 2.8
    let operator = Actor::Operator(ApiKeyId(Uuid::nil()));
    check(
        not_invited(),
        by(operator, Authority::Operator, edit_name("Ida")),
        Err(Rejection::NotPermitted { needed: "a builder's key" }),
    );
}

// Edit the info.

#[test]
fn an_edit_records_before_and_after_of_what_changed_and_nothing_else() {
    // promise 17
    let edit = InfoEdit {
        title: None,
        name: Some(name("Ada")),
        phones: Some(vec![phone("2125550180")]),
        address: Some(Some(address("12 Elm St"))),
        primary_email: None,
    };
    let happened = ContactInfoUpdated {
        title: None,
        name: None,
        phones: Some(Change { from: None, to: Some(ada(vec![phone("2125550180")])) }),
        address: Some(Change { from: None, to: Some(ada(address("12 Elm St"))) }),
    };
    let contact = check(
        not_invited(),
        builder(ContactCommand::EditInfo(edit)),
        happens([happened.clone().into()]),
    );
    assert_eq!(contact.address, Some(ada(address("12 Elm St"))));
    let shown: Vec<_> = ContactEvent::from(happened).changes().into_iter().collect();
    assert_eq!(shown.iter().map(|c| &*c.field).collect::<Vec<_>>(), ["phones", "address"]);
    assert_eq!(shown[1].after, Shown::Value("12 Elm St".to_owned()));
}

#[test]
fn phones_and_address_can_be_cleared() {
    let full = ContactInfoUpdated {
        title: None,
        name: None,
        phones: Some(Change { from: None, to: Some(ada(vec![phone("2125550180")])) }),
        address: Some(Change { from: None, to: Some(ada(address("12 Elm St"))) }),
    };
    let clear = InfoEdit { phones: Some(Vec::new()), address: Some(None), ..InfoEdit::default() };
    let emptied = ContactInfoUpdated {
        title: None,
        name: None,
        phones: Some(Change { from: Some(ada(vec![phone("2125550180")])), to: None }),
        address: Some(Change { from: Some(ada(address("12 Elm St"))), to: None }),
    };
    let contact = check(
        and(not_invited(), [full.into()]),
        builder(ContactCommand::EditInfo(clear)),
        happens([emptied.into()]),
    );
    assert_eq!((contact.phones, contact.address), (None, None));
}

#[test]
fn an_edit_to_what_is_there_already_changes_nothing() {
    let same = InfoEdit {
        title: None,
        name: Some(name("Ada")),
        phones: Some(Vec::new()),
        address: Some(None),
        primary_email: Some(email("ada@x.org")),
    };
    check(not_invited(), builder(ContactCommand::EditInfo(same)), happens([]));
}

#[test]
fn a_contact_without_primary_email_gets_one_unless_an_activated_owner_has_it() {
    let bare = || vec![created(None, &[])];
    let set = PrimaryEmailSet { email: ada(email("ada@x.org")) };
    check(bare(), builder(edit_primary("ada@x.org")), happens([set.into()]));
    // R25
    check(
        bea_holds("ada@x.org", true, bare()),
        builder(edit_primary("ada@x.org")),
        refused(No::PrimaryEmailOnActivatedOwner { holder: BEA }),
    );
}

#[test]
fn the_builder_does_not_change_a_primary_email_to_an_activated_owners() {
    // R25
    check(
        bea_holds("bea@x.org", true, not_invited()),
        builder(edit_primary("bea@x.org")),
        refused(No::PrimaryEmailOnActivatedOwner { holder: BEA }),
    );
}

#[test]
fn a_refused_primary_email_keeps_the_rest_of_the_edit_out_too() {
    let edit = InfoEdit {
        title: None,
        name: Some(name("Ida")),
        primary_email: Some(email("bea@x.org")),
        ..InfoEdit::default()
    };
    let contact = check(
        bea_holds("bea@x.org", true, not_invited()),
        builder(ContactCommand::EditInfo(edit)),
        refused(No::PrimaryEmailOnActivatedOwner { holder: BEA }),
    );
    assert_eq!(contact.name.value(), Some(&name("Ada")));
}

#[test]
fn an_additional_email_becomes_primary_by_a_swap_and_not_by_an_edit() {
    // G7
    check(not_invited(), builder(edit_primary("ada@work.org")), refused(No::DuplicateEmail));
}

#[test]
fn a_deactivated_owners_changed_address_gives_the_claim_back() {
    // R44, H5, H6
    let contact = check(
        deactivated(),
        builder(edit_primary("new@x.org")),
        happens([changed("ada@x.org", "new@x.org"), released("ada@x.org")]),
    );
    assert_eq!(contact.access, Access::Deactivated { person: ADA_HERSELF, readdressed: true });
    assert!(!contact.claimed);
}

#[test]
fn the_same_address_written_differently_keeps_its_claim_and_its_owner() {
    // H6 asks for a login after a changed address; this one is not changed.
    let contact = check(
        deactivated(),
        builder(edit_primary("Ada@X.org")),
        happens([changed("ada@x.org", "Ada@X.org")]),
    );
    assert_eq!(contact.access, Access::Deactivated { person: ADA_HERSELF, readdressed: false });
    assert!(contact.claimed);
    assert_eq!(contact.primary().map(EmailAddress::typed), Some("Ada@X.org"));
}

#[test]
fn an_owner_moves_the_claim_with_their_primary_email() {
    // R14, R32
    let contact = check(
        active(),
        owner(edit_primary("new@x.org")),
        happens([changed("ada@x.org", "new@x.org"), released("ada@x.org"), claimed("new@x.org")]),
    );
    assert_eq!(contact.access, Access::Active { person: ADA_HERSELF });
    assert!(contact.claimed);
}

#[test]
fn an_owner_does_not_get_a_taken_email_and_is_told_no_name() {
    // R32, H3, H4; also when the holder is only invited
    for activated in [true, false] {
        check(
            bea_holds("bea@x.org", activated, active()),
            owner(edit_primary("bea@x.org")),
            refused(No::PrimaryEmailTaken),
        );
        // An additional email may be Bea's primary one (R33), but it stays an additional one.
        let contact = check(
            bea_holds("bea@x.org", activated, and(active(), [added("bea@x.org")])),
            owner(ContactCommand::SwapPrimaryEmail(email("bea@x.org"))),
            refused(No::PrimaryEmailTaken),
        );
        assert_eq!(contact.primary(), Some(&email("ada@x.org")));
    }
    let text = Rejection::from(No::PrimaryEmailTaken).refusal();
    assert_eq!((text.code, text.holder), ("primary_email_taken_contact_builder", None));
}

#[test]
fn after_cancel_the_builder_edits_and_invites_anew() {
    // R43, H5: three commands, three new ids
    check(pending(), builder(edit_name("Ida")), refused(No::LockedPending));
    let free = and(pending(), [cancelled(FIRST, CancelCause::TakenBack), released("ada@x.org")]);
    let edit = [changed("ada@x.org", "new@x.org")];
    check(free.clone(), builder(edit_primary("new@x.org")), happens(edit.clone()));
    check(
        and(free, edit),
        builder(ContactCommand::SendInvite(SECOND)),
        happens([claimed("new@x.org"), sent(SECOND, "new@x.org", noon())]),
    );
}

#[test]
fn after_deactivation_the_builder_edits_and_the_owner_regains_access_without_loss() {
    // R35, R44
    check(active(), builder(edit_name("Ida")), refused(No::LockedActive));
    check(deactivated(), builder(edit_name("Ida")), happens([renamed("Ada", "Ida")]));
    let contact = check(
        and(pending_again(), []),
        stranger(accept(SECOND.token, ADA_HERSELF, AcceptProof::Link)),
        happens([accepted(SECOND), linked(ADA_HERSELF), reactivated(ADA_HERSELF)]),
    );
    assert_eq!(contact.access, Access::Active { person: ADA_HERSELF });
    assert_eq!(contact.additional_emails, [ada(email("ada@work.org"))]);
}

// The primary email is the owner's login, always (2.1).

#[test]
fn a_login_that_moves_takes_the_claim_along_also_while_the_builder_has_closed_the_access() {
    // R32, H3, G3
    let moved = owner_moves("new@x.org");
    let happened = [changed("ada@x.org", "new@x.org"), released("ada@x.org"), claimed("new@x.org")];
    for given in [active(), disabled()] {
        let before = fold(&given).expect("a contact").access;
        let contact = check(given, owner(moved.clone()), happens(happened.clone()));
        assert_eq!((contact.access, contact.claimed), (before, true));
        // The old address is not kept, and the additional ones stay.
        assert_eq!(contact.additional_emails, [ada(email("ada@work.org"))]);
    }
    check(and(active(), happened), owner(moved), happens([]));
}

#[test]
fn a_login_that_moves_to_an_additional_email_leaves_it_there_once() {
    // G7
    let contact = check(
        active(),
        owner(owner_moves("ada@work.org")),
        happens([
            AdditionalEmailRemoved { email: ada(email("ada@work.org")) }.into(),
            changed("ada@x.org", "ada@work.org"),
            released("ada@x.org"),
            claimed("ada@work.org"),
        ]),
    );
    assert_eq!((contact.email_count(), contact.primary()), (1, Some(&email("ada@work.org"))));
}

#[test]
fn a_taken_email_is_refused_without_a_name_and_asking_for_it_changes_nothing() {
    // R32, H3, H4
    let ask = |typed| ContactCommand::AskForPrimaryEmail(email(typed));
    for given in [active(), disabled()] {
        for activated in [true, false] {
            for command in [owner_moves("bea@x.org"), ask("bea@x.org")] {
                check(
                    bea_holds("bea@x.org", activated, given.clone()),
                    owner(command),
                    refused(No::PrimaryEmailTaken),
                );
            }
        }
        check(given, owner(ask("free@x.org")), happens([]));
    }
    for given in [not_invited(), pending(), deactivated(), pending_again()] {
        check(given.clone(), owner(owner_moves("new@x.org")), refused(No::NotTheOwner));
        check(given, owner(ask("new@x.org")), refused(No::NotTheOwner));
    }
    for by in [stranger, builder] {
        check(active(), by(owner_moves("new@x.org")), refused(No::NotTheOwner));
    }
}

#[test]
fn who_accepts_with_another_login_has_its_address_as_the_primary_one_and_the_invited_one_beside_it()
{
    // 2.1, H16
    let became = |emails: Vec<ContactEvent>| {
        let mut events = vec![accepted(FIRST), linked(ADA_HERSELF), activated(ADA_HERSELF)];
        events.extend(emails);
        Ok(events)
    };
    let contact = check(
        pending(),
        stranger(accept_as(FIRST.token, ADA_HERSELF, "login@x.org")),
        became(vec![
            changed("ada@x.org", "login@x.org"),
            added("ada@x.org"),
            released("ada@x.org"),
            claimed("login@x.org"),
        ]),
    );
    assert_eq!(contact.primary(), Some(&email("login@x.org")));
    // Its place is free where the login's address was an additional one before.
    check(
        pending(),
        stranger(accept_as(FIRST.token, ADA_HERSELF, "ada@work.org")),
        became(vec![
            swapped("ada@x.org", "ada@work.org"),
            released("ada@x.org"),
            claimed("ada@work.org"),
        ]),
    );
    check(
        pending(),
        stranger(accept_as(FIRST.token, ADA_HERSELF, "ada@x.org")),
        became(Vec::new()),
    );
    check(
        bea_holds("bea@x.org", false, pending()),
        stranger(accept_as(FIRST.token, ADA_HERSELF, "bea@x.org")),
        refused(No::PrimaryEmailTaken),
    );
    let full = ["b@x.org", "c@x.org", "d@x.org", "e@x.org"].map(added);
    check(
        and(pending(), full),
        stranger(accept_as(FIRST.token, ADA_HERSELF, "login@x.org")),
        refused(No::TooManyEmails),
    );
}

fn owner_moves(to: &str) -> ContactCommand {
    ContactCommand::MovePrimaryEmail(email(to))
}

// Swap.

#[test]
fn a_swap_frees_the_invite_that_a_claimed_primary_email_stood_against() {
    // R31, scenario 9
    check(
        bea_holds("ada@x.org", false, not_invited()),
        builder(ContactCommand::SendInvite(FIRST)),
        refused(No::PrimaryEmailClaimed { holder: BEA, name: Some(name("Bea")) }),
    );
    let swap = [swapped("ada@x.org", "ada@work.org")];
    let contact = check(
        bea_holds("ada@x.org", false, not_invited()),
        builder(ContactCommand::SwapPrimaryEmail(email("ada@work.org"))),
        happens(swap.clone()),
    );
    assert_eq!(contact.additional_emails, [ada(email("ada@x.org"))]);
    check(
        bea_holds("ada@x.org", false, and(not_invited(), swap)),
        builder(ContactCommand::SendInvite(FIRST)),
        happens([claimed("ada@work.org"), sent(FIRST, "ada@work.org", noon())]),
    );
}

#[test]
fn an_owners_swap_moves_the_claim() {
    // R31, R32
    check(
        active(),
        owner(ContactCommand::SwapPrimaryEmail(email("ada@work.org"))),
        happens([
            swapped("ada@x.org", "ada@work.org"),
            released("ada@x.org"),
            claimed("ada@work.org"),
        ]),
    );
}

#[test]
fn a_swap_needs_an_additional_email_and_a_primary_one() {
    let swap = |typed| builder(ContactCommand::SwapPrimaryEmail(email(typed)));
    check(not_invited(), swap("ada@x.org"), happens([]));
    check(not_invited(), swap("no@x.org"), refused(No::UnknownAdditionalEmail));
    check(vec![created(None, &[])], swap("a@x.org"), refused(No::AdditionalNeedsPrimary));
}

#[test]
fn a_swap_does_not_take_an_activated_owners_email_either() {
    // R25 by another door
    check(
        bea_holds("ada@work.org", true, not_invited()),
        builder(ContactCommand::SwapPrimaryEmail(email("ada@work.org"))),
        refused(No::PrimaryEmailOnActivatedOwner { holder: BEA }),
    );
}

// Additional emails.

#[test]
fn an_additional_email_may_be_anybodys_primary_one() {
    // R33, G7
    for activated in [true, false] {
        check(
            bea_holds("bea@x.org", activated, not_invited()),
            builder(ContactCommand::AddAdditionalEmail(email("bea@x.org"))),
            happens([added("bea@x.org")]),
        );
    }
}

#[test]
fn the_sixth_email_is_added_and_the_seventh_is_not() {
    // R20
    let five = ["1@x.org", "2@x.org", "3@x.org", "4@x.org"];
    let five = || vec![created(Some("ada@x.org"), &five)];
    let add = |typed| builder(ContactCommand::AddAdditionalEmail(email(typed)));
    check(five(), add("6@x.org"), happens([added("6@x.org")]));
    check(and(five(), [added("6@x.org")]), add("7@x.org"), refused(No::TooManyEmails));
}

#[test]
fn an_additional_email_needs_a_primary_one() {
    // R22
    check(
        vec![created(None, &[])],
        builder(ContactCommand::AddAdditionalEmail(email("a@x.org"))),
        refused(No::AdditionalNeedsPrimary),
    );
}

#[test]
fn one_contact_has_an_email_once() {
    // G7
    for there in ["ADA@x.org", "Ada@Work.org"] {
        check(
            not_invited(),
            builder(ContactCommand::AddAdditionalEmail(email(there))),
            refused(No::DuplicateEmail),
        );
    }
    check(
        not_invited(),
        builder(ContactCommand::EditAdditionalEmail {
            from: email("ada@work.org"),
            to: email("ada@x.org"),
        }),
        refused(No::DuplicateEmail),
    );
}

#[test]
fn an_additional_email_becomes_another_or_is_written_differently() {
    // R41
    let edit = |to| {
        builder(ContactCommand::EditAdditionalEmail { from: email("ada@work.org"), to: email(to) })
    };
    let edited = |to| {
        happens([
            AdditionalEmailEdited { from: ada(email("ada@work.org")), to: ada(email(to)) }.into()
        ])
    };
    check(not_invited(), edit("new@work.org"), edited("new@work.org"));
    check(not_invited(), edit("Ada@Work.org"), edited("Ada@Work.org"));
    check(not_invited(), edit("ada@work.org"), happens([]));
}

#[test]
fn only_an_additional_email_that_is_there_is_edited_or_removed() {
    let edit =
        ContactCommand::EditAdditionalEmail { from: email("no@x.org"), to: email("yes@x.org") };
    check(not_invited(), builder(edit), refused(No::UnknownAdditionalEmail));
    // The primary email is none of them.
    let remove = ContactCommand::RemoveAdditionalEmail(email("ada@x.org"));
    check(not_invited(), builder(remove), refused(No::UnknownAdditionalEmail));
}

// Invitations.

#[test]
fn an_invite_claims_the_primary_email_and_goes_there_alone() {
    // R3, R7, R17, G2, promise 23: 72 hours
    let contact = check(
        not_invited(),
        builder(ContactCommand::SendInvite(FIRST)),
        happens([claimed("ada@x.org"), sent(FIRST, "ada@x.org", noon())]),
    );
    let invitation = Invitation {
        id: FIRST.invitation,
        token: FIRST.token,
        expires_at: noon().plus_hours(72),
        attempt: 1,
        reminded: false,
    };
    assert_eq!(contact.access, Access::Pending { invitation, was: Was::NeverActive });
    assert!(contact.claimed);
}

#[test]
fn an_invite_needs_a_primary_email() {
    // R17
    check(
        vec![created(None, &[])],
        builder(ContactCommand::SendInvite(FIRST)),
        refused(No::NoPrimaryEmail),
    );
}

#[test]
fn a_claimed_primary_email_is_refused_with_the_holders_name_and_the_remedies() {
    // R27 to R31, scenario 8
    let no = No::PrimaryEmailClaimed { holder: BEA, name: Some(name("Bea")) };
    let contact = check(
        bea_holds("ada@x.org", false, not_invited()),
        builder(ContactCommand::SendInvite(FIRST)),
        refused(no.clone()),
    );
    assert_eq!((contact.access, contact.claimed), (Access::NotInvited, false));
    let text = Rejection::from(no).refusal();
    assert_eq!(text.cause, "The primary email is claimed by Bea.");
    let remedy = text.remedy.expect("a remedy");
    assert!(["Remove", "merge", "swapping"].iter().all(|word| remedy.contains(word)), "{remedy}");
}

#[test]
fn a_deactivated_owner_is_invited_again_under_the_claim_that_was_kept() {
    // R35, claim rule of 2.3
    check(
        deactivated(),
        builder(ContactCommand::SendInvite(SECOND)),
        happens([sent(SECOND, "ada@x.org", noon())]),
    );
}

#[test]
fn an_erased_person_is_not_invited() {
    // H11
    let erased = ContactCreated {
        title: None,
        name: Personal::Erased { of: ADA.into() },
        primary_email: Some(Personal::Erased { of: ADA.into() }),
        additional_emails: vec![Personal::Erased { of: ADA.into() }],
        phones: None,
        address: None,
    };
    check(vec![erased.into()], builder(ContactCommand::SendInvite(FIRST)), refused(No::Erased));
}

#[test]
fn a_resend_carries_a_new_link_and_voids_the_old_one() {
    // R8, promise 23
    let again = [resent(RESENT, "ada@x.org", noon(), 2)];
    check(pending(), builder(ContactCommand::ResendInvite(RESENT)), happens(again.clone()));
    let old_link = accept(FIRST.token, ADA_HERSELF, AcceptProof::Link);
    check(and(pending(), again.clone()), stranger(old_link.clone()), refused(No::InviteSuperseded));
    let happened = InviteAccepted { invitation: FIRST.invitation, token: RESENT };
    // 75 hours after the first mail, but 71 after the second
    check(
        and(pending(), again),
        stranger(accept(RESENT, ADA_HERSELF, AcceptProof::Link)).hours_later(71),
        happens([
            happened.into(),
            linked(ADA_HERSELF),
            activated_at(ADA_HERSELF, noon().plus_hours(71)),
        ]),
    );
}

#[test]
fn ten_invitation_mails_a_day_are_enough() {
    // the rate limit of 2.3
    let mut mailed = pending();
    for attempt in 2..=10 {
        mailed.push(resent(RESENT, "ada@x.org", start(), attempt));
    }
    let resend = builder(ContactCommand::ResendInvite(RESENT));
    check(mailed.clone(), resend.clone(), refused(No::MailedTooOften));
    let cancelled =
        and(mailed.clone(), [cancelled(FIRST, CancelCause::TakenBack), released("ada@x.org")]);
    check(cancelled, builder(ContactCommand::SendInvite(SECOND)), refused(No::MailedTooOften));
    let tomorrow = resend.hours_later(20);
    let eleventh = resent(RESENT, "ada@x.org", tomorrow.now, 11);
    check(mailed, tomorrow, happens([eleventh]));
}

#[test]
fn a_cancelled_first_invite_gives_the_claim_back_and_a_repeated_one_keeps_it() {
    // 2.3
    let cancel = || builder(ContactCommand::CancelInvite);
    let contact = check(
        pending(),
        cancel(),
        happens([cancelled(FIRST, CancelCause::TakenBack), released("ada@x.org")]),
    );
    assert_eq!((contact.access, contact.claimed), (Access::NotInvited, false));
    let contact =
        check(pending_again(), cancel(), happens([cancelled(SECOND, CancelCause::TakenBack)]));
    assert_eq!(contact.access, Access::Deactivated { person: ADA_HERSELF, readdressed: false });
    assert!(contact.claimed);
}

#[test]
fn a_declined_first_invite_gives_the_claim_back_and_a_repeated_one_keeps_it() {
    // 2.3
    let declined = |ids: InviteIds| InviteDeclined { invitation: ids.invitation }.into();
    check(
        pending(),
        stranger(ContactCommand::DeclineInvite(FIRST.token)),
        happens([declined(FIRST), released("ada@x.org")]),
    );
    check(
        pending_again(),
        stranger(ContactCommand::DeclineInvite(SECOND.token)),
        happens([declined(SECOND)]),
    );
}

#[test]
fn an_invite_expires_by_the_clock_and_not_before_its_time() {
    // 2.3
    let expire = || clock(ContactCommand::ExpireInvite);
    let expired = |ids: InviteIds| InviteExpired { invitation: ids.invitation }.into();
    check(pending(), expire().hours_later(68), refused(No::NotExpiredYet));
    let contact = check(
        pending(),
        expire().hours_later(69),
        happens([expired(FIRST), released("ada@x.org")]),
    );
    assert_eq!((contact.access, contact.claimed), (Access::NotInvited, false));
    let contact = check(pending_again(), expire().hours_later(69), happens([expired(SECOND)]));
    assert!(contact.claimed);
}

#[test]
fn an_invite_is_accepted_until_its_last_moment_and_not_after() {
    let answer = || stranger(accept(FIRST.token, ADA_HERSELF, AcceptProof::Link));
    let at = activated_at(ADA_HERSELF, noon().plus_hours(68));
    let happened = happens([accepted(FIRST), linked(ADA_HERSELF), at]);
    let contact = check(pending(), answer().hours_later(68), happened);
    assert_eq!(contact.access, Access::Active { person: ADA_HERSELF });
    check(pending(), answer().hours_later(69), refused(No::InviteExpired));
    let decline = stranger(ContactCommand::DeclineInvite(FIRST.token));
    check(pending(), decline.hours_later(69), refused(No::InviteExpired));
    let expired = InviteExpired { invitation: FIRST.invitation };
    let ended = and(pending(), [expired.into(), released("ada@x.org")]);
    check(ended, answer().hours_later(101), refused(No::InviteExpired));
}

#[test]
fn an_invite_is_accepted_once() {
    // H1, promise 10
    let answer = || stranger(accept(FIRST.token, SOMEBODY_ELSE, AcceptProof::Link));
    let contact = check(active(), answer(), refused(No::InviteUsed));
    assert_eq!(contact.access, Access::Active { person: ADA_HERSELF });
    let cancelled =
        and(pending(), [cancelled(FIRST, CancelCause::TakenBack), released("ada@x.org")]);
    check(cancelled, answer(), refused(No::InviteCancelled));
}

#[test]
fn a_link_of_an_earlier_mail_says_so_whatever_became_of_the_last_one() {
    // R8: the last link alone is told how the invitation ended
    let by = |token| stranger(accept(token, SOMEBODY_ELSE, AcceptProof::Link));
    let again = and(pending(), [resent(RESENT, "ada@x.org", noon(), 2)]);
    let over = and(again, [cancelled(FIRST, CancelCause::TakenBack), released("ada@x.org")]);
    check(over.clone(), by(FIRST.token), refused(No::InviteSuperseded));
    check(over, by(RESENT), refused(No::InviteCancelled));
}

#[test]
fn no_link_of_a_deleted_contact_works_and_none_says_whose_it_was() {
    // H7
    let gone = and(active(), [ContactDeleted {}.into(), released("ada@x.org")]);
    for token in [FIRST.token, SECOND.token] {
        let answer = stranger(accept(token, SOMEBODY_ELSE, AcceptProof::Link));
        check(gone.clone(), answer, refused(No::InviteCancelled));
        let decline = stranger(ContactCommand::DeclineInvite(token));
        check(gone.clone(), decline, refused(No::InviteCancelled));
    }
}

#[test]
fn a_readdressed_contact_is_not_linked_to_the_old_person_by_the_link_alone() {
    // H6
    let by = |person, proof| stranger(accept(SECOND.token, person, proof));
    let contact =
        check(pending_readdressed(), by(ADA_HERSELF, AcceptProof::Link), refused(No::LoginNeeded));
    assert_eq!(contact.access.word(), "pending");
    for (person, proof) in
        [(ADA_HERSELF, AcceptProof::LinkAndLogin), (SOMEBODY_ELSE, AcceptProof::Link)]
    {
        let contact = check(
            pending_readdressed(),
            by(person, proof),
            happens([accepted(SECOND), linked(person), reactivated(person)]),
        );
        assert_eq!(contact.access, Access::Active { person });
    }
}

#[test]
fn a_changed_address_is_remembered_while_the_contact_is_disabled() {
    // H6, G4
    let events = and(
        deactivated(),
        [
            disabled_now(),
            changed("ada@x.org", "new@x.org"),
            released("ada@x.org"),
            OwnerReenabled {}.into(),
            claimed("new@x.org"),
            sent(SECOND, "new@x.org", start()),
        ],
    );
    check(
        events,
        stranger(accept(SECOND.token, ADA_HERSELF, AcceptProof::Link)),
        refused(No::LoginNeeded),
    );
}

// Access.

#[test]
fn disabling_a_pending_contact_cancels_its_invite_and_gives_the_claim_back() {
    // G4
    let contact = check(
        pending(),
        builder(ContactCommand::DisableAccess),
        happens([cancelled(FIRST, CancelCause::Disabled), released("ada@x.org"), disabled_now()]),
    );
    assert_eq!(contact.access, Access::Disabled { resume: Resume::NotInvited });
    let contact = check(
        pending_again(),
        builder(ContactCommand::DisableAccess),
        happens([cancelled(SECOND, CancelCause::Disabled), disabled_now()]),
    );
    let resume = Resume::Deactivated { person: ADA_HERSELF, readdressed: false };
    assert_eq!(contact.access, Access::Disabled { resume });
    assert!(contact.claimed);
}

#[test]
fn enabling_brings_back_what_was_and_needs_no_invite() {
    // R10, scenario 14
    for before in [not_invited(), active(), deactivated()] {
        let was = fold(&before).map(|contact| contact.access);
        let contact = check(
            and(before, [disabled_now()]),
            builder(ContactCommand::EnableAccess),
            happens([OwnerReenabled {}.into()]),
        );
        assert_eq!(Some(contact.access), was);
    }
}

#[test]
fn deactivating_an_owner_asks_for_a_reason_and_keeps_claim_and_data() {
    // R44, 2.3
    let deactivate = || builder(ContactCommand::DeactivateOwner);
    check(active(), deactivate(), refused(No::ReasonNeeded));
    for events in [active(), disabled()] {
        let contact =
            check(events, deactivate().because("sold the house"), happens([deactivated_now()]));
        assert_eq!(contact.access, Access::Deactivated { person: ADA_HERSELF, readdressed: false });
        assert!(contact.claimed);
    }
}

#[test]
fn who_was_never_active_cannot_be_deactivated_out_of_being_disabled() {
    for events in [not_invited(), deactivated()] {
        check(
            and(events, [disabled_now()]),
            builder(ContactCommand::DeactivateOwner).because("tidying"),
            refused(No::NotActive),
        );
    }
}

// The lists: each field in each state by each side, and each command in each state.

#[test]
fn each_field_is_edited_by_whom_the_permission_grid_says() {
    // RULES.md 1.2 with G1, G3 to G6; columns: info, primary, add, edit, remove
    let fields = || {
        let info = InfoEdit {
            title: None,
            name: Some(name("Ida")),
            phones: Some(vec![phone("2125550180")]),
            address: Some(Some(address("12 Elm St"))),
            primary_email: None,
        };
        let one = |info: InfoEdit| ContactCommand::EditInfo(info);
        [
            vec![
                one(InfoEdit { name: info.name.clone(), ..InfoEdit::default() }),
                one(InfoEdit { phones: info.phones.clone(), ..InfoEdit::default() }),
                one(InfoEdit { address: info.address.clone(), ..InfoEdit::default() }),
                one(info),
            ],
            vec![
                edit_primary("new@x.org"),
                ContactCommand::SwapPrimaryEmail(email("ada@work.org")),
            ],
            vec![ContactCommand::AddAdditionalEmail(email("new@x.org"))],
            vec![ContactCommand::EditAdditionalEmail {
                from: email("ada@work.org"),
                to: email("new@x.org"),
            }],
            vec![ContactCommand::RemoveAdditionalEmail(email("ada@work.org"))],
        ]
    };
    let yes = || None;
    let open = || [yes(), yes(), yes(), yes(), yes()];
    let pending_lock = || [Some(No::LockedPending), Some(No::LockedPending), yes(), yes(), yes()];
    let owners = || {
        let gone = Some(No::AdditionalEmailIsOwners);
        [Some(No::LockedActive), Some(No::LockedActive), yes(), yes(), gone]
    };
    let nobodys = || [(); 5].map(|()| Some(No::NotTheOwner));
    let grid = [
        ("not invited", not_invited(), open(), nobodys()),
        ("pending", pending(), pending_lock(), nobodys()),
        ("pending again", pending_again(), pending_lock(), nobodys()),
        ("active", active(), owners(), open()),
        ("deactivated", deactivated(), open(), nobodys()),
        ("disabled from active", disabled(), owners(), nobodys()),
        ("disabled from not invited", and(not_invited(), [disabled_now()]), open(), nobodys()),
        ("disabled from deactivated", and(deactivated(), [disabled_now()]), open(), nobodys()),
    ];
    for (state, events, by_builder, by_owner) in grid {
        let given = Given::from(events);
        let sides: [(&str, By, _); 3] = [
            ("builder", builder, by_builder),
            ("owner", owner, by_owner),
            ("stranger", stranger, nobodys()),
        ];
        for (side, by, cells) in sides {
            for (commands, cell) in fields().into_iter().zip(cells) {
                for command in commands {
                    let answer = asked(&given, &by(command.clone()));
                    let refusal = answer.as_ref().err().cloned();
                    assert_eq!(
                        refusal,
                        cell.clone().map(Rejection::from),
                        "{state}: {command:?} by the {side}"
                    );
                    assert!(answer.map_or(true, |events| !events.is_empty()));
                }
            }
        }
    }
}

#[test]
fn a_custom_field_is_the_builders_in_every_state_and_no_owners() {
    // RULES.md 1.2, the row of custom fields; R41, G6
    let states = [
        not_invited(),
        pending(),
        pending_again(),
        active(),
        deactivated(),
        disabled(),
        and(not_invited(), [disabled_now()]),
        and(deactivated(), [disabled_now()]),
    ];
    let clear = || {
        let field = FieldName::parse("gate").expect("a valid name");
        ContactCommand::SetCustomField { field, to: None }
    };
    for events in states {
        let contact = check_taken(events.clone(), builder(set_gate("4711")));
        assert_eq!(contact.custom_fields.len(), 1);
        check(events.clone(), builder(clear()), happens([]));
        let there = asked(&events.clone().into(), &builder(set_gate("4711"))).expect("taken");
        let there = [events, there].concat();
        check(there.clone(), builder(set_gate("4711")), happens([]));
        assert_eq!(check_taken(there.clone(), builder(clear())).custom_fields.len(), 0);
        for by in [owner, stranger] {
            check(there.clone(), by(set_gate("4712")), builders_only());
            check(there.clone(), by(clear()), builders_only());
        }
    }
}

const MAIL: MailId = MailId(Uuid::from_u128(0x3a11));

fn reminded(ids: InviteIds) -> ContactEvent {
    InviteReminded { invitation: ids.invitation, mail: MAIL, sent_to: ada(email("ada@x.org")) }
        .into()
}

fn told(ids: InviteIds, to: &str) -> ContactEvent {
    let (invitation, mail) = (ids.invitation, MailId(ids.invitation.0));
    FormerAddressTold { invitation, mail, sent_to: ada(email(to)) }.into()
}

/// The account has reminders on.
fn wanted(events: Vec<ContactEvent>) -> Given {
    let settings = AccountSettings { invitation_reminder: true, ..AccountSettings::default() };
    Given { settings, ..events.into() }
}

#[test]
fn whoever_has_not_answered_is_reminded_once_in_the_last_day() {
    // 2.5; sent at the start, noon is four hours later, and it ends after 72
    let remind = |hours: i64| clock(ContactCommand::RemindInvite(MAIL)).hours_later(hours - 4);
    let not_due = || refused(No::ReminderNotDue);
    check(wanted(pending()), remind(47), not_due());
    check(wanted(pending()), remind(48), happens([reminded(FIRST)]));
    check(wanted(pending()), remind(71), happens([reminded(FIRST)]));
    check(wanted(pending()), remind(72), not_due());
    check(wanted(and(pending(), [reminded(FIRST)])), remind(60), not_due());
    check(pending(), remind(60), not_due());
    // A resend moves its end, and is no second invitation.
    let again = resent(RESENT, "ada@x.org", start().plus_hours(40), 2);
    check(wanted(and(pending(), [again.clone()])), remind(60), not_due());
    check(wanted(and(pending(), [again.clone()])), remind(90), happens([reminded(FIRST)]));
    check(wanted(and(pending(), [reminded(FIRST), again])), remind(90), not_due());
    for ended in
        [not_invited(), active(), and(pending(), [cancelled(FIRST, CancelCause::TakenBack)])]
    {
        check(wanted(ended), remind(60), refused(No::NotPending));
    }
}

#[test]
fn a_short_invitation_is_not_reminded_of_on_the_heels_of_its_mail() {
    // 2.5: the last mail is a day old
    let short: ContactEvent = InviteSent {
        invitation: FIRST.invitation,
        token: FIRST.token,
        sent_to: ada(email("ada@x.org")),
        sent_at: start(),
        expires_at: start().plus_hours(30),
        attempt: 1,
    }
    .into();
    let short = and(not_invited(), [claimed("ada@x.org"), short]);
    let remind = |hours: i64| clock(ContactCommand::RemindInvite(MAIL)).hours_later(hours - 4);
    check(wanted(short.clone()), remind(23), refused(No::ReminderNotDue));
    check(wanted(short), remind(24), happens([reminded(FIRST)]));
}

#[test]
fn the_address_that_a_deactivated_owner_had_is_told_of_an_invitation_to_another_once() {
    // H6
    let readdressed =
        || and(deactivated(), [changed("ada@x.org", "new@x.org"), released("ada@x.org")]);
    let invite = || builder(ContactCommand::SendInvite(SECOND));
    let invited = || [claimed("new@x.org"), sent(SECOND, "new@x.org", noon())];
    let [claim, mail] = invited();
    check(readdressed(), invite(), happens([claim, mail, told(SECOND, "ada@x.org")]));
    // It is told once, however often the invitation is sent anew.
    let again = and(
        readdressed(),
        [
            claimed("new@x.org"),
            sent(FIRST, "new@x.org", start()),
            told(FIRST, "ada@x.org"),
            cancelled(FIRST, CancelCause::TakenBack),
        ],
    );
    check(again, invite(), happens([sent(SECOND, "new@x.org", noon())]));
    // Nobody is told where the address is the same, or is another contact's by now (R34).
    check(deactivated(), invite(), happens([sent(SECOND, "ada@x.org", noon())]));
    check(bea_holds("ada@x.org", true, readdressed()), invite(), happens(invited()));
    let back = and(readdressed(), [changed("new@x.org", "ada@x.org")]);
    check(back, invite(), happens([claimed("ada@x.org"), sent(SECOND, "ada@x.org", noon())]));
    let never = and(not_invited(), [changed("ada@x.org", "new@x.org")]);
    check(never, invite(), happens(invited()));
}

#[test]
fn the_former_address_is_told_where_the_invitation_is_redirected_too() {
    // H5, H6
    let third = InviteIds { invitation: InvitationId(Uuid::from_u128(30)), ..FIRST };
    let redirect = ContactCommand::RedirectInvite { to: email("new@x.org"), ids: third };
    check(
        pending_again(),
        builder(redirect.clone()),
        happens([
            cancelled(SECOND, CancelCause::Redirected),
            released("ada@x.org"),
            changed("ada@x.org", "new@x.org"),
            claimed("new@x.org"),
            sent(third, "new@x.org", noon()),
            told(third, "ada@x.org"),
        ]),
    );
    check(
        pending(),
        builder(redirect),
        happens([
            cancelled(FIRST, CancelCause::Redirected),
            released("ada@x.org"),
            changed("ada@x.org", "new@x.org"),
            claimed("new@x.org"),
            sent(third, "new@x.org", noon()),
        ]),
    );
}

const FACE: ImageId = ImageId(Uuid::from_u128(0xface));
const NEW_FACE: ImageId = ImageId(Uuid::from_u128(0x1face));

fn face(image: ImageId, replaced: Option<ImageId>) -> ContactEvent {
    ProfileImageSet { image, replaced }.into()
}

fn no_face(image: ImageId) -> ContactEvent {
    ProfileImageRemoved { image }.into()
}

fn with_face() -> Vec<ContactEvent> {
    and(active(), [face(FACE, None)])
}

#[test]
fn an_active_owner_sets_replaces_and_removes_their_image() {
    // R36
    let contact =
        check(active(), owner(ContactCommand::SetImage(FACE)), happens([face(FACE, None)]));
    assert_eq!(contact.image, Some(FACE));
    let new = happens([face(NEW_FACE, Some(FACE))]);
    assert_eq!(
        check(with_face(), owner(ContactCommand::SetImage(NEW_FACE)), new).image,
        Some(NEW_FACE)
    );
    let removed = happens([no_face(FACE)]);
    assert_eq!(check(with_face(), owner(ContactCommand::RemoveImage), removed).image, None);
    check(with_face(), owner(ContactCommand::SetImage(FACE)), happens([]));
    check(active(), owner(ContactCommand::RemoveImage), happens([]));
}

#[test]
fn the_image_is_the_active_owners_alone_in_whatever_state_the_contact_is() {
    // R36, RULES.md 1.2, the row of the profile image
    let states = [
        not_invited(),
        pending(),
        pending_again(),
        active(),
        deactivated(),
        disabled(),
        and(not_invited(), [disabled_now()]),
        and(deactivated(), [disabled_now()]),
    ];
    for events in states {
        for command in [ContactCommand::SetImage(FACE), ContactCommand::RemoveImage] {
            check(events.clone(), builder(command.clone()), refused(No::ImageIsOwners));
            check(events.clone(), clock(command.clone()), refused(No::ImageIsOwners));
            check(events.clone(), stranger(command), refused(No::NotTheOwner));
        }
    }
    let refusal = Rejection::from(No::ImageIsOwners).refusal();
    assert_eq!((refusal.code, refusal.kind), ("image_owner_only", RejectionKind::Forbidden));
    assert!(refusal.rule == Some("R36") && refusal.remedy.is_some());
}

#[test]
fn an_image_outlives_a_deactivation_and_is_gone_when_another_person_takes_the_contact_over() {
    // H6
    let again = and(with_face(), [deactivated_now(), sent(SECOND, "ada@x.org", start())]);
    let accepts =
        |person| by(Actor::Owner(person), Authority::Owner, accept(SECOND.token, person, LOGIN));
    let same = check(
        again.clone(),
        accepts(ADA_HERSELF),
        happens([accepted(SECOND), linked(ADA_HERSELF), reactivated(ADA_HERSELF)]),
    );
    assert_eq!(same.image, Some(FACE));
    let other = check(
        again,
        accepts(SOMEBODY_ELSE),
        happens([
            accepted(SECOND),
            linked(SOMEBODY_ELSE),
            no_face(FACE),
            reactivated(SOMEBODY_ELSE),
        ]),
    );
    assert_eq!(other.image, None);
}

const LOGIN: AcceptProof = AcceptProof::LinkAndLogin;

/// What is taken, whatever it leads to, and the contact after it.
#[track_caller]
fn check_taken(events: Vec<ContactEvent>, when: When) -> Contact {
    let happened = asked(&events.clone().into(), &when).expect("taken");
    assert!(!happened.is_empty(), "something happens");
    fold(&[events, happened].concat()).expect("a contact is there")
}

macro_rules! names_of {
    ($list:ident, $name:ident, $of:ident: $($variant:ident)+) => {
        const $list: &[&str] = &[$(stringify!($variant)),+];

        /// Does not compile when a variant is missing above.
        const fn $name(of: &$of) -> &'static str {
            match of { $( $of::$variant { .. } => stringify!($variant) ),+ }
        }
    };
}
names_of!(COMMANDS, command_name, ContactCommand:
    Create EditInfo SwapPrimaryEmail AddAdditionalEmail EditAdditionalEmail RemoveAdditionalEmail
    SendInvite ResendInvite CancelInvite AcceptInvite AcceptInviteAs AskForPrimaryEmail
    MovePrimaryEmail DeclineInvite ExpireInvite DisableAccess
    EnableAccess DeactivateOwner RedirectInvite Delete Restore SetPermissions SetCustomField
    SetImage RemoveImage RemindInvite);
names_of!(REFUSALS, refusal_name, ContactRejection:
    AlreadyExists Erased PrimaryEmailOnActivatedOwner PrimaryEmailClaimed PrimaryEmailTaken
    TooManyEmails AdditionalNeedsPrimary DuplicateEmail UnknownAdditionalEmail
    AdditionalEmailIsOwners LockedPending LockedActive NotTheOwner NoPrimaryEmail AlreadyPending
    AlreadyActive IsDisabled NotPending MailedTooOften AlreadyDisabled NotDisabled NotActive
    ReasonNeeded InviteExpired InviteCancelled InviteSuperseded InviteUsed LoginNeeded
    NotExpiredYet InviteMerged SameAddress IsDeleted IsMerged ConfirmationNeeded CannotDeleteSelf
    NotDeleted MergeBothActive MergeSurvivorMustBeActive MergeTooManyEmails MergeWithItself
    MergePickUnknown NotMerged MergeSurvivorGone UnknownCustomField CustomFieldWrongKind
    CustomFieldUnknownChoice ImageIsOwners ReminderNotDue EmailConflictOver OwnerOnNoOpenJob);

/// Where a command leads: to the state of this word, or to a refusal.
type Cell = Result<&'static str, Rejection>;

fn to(word: &'static str) -> Cell {
    Ok(word)
}

fn no(refusal: No) -> Cell {
    Err(refusal.into())
}

/// RULES.md 2.3, whole: each command in the states not invited, pending, active, deactivated and
/// disabled (from active).
#[expect(clippy::too_many_lines, reason = "one table")]
fn state_machine() -> Vec<(When, [Cell; 5])> {
    let not_permitted = || [(); 5].map(|()| builders_only().map(|_| ""));
    let stays =
        || [to("not_invited"), to("pending"), to("active"), to("deactivated"), to("disabled")];
    let not_owner = || [(); 5].map(|()| no(No::NotTheOwner));
    let active_owner_alone = || {
        let mut cells = not_owner();
        cells[2] = to("active");
        cells
    };
    let strangers = || no(No::NotTheOwner);
    let not_pending = || no(No::NotPending);
    let gone = || no(No::InviteCancelled);
    let used = || no(No::InviteUsed);
    let locked = || {
        [
            to("not_invited"),
            no(No::LockedPending),
            no(No::LockedActive),
            to("deactivated"),
            no(No::LockedActive),
        ]
    };
    let add = || ContactCommand::AddAdditionalEmail(email("b@x.org"));
    let edit = || ContactCommand::EditAdditionalEmail {
        from: email("ada@work.org"),
        to: email("b@x.org"),
    };
    let remove = || ContactCommand::RemoveAdditionalEmail(email("ada@work.org"));
    let swap = || ContactCommand::SwapPrimaryEmail(email("ada@work.org"));
    let mut rows = vec![
        (
            builder(ContactCommand::Create(details(None, &[]))),
            [(); 5].map(|()| no(No::AlreadyExists)),
        ),
        (builder(edit_name("Ida")), locked()),
        (builder(swap()), locked()),
        (builder(add()), stays()),
        (stranger(add()), not_owner()),
        (builder(edit()), stays()),
        (stranger(edit()), not_owner()),
        (
            builder(remove()),
            [
                to("not_invited"),
                to("pending"),
                no(No::AdditionalEmailIsOwners),
                to("deactivated"),
                no(No::AdditionalEmailIsOwners),
            ],
        ),
        (
            builder(ContactCommand::SendInvite(SECOND)),
            [
                to("pending"),
                no(No::AlreadyPending),
                no(No::AlreadyActive),
                to("pending"),
                no(No::IsDisabled),
            ],
        ),
        (
            builder(ContactCommand::ResendInvite(RESENT)),
            [not_pending(), to("pending"), not_pending(), not_pending(), not_pending()],
        ),
        (
            builder(ContactCommand::CancelInvite),
            [not_pending(), to("not_invited"), not_pending(), not_pending(), not_pending()],
        ),
        (
            stranger(accept(FIRST.token, ADA_HERSELF, AcceptProof::Link)),
            [gone(), to("active"), used(), used(), used()],
        ),
        (
            stranger(accept_as(FIRST.token, ADA_HERSELF, "new@x.org")),
            [gone(), to("active"), used(), used(), used()],
        ),
        (
            owner(ContactCommand::AskForPrimaryEmail(email("new@x.org"))),
            [strangers(), strangers(), to("active"), strangers(), to("disabled")],
        ),
        (
            owner(ContactCommand::MovePrimaryEmail(email("new@x.org"))),
            [strangers(), strangers(), to("active"), strangers(), to("disabled")],
        ),
        (builder(ContactCommand::MovePrimaryEmail(email("new@x.org"))), not_owner()),
        (
            stranger(ContactCommand::DeclineInvite(FIRST.token)),
            [gone(), to("not_invited"), used(), used(), used()],
        ),
        (
            clock(ContactCommand::ExpireInvite).hours_later(100),
            [not_pending(), to("not_invited"), not_pending(), not_pending(), not_pending()],
        ),
        (
            builder(ContactCommand::DisableAccess),
            [
                to("disabled"),
                to("disabled"),
                to("disabled"),
                to("disabled"),
                no(No::AlreadyDisabled),
            ],
        ),
        (
            builder(ContactCommand::EnableAccess),
            [
                no(No::NotDisabled),
                no(No::NotDisabled),
                no(No::NotDisabled),
                no(No::NotDisabled),
                to("active"),
            ],
        ),
        (
            builder(ContactCommand::DeactivateOwner).because("sold the house"),
            [
                no(No::NotActive),
                no(No::NotActive),
                to("deactivated"),
                no(No::NotActive),
                to("deactivated"),
            ],
        ),
        (
            builder(ContactCommand::RedirectInvite { to: email("right@x.org"), ids: SECOND }),
            [not_pending(), to("pending"), not_pending(), not_pending(), not_pending()],
        ),
        (
            builder(ContactCommand::Delete { confirmed: true }),
            [
                to("not_invited"),
                to("not_invited"),
                to("deactivated"),
                to("deactivated"),
                to("deactivated"),
            ],
        ),
        (
            owner(ContactCommand::Delete { confirmed: true }),
            [(); 5].map(|()| no(No::CannotDeleteSelf)),
        ),
        (builder(ContactCommand::Restore), [(); 5].map(|()| no(No::NotDeleted))),
        (
            builder(ContactCommand::SetPermissions(BTreeSet::from([Permission::AccessReports]))),
            stays(),
        ),
        (builder(set_gate("4711")), stays()),
        (
            clock(ContactCommand::RemindInvite(MAIL)).hours_later(50),
            // Where the account wants it, it stays pending: see the tests of reminders.
            [not_pending(), no(No::ReminderNotDue), not_pending(), not_pending(), not_pending()],
        ),
        (owner(ContactCommand::SetImage(FACE)), active_owner_alone()),
        (owner(ContactCommand::RemoveImage), active_owner_alone()),
    ];
    for builders_own in [
        ContactCommand::RedirectInvite { to: email("right@x.org"), ids: SECOND },
        ContactCommand::Restore,
        ContactCommand::SetPermissions(BTreeSet::new()),
        set_gate("4711"),
        ContactCommand::SendInvite(SECOND),
        ContactCommand::ResendInvite(RESENT),
        ContactCommand::CancelInvite,
        ContactCommand::DisableAccess,
        ContactCommand::EnableAccess,
        ContactCommand::DeactivateOwner,
    ] {
        rows.push((owner(builders_own), not_permitted()));
    }
    rows
}

#[test]
fn each_command_leads_from_each_state_where_the_state_machine_says() {
    let states = [not_invited(), pending(), active(), deactivated(), disabled()];
    for (when, cells) in state_machine() {
        for (events, cell) in states.iter().zip(cells) {
            let before = fold(events).expect("a contact");
            let reached = asked(&events.clone().into(), &when).map(|happened| {
                let after = fold(&[events.clone(), happened].concat());
                after.map_or("none", |contact| contact.access.word())
            });
            let what = format!("{:?} of a contact that is {}", when.command, before.access.word());
            assert_eq!(reached, cell, "{what}");
        }
    }
}

#[test]
fn each_command_is_taken_somewhere_and_refused_somewhere() {
    // See the tests of these, the latter in `ledger/merge/tests.rs`.
    let mut taken = BTreeSet::from(["Create", "Restore", "RemindInvite"]);
    let mut not_taken = BTreeSet::new();
    for (when, cells) in state_machine() {
        for cell in cells {
            match cell {
                Ok(_) => taken.insert(command_name(&when.command)),
                Err(_) => not_taken.insert(command_name(&when.command)),
            };
        }
    }
    let all: BTreeSet<_> = COMMANDS.iter().copied().collect();
    assert_eq!((&taken, &not_taken), (&all, &all));
}

#[test]
fn each_refusal_is_expected_by_a_test_and_says_what_stands_against_it() {
    let tests = concat!(
        include_str!("tests.rs"),
        include_str!("../ledger/merge/tests.rs"),
        include_str!("../ledger/custom_fields/tests.rs"),
        include_str!("../ledger/email_conflicts/tests.rs"),
    );
    for refusal in REFUSALS {
        assert!(tests.contains(&format!("No::{refusal}")), "no test expects {refusal}");
    }
    // Some that name somebody, and some that do not.
    for (no, code, kind) in [
        (No::TooManyEmails, "too_many_emails", RejectionKind::Unprocessable),
        (No::AdditionalNeedsPrimary, "additional_needs_primary", RejectionKind::Unprocessable),
        (No::LockedPending, "contact_locked_pending", RejectionKind::Conflict),
        (No::LockedActive, "contact_locked_active", RejectionKind::Conflict),
        (No::InviteExpired, "invite_expired", RejectionKind::Gone),
        (No::InviteCancelled, "invite_cancelled", RejectionKind::Gone),
        (No::InviteSuperseded, "invite_superseded", RejectionKind::Gone),
        (No::InviteUsed, "invite_used", RejectionKind::Gone),
        (No::PrimaryEmailTaken, "primary_email_taken_contact_builder", RejectionKind::Conflict),
        (
            No::PrimaryEmailClaimed { holder: BEA, name: None },
            "primary_email_claimed",
            RejectionKind::Conflict,
        ),
        (
            No::PrimaryEmailOnActivatedOwner { holder: BEA },
            "primary_email_on_activated_owner",
            RejectionKind::Conflict,
        ),
    ] {
        // RULES.md 2.9
        let what = refusal_name(&no);
        let text = Rejection::from(no).refusal();
        assert_eq!((text.code, text.kind), (code, kind), "{what}");
        assert!(text.remedy.is_some(), "{what} has a remedy");
    }
}

#[test]
fn each_command_has_a_name_of_its_own() {
    let names: BTreeSet<_> = state_machine()
        .into_iter()
        .map(|(when, _)| Command::Contact(ADA, when.command).name())
        .collect();
    assert_eq!(names.len(), COMMANDS.len());
}

// Impossible histories are said, never ignored.

#[test]
fn an_event_that_cannot_follow_is_told_by_its_stored_type() {
    let cleared = CustomFieldSet {
        field: FieldName::parse("gate").expect("a valid name"),
        value: Change { from: None, to: None },
    };
    let cases: [(Vec<ContactEvent>, ContactEvent); 24] = [
        (active(), reminded(FIRST)),
        (and(pending(), [reminded(FIRST)]), reminded(FIRST)),
        (pending(), told(FIRST, "old@x.org")),
        (and(pending_readdressed(), [told(SECOND, "ada@x.org")]), told(SECOND, "ada@x.org")),
        (deactivated(), face(FACE, None)),
        (with_face(), face(NEW_FACE, None)),
        (with_face(), no_face(NEW_FACE)),
        (not_invited(), cleared.into()),
        (not_invited(), created(None, &[])),
        (not_invited(), PrimaryEmailSet { email: ada(email("a@x.org")) }.into()),
        (vec![created(None, &[])], changed("a@x.org", "b@x.org")),
        (not_invited(), swapped("ada@x.org", "no@x.org")),
        (pending(), claimed("ada@x.org")),
        (not_invited(), released("ada@x.org")),
        (active(), sent(SECOND, "ada@x.org", start())),
        (active(), accepted(FIRST)),
        (pending(), accepted(SECOND)),
        (pending(), disabled_now()),
        (pending_again(), activated(ADA_HERSELF)),
        (pending(), cancelled(SECOND, CancelCause::TakenBack)),
        (pending(), came_over(Some(ADA_HERSELF))),
        (active(), linked(SOMEBODY_ELSE)),
        (vec![created(None, &[])], PrimaryEmailDefaulted { email: ada(email("a@x.org")) }.into()),
        (active(), lost_to(BEA)),
    ];
    for (events, event) in cases {
        let mut contact = fold(&events).expect("a contact");
        let before = contact.clone();
        let step = contact.apply(&event).expect_err("cannot follow");
        assert_eq!((step.event, step.aggregate), (event.stored_type(), AggregateId::Contact(ADA)));
        assert_eq!(contact, before, "nothing is recorded of {}", event.stored_type());
    }
    let first = Contact::from_first(ADA, &disabled_now()).expect_err("starts no contact");
    assert_eq!(first.event, "contact.owner_disabled");
}

// The coat.

#[test]
fn the_coat_decides_and_folds_as_the_contact_does() {
    let ask = |when: When| super::coat::Given {
        id: ADA,
        command: when.command,
        circumstances: when.circumstances,
        now: when.now,
    };
    TestFramework::<ContactAggregate>::with(())
        .given(not_invited())
        .when(ask(builder(ContactCommand::SendInvite(FIRST))))
        .then_expect_events(vec![claimed("ada@x.org"), sent(FIRST, "ada@x.org", noon())]);
    TestFramework::<ContactAggregate>::with(())
        .given(pending())
        .when(ask(builder(edit_name("Ida"))))
        .then_expect_error(Refused(No::LockedPending.into()));
}
