use crate::endpoints::org::org_of;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, OrgQuestion};
use crate::persons::trades::projects::{OrgProjectInFull, project};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::JobId;

/// Look at a project: what it is called, by when it is to be finished, and the tasks that are yours.
#[utoipa::path(get, path = "/v1/org/projects/{job}", tag = "organisation",
    params(("job" = Uuid, Path, description = "The job")),
    responses((status = 200, body = OrgProjectInFull), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_org_project(
    State(app): State<AppState>,
    OrgQuestion(question): OrgQuestion<JobId, NoParams>,
) -> Result<Json<OrgProjectInFull>, Problem> {
    Ok(Json(project(&app, org_of(&question.asker), question.path).await?))
}
