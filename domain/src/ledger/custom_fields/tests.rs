//! Custom fields over a whole ledger: the account's list, and what contacts take of it.
#![expect(clippy::unnecessary_wraps, reason = "given, when and then read as one sentence")]

use super::super::given::by;
use crate::actor::{Actor, Authority, Circumstances, Role};
use crate::builder_account::{
    BuilderAccount, BuilderAccountEvent, BuilderAccountRejection, CustomFieldsSet,
};
use crate::contact::{AcceptProof, ContactEvent, ContactRejection as No, InfoEdit, MergePicks};
use crate::custom_field::{CustomField, CustomValue, Decimal, FieldKind, FieldName, TypedValue};
use crate::event::{Show, Shown};
use crate::ids::{ApiKeyId, InvitationId, PersonId, TokenId};
use crate::ledger::*;
use crate::personal::Personal;
use crate::text::{CustomText, Label, PersonName};
use crate::{EmailAddress, Timestamp};
use std::collections::BTreeSet;
use uuid::Uuid;

const ACCOUNT: AccountId = AccountId(Uuid::from_u128(0xacc));
const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const HERSELF: PersonId = PersonId(Uuid::from_u128(1));
const IDS: InviteIds = InviteIds {
    invitation: InvitationId(Uuid::from_u128(10)),
    token: TokenId(Uuid::from_u128(11)),
};

fn name(typed: &str) -> FieldName {
    FieldName::parse(typed).expect("a valid name")
}

fn label(typed: &str) -> Label {
    Label::parse(typed).expect("a valid label")
}

fn choice(options: &[&str]) -> FieldKind {
    FieldKind::Choice { choices: options.iter().map(|option| label(option)).collect() }
}

fn field(named: &str, kind: FieldKind) -> CustomField {
    CustomField { name: name(named), label: label("What people see"), kind }
}

/// A field of each kind.
fn four() -> Vec<CustomField> {
    vec![
        field("gate", FieldKind::Text),
        field("size", FieldKind::Number),
        field("built", FieldKind::Date),
        field("colour", choice(&["Red", "Blue"])),
    ]
}

fn text(typed: &str) -> TypedValue {
    TypedValue::Text(CustomText::parse(typed).expect("a valid text"))
}

fn number(typed: &str) -> TypedValue {
    TypedValue::Number(Decimal::parse(typed).expect("a valid number"))
}

fn staff(role: Role) -> Circumstances {
    let grants = BTreeSet::new();
    by(Actor::BuilderStaff(ApiKeyId(Uuid::nil())), Authority::Builder { role, grants })
}

/// A ledger from its first event on: what it has not recorded has not happened.
#[derive(Default)]
struct Ledger(LedgerState);

