//! What support does in subcontractors' companies that have lost their only user: one operator asks for it,
//! another one approves (R81, H8).

pub(crate) mod approve;
pub(crate) mod list;
pub(crate) mod reject;
pub(crate) mod request;

use crate::error::Problem;
use crate::state::AppState;
use domain::installation::OrgInterventionRequested;
use domain::subcontractor_org::{NewSubUser, SubcontractorOrgCommand, SupportAssignment};
use domain::{InterventionId, TokenId};
use projections::org_interventions::{self, Found};
use uuid::Uuid;

/// One of them; an unknown one is a 404, and so is one in an account.
pub(super) async fn find(app: &AppState, id: InterventionId) -> Result<Found, Problem> {
    let all = org_interventions::list(app.store().reader()).await?;
    all.into_iter().find(|found| found.entry.id == id.0).ok_or_else(Problem::not_found)
}

/// Whom the company's ledger is asked to let in; none once values that it needs were erased.
fn assignment(asked: &OrgInterventionRequested) -> Option<SubcontractorOrgCommand> {
    let who = NewSubUser {
        first_name: asked.first_name.value()?.clone(),
        last_name: asked.last_name.value()?.clone(),
        email: asked.email.value()?.clone(),
    };
    Some(SubcontractorOrgCommand::AssignPrimaryContactBySupport(SupportAssignment {
        intervention: asked.intervention,
        user: asked.user,
        who,
        token: TokenId(Uuid::now_v7()),
        replaces: asked.replaces,
    }))
}
