use crate::answer::Answer;
use crate::endpoints::{CONTACT_DIRECTORY, JOB_DETAIL, JOB_LIST};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::JobId;
use projections::job_detail::{self, JobDetailEntry};
use projections::job_list::{self, JobEntry};
use serde::Serialize;
use utoipa::ToSchema;

/// A job, whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobPage {
    #[serde(flatten)]
    job: JobEntry,
    #[serde(flatten)]
    detail: JobDetailEntry,
}

/// Read one job with its owners and all that there is to do; `ETag` is its version.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")),
    responses((status = 200, body = JobPage), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    question: Question<JobId, NoParams>,
) -> Result<Answer<JobPage>, Problem> {
    question.ready(&app, &[JOB_LIST, JOB_DETAIL, CONTACT_DIRECTORY]).await?;
    let (reader, ledger) = (app.store().reader(), question.ledger());
    let job = job_list::get(reader, ledger, question.path).await?;
    let detail = job_detail::get(reader, ledger, question.path).await?;
    let (mut job, detail) = job.zip(detail).ok_or_else(Problem::not_found)?;
    // Two views may be at two versions. Whoever edits what they saw must have seen the newer one.
    job.version = job.version.min(detail.version);
    let version = job.version;
    Ok(Answer::new(JobPage { job, detail }).version(version))
}
