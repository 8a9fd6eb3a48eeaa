use super::{change, told};
use crate::answer::{Answer, position_of};
use crate::endpoints::accounts::NewKeyAnswer;
use crate::endpoints::accounts::issue_api_key::IssueApiKey;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::ApiKeyId;
use domain::builder_account::BuilderAccountCommand;

/// Issue one more API key for the own account; its secret is told in this answer alone.
#[utoipa::path(post, path = "/v1/api-keys", tag = "api keys", request_body = IssueApiKey,
    responses((status = 201, body = NewKeyAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn issue_own_api_key(
    State(app): State<AppState>,
    order: Order<(), IssueApiKey>,
) -> Result<Answer<NewKeyAnswer>, Problem> {
    let key = order.body.read(ApiKeyId(order.new_id(&app, "key")))?;
    let (id, role) = (key.key, order.body.role());
    let applied = change(&app, order, BuilderAccountCommand::IssueApiKey(key)).await?;
    let body = NewKeyAnswer::new(id, &told(&applied)?, role);
    Ok(Answer::new(body).position(position_of(&applied)).created_at(format!("/v1/api-keys/{id}")))
}
