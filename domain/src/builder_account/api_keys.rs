//! The keys of an account: issued, given a new secret, revoked. A key that was revoked stays known,
//! so that its id is never another's and histories go on telling who it was.

use super::{BuilderAccount, BuilderAccountEvent, BuilderAccountRejection};
use crate::actor::{Grant, Role};
use crate::event::{FieldChange, nothing_personal};
use crate::ids::{AggregateId, ApiKeyId};
use crate::rejection::Rejection;
use crate::text::Label;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A key was issued. Its secret is nowhere; only a hash of it is kept beside the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyIssued {
    /// The key's id, which the events that come of it name as their actor.
    pub key: ApiKeyId,
    /// What the key may do.
    pub role: Role,
    /// What it may beyond the role.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub grants: BTreeSet<Grant>,
    /// What people call it.
    pub label: Label,
}

/// A key got a new secret; the one before opens nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRotated {
    /// The key, which stays the same actor.
    pub key: ApiKeyId,
    /// What people call it.
    pub label: Label,
}

/// A key was revoked: no secret of it opens anything any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRevoked {
    /// The key.
    pub key: ApiKeyId,
    /// What people called it.
    pub label: Label,
}

nothing_personal!(ApiKeyIssued, ApiKeyRotated, ApiKeyRevoked);

/// A new key, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// Its id.
    pub key: ApiKeyId,
    /// What it may do.
    pub role: Role,
    /// What it may beyond the role.
    pub grants: BTreeSet<Grant>,
    /// What people call it.
    pub label: Label,
}

/// A key that the account has or had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountKey {
    /// What it may do.
    pub role: Role,
    /// What people call it.
    pub label: Label,
    /// Whether it still opens anything.
    pub life: KeyLife,
}

/// Whether a key still opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyLife {
    /// It does.
    Live,
    /// It was revoked, for good.
    Revoked,
}

impl BuilderAccount {
    /// The most keys of an account that open something.
    pub const KEYS_MAX: usize = 100;

    /// The keys that open something.
    pub fn live_keys(&self) -> impl Iterator<Item = (ApiKeyId, &AccountKey)> {
        let live = |(_, key): &(&ApiKeyId, &AccountKey)| key.life == KeyLife::Live;
        self.keys.iter().filter(live).map(|(id, key)| (*id, key))
    }

    /// A key that was issued, be it revoked or not.
    fn key(&self, id: ApiKeyId) -> Result<&AccountKey, Rejection> {
        self.keys.get(&id).ok_or(Rejection::Unknown(AggregateId::BuilderAccount(self.id)))
    }

    /// Records that a key was issued.
    pub(super) fn key_issued(&mut self, e: &ApiKeyIssued) -> Result<(), &'static str> {
        let key = AccountKey { role: e.role, label: e.label.clone(), life: KeyLife::Live };
        match self.keys.insert(e.key, key) {
            None => Ok(()),
            Some(_) => Err("the key is there already"),
        }
    }

    /// Records that a live key has this life from now on.
    pub(super) fn key_lives(&mut self, id: ApiKeyId, life: KeyLife) -> Result<(), &'static str> {
        match self.keys.get_mut(&id) {
            Some(key) if key.life == KeyLife::Live => {
                key.life = life;
                Ok(())
            }
            Some(_) => Err("the key has been revoked"),
            None => Err("the key is not there"),
        }
    }
}

/// Issues a key.
pub(super) fn issue(
    account: &BuilderAccount,
    key: &NewApiKey,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    // Issued already: the second step of a sequence over two ledgers is taken up again.
    if account.keys.contains_key(&key.key) {
        return Ok(Vec::new());
    }
    if account.live_keys().count() >= BuilderAccount::KEYS_MAX {
        return Err(BuilderAccountRejection::TooManyKeys.into());
    }
    Ok(vec![issued(key)])
}

/// Gives a key a new secret.
pub(super) fn rotate(
    account: &BuilderAccount,
    id: ApiKeyId,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    let key = account.key(id)?;
    match key.life {
        KeyLife::Live => Ok(vec![ApiKeyRotated { key: id, label: key.label.clone() }.into()]),
        KeyLife::Revoked => Err(BuilderAccountRejection::KeyRevoked.into()),
    }
}

/// Revokes a key; never the last one that could issue others.
pub(super) fn revoke(
    account: &BuilderAccount,
    id: ApiKeyId,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    let key = account.key(id)?;
    if key.life == KeyLife::Revoked {
        return Ok(Vec::new());
    }
    if key.role == Role::Admin && !account.has_admin_but(Some(id), None) {
        return Err(BuilderAccountRejection::LastAdmin.into());
    }
    Ok(vec![ApiKeyRevoked { key: id, label: key.label.clone() }.into()])
}

pub(super) fn issued(key: &NewApiKey) -> BuilderAccountEvent {
    ApiKeyIssued {
        key: key.key,
        role: key.role,
        grants: key.grants.clone(),
        label: key.label.clone(),
    }
    .into()
}

/// What a new key is called, and what it may.
pub(super) fn key_issued_changes(e: &ApiKeyIssued) -> Vec<FieldChange> {
    let role = match e.role {
        Role::Admin => "admin",
        Role::Staff => "staff",
        Role::Auditor => "auditor",
    };
    let mut changes = vec![
        FieldChange::new_value("api_key", e.label.as_str()),
        FieldChange::new_value("role", role),
    ];
    for grant in &e.grants {
        let grant = match grant {
            Grant::ManageAccess => "manage_access",
            Grant::ReadAudit => "read_audit",
            Grant::Impersonate => "impersonate",
        };
        changes.push(FieldChange::new_value("grants", grant));
    }
    changes
}
