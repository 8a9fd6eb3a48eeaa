use crate::answer::Answer;
use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::JobId;
use projections::job_list::{self, JobEntry};

/// Read one job with its owners; `ETag` is its version.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")),
    responses((status = 200, body = JobEntry), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    question: Question<JobId, NoParams>,
) -> Result<Answer<JobEntry>, Problem> {
    question.ready(&app, &[JOB_LIST, CONTACT_DIRECTORY]).await?;
    let entry = job_list::get(app.store().reader(), question.ledger(), question.path).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    let version = entry.version;
    Ok(Answer::new(entry).version(version))
}
