use super::{OwnItemParams, OwnJobNow};
use crate::endpoints::PageOf;
use crate::error::{Problem, ProblemBody};
use crate::extract::OwnerQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{AccountId, JobId};
use projections::owner_items::{self, MessageEntry};

/// List the messages between you and the builder about a job, the newest first (R63).
#[utoipa::path(get, path = "/v1/me/jobs/{account_id}/{job_id}/messages", tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job"), OwnItemParams),
    responses((status = 200, body = PageOf<MessageEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_messages(
    State(app): State<AppState>,
    OwnerQuestion(question): OwnerQuestion<(AccountId, JobId), OwnItemParams>,
) -> Result<Json<PageOf<MessageEntry>>, Problem> {
    let part = question.params.part()?;
    let own = OwnJobNow::of(&app, &question.asker, question.path).await?;
    let query = own.query(part);
    Ok(Json(owner_items::messages(app.store().reader(), own.link.ledger, &query).await?.into()))
}
