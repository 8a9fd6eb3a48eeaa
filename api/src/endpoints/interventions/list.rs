use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, OperatorQuestion};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use projections::interventions::{self, InterventionEntry};
use serde::Serialize;
use utoipa::ToSchema;

/// What support did or asked to do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterventionList {
    /// The last that was asked for in front. What a crash cut short stands at `approved`.
    items: Vec<InterventionEntry>,
}

/// List what support did in accounts, asked to do, or was kept from; never behind.
#[utoipa::path(get, path = "/v1/interventions", tag = "interventions",
    responses((status = 200, body = InterventionList), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_interventions(
    State(app): State<AppState>,
    OperatorQuestion(_operator): OperatorQuestion<(), NoParams>,
) -> Result<Json<InterventionList>, Problem> {
    let items = interventions::list(app.store().reader()).await?;
    Ok(Json(InterventionList { items: items.into_iter().map(|found| found.entry).collect() }))
}
