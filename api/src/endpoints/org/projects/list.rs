use crate::endpoints::org::org_of;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, OrgQuestion};
use crate::persons::trades::projects::{OrgProject, projects};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// The projects of an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgProjects {
    /// By name.
    items: Vec<OrgProject>,
}

/// List all projects that are open to your organisation, with whichever general contractor (R80).
#[utoipa::path(get, path = "/v1/org/projects", tag = "organisation",
    responses((status = 200, body = OrgProjects), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_org_projects(
    State(app): State<AppState>,
    OrgQuestion(question): OrgQuestion<(), NoParams>,
) -> Result<Json<OrgProjects>, Problem> {
    Ok(Json(OrgProjects { items: projects(&app, org_of(&question.asker)).await? }))
}
