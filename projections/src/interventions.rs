//! What support did in accounts, asked to do, or was kept from: folded from the installation's events
//! when an operator asks, never behind.

use crate::ViewError;
use domain::installation::{Installation, InstallationEvent, InterventionStage};
use domain::{AggregateId, Event, EventId, InterventionId, LedgerId, Reason, Timestamp};
use event_store::{MaybePersonal, Reader};
use serde::Serialize;
use std::collections::HashMap;
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
    let mut installation = Installation::default();
    let mut found: Vec<Found> = Vec::new();
    let mut at: HashMap<InterventionId, usize> = HashMap::new();
    let aggregate = [AggregateId::Installation.uuid()];
    for recorded in reader.aggregate_events(LedgerId::INSTALLATION, &aggregate).await? {
        let Event::Installation(event) = &recorded.event else { continue };
        installation.apply(event).map_err(event_store::StoreError::from)?;
        match event {
            InstallationEvent::InterventionRequested(e) => {
                at.insert(e.intervention, found.len());
                let reason = recorded.origin.reason.as_ref().and_then(|reason| match reason {
                    MaybePersonal::Plain(reason) => Some(reason.clone()),
                    MaybePersonal::Personal(reason) => reason.value().cloned(),
                });
                let entry = InterventionEntry {
                    id: e.intervention.0,
                    account: e.account.0,
                    contact: e.contact.0,
                    deed: e.deed.word(),
                    stage: InterventionStage::Requested.word(),
                    reason: reason.as_ref().map(|reason| reason.as_str().to_owned()),
                    requested_by: e.by.0,
                    requested_at: recorded.recorded_at,
                    decided_by: None,
                    decided_at: None,
                    refused: None,
                };
                found.push(Found { entry, approval: None, reason });
            }
            InstallationEvent::InterventionApproved(e) => {
                if let Some(found) = at.get(&e.intervention).and_then(|at| found.get_mut(*at)) {
                    found.approval = Some(recorded.event_id);
                    found.entry.decided_by = Some(e.by.0);
                    found.entry.decided_at = Some(recorded.recorded_at);
                }
            }
            InstallationEvent::InterventionRejected(e) => {
                if let Some(found) = at.get(&e.intervention).and_then(|at| found.get_mut(*at)) {
                    found.entry.decided_by = Some(e.by.0);
                    found.entry.decided_at = Some(recorded.recorded_at);
                }
            }
            // Those in companies have a list of their own.
            InstallationEvent::OrgInterventionRequested(_)
            // Its stage says so.
            | InstallationEvent::InterventionCarriedOut(_)
            | InstallationEvent::InterventionRefused(_)
            | InstallationEvent::OperatorTokenIssued(_)
            | InstallationEvent::OperatorAppointed(_)
            | InstallationEvent::OperatorDismissed(_)
            | InstallationEvent::AccountOpeningOrdered(_)
            | InstallationEvent::ApiKeyIssueOrdered(_) => {}
        }
    }
    for (intervention, at) in at {
        let now = installation.interventions.get(&intervention);
        if let (Some(now), Some(found)) = (now, found.get_mut(at)) {
            found.entry.stage = now.stage.word();
            if let InterventionStage::Refused { code } = &now.stage {
                found.entry.refused = Some(code.clone());
            }
        }
    }
    found.reverse();
    Ok(found)
}
