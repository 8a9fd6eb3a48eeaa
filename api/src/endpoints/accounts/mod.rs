//! Builder accounts, as operators open them.

pub(crate) mod issue_api_key;
pub(crate) mod open;

use crate::credential::Secret;
use crate::input::one_of;
use domain::ApiKeyId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// An API key with its secret, which is told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKeyAnswer {
    /// The id that histories name as the actor.
    id: Uuid,
    /// The secret: `tbk_…`.
    secret: String,
    /// What the key may do.
    role: RoleWord,
}

impl NewKeyAnswer {
    pub(crate) fn new(id: ApiKeyId, secret: &Secret, role: RoleWord) -> Self {
        Self { id: id.0, secret: secret.expose(), role }
    }
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoleWord {
    /// Commands everything that a builder may.
    Admin,
    /// Commands what day-to-day work needs; more by grant.
    Staff,
    /// Reads everything of the account, commands nothing.
    Auditor,
}

/// What a staff key may beyond its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantWord {
    /// Disable, enable and deactivate owners.
    ManageAccess,
    /// Read histories and the audit trail.
    ReadAudit,
    /// Look through owners' eyes.
    Impersonate,
}

impl RoleWord {
    /// Reads the word.
    pub(crate) fn parse(word: &str) -> Result<Self, String> {
        Ok(match one_of(word, &["admin", "staff", "auditor"])? {
            "admin" => Self::Admin,
            "auditor" => Self::Auditor,
            _ => Self::Staff,
        })
    }
}

impl GrantWord {
    /// Reads the word.
    pub(crate) fn parse(word: &str) -> Result<Self, String> {
        Ok(match one_of(word, &["manage_access", "read_audit", "impersonate"])? {
            "manage_access" => Self::ManageAccess,
            "read_audit" => Self::ReadAudit,
            _ => Self::Impersonate,
        })
    }
}

impl From<RoleWord> for domain::Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Admin => Self::Admin,
            RoleWord::Staff => Self::Staff,
            RoleWord::Auditor => Self::Auditor,
        }
    }
}

pub(crate) fn grants(words: &[GrantWord]) -> BTreeSet<domain::Grant> {
    words
        .iter()
        .map(|word| match word {
            GrantWord::ManageAccess => domain::Grant::ManageAccess,
            GrantWord::ReadAudit => domain::Grant::ReadAudit,
            GrantWord::Impersonate => domain::Grant::Impersonate,
        })
        .collect()
}
