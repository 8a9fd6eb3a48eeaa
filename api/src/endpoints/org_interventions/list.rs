use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, OperatorQuestion};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use projections::org_interventions::{self, OrgInterventionEntry};
use serde::Serialize;
use utoipa::ToSchema;

/// Whom support let into companies, or was asked to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgInterventionList {
    /// The last that was asked for in front. What a crash cut short stands at `approved`.
    items: Vec<OrgInterventionEntry>,
}

/// List what support did in companies, asked to do, or was kept from; never behind. Who gets the company, and the
/// evidence, are told as long as somebody has to decide or to carry it out.
#[utoipa::path(get, path = "/v1/org-interventions", tag = "interventions",
    responses((status = 200, body = OrgInterventionList), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_org_interventions(
    State(app): State<AppState>,
    OperatorQuestion(_operator): OperatorQuestion<(), NoParams>,
) -> Result<Json<OrgInterventionList>, Problem> {
    let items = org_interventions::list(app.store().reader()).await?;
    let items = items.into_iter().map(|found| found.entry.told()).collect();
    Ok(Json(OrgInterventionList { items }))
}
