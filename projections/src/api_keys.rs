//! The account's API keys: who has which, since when, by whom, and which were revoked.
//!
//! Like job types they have no view of their own: they are folded from the account's few events when
//! they are asked for, and are never behind. Nothing here tells a secret, nor its hash.

use crate::history::{ActorEntry, labels_of, operators};
use crate::{Cursor, Page, ViewError};
use domain::builder_account::{ApiKeyIssued, BuilderAccountEvent};
use domain::{ApiKeyId, Grant, LedgerId, Role, Sequence, Timestamp};
use event_store::{Reader, Recorded};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// A key that the account has or had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiKeyEntry {
    /// The id that histories name as the actor.
    pub id: Uuid,
    /// What people call it.
    pub label: String,
    /// `admin`, `staff` or `auditor`.
    #[schema(value_type = String)]
    pub role: Role,
    /// What a staff key may beyond its role: `manage_access`, `read_audit`.
    #[schema(value_type = Vec<String>)]
    pub grants: Vec<Grant>,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    pub issued_at: Timestamp,
    /// By whom.
    pub issued_by: ActorEntry,
    /// When it last got a new secret; none when it has its first.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub rotated_at: Option<Timestamp>,
    /// By whom.
    pub rotated_by: Option<ActorEntry>,
    /// When it was revoked; none while it opens something.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    /// By whom.
    pub revoked_by: Option<ActorEntry>,
}

/// The account's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeysEntry {
    /// Newest first.
    pub keys: Page<ApiKeyEntry>,
    /// The account's version.
    pub version: Sequence,
}

/// A page of the keys, newest first; those that were revoked too.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<ApiKeysEntry, ViewError> {
    let after: Option<u64> = cursor.map(Cursor::read).transpose()?;
    let events = reader.aggregate_events(ledger, &[ledger.0]).await?;
    let (mut by_position, version) = keys_of(&events);
    let mut labels = labels_of(&events);
    labels.extend(operators(reader, by_position.values().flat_map(actors)).await?);
    name_actors(&mut by_position, &labels);
    if let Some(after) = after {
        by_position.split_off(&after);
    }
    let size = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let items = by_position.into_iter().rev().take(size).collect();
    let page = Page::cut(items, limit, |(position, _): &(u64, ApiKeyEntry)| *position);
    let keys =
        Page { items: page.items.into_iter().map(|(_, key)| key).collect(), next: page.next };
    Ok(ApiKeysEntry { keys, version })
}

/// Every key by the position at which it was issued, and the account's version.
fn keys_of(events: &[Recorded]) -> (BTreeMap<u64, ApiKeyEntry>, Sequence) {
    let mut keys = BTreeMap::new();
    let mut issued_at: HashMap<ApiKeyId, u64> = HashMap::new();
    let mut version = 0;
    for recorded in events {
        let Some((_, event)) = recorded.account() else { continue };
        version += 1;
        match event {
            BuilderAccountEvent::ApiKeyIssued(issued) => {
                issued_at.insert(issued.key, recorded.position);
                keys.insert(recorded.position, entry(issued, recorded));
            }
            BuilderAccountEvent::ApiKeyRotated(rotated) => {
                if let Some(key) = issued_at.get(&rotated.key).and_then(|at| keys.get_mut(at)) {
                    key.rotated_at = Some(recorded.recorded_at);
                    key.rotated_by = Some(actor(recorded));
                }
            }
            BuilderAccountEvent::ApiKeyRevoked(revoked) => {
                if let Some(key) = issued_at.get(&revoked.key).and_then(|at| keys.get_mut(at)) {
                    key.revoked_at = Some(recorded.recorded_at);
                    key.revoked_by = Some(actor(recorded));
                }
            }
            BuilderAccountEvent::BuilderAccountOpened(_)
            | BuilderAccountEvent::JobTypesSet(_)
            | BuilderAccountEvent::JobTemplateAdded(_)
            | BuilderAccountEvent::JobTemplateChanged(_)
            | BuilderAccountEvent::JobTemplateRemoved(_)
            | BuilderAccountEvent::CustomFieldsSet(_)
            | BuilderAccountEvent::AccountSettingsChanged(_)
            | BuilderAccountEvent::StaffSecondFactorSet(_)
            | BuilderAccountEvent::StaffInvited(_)
            | BuilderAccountEvent::StaffInviteResent(_)
            | BuilderAccountEvent::StaffInviteCancelled(_)
            | BuilderAccountEvent::StaffJoined(_)
            | BuilderAccountEvent::StaffRoleChanged(_)
            | BuilderAccountEvent::StaffGrantsChanged(_)
            | BuilderAccountEvent::StaffRemoved(_) => {}
        }
    }
    (keys, version)
}

fn entry(issued: &ApiKeyIssued, recorded: &Recorded) -> ApiKeyEntry {
    ApiKeyEntry {
        id: issued.key.0,
        label: issued.label.as_str().to_owned(),
        role: issued.role,
        grants: issued.grants.iter().copied().collect(),
        issued_at: recorded.recorded_at,
        issued_by: actor(recorded),
        rotated_at: None,
        rotated_by: None,
        revoked_at: None,
        revoked_by: None,
    }
}

/// Who did it, not yet by name.
pub(crate) fn actor(recorded: &Recorded) -> ActorEntry {
    let actor = &recorded.origin.actor;
    ActorEntry { kind: actor.kind().to_owned(), id: actor.id_in_account(), label: None }
}

/// Who issued, rotated and revoked a key.
fn actors(key: &ApiKeyEntry) -> impl Iterator<Item = &ActorEntry> {
    let others = [&key.rotated_by, &key.revoked_by].into_iter().flatten();
    std::iter::once(&key.issued_by).chain(others)
}

/// A key that acted is called as the account calls it, and its staff by their names.
fn name_actors(keys: &mut BTreeMap<u64, ApiKeyEntry>, labels: &HashMap<Uuid, String>) {
    for key in keys.values_mut() {
        let others = [&mut key.rotated_by, &mut key.revoked_by].into_iter().flatten();
        for actor in std::iter::once(&mut key.issued_by).chain(others) {
            actor.label = actor.id.and_then(|id| labels.get(&id).cloned());
        }
    }
}