type Told = Result<Vec<(&'static str, AggregateId)>, Rejection>;

impl Ledger {
    /// An open account with these fields, and Ada, who has a primary email.
    fn with(fields: Vec<CustomField>) -> Self {
        let mut ledger = Self::default();
        let open = BuilderAccountCommand::Open { name: label("Elm"), key: None };
        ledger.0.learn_absent(AggregateId::BuilderAccount(ACCOUNT));
        ledger.give(Command::BuilderAccount(ACCOUNT, open)).expect("opened");
        ledger.give(fields_set(fields)).expect("set");
        ledger.create(ADA);
        ledger
    }

    fn create(&mut self, contact: ContactId) {
        let details = ContactDetails {
            name: PersonName::parse("Ada").expect("a valid name"),
            title: None,
            primary_email: EmailAddress::parse(&format!("{contact}@x.org")).ok(),
            additional_emails: Vec::new(),
            phones: Vec::new(),
            address: None,
        };
        self.0.learn_absent(contact.into());
        self.0.learn_jobs(contact, BTreeSet::new());
        self.0.learn_leads(contact, BTreeSet::new());
        self.to(contact, ContactCommand::Create(details)).expect("created");
    }

    fn give_as(&mut self, who: &Circumstances, command: &Command) -> Told {
        let now = Timestamp::parse("2026-03-01T08:00:00Z").expect("a valid time");
        loop {
            match decide(command, &self.0, who, now) {
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Need(Need::Claim(email))) => self.0.learn_claim(&email, None),
                Err(Halt::Need(Need::Aggregate(id))) => self.0.learn_absent(id),
                Err(Halt::Need(need)) => panic!("{need:?} is known"),
                Ok(decision) => {
                    for (id, event) in &decision.events {
                        let sequence = self.0.version(*id) + 1;
                        self.0.record(*id, sequence, event).expect("the event follows");
                    }
                    let happened = decision.events.iter();
                    return Ok(happened.map(|(id, event)| (event.stored_type(), *id)).collect());
                }
            }
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "reads as a sentence")]
    fn give(&mut self, command: Command) -> Told {
        self.give_as(&by(Actor::System, Authority::System), &command)
    }

    fn to(&mut self, contact: ContactId, command: ContactCommand) -> Told {
        self.give(Command::Contact(contact, command))
    }

    fn set(&mut self, contact: ContactId, field: &str, to: TypedValue) -> Told {
        self.give(set(contact, field, to))
    }

    /// What a contact has, field by field.
    fn values(&self, contact: ContactId) -> Vec<(String, Option<String>)> {
        let contact = &self.0.contact(contact).expect("known").expect("there").state;
        let shown = |value: &Personal<CustomValue>| value.value().map(Show::show);
        let values = contact.custom_fields.iter();
        values.map(|(name, value)| (name.as_str().to_owned(), shown(value))).collect()
    }
}

fn fields_set(fields: Vec<CustomField>) -> Command {
    Command::BuilderAccount(ACCOUNT, BuilderAccountCommand::SetCustomFields(fields))
}

fn set(contact: ContactId, field: &str, to: TypedValue) -> Command {
    Command::SetCustomField { account: ACCOUNT, contact, field: name(field), to }
}

fn clear(field: &str) -> ContactCommand {
    ContactCommand::SetCustomField { field: name(field), to: None }
}

fn was_set(contact: ContactId) -> Told {
    Ok(vec![("contact.custom_field_set", contact.into())])
}

fn refused(no: No) -> Told {
    Err(no.into())
}

fn nothing() -> Told {
    Ok(Vec::new())
}

fn list_set() -> Told {
    Ok(vec![("builder_account.custom_fields_set", AggregateId::BuilderAccount(ACCOUNT))])
}

fn said(contact: ContactId, ledger: &Ledger) -> String {
    let values = ledger.values(contact).into_iter();
    let said = values.map(|(name, value)| format!("{name}={}", value.unwrap_or_default()));
    said.collect::<Vec<_>>().join(" ")
}

// The account's list.

#[test]
fn the_list_of_fields_names_each_once_and_a_choice_each_option_once() {
    let mut ledger = Ledger::with(Vec::new());
    assert_eq!(ledger.give(fields_set(four())), list_set());
    assert_eq!(ledger.give(fields_set(four())), nothing());
    let twice = vec![field("a", FieldKind::Text), field("a", FieldKind::Text)];
    let refused = |no: BuilderAccountRejection| -> Told { Err(no.into()) };
    let is = BuilderAccountRejection::CustomFieldTwice;
    assert_eq!(ledger.give(fields_set(twice)), refused(is));
    let many = |n: usize| (0..n).map(|n| field(&format!("f{n}"), FieldKind::Text)).collect();
    let max = BuilderAccount::CUSTOM_FIELDS_MAX;
    let is = BuilderAccountRejection::TooManyCustomFields;
    assert_eq!(ledger.give(fields_set(many(max + 1))), refused(is));
    assert_eq!(ledger.give(fields_set(many(max))), list_set());
    let options: Vec<String> = (0..=CustomField::CHOICES_MAX).map(|n| n.to_string()).collect();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    for bad in [choice(&[]), choice(&options)] {
        let is = BuilderAccountRejection::CustomFieldChoices;
        assert_eq!(ledger.give(fields_set(vec![field("a", bad)])), refused(is));
    }
    let doubled = vec![field("a", choice(&["Red", "Red", "Blue"]))];
    assert_eq!(ledger.give(fields_set(doubled)), list_set());
    let once = vec![field("a", choice(&["Red", "Blue"]))];
    assert_eq!(ledger.give(fields_set(once)), nothing());
    let unopened = Command::BuilderAccount(
        AccountId(Uuid::from_u128(7)),
        BuilderAccountCommand::SetCustomFields(Vec::new()),
    );
    assert!(matches!(ledger.give(unopened), Err(Rejection::Unknown(_))));
}

