//! The account's staff: who may what, since when, by whom invited, and who was removed.
//!
//! Like API keys they have no view of their own: they are folded from the account's few events when
//! they are asked for, and are never behind. Which person a member is, is told to nobody.

use crate::api_keys::actor;
use crate::history::{ActorEntry, labels_of};
use crate::job_setup::account_of;
use crate::{Cursor, Page, ViewError};
use domain::builder_account::{BuilderAccountEvent, StaffMember, StaffStage};
use domain::{EmailAddress, Grant, LedgerId, Role, Sequence, StaffId, Timestamp};
use event_store::{Reader, Recorded};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// A member of the staff, or one who was.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffEntry {
    /// The id that histories name as the actor.
    pub id: Uuid,
    /// Their name; none once they have been erased.
    pub name: Option<String>,
    /// The address to which they were invited.
    pub email: Option<String>,
    /// `admin`, `staff` or `auditor`.
    #[schema(value_type = String)]
    pub role: Role,
    /// What they may beyond the role: `manage_access`, `read_audit`.
    #[schema(value_type = Vec<String>)]
    pub grants: Vec<Grant>,
    /// `invited`, `joined`, `cancelled` or `removed`.
    pub status: String,
    /// When they were invited first.
    #[schema(value_type = String, format = DateTime)]
    pub invited_at: Timestamp,
    /// By whom.
    pub invited_by: ActorEntry,
    /// Until when the invitation can be accepted; none where there is none to accept.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When they accepted.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub joined_at: Option<Timestamp>,
    /// When they were removed, or their invitation was taken back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub removed_at: Option<Timestamp>,
    /// By whom.
    pub removed_by: Option<ActorEntry>,
}

/// Holds personal values.
impl std::fmt::Debug for StaffEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaffEntry(…)")
    }
}

/// The account's staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffListEntry {
    /// Newest first.
    pub staff: Page<StaffEntry>,
    /// The account's version.
    pub version: Sequence,
}

/// A page of the staff, who was invited last first; those who were removed too.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<StaffListEntry, ViewError> {
    let after: Option<u64> = cursor.map(Cursor::read).transpose()?;
    let events = reader.aggregate_events(ledger, &[ledger.0]).await?;
    let Some((account, version)) = account_of(ledger, &events)? else {
        return Ok(StaffListEntry { staff: Page { items: Vec::new(), next: None }, version: 0 });
    };
    let mut by_position = BTreeMap::new();
    for (id, when) in times(&events) {
        if let Some(member) = account.staff.get(&id) {
            by_position.insert(when.position, entry(id, member, when));
        }
    }
    if let Some(after) = after {
        by_position.split_off(&after);
    }
    let size = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let items = by_position.into_iter().rev().take(size).collect();
    let page = Page::cut(items, limit, |(position, _): &(u64, StaffEntry)| *position);
    let staff =
        Page { items: page.items.into_iter().map(|(_, member)| member).collect(), next: page.next };
    Ok(StaffListEntry { staff, version })
}

/// When what happened to a member, and by whom.
struct Times {
    position: u64,
    invited: (Timestamp, ActorEntry),
    joined_at: Option<Timestamp>,
    removed: Option<(Timestamp, ActorEntry)>,
}

fn times(events: &[Recorded]) -> HashMap<StaffId, Times> {
    let labels = labels_of(events);
    let by = |recorded: &Recorded| {
        let who = actor(recorded);
        let label = who.id.and_then(|id| labels.get(&id).cloned());
        (recorded.recorded_at, ActorEntry { label, ..who })
    };
    let mut all: HashMap<StaffId, Times> = HashMap::new();
    for recorded in events {
        let Some((_, event)) = recorded.account() else { continue };
        match event {
            BuilderAccountEvent::StaffInvited(e) => {
                let (position, invited) = (recorded.position, by(recorded));
                let times = Times { position, invited, joined_at: None, removed: None };
                all.insert(e.staff, times);
            }
            BuilderAccountEvent::StaffJoined(e) => {
                if let Some(times) = all.get_mut(&e.staff) {
                    times.joined_at = Some(recorded.recorded_at);
                }
            }
            BuilderAccountEvent::StaffInviteCancelled(_) | BuilderAccountEvent::StaffRemoved(_) => {
                if let Some(times) = event.staff().and_then(|id| all.get_mut(&id)) {
                    times.removed = Some(by(recorded));
                }
            }
            BuilderAccountEvent::BuilderAccountOpened(_)
            | BuilderAccountEvent::ApiKeyIssued(_)
            | BuilderAccountEvent::ApiKeyRotated(_)
            | BuilderAccountEvent::ApiKeyRevoked(_)
            | BuilderAccountEvent::AccountSettingsChanged(_)
            | BuilderAccountEvent::StaffSecondFactorSet(_)
            | BuilderAccountEvent::JobTypesSet(_)
            | BuilderAccountEvent::JobTemplateAdded(_)
            | BuilderAccountEvent::JobTemplateChanged(_)
            | BuilderAccountEvent::JobTemplateRemoved(_)
            | BuilderAccountEvent::CustomFieldsSet(_)
            | BuilderAccountEvent::StaffInviteResent(_)
            | BuilderAccountEvent::StaffRoleChanged(_)
            | BuilderAccountEvent::StaffGrantsChanged(_) => {}
        }
    }
    all
}

fn entry(id: StaffId, member: &StaffMember, when: Times) -> StaffEntry {
    let (status, expires_at) = match member.stage {
        StaffStage::Invited { expires_at, .. } => ("invited", Some(expires_at)),
        StaffStage::Joined { .. } => ("joined", None),
        StaffStage::Cancelled => ("cancelled", None),
        StaffStage::Removed => ("removed", None),
    };
    let (removed_at, removed_by) = when.removed.unzip();
    StaffEntry {
        id: id.0,
        name: member.name.value().map(|name| name.as_str().to_owned()),
        email: member.email.value().map(EmailAddress::typed).map(str::to_owned),
        role: member.role,
        grants: member.grants.iter().copied().collect(),
        status: status.to_owned(),
        invited_at: when.invited.0,
        invited_by: when.invited.1,
        expires_at,
        joined_at: when.joined_at,
        removed_at,
        removed_by,
    }
}
