use super::{change, told};
use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::ApiKeyId;
use domain::builder_account::BuilderAccountCommand;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A key's new secret, which is told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RotatedKeyAnswer {
    /// The key, as before.
    id: Uuid,
    /// The secret: `tbk_…`.
    secret: String,
}

/// Give an API key a new secret; the one before opens nothing any more.
#[utoipa::path(post, path = "/v1/api-keys/{id}/rotate", tag = "api keys",
    params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, body = RotatedKeyAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn rotate_api_key(
    State(app): State<AppState>,
    order: Order<ApiKeyId, NoBody>,
) -> Result<Answer<RotatedKeyAnswer>, Problem> {
    let key = order.path;
    let applied = change(&app, order, BuilderAccountCommand::RotateApiKey(key)).await?;
    let body = RotatedKeyAnswer { id: key.0, secret: told(&applied)?.expose() };
    Ok(Answer::new(body).position(position_of(&applied)))
}
