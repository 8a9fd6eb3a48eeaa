use super::change;
use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::ApiKeyId;
use domain::builder_account::BuilderAccountCommand;

/// Revoke an API key for good; never the last admin key. Say why in `X-Reason`.
#[utoipa::path(delete, path = "/v1/api-keys/{id}", tag = "api keys",
    params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn revoke_api_key(
    State(app): State<AppState>,
    order: Order<ApiKeyId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let key = order.path;
    Ok(done(&change(&app, order, BuilderAccountCommand::RevokeApiKey(key)).await?))
}
