use super::{OwnChange, change_all};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, PersonOrder};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::ContactCommand;

/// Take your profile image away, with every builder (R36).
#[utoipa::path(delete, path = "/v1/me/image", tag = "me",
    responses((status = 200, body = OwnChange), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_own_image(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), NoBody>,
) -> Result<Json<OwnChange>, Problem> {
    Ok(Json(change_all(&app, &order, &ContactCommand::RemoveImage).await?))
}
