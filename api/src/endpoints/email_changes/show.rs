use crate::credential::Secret;
use crate::error::{Problem, ProblemBody};
use crate::extract::PublicQuestion;
use crate::persons::email_change::AskedChange;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A change of a primary email that can be confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenEmailChange {
    /// The new address.
    email: String,
    /// Until when it can be confirmed.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Look at a change of a primary email. Looking never uses the link up, however often a mail scanner
/// does.
#[utoipa::path(get, path = "/v1/email-changes/{token}", tag = "me",
    params(("token" = String, Path, description = "The link's last part")),
    security(()),
    responses((status = 200, body = OpenEmailChange), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn show_email_change(
    State(app): State<AppState>,
    question: PublicQuestion<Secret>,
) -> Result<Json<OpenEmailChange>, Problem> {
    let asked = AskedChange::of(&app, &question.path).await?;
    let email = asked.still_open(&app)?.typed().to_owned();
    Ok(Json(OpenEmailChange { email, expires_at: asked.expires_at }))
}
