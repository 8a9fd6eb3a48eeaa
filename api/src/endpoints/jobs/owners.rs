use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST};
use crate::error::{Problem, ProblemBody};
use crate::extract::{AsOfParams, Question};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::JobId;
use projections::as_of::{self, Dated};
use projections::job_owners::{self, JobOwners};

/// List a job's owners with how they are reached, as it is or as it was.
#[utoipa::path(get, path = "/v1/jobs/{id}/owners", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"), AsOfParams),
    responses((status = 200, body = Dated<JobOwners>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn owners(
    State(app): State<AppState>,
    question: Question<JobId, AsOfParams>,
) -> Result<Json<Dated<JobOwners>>, Problem> {
    let (reader, ledger, job) = (app.store().reader(), question.ledger(), question.path);
    if let Some(at) = question.params.resolve(&app, &question.asker).await? {
        let then = as_of::job_owners(reader, ledger, job, at).await?;
        return Ok(Json(then.ok_or_else(Problem::not_found)?));
    }
    question.ready(&app, &[JOB_LIST, CONTACT_DIRECTORY]).await?;
    let owners = job_owners::get(reader, ledger, job).await?;
    Ok(Json(Dated::now(owners.ok_or_else(Problem::not_found)?)))
}