#[test]
fn a_field_keeps_its_kind_while_it_is_there() {
    let mut ledger = Ledger::with(vec![field("lot", FieldKind::Text)]);
    let number = || fields_set(vec![field("lot", FieldKind::Number)]);
    let stays = Err(BuilderAccountRejection::CustomFieldKindStays.into());
    assert_eq!(ledger.give(number()), stays);
    let renamed = CustomField { label: label("Another"), ..field("lot", FieldKind::Text) };
    assert_eq!(ledger.give(fields_set(vec![renamed])), list_set());
    // Once it has left, its name is free for another kind; what contacts had is nothing to it.
    ledger.set(ADA, "lot", text("7a")).expect("set");
    ledger.give(fields_set(Vec::new())).expect("left");
    ledger.give(number()).expect("another field of that name");
    assert_eq!(ledger.set(ADA, "lot", self::number("7")), was_set(ADA));
    assert_eq!(said(ADA, &ledger), "lot=7");
}

#[test]
fn an_admin_sets_the_list_and_staff_and_auditors_do_not() {
    // 2.8
    for (role, may) in [(Role::Admin, true), (Role::Staff, false), (Role::Auditor, false)] {
        let mut ledger = Ledger::with(Vec::new());
        let answer = ledger.give_as(&staff(role), &fields_set(four()));
        assert_eq!(answer.is_ok(), may, "{role:?}");
        assert_eq!(matches!(answer, Err(Rejection::NotPermitted { .. })), !may, "{role:?}");
    }
    let mut ledger = Ledger::with(Vec::new());
    let owner = by(Actor::Owner(HERSELF), Authority::Owner);
    let refused = ledger.give_as(&owner, &fields_set(four()));
    assert!(matches!(refused, Err(Rejection::NotPermitted { .. })));
}

#[test]
fn a_changed_list_says_what_left_and_tells_before_and_after_of_each_field() {
    let set = |from: &[CustomField], to: &[CustomField]| CustomFieldsSet {
        from: from.to_vec(),
        to: to.to_vec(),
    };
    let red = |options: &[&str]| field("colour", choice(options));
    let lot = || field("lot", FieldKind::Text);
    let says = |set: &CustomFieldsSet| (set.hides_values(), set.retires_choices());
    assert_eq!(says(&set(&[lot()], &[])), (true, false));
    assert_eq!(says(&set(&[lot(), red(&["Red"])], &[lot()])), (true, false));
    assert_eq!(says(&set(&[red(&["Red", "Blue"])], &[red(&["Blue"]), lot()])), (false, true));
    assert_eq!(says(&set(&[red(&["Red"])], &[red(&["Red", "Blue"])])), (false, false));
    let told = |set: CustomFieldsSet| -> Vec<(Shown, Shown)> {
        let event = BuilderAccountEvent::from(set);
        let changes = event.changes();
        assert!(changes.iter().all(|change| change.field == "custom_fields"));
        changes.into_iter().map(|change| (change.before, change.after)).collect()
    };
    let shown = |text: &str| Shown::Value(text.to_owned());
    let coloured = |options: &str| shown(&format!("colour: What people see (choice: {options})"));
    assert_eq!(
        told(set(&[lot(), red(&["Red"])], &[red(&["Red", "Blue"])])),
        [
            (coloured("Red"), coloured("Red, Blue")),
            (shown("lot: What people see (text)"), Shown::Nothing)
        ]
    );
    assert_eq!(
        told(set(&[lot(), red(&["Red"])], &[red(&["Red"]), lot()])),
        [(shown("lot, colour"), shown("colour, lot"))]
    );
}

