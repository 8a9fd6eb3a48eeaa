//! Whom support let, or was asked to let, into subcontractors' companies (R81); never behind.

use crate::ViewError;
use crate::support::{Asked, Intervention, interventions};
use domain::installation::OrgInterventionRequested;
use domain::subcontractor_org::SubcontractorOrg;
use domain::{EmailAddress, Event, EventId, OrgId, PersonName, Personal, Reason, Timestamp};
use event_store::{Reader, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An intervention in a company.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrgInterventionEntry {
    /// Which.
    pub id: Uuid,
    /// In which company.
    pub org: Uuid,
    /// The id of the user whom it gets.
    pub user: Uuid,
    /// Their first name; none once nobody has to decide any more, or it was erased.
    pub first_name: Option<String>,
    /// Their last name; likewise.
    pub last_name: Option<String>,
    /// Where the invitation goes; likewise.
    pub email: Option<String>,
    /// The registered user who has left.
    pub replaces: Option<Uuid>,
    /// What shows that it is so; likewise.
    pub reason: Option<String>,
    /// `requested`, `approved` (and cut short: approving it again goes on), `rejected`, `carried_out`
    /// or `refused`.
    pub stage: &'static str,
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

/// Holds personal values.
impl std::fmt::Debug for OrgInterventionEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OrgInterventionEntry(…)")
    }
}

impl OrgInterventionEntry {
    /// As operators read it: people's data is a company's own, and told for as long as it takes to let one of
    /// them in (R81).
    #[must_use]
    pub fn told(mut self) -> Self {
        if !["requested", "approved"].contains(&self.stage) {
            (self.first_name, self.last_name, self.email, self.reason) = (None, None, None, None);
        }
        self
    }
}

/// An intervention with what carrying it out needs.
#[derive(Debug, Clone)]
pub struct Found {
    /// With all that it holds.
    pub entry: OrgInterventionEntry,
    /// As it was asked for.
    pub asked: OrgInterventionRequested,
    /// The event that approved it, if one did.
    pub approval: Option<EventId>,
}

/// All of them, the last that was asked for in front.
pub async fn list(reader: &Reader) -> Result<Vec<Found>, ViewError> {
    let all = interventions(reader).await?.into_iter();
    let in_company = all.filter_map(|one| match &one.asked {
        Asked::InCompany(asked) => {
            let (entry, asked) = (entry(asked, &one), asked.clone());
            Some(Found { entry, asked, approval: one.approval })
        }
        // Those in accounts have a list of their own.
        Asked::InAccount(_) => None,
    });
    Ok(in_company.collect())
}

fn entry(asked: &OrgInterventionRequested, one: &Intervention) -> OrgInterventionEntry {
    let name = |name: &Personal<PersonName>| name.value().map(|name| name.as_str().to_owned());
    OrgInterventionEntry {
        id: asked.intervention.0,
        org: asked.org.0,
        user: asked.user.0,
        first_name: name(&asked.first_name),
        last_name: name(&asked.last_name),
        email: asked.email.value().map(EmailAddress::typed).map(str::to_owned),
        replaces: asked.replaces.map(|user| user.0),
        reason: asked.evidence.value().map(Reason::as_str).map(str::to_owned),
        stage: one.stage.word(),
        requested_by: asked.by.0,
        requested_at: one.requested_at,
        decided_by: one.decided.map(|(by, _)| by.0),
        decided_at: one.decided.map(|(_, at)| at),
        refused: one.refused(),
    }
}

/// A subcontractor's company as its own events made it, never behind; none where there is no such company.
pub async fn company(reader: &Reader, id: OrgId) -> Result<Option<SubcontractorOrg>, ViewError> {
    let mut company: Option<SubcontractorOrg> = None;
    for recorded in reader.aggregate_events(id.into(), &[id.0]).await? {
        let Event::SubcontractorOrg(event) = &recorded.event else { continue };
        let applied = match &mut company {
            Some(company) => company.apply(event),
            None => SubcontractorOrg::from_first(id, event).map(|first| company = Some(first)),
        };
        applied.map_err(StoreError::from)?;
    }
    Ok(company)
}
