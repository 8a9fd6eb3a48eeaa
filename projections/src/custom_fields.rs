//! The account's custom fields, and which of a contact's values they show (R41).
//!
//! Like job types they have no view of their own: they are folded from the account's few events when
//! they are asked for, and are never behind. Contacts' rows keep every value with its kind; what the
//! account's fields do not name, or name as another kind, is left out of an answer.

use crate::ViewError;
use crate::job_setup::account_of;
use domain::custom_field::{CustomField, FieldKind};
use domain::{LedgerId, Sequence};
use event_store::{Open, Reader};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A field that contacts have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomFieldEntry {
    /// By which programs know it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// `text`, `number`, `date` or `choice`.
    pub kind: String,
    /// The options of a choice, in the account's order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<String>>,
}

/// The account's fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomFieldsEntry {
    /// In the account's order.
    pub fields: Vec<CustomFieldEntry>,
    /// The account's version.
    pub version: Sequence,
}

/// The fields as they are now; none while the account has not been opened.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
) -> Result<Option<CustomFieldsEntry>, ViewError> {
    let events = reader.aggregate_events(ledger, &[ledger.0]).await?;
    Ok(account_of(ledger, &events)?.map(|(account, version)| {
        let fields = account.custom_fields.iter().map(entry).collect();
        CustomFieldsEntry { fields, version }
    }))
}

fn entry(field: &CustomField) -> CustomFieldEntry {
    CustomFieldEntry {
        name: field.name.as_str().to_owned(),
        label: field.label.as_str().to_owned(),
        kind: field.kind.word().to_owned(),
        choices: match &field.kind {
            FieldKind::Choice { choices } => {
                Some(choices.iter().map(|option| option.as_str().to_owned()).collect())
            }
            FieldKind::Text | FieldKind::Number | FieldKind::Date => None,
        },
    }
}

/// A contact's value as its row keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptValue {
    pub(crate) kind: String,
    pub(crate) value: String,
}

/// A contact's values by the fields' names.
pub(crate) type KeptValues = BTreeMap<String, KeptValue>;

/// The names of the account's fields, with their kinds.
#[derive(Debug, Default)]
pub(crate) struct ShownFields(BTreeMap<String, &'static str>);

impl ShownFields {
    /// As they were after this position, or as they are.
    pub(crate) async fn read(
        reader: &Reader,
        ledger: LedgerId,
        until: Option<u64>,
    ) -> Result<Self, ViewError> {
        // Nothing of the account is personal: nothing has to be opened.
        let (until, account) = (until.unwrap_or(u64::MAX), [ledger.0]);
        let events = reader.aggregate_events_until(ledger, &account, until, Open::Nothing).await?;
        let account = account_of(ledger, &events)?.map(|(account, _)| account);
        let fields = account.iter().flat_map(|account| &account.custom_fields);
        let named = |field: &CustomField| (field.name.as_str().to_owned(), field.kind.word());
        Ok(Self(fields.map(named).collect()))
    }

    /// What an answer shows of a contact's values.
    pub(crate) fn of(&self, kept: KeptValues) -> BTreeMap<String, String> {
        let shown = |name: &str, kept: &KeptValue| self.0.get(name) == Some(&kept.kind.as_str());
        let shown = kept.into_iter().filter(|(name, kept)| shown(name, kept));
        shown.map(|(name, kept)| (name, kept.value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_shows_by_a_field_of_its_name_and_kind_alone() {
        let value = |kind: &str| KeptValue { kind: kind.to_owned(), value: "7".to_owned() };
        let kept: KeptValues =
            ["lot", "size", "gone"].map(|n| (n.to_owned(), value("text"))).into();
        let fields =
            ShownFields([("lot".to_owned(), "text"), ("size".to_owned(), "number")].into());
        assert_eq!(fields.of(kept), [("lot".to_owned(), "7".to_owned())].into());
    }
}
