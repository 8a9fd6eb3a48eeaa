use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobCommand;
use domain::{Command, JobId, TaskId};

/// Take a task away.
#[utoipa::path(delete, path = "/v1/jobs/{id}/tasks/{task_id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"),
        ("task_id" = Uuid, Path, description = "The task")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_task(
    State(app): State<AppState>,
    order: Order<(JobId, TaskId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, task) = order.path;
    order.carry_out(&app, Command::Job(job, JobCommand::RemoveTask(task))).await
}
