use crate::answer::Answer;
use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST};
use crate::error::{Problem, ProblemBody};
use crate::extract::{AsOfParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::JobId;
use projections::as_of::{self, Dated};
use projections::job_list::{self, JobEntry};

/// Read one job with its owners, as it is or as it was, the owners under their names of that time;
/// `ETag` is its present version.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"), AsOfParams),
    responses((status = 200, body = Dated<JobEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    question: Question<JobId, AsOfParams>,
) -> Result<Answer<Dated<JobEntry>>, Problem> {
    let (reader, ledger, job) = (app.store().reader(), question.ledger(), question.path);
    if let Some(at) = question.params.resolve(&app, &question.asker).await? {
        let then = as_of::job(reader, ledger, job, at).await?;
        return Ok(Answer::new(then.ok_or_else(Problem::not_found)?));
    }
    question.ready(&app, &[JOB_LIST, CONTACT_DIRECTORY]).await?;
    let entry = job_list::get(reader, ledger, job).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    let version = entry.version;
    Ok(Answer::new(Dated::now(entry)).version(version))
}
