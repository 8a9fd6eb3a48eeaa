use super::command_as;
use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::{AccountId, Command, JobId, TaskId};

/// Do what waits for you, or give an approval or make a selection that waits for any owner of the job
/// (R62). The job's history says that it was you.
#[utoipa::path(post, path = "/v1/me/jobs/{account_id}/{job_id}/tasks/{task_id}/complete",
    tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job"),
        ("task_id" = Uuid, Path, description = "The task")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn complete_own_task(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(AccountId, JobId, TaskId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    complete(&app, &order, order.path).await
}

pub(crate) async fn complete<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (account, job, task): (AccountId, JobId, TaskId),
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = |contact| Command::CompleteForOwner { job, contact, task };
    Ok(done(&command_as(app, order, account, command).await?))
}
