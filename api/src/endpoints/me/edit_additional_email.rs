use super::{OwnChange, change_all};
use crate::endpoints::contacts::edit_additional_email::EditAdditionalEmail;
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonOrder;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;

/// Edit an additional email of yours, or remove it, with every builder.
#[utoipa::path(patch, path = "/v1/me/additional-emails", tag = "me",
    request_body = EditAdditionalEmail,
    responses((status = 200, body = OwnChange), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit_own_email(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), EditAdditionalEmail>,
) -> Result<Json<OwnChange>, Problem> {
    Ok(Json(change_all(&app, &order, &order.body.command()?).await?))
}
