use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, PersonQuestion};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{PersonId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The sessions of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionList {
    /// The newest first.
    items: Vec<SessionEntry>,
}

/// One session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionEntry {
    /// The session.
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Timestamp,
    /// Until when it lasts.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// From which network address it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// The account that it works for; absent where it is for your own things.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uuid>,
    /// The organisation that it works for; absent where it works for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Uuid>,
}

/// List your own sessions.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions",
    responses((status = 200, body = SessionList), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_sessions(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(), NoParams>,
) -> Result<Json<SessionList>, Problem> {
    let sessions = app.store().sessions(PersonId(question.ledger().0)).await?;
    let entry = |session: event_store::Session| SessionEntry {
        id: session.session.0,
        current: session.session.0 == question.asker.credential.key.0,
        created_at: session.created_at,
        seen_at: session.seen_at,
        expires_at: session.expires_at,
        client: session.client.map(|client| client.to_string()),
        account: session.work.map(|work| work.account.0),
        org: session.org.map(|work| work.org.0),
    };
    Ok(Json(SessionList { items: sessions.into_iter().map(entry).collect() }))
}
