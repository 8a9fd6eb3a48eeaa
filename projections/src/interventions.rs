//! What support did in accounts, asked to do, or was kept from; never behind.

use crate::ViewError;
use crate::support::{Asked, Intervention, interventions};
use domain::installation::InterventionRequested;
use domain::{EventId, Reason, Timestamp};
use event_store::Reader;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An intervention.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InterventionEntry {
    /// Which.
    pub id: Uuid,
    /// In whose account.
    pub account: Uuid,
    /// To which contact.
    pub contact: Uuid,
    /// `disable_access`, `enable_access`, `deactivate_owner` or `cancel_invite`.
    pub deed: &'static str,
    /// `requested`, `approved` (and cut short: approving it again goes on), `rejected`, `carried_out`
    /// or `refused`.
    pub stage: &'static str,
    /// Why.
    pub reason: Option<String>,
    /// The operator who asked for it, under whose name it is done.
    pub requested_by: Uuid,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// The operator who approved or rejected it.
    pub decided_by: Option<Uuid>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
    /// The code of the rule that said no.
    pub refused: Option<String>,
}

/// A reason may name somebody.
impl std::fmt::Debug for InterventionEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InterventionEntry(…)")
    }
}

/// An intervention with what carrying it out needs.
#[derive(Debug, Clone)]
pub struct Found {
    /// As operators read it.
    pub entry: InterventionEntry,
    /// The event that approved it, if one did.
    pub approval: Option<EventId>,
    /// Why, as it was given.
    pub reason: Option<Reason>,
}

/// All of them, the last that was asked for in front.
pub async fn list(reader: &Reader) -> Result<Vec<Found>, ViewError> {
    let all = interventions(reader).await?.into_iter();
    let in_account = all.filter_map(|one| match &one.asked {
        Asked::InAccount(asked) => {
            let entry = entry(asked, &one);
            Some(Found { entry, approval: one.approval, reason: one.reason })
        }
        // Those in companies have a list of their own.
        Asked::InCompany(_) => None,
    });
    Ok(in_account.collect())
}

fn entry(asked: &InterventionRequested, one: &Intervention) -> InterventionEntry {
    InterventionEntry {
        id: asked.intervention.0,
        account: asked.account.0,
        contact: asked.contact.0,
        deed: asked.deed.word(),
        stage: one.stage.word(),
        reason: one.reason.as_ref().map(|reason| reason.as_str().to_owned()),
        requested_by: asked.by.0,
        requested_at: one.requested_at,
        decided_by: one.decided.map(|(by, _)| by.0),
        decided_at: one.decided.map(|(_, at)| at),
        refused: one.refused(),
    }
}