// A contact's values.

#[test]
fn a_value_is_read_by_the_kind_of_its_field() {
    // R41
    let mut ledger = Ledger::with(four());
    assert_eq!(ledger.set(ADA, "gate", text(" 4711 ")), was_set(ADA));
    assert_eq!(ledger.set(ADA, "size", number("1850.50")), was_set(ADA));
    assert_eq!(ledger.set(ADA, "built", text("1998-05-31")), was_set(ADA));
    assert_eq!(ledger.set(ADA, "colour", text("Blue")), was_set(ADA));
    assert_eq!(said(ADA, &ledger), "built=1998-05-31 colour=Blue gate=4711 size=1850.5");
    // The same again, however it is written, changes nothing.
    assert_eq!(ledger.set(ADA, "size", text("01850.5")), nothing());
    assert_eq!(ledger.set(ADA, "colour", text("Blue")), nothing());
    let wrong = |expected| refused(No::CustomFieldWrongKind { expected });
    assert_eq!(ledger.set(ADA, "gate", number("4711")), wrong("a text"));
    assert_eq!(ledger.set(ADA, "size", text("big")), wrong("a decimal number, such as 12.5"));
    let day = || wrong("a day of the calendar, such as 2026-05-31");
    assert_eq!(ledger.set(ADA, "built", text("31.5.1998")), day());
    assert_eq!(ledger.set(ADA, "built", number("1998")), day());
    assert_eq!(ledger.set(ADA, "colour", text("blue")), refused(No::CustomFieldUnknownChoice));
    let option = wrong("one of the field's options, as a text");
    assert_eq!(ledger.set(ADA, "colour", number("1")), option);
    assert_eq!(ledger.set(ADA, "nothing", text("x")), refused(No::UnknownCustomField));
    assert_eq!(said(ADA, &ledger), "built=1998-05-31 colour=Blue gate=4711 size=1850.5");
}

#[test]
fn a_refusal_of_a_value_says_what_it_would_have_to_be_and_never_the_value() {
    let wrong = Rejection::from(No::CustomFieldWrongKind { expected: "a text" }).refusal();
    assert_eq!(wrong.cause, "The value of this field must be a text.");
    for no in [
        No::UnknownCustomField,
        No::CustomFieldUnknownChoice,
        No::CustomFieldWrongKind { expected: "a text" },
    ] {
        let refusal = Rejection::from(no).refusal();
        assert!(refusal.rule == Some("R41") && refusal.remedy.is_some(), "{}", refusal.code);
    }
}

#[test]
fn a_field_is_cleared_once_also_when_it_has_left_the_list() {
    let mut ledger = Ledger::with(four());
    assert_eq!(ledger.to(ADA, clear("gate")), nothing());
    ledger.set(ADA, "gate", text("4711")).expect("set");
    assert_eq!(ledger.to(ADA, clear("gate")), was_set(ADA));
    assert_eq!(ledger.to(ADA, clear("gate")), nothing());
    ledger.set(ADA, "gate", text("4711")).expect("set");
    ledger.give(fields_set(Vec::new())).expect("left");
    assert_eq!(ledger.set(ADA, "gate", text("x")), refused(No::UnknownCustomField));
    assert_eq!(said(ADA, &ledger), "gate=4711", "the value stays");
    assert_eq!(ledger.to(ADA, clear("gate")), was_set(ADA));
    assert_eq!(said(ADA, &ledger), "");
}

#[test]
fn an_option_that_left_stays_with_who_has_it_and_is_given_to_nobody() {
    let mut ledger = Ledger::with(four());
    ledger.create(BEA);
    ledger.set(ADA, "colour", text("Red")).expect("set");
    let fewer = || fields_set(vec![field("colour", choice(&["Blue", "Green"]))]);
    assert_eq!(ledger.give(fewer()), list_set());
    assert_eq!(said(ADA, &ledger), "colour=Red");
    assert_eq!(ledger.set(ADA, "colour", text("Red")), nothing());
    assert_eq!(ledger.set(BEA, "colour", text("Red")), refused(No::CustomFieldUnknownChoice));
    ledger.set(ADA, "colour", text("Blue")).expect("set");
    assert_eq!(ledger.set(ADA, "colour", text("Red")), refused(No::CustomFieldUnknownChoice));
}

