use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use projections::job_setup;
use serde::Serialize;
use utoipa::ToSchema;

/// The account's list of job types.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobTypes {
    /// In the account's order.
    items: Vec<String>,
}

/// List the types that jobs may have, in the account's order; never behind.
#[utoipa::path(get, path = "/v1/job-types", tag = "jobs",
    responses((status = 200, body = JobTypes), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_job_types(
    State(app): State<AppState>,
    question: Question<(), NoParams>,
) -> Result<Answer<JobTypes>, Problem> {
    let setup = job_setup::get(app.store().reader(), question.ledger()).await?;
    let setup = setup.ok_or_else(Problem::not_found)?;
    Ok(Answer::new(JobTypes { items: setup.types }).version(setup.version))
}
