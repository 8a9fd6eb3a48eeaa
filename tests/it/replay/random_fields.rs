//! The part of a random history that is about custom fields.

use crate::support::Account;
use crate::support::account::label;
use domain::builder_account::BuilderAccountCommand;
use domain::contact::ContactCommand;
use domain::custom_field::{CustomField, Decimal, FieldKind, FieldName, TypedValue};
use domain::text::CustomText;
use domain::{Command, ContactId};
use event_store::Submission;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

const NAMES: [&str; 4] = ["gate", "living-space", "moved_in", "colour"];

fn name(typed: &str) -> FieldName {
    FieldName::parse(typed).expect("a name")
}

fn kind(rng: &mut StdRng) -> FieldKind {
    match rng.random_range(0..6) {
        0 => FieldKind::Text,
        1 => FieldKind::Number,
        2 => FieldKind::Date,
        _ => {
            let mut choices = vec![label("Red"), label("Bl\"ue\""), label("Grün")];
            choices.retain(|_| rng.random_bool(0.7));
            FieldKind::Choice { choices }
        }
    }
}

/// Some of the fields, each now and then of another kind.
pub(super) fn list(account: &Account, rng: &mut StdRng) -> Submission {
    let mut fields = Vec::new();
    for (typed, usual) in NAMES.iter().zip([FieldKind::Text, FieldKind::Number, FieldKind::Date]) {
        if rng.random_bool(0.8) {
            let kind = if rng.random_bool(0.1) { kind(rng) } else { usual };
            fields.push(CustomField { name: name(typed), label: label("A field"), kind });
        }
    }
    if rng.random_bool(0.8) {
        fields.push(CustomField { name: name(NAMES[3]), label: label("Colour"), kind: kind(rng) });
    }
    let set = BuilderAccountCommand::SetCustomFields(fields);
    account.staff(Command::BuilderAccount(account.id, set))
}

/// A value for one of the fields, or none; some do not fit.
pub(super) fn value(account: &Account, rng: &mut StdRng, contact: ContactId) -> Submission {
    let text = |typed: &str| TypedValue::Text(CustomText::parse(typed).expect("a text"));
    let field = name(NAMES.choose(rng).copied().unwrap_or(NAMES[0]));
    if rng.random_bool(0.2) {
        let clear = ContactCommand::SetCustomField { field, to: None };
        return account.staff(Command::Contact(contact, clear));
    }
    let to = match rng.random_range(0..6) {
        0 => text("47\\11 \"left\""),
        1 => TypedValue::Number(Decimal::parse("1850.50").expect("a number")),
        2 => text("2026-05-31"),
        3 => text("Grün"),
        4 => text("Bl\"ue\""),
        _ => text("12.5"),
    };
    account.staff(Command::SetCustomField { account: account.id, contact, field, to })
}
