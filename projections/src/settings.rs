//! What the account has settled for its invitations and its staff. Like job types it has no view of its own: it is
//! folded from the account's few events when it is asked for, and is never behind.

use crate::ViewError;
use crate::job_setup::account_of;
use domain::builder_account::StaffSecondFactor;
use domain::{LedgerId, Sequence};
use event_store::Reader;
use serde::Serialize;
use utoipa::ToSchema;

/// The account's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettingsEntry {
    /// For how many hours an invitation can be accepted.
    pub invitation_ttl_hours: i64,
    /// Whether whoever has not answered is reminded, a day before the invitation ends.
    pub invitation_reminder: bool,
    /// Whether nobody of the staff signs in to work without a second factor: `required`, or `optional`.
    #[schema(value_type = String)]
    pub staff_second_factor: StaffSecondFactor,
}

/// The settings as they are now, with the account's version; none while it has not been opened.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
) -> Result<Option<(SettingsEntry, Sequence)>, ViewError> {
    let events = reader.aggregate_events(ledger, &[ledger.0]).await?;
    Ok(account_of(ledger, &events)?.map(|(account, version)| {
        let settings = account.settings;
        let entry = SettingsEntry {
            invitation_ttl_hours: settings.invitation_ttl_hours.hours(),
            invitation_reminder: settings.invitation_reminder,
            staff_second_factor: account.staff_second_factor,
        };
        (entry, version)
    }))
}
