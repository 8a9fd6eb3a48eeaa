//! Who operates the installation: folded from its events when an operator asks, never behind.

use crate::ViewError;
use domain::installation::{Installation, InstallationEvent};
use domain::{AggregateId, ApiKeyId, Event, LedgerId, PersonName, Personal, Sequence, Timestamp};
use event_store::Reader;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// An operator, or one who was.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OperatorEntry {
    /// The id that histories name as the actor.
    pub id: Uuid,
    /// Their name; none for a token that a start printed, and for one who has been erased.
    pub name: Option<String>,
    /// When the token was issued.
    #[schema(value_type = String, format = DateTime)]
    pub appointed_at: Timestamp,
    /// When it was revoked; none while it opens something.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub dismissed_at: Option<Timestamp>,
}

/// Holds a personal value.
impl std::fmt::Debug for OperatorEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OperatorEntry(…)")
    }
}

/// All operators, who was appointed first in front, and the installation's version.
pub async fn list(
    reader: &Reader,
    installation_ledger: LedgerId,
) -> Result<(Vec<OperatorEntry>, Sequence), ViewError> {
    let aggregate = [AggregateId::Installation.uuid()];
    let mut installation = Installation::default();
    let mut version = 0;
    let mut appointed: Vec<(ApiKeyId, Timestamp)> = Vec::new();
    let mut dismissed: HashMap<ApiKeyId, Timestamp> = HashMap::new();
    for recorded in reader.aggregate_events(installation_ledger, &aggregate).await? {
        let Event::Installation(event) = &recorded.event else { continue };
        version += 1;
        installation.apply(event).map_err(event_store::StoreError::from)?;
        let at = recorded.recorded_at;
        match event {
            InstallationEvent::OperatorTokenIssued(e) => appointed.push((e.token, at)),
            InstallationEvent::OperatorAppointed(e) => appointed.push((e.operator, at)),
            InstallationEvent::OperatorDismissed(e) => {
                dismissed.insert(e.operator, at);
            }
            InstallationEvent::AccountOpeningOrdered(_)
            | InstallationEvent::ApiKeyIssueOrdered(_)
            | InstallationEvent::InterventionRequested(_)
            | InstallationEvent::OrgInterventionRequested(_)
            | InstallationEvent::InterventionApproved(_)
            | InstallationEvent::InterventionRejected(_)
            | InstallationEvent::InterventionCarriedOut(_)
            | InstallationEvent::InterventionRefused(_) => {}
        }
    }
    let entry = |(id, appointed_at): (ApiKeyId, Timestamp)| {
        let name = installation.operators.get(&id).and_then(|operator| operator.name.as_ref());
        let name = name.and_then(Personal::value).map(PersonName::as_str).map(str::to_owned);
        OperatorEntry { id: id.0, name, appointed_at, dismissed_at: dismissed.get(&id).copied() }
    };
    Ok((appointed.into_iter().map(entry).collect(), version))
}
