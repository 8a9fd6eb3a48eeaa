use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::owner_item::{OwnerItemCommand, TodoChange};
use domain::{Command, JobId, OwnerItemId};

/// Take a To-Do of one owner's away; twice changes nothing.
#[utoipa::path(delete, path = "/v1/jobs/{id}/todos/{todo_id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"),
        ("todo_id" = Uuid, Path, description = "The To-Do")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_todo(
    State(app): State<AppState>,
    order: Order<(JobId, OwnerItemId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, item) = order.path;
    let command = OwnerItemCommand::ChangeTodo { item, job, change: TodoChange::Remove };
    order.carry_out(&app, Command::OwnerItem(command)).await
}
