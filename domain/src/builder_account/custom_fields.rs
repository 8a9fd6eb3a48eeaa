//! Which custom fields the account's contacts have (R41).

use super::{BuilderAccount, BuilderAccountEvent, BuilderAccountRejection};
use crate::custom_field::{CustomField, FieldKind, FieldName};
use crate::event::{FieldChange, Shown, nothing_personal};
use crate::rejection::Rejection;
use crate::text::Label;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The list of custom fields became another. What contacts have of a field that left stays in their
/// histories, and shows again when a field of that name and kind comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomFieldsSet {
    /// Before.
    pub from: Vec<CustomField>,
    /// After.
    pub to: Vec<CustomField>,
}

nothing_personal!(CustomFieldsSet);

impl CustomFieldsSet {
    /// Whether a field has left: what contacts have of it does not show any more.
    pub fn hides_values(&self) -> bool {
        self.from.iter().any(|field| named(&self.to, &field.name).is_none())
    }

    /// Whether an option has left a choice that stays: who has it keeps it, nobody gets it.
    pub fn retires_choices(&self) -> bool {
        self.from.iter().any(|before| {
            let after = named(&self.to, &before.name).map(|after| &after.kind);
            match (&before.kind, after) {
                (FieldKind::Choice { choices: before }, Some(FieldKind::Choice { choices })) => {
                    before.iter().any(|option| !choices.contains(option))
                }
                (
                    FieldKind::Text
                    | FieldKind::Number
                    | FieldKind::Date
                    | FieldKind::Choice { .. },
                    _,
                ) => false,
            }
        })
    }
}

impl BuilderAccount {
    /// The most custom fields of an account.
    pub const CUSTOM_FIELDS_MAX: usize = 50;

    /// The field of this name.
    pub fn custom_field(&self, name: &FieldName) -> Option<&CustomField> {
        named(&self.custom_fields, name)
    }
}

fn named<'a>(fields: &'a [CustomField], name: &FieldName) -> Option<&'a CustomField> {
    fields.iter().find(|field| field.name == *name)
}

/// Decides which fields there are from now on.
pub(super) fn decide(
    account: &BuilderAccount,
    fields: &[CustomField],
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    if fields.len() > BuilderAccount::CUSTOM_FIELDS_MAX {
        return Err(BuilderAccountRejection::TooManyCustomFields.into());
    }
    let mut to: Vec<CustomField> = Vec::with_capacity(fields.len());
    for field in fields {
        if named(&to, &field.name).is_some() {
            return Err(BuilderAccountRejection::CustomFieldTwice.into());
        }
        let there = account.custom_field(&field.name);
        if there.is_some_and(|there| there.kind.word() != field.kind.word()) {
            return Err(BuilderAccountRejection::CustomFieldKindStays.into());
        }
        to.push(CustomField { kind: sound(&field.kind)?, ..field.clone() });
    }
    if to == account.custom_fields {
        return Ok(Vec::new());
    }
    Ok(vec![CustomFieldsSet { from: account.custom_fields.clone(), to }.into()])
}

/// The kind with each option once.
fn sound(kind: &FieldKind) -> Result<FieldKind, BuilderAccountRejection> {
    let FieldKind::Choice { choices } = kind else { return Ok(kind.clone()) };
    let mut each: Vec<Label> = Vec::new();
    for option in choices {
        if !each.contains(option) {
            each.push(option.clone());
        }
    }
    if each.is_empty() || each.len() > CustomField::CHOICES_MAX {
        return Err(BuilderAccountRejection::CustomFieldChoices);
    }
    Ok(FieldKind::Choice { choices: each })
}

/// What became of each field that changed; of all names where only their order did.
pub(super) fn fields_changed(e: &CustomFieldsSet) -> Vec<FieldChange> {
    let shown = |field: Option<&CustomField>| field.map_or(Shown::Nothing, of_field);
    let names: BTreeSet<&FieldName> = e.from.iter().chain(&e.to).map(|field| &field.name).collect();
    let changes: Vec<FieldChange> = names
        .into_iter()
        .map(|name| (shown(named(&e.from, name)), shown(named(&e.to, name))))
        .filter(|(before, after)| before != after)
        .map(|(before, after)| FieldChange::between("custom_fields", before, after))
        .collect();
    if !changes.is_empty() {
        return changes;
    }
    let order = |fields: &[CustomField]| {
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        names.join(", ")
    };
    vec![FieldChange::between("custom_fields", order(&e.from), order(&e.to))]
}

/// `colour: Front door (choice: Red, Blue)`
fn of_field(field: &CustomField) -> Shown {
    let (name, label, kind) = (field.name.as_str(), field.label.as_str(), field.kind.word());
    let options = match &field.kind {
        FieldKind::Choice { choices } => {
            let options: Vec<&str> = choices.iter().map(Label::as_str).collect();
            format!(": {}", options.join(", "))
        }
        FieldKind::Text | FieldKind::Number | FieldKind::Date => String::new(),
    };
    Shown::Value(format!("{name}: {label} ({kind}{options})"))
}
