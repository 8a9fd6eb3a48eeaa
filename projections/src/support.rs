//! What support asked to do, in accounts and in subcontractors' companies alike, and what became of each:
//! folded from the installation's events when somebody asks, never behind.

use crate::ViewError;
use domain::installation::{
    Installation, InstallationEvent, InterventionRequested, InterventionStage,
    OrgInterventionRequested,
};
use domain::{AggregateId, ApiKeyId, Event, EventId, InterventionId, LedgerId, Reason, Timestamp};
use event_store::{MaybePersonal, Reader, Recorded, StoreError};
use std::collections::HashMap;

/// What was asked for.
pub(crate) enum Asked {
    InAccount(InterventionRequested),
    InCompany(OrgInterventionRequested),
}

/// An intervention.
pub(crate) struct Intervention {
    pub(crate) asked: Asked,
    pub(crate) requested_at: Timestamp,
    /// Why, where the event says it beside what was asked for.
    pub(crate) reason: Option<Reason>,
    /// The event that approved it, if one did.
    pub(crate) approval: Option<EventId>,
    /// Who approved or rejected it, and when.
    pub(crate) decided: Option<(ApiKeyId, Timestamp)>,
    pub(crate) stage: InterventionStage,
}

impl Intervention {
    fn of(asked: Asked, recorded: &Recorded) -> Self {
        let reason = recorded.origin.reason.as_ref().and_then(|reason| match reason {
            MaybePersonal::Plain(reason) => Some(reason.clone()),
            MaybePersonal::Personal(reason) => reason.value().cloned(),
        });
        let (approval, decided) = (None, None);
        let (requested_at, stage) = (recorded.recorded_at, InterventionStage::Requested);
        Self { asked, requested_at, reason, approval, decided, stage }
    }

    /// The code of the rule that said no.
    pub(crate) fn refused(&self) -> Option<String> {
        match &self.stage {
            InterventionStage::Refused { code } => Some(code.clone()),
            InterventionStage::Requested
            | InterventionStage::Approved { .. }
            | InterventionStage::Rejected
            | InterventionStage::CarriedOut => None,
        }
    }
}

/// All of them, the last that was asked for in front.
pub(crate) async fn interventions(reader: &Reader) -> Result<Vec<Intervention>, ViewError> {
    let mut installation = Installation::default();
    let mut all: Vec<Intervention> = Vec::new();
    let mut at: HashMap<InterventionId, usize> = HashMap::new();
    let aggregate = [AggregateId::Installation.uuid()];
    for recorded in reader.aggregate_events(LedgerId::INSTALLATION, &aggregate).await? {
        let Event::Installation(event) = &recorded.event else { continue };
        installation.apply(event).map_err(StoreError::from)?;
        let (decided, by, approval) = match event {
            InstallationEvent::InterventionRequested(e) => {
                at.insert(e.intervention, all.len());
                all.push(Intervention::of(Asked::InAccount(e.clone()), &recorded));
                continue;
            }
            InstallationEvent::OrgInterventionRequested(e) => {
                at.insert(e.intervention, all.len());
                all.push(Intervention::of(Asked::InCompany(e.clone()), &recorded));
                continue;
            }
            InstallationEvent::InterventionApproved(e) => {
                (e.intervention, e.by, Some(recorded.event_id))
            }
            InstallationEvent::InterventionRejected(e) => (e.intervention, e.by, None),
            // Its stage says so.
            InstallationEvent::InterventionCarriedOut(_)
            | InstallationEvent::InterventionRefused(_)
            | InstallationEvent::OperatorTokenIssued(_)
            | InstallationEvent::OperatorAppointed(_)
            | InstallationEvent::OperatorDismissed(_)
            | InstallationEvent::AccountOpeningOrdered(_)
            | InstallationEvent::ApiKeyIssueOrdered(_) => continue,
        };
        if let Some(one) = at.get(&decided).and_then(|at| all.get_mut(*at)) {
            one.approval = approval;
            one.decided = Some((by, recorded.recorded_at));
        }
    }
    for (intervention, at) in at {
        let now = installation.interventions.get(&intervention);
        if let (Some(now), Some(one)) = (now, all.get_mut(at)) {
            one.stage = now.stage.clone();
        }
    }
    all.reverse();
    Ok(all)
}
