use super::{OwnJobNow, OwnTodoParams};
use crate::endpoints::PageOf;
use crate::error::{Problem, ProblemBody};
use crate::extract::OwnerQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{AccountId, JobId};
use projections::owner_items::{self, TodoEntry};

/// List your To-Dos of a job, the newest first; no co-owner sees them (R63).
#[utoipa::path(get, path = "/v1/me/jobs/{account_id}/{job_id}/todos", tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job"), OwnTodoParams),
    responses((status = 200, body = PageOf<TodoEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_todos(
    State(app): State<AppState>,
    OwnerQuestion(question): OwnerQuestion<(AccountId, JobId), OwnTodoParams>,
) -> Result<Json<PageOf<TodoEntry>>, Problem> {
    let part = question.params.part()?;
    let own = OwnJobNow::of(&app, &question.asker, question.path).await?;
    let query = own.query(part);
    Ok(Json(owner_items::todos(app.store().reader(), own.link.ledger, &query).await?.into()))
}
