//! What a contact's decision asks of its ledger: who holds a claim, and what the account has settled.

use super::{Halt, LedgerState, Need};
use crate::EmailAddress;
use crate::builder_account::AccountSettings;
use crate::contact::{Claims, Holder};

impl Claims for LedgerState {
    fn holder(&self, email: &EmailAddress) -> Result<Option<Holder>, Halt> {
        let Some(claim) = self.claims.get(email.normal()) else {
            return Err(Halt::Need(Need::Claim(email.clone())));
        };
        let Some(contact) = *claim else { return Ok(None) };
        let holder = self.contact(contact)?.map(|tracked| &tracked.state);
        Ok(Some(Holder {
            contact,
            name: holder.and_then(|h| h.name.value().cloned()),
            activated: holder.is_some_and(|h| h.access.is_activated()),
        }))
    }

    fn settings(&self) -> Result<AccountSettings, Halt> {
        let Some(account) = self.account else { return Ok(AccountSettings::default()) };
        Ok(self.builder_account(account)?.map(|account| account.settings).unwrap_or_default())
    }
}
