use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobCommand;
use domain::{Command, JobId};

/// Take an archived job up again.
#[utoipa::path(post, path = "/v1/jobs/{id}/reopen", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn reopen(
    State(app): State<AppState>,
    order: Order<JobId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    order.carry_out(&app, Command::Job(order.path, JobCommand::Reopen)).await
}
