//! A contact's custom field against the account's list of them (R41).

#[cfg(test)]
mod tests;

use super::decide::{Asked, done};
use super::{Decision, Halt};
use crate::contact::{ContactCommand, ContactRejection};
use crate::custom_field::{FieldName, TypedValue};
use crate::event::Event;
use crate::ids::{AccountId, AggregateId, ContactId};
use crate::personal::Personal;
use crate::rejection::Rejection;

impl Asked<'_> {
    /// Reads what was typed by the field's kind; the contact then decides as on any command.
    pub(super) fn set_custom_field(
        &self,
        account: AccountId,
        id: ContactId,
        name: &FieldName,
        typed: &TypedValue,
    ) -> Result<Decision, Halt> {
        let contact = self.state.live_contact(id)?;
        let unknown = Rejection::Unknown(AggregateId::BuilderAccount(account));
        let account = self.state.builder_account(account)?.ok_or(unknown)?;
        let field = account.custom_field(name);
        let field = field.ok_or(Rejection::from(ContactRejection::UnknownCustomField))?;
        let present = contact.custom_fields.get(name).and_then(Personal::value);
        let to = Some(field.fit(typed, present).map_err(Rejection::from)?);
        let set = ContactCommand::SetCustomField { field: name.clone(), to };
        Ok(done(id.into(), self.contact(id, Some(contact), &set)?, Event::Contact))
    }
}
