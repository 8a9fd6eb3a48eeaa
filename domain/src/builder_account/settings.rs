//! How the account wants its invitations: for how long they can be accepted, and whether invitees
//! are reminded; and what it asks of its staff.

use super::{BuilderAccount, BuilderAccountEvent, StaffSecondFactor, StaffSecondFactorSet};
use crate::event::{FieldChange, nothing_personal};
use serde::{Deserialize, Serialize};

/// For how long an invitation can be accepted, in hours (promise 23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct InvitationTtl(i64);

impl InvitationTtl {
    /// A week.
    pub const HOURS_MAX: i64 = 168;

    /// So many hours, from one to a week.
    pub const fn of_hours(hours: i64) -> Result<Self, &'static str> {
        if hours < 1 || hours > Self::HOURS_MAX {
            return Err("must be a number of hours from 1 to 168");
        }
        Ok(Self(hours))
    }

    /// How many hours.
    pub const fn hours(self) -> i64 {
        self.0
    }
}

/// Three days.
impl Default for InvitationTtl {
    fn default() -> Self {
        Self(72)
    }
}

impl TryFrom<i64> for InvitationTtl {
    type Error = &'static str;

    fn try_from(hours: i64) -> Result<Self, Self::Error> {
        Self::of_hours(hours)
    }
}

impl From<InvitationTtl> for i64 {
    fn from(ttl: InvitationTtl) -> Self {
        ttl.0
    }
}

/// What an account has settled for all its invitations. Those that are out already stay as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    /// For how long an invitation can be accepted, in hours.
    pub invitation_ttl_hours: InvitationTtl,
    /// Whether whoever has not answered is reminded, a day before the invitation ends (2.5).
    pub invitation_reminder: bool,
}

/// Which settings become what; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SettingsEdit {
    /// For how long an invitation can be accepted.
    pub invitation_ttl: Option<InvitationTtl>,
    /// Whether invitees are reminded.
    pub invitation_reminder: Option<bool>,
    /// What is asked of whoever signs in to work.
    pub staff_second_factor: Option<StaffSecondFactor>,
}

/// The settings became others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettingsChanged {
    /// Before.
    pub from: AccountSettings,
    /// After.
    pub to: AccountSettings,
}

nothing_personal!(AccountSettingsChanged);

/// Decides which settings hold from now on.
pub(super) fn decide(account: &BuilderAccount, edit: SettingsEdit) -> Vec<BuilderAccountEvent> {
    let from = account.settings;
    let to = AccountSettings {
        invitation_ttl_hours: edit.invitation_ttl.unwrap_or(from.invitation_ttl_hours),
        invitation_reminder: edit.invitation_reminder.unwrap_or(from.invitation_reminder),
    };
    let mut events = Vec::new();
    if from != to {
        events.push(AccountSettingsChanged { from, to }.into());
    }
    let from = account.staff_second_factor;
    let to = edit.staff_second_factor.unwrap_or(from);
    if from != to {
        events.push(StaffSecondFactorSet { from, to }.into());
    }
    events
}

/// What became of each setting that changed.
pub(super) fn settings_changed(e: &AccountSettingsChanged) -> Vec<FieldChange> {
    let AccountSettingsChanged { from, to } = e;
    let mut changes = Vec::new();
    if from.invitation_ttl_hours != to.invitation_ttl_hours {
        let hours = |settings: &AccountSettings| settings.invitation_ttl_hours.0.to_string();
        changes.push(FieldChange::between("invitation_ttl_hours", hours(from), hours(to)));
    }
    if from.invitation_reminder != to.invitation_reminder {
        let word =
            |settings: &AccountSettings| if settings.invitation_reminder { "on" } else { "off" };
        changes.push(FieldChange::between("invitation_reminder", word(from), word(to)));
    }
    changes
}