#[test]
fn who_is_not_in_the_book_or_not_of_the_builder_sets_no_custom_field() {
    // 2.8
    let mut ledger = Ledger::with(four());
    ledger.create(BEA);
    let merge = MergeId(Uuid::from_u128(0x2e));
    let absorbed = vec![BEA];
    let picks = MergePicks::default();
    let merged = Command::MergeContacts { merge, survivor: ADA, absorbed, picks };
    for (who, may) in [
        (staff(Role::Admin), true),
        (staff(Role::Staff), true),
        (staff(Role::Auditor), false),
        (by(Actor::Owner(HERSELF), Authority::Owner), false),
        (by(Actor::Operator(ApiKeyId(Uuid::nil())), Authority::Operator), false),
    ] {
        for command in [set(ADA, "gate", text("x")), Command::Contact(ADA, clear("gate"))] {
            let answer = ledger.give_as(&who, &command);
            assert_eq!(!matches!(answer, Err(Rejection::NotPermitted { .. })), may, "{who:?}");
        }
    }
    ledger.give(merged).expect("merged");
    assert_eq!(ledger.set(BEA, "gate", text("x")), refused(No::IsMerged { into: ADA }));
    assert_eq!(ledger.to(BEA, clear("gate")), refused(No::IsMerged { into: ADA }));
    ledger.to(ADA, ContactCommand::Delete { confirmed: true }).expect("deleted");
    assert_eq!(ledger.set(ADA, "gate", text("x")), refused(No::IsDeleted));
    assert_eq!(ledger.to(ADA, clear("gate")), refused(No::IsDeleted));
    let nobody = ContactId(Uuid::from_u128(0));
    ledger.0.learn_absent(nobody.into());
    assert_eq!(ledger.set(nobody, "gate", text("x")), Err(Rejection::Unknown(nobody.into())));
}

#[test]
fn while_the_info_is_locked_an_additional_email_and_a_custom_field_are_allowed() {
    // scenario 5: R39 to R41, G6
    let mut ledger = Ledger::with(four());
    let edit = || {
        let name = PersonName::parse("Ida").ok();
        ContactCommand::EditInfo(InfoEdit { name, ..InfoEdit::default() })
    };
    let email = |typed: &str| EmailAddress::parse(typed).expect("a valid address");
    ledger.to(ADA, ContactCommand::SendInvite(IDS)).expect("invited");
    assert_eq!(ledger.to(ADA, edit()), refused(No::LockedPending));
    assert_eq!(ledger.set(ADA, "gate", text("4711")), was_set(ADA));
    let proof = AcceptProof::Link;
    let accept = ContactCommand::AcceptInvite { token: IDS.token, person: HERSELF, proof };
    let owner = by(Actor::Owner(HERSELF), Authority::Owner);
    ledger.give_as(&owner, &Command::Contact(ADA, accept)).expect("accepted");
    assert_eq!(ledger.to(ADA, edit()), refused(No::LockedActive));
    ledger.to(ADA, ContactCommand::AddAdditionalEmail(email("b@x.org"))).expect("added");
    assert_eq!(ledger.set(ADA, "gate", text("4712")), was_set(ADA));
    ledger.to(ADA, ContactCommand::DisableAccess).expect("disabled");
    assert_eq!(ledger.set(ADA, "gate", text("4713")), was_set(ADA));
    ledger.to(ADA, ContactCommand::DeactivateOwner).expect("deactivated");
    assert_eq!(ledger.set(ADA, "gate", text("4714")), was_set(ADA));
}

