use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use projections::job_setup::{self, TemplateEntry};
use serde::Serialize;
use utoipa::ToSchema;

/// The account's job templates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobTemplates {
    /// By name; all of them.
    items: Vec<TemplateEntry>,
}

/// List the templates that jobs can be made from, whole, by name; never behind.
#[utoipa::path(get, path = "/v1/job-templates", tag = "jobs",
    responses((status = 200, body = JobTemplates), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_job_templates(
    State(app): State<AppState>,
    question: Question<(), NoParams>,
) -> Result<Answer<JobTemplates>, Problem> {
    let setup = job_setup::get(app.store().reader(), question.ledger()).await?;
    let setup = setup.ok_or_else(Problem::not_found)?;
    Ok(Answer::new(JobTemplates { items: setup.templates }).version(setup.version))
}
