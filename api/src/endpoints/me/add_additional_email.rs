use super::{OwnChange, change_all};
use crate::endpoints::contacts::EmailBody;
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonOrder;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::ContactCommand;

/// Add an additional email of yours, with every builder; up to five (R20).
#[utoipa::path(post, path = "/v1/me/additional-emails", tag = "me", request_body = EmailBody,
    responses((status = 200, body = OwnChange), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_own_email(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), EmailBody>,
) -> Result<Json<OwnChange>, Problem> {
    let add = ContactCommand::AddAdditionalEmail(order.body.read()?);
    Ok(Json(change_all(&app, &order, &add).await?))
}
