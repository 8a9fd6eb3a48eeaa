//! What a merge does to custom fields: the builder's, whoever is active (R41, H2).

use super::{MergePicks, Merging, No, no};
use crate::contact::{Contact, ContactEvent, CustomFieldSet};
use crate::custom_field::FieldName;
use crate::ledger::Halt;
use crate::personal::Change;
use std::collections::BTreeSet;

impl Merging<'_> {
    /// The change of each field that becomes another. Values keep whose they are.
    pub(super) fn custom_fields(&self, picks: &MergePicks) -> Result<Vec<ContactEvent>, Halt> {
        let own = &self.survivor.custom_fields;
        let theirs = self.absorbed.iter().flat_map(|contact| contact.custom_fields.keys());
        let names: BTreeSet<&FieldName> = picks.custom_fields.keys().chain(theirs).collect();
        let mut events = Vec::new();
        for name in names {
            let from = match picks.custom_fields.get(name) {
                None if own.contains_key(name) => continue,
                None => self.absorbed.iter().find(|c| c.custom_fields.contains_key(name)).copied(),
                Some(id) if *id == self.survivor.id => continue,
                Some(id) => Some(self.part(*id)?),
            };
            let Some(value) = from.and_then(|contact| contact.custom_fields.get(name)) else {
                return no(No::MergePickUnknown);
            };
            let own = own.get(name);
            if own.is_none_or(|own| own.value() != value.value()) {
                let value = Change { from: own.cloned(), to: Some(value.clone()) };
                events.push(CustomFieldSet { field: name.clone(), value }.into());
            }
        }
        Ok(events)
    }
}

/// The custom fields of which the survivor has the contact's own value.
pub(crate) fn fields_kept(survivor: &Contact, contact: &Contact) -> Vec<FieldName> {
    let of = contact.id.into();
    let kept = survivor.custom_fields.iter().filter(|(_, value)| value.of() == of);
    kept.map(|(name, _)| name.clone()).collect()
}
