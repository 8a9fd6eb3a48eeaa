use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobCommand;
use domain::{Command, JobId};

/// Put a job away; until it is reopened nothing about it changes.
#[utoipa::path(post, path = "/v1/jobs/{id}/archive", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn archive(
    State(app): State<AppState>,
    order: Order<JobId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    order.carry_out(&app, Command::Job(order.path, JobCommand::Archive)).await
}
