use crate::answer::Answer;
use crate::endpoints::PageOf;
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit};
use crate::state::AppState;
use axum::extract::State;
use projections::api_keys::{self, ApiKeyEntry};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApiKeyParams {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// List the account's API keys, newest first, revoked ones too, never their secrets; never behind.
#[utoipa::path(get, path = "/v1/api-keys", tag = "api keys", params(ApiKeyParams),
    responses((status = 200, body = PageOf<ApiKeyEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_api_keys(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<(), ApiKeyParams>,
) -> Result<Answer<PageOf<ApiKeyEntry>>, Problem> {
    let mut door = Door::default();
    let cursor = door.take_if("cursor", question.params.cursor.as_deref(), cursor);
    let limit = door.take_if("limit", question.params.limit.as_deref(), limit);
    let (cursor, limit) = door.build(|| Some((cursor?, limit?.unwrap_or(LIMIT_DEFAULT))))?;
    let reader = app.store().reader();
    let listed = api_keys::list(reader, question.ledger(), cursor.as_deref(), limit).await?;
    Ok(Answer::new(listed.keys.into()).version(listed.version))
}