#[test]
fn a_change_tells_the_field_by_its_name_with_before_and_after() {
    // promise 17
    let of = |typed: &str| Personal::known(ADA, CustomValue::Choice(label(typed)));
    let change = crate::Change { from: Some(of("Red")), to: Some(of("Blue")) };
    let set = crate::contact::CustomFieldSet { field: name("colour"), value: change };
    let event = ContactEvent::from(set);
    let changes = event.changes();
    let [change] = &changes[..] else { panic!("one field") };
    assert_eq!(change.field, "custom_fields.colour");
    let shown = |text: &str| Shown::Value(text.to_owned());
    assert_eq!((&change.before, &change.after), (&shown("Red"), &shown("Blue")));
}

// Merging.

fn merge(picks: &[(&str, ContactId)]) -> Command {
    let custom_fields = picks.iter().map(|(field, of)| (name(field), *of)).collect();
    let picks = MergePicks { custom_fields, ..MergePicks::default() };
    let merge = MergeId(Uuid::from_u128(0x2e));
    Command::MergeContacts { merge, survivor: ADA, absorbed: vec![BEA], picks }
}

/// Ada, who is active, has a gate and a colour; Bea has a colour and a size.
fn ada_and_bea() -> Ledger {
    let mut ledger = Ledger::with(four());
    ledger.create(BEA);
    ledger.to(ADA, ContactCommand::SendInvite(IDS)).expect("invited");
    let proof = AcceptProof::Link;
    let accept = ContactCommand::AcceptInvite { token: IDS.token, person: HERSELF, proof };
    ledger.to(ADA, accept).expect("accepted");
    ledger.set(ADA, "gate", text("4711")).expect("set");
    ledger.set(ADA, "colour", text("Red")).expect("set");
    ledger.set(BEA, "colour", text("Blue")).expect("set");
    ledger.set(BEA, "size", number("12")).expect("set");
    ledger
}

#[test]
fn a_merge_takes_over_the_custom_fields_that_the_survivor_lacks_though_its_owner_is_active() {
    // H2, R41
    let mut ledger = ada_and_bea();
    ledger.give(merge(&[])).expect("merged");
    assert_eq!(said(ADA, &ledger), "colour=Red gate=4711 size=12");
    let size = name("size");
    let contact = &ledger.0.contact(ADA).expect("known").expect("there").state;
    assert_eq!(contact.custom_fields[&size].of(), BEA.into(), "it is still hers to be erased");
}

#[test]
fn a_merge_takes_each_custom_field_from_whom_it_is_picked() {
    // H2
    let mut ledger = ada_and_bea();
    ledger.give(merge(&[("colour", BEA), ("size", ADA)])).expect("merged");
    assert_eq!(said(ADA, &ledger), "colour=Blue gate=4711");
    for (field, of) in [("gate", BEA), ("colour", ContactId(Uuid::nil())), ("nothing", BEA)] {
        let mut ledger = ada_and_bea();
        assert_eq!(ledger.give(merge(&[(field, of)])), refused(No::MergePickUnknown), "{field}");
    }
}

#[test]
fn an_unmerged_contact_has_its_own_custom_fields_and_what_the_survivor_keeps_is_told() {
    // H2, undo
    let mut ledger = ada_and_bea();
    let before = said(BEA, &ledger);
    ledger.give(merge(&[("colour", BEA)])).expect("merged");
    ledger.set(ADA, "size", number("13")).expect("edited since");
    let unmerge = Command::UnmergeContact(BEA);
    let now = Timestamp::parse("2026-03-01T09:00:00Z").expect("a valid time");
    let who = by(Actor::System, Authority::System);
    let Outcome::Unmerged(kept) = decide(&unmerge, &ledger.0, &who, now).expect("taken").outcome
    else {
        panic!("an unmerge answers what was kept")
    };
    let kept_field =
        KeptBack { what: Kept::CustomField, job: None, lead: None, field: Some(name("colour")) };
    assert!(kept.contains(&kept_field), "{kept:?}");
    assert!(!kept.iter().any(|kept| kept.field == Some(name("size"))), "that one is hers");
    ledger.give(unmerge).expect("unmerged");
    assert_eq!(said(BEA, &ledger), before);
    assert_eq!(said(ADA, &ledger), "colour=Blue gate=4711 size=13");
}
