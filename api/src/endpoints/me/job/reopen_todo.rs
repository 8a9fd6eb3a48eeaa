use super::change_todo;
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::owner_item::TodoChange;
use domain::{AccountId, JobId, OwnerItemId};

/// Mark a To-Do of yours as not done after all.
#[utoipa::path(post, path = "/v1/me/jobs/{account_id}/{job_id}/todos/{todo_id}/reopen",
    tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job"),
        ("todo_id" = Uuid, Path, description = "The To-Do")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn reopen_own_todo(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(AccountId, JobId, OwnerItemId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    change_todo(&app, &order, order.path, TodoChange::Reopen).await
}
