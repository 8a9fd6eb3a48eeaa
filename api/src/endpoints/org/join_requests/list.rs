use crate::endpoints::org::organisation;
use crate::error::{Problem, ProblemBody};
use crate::extract::asker::Asker;
use crate::extract::{NoParams, OrgQuestion};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who asks to join.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JoinRequests {
    /// Those that wait, the oldest first.
    items: Vec<JoinRequestEntry>,
}

/// Somebody who asks to join.
#[derive(Serialize, ToSchema)]
pub(crate) struct JoinRequestEntry {
    /// The request.
    pub(crate) id: Uuid,
    /// Their first name, as they have written it.
    pub(crate) first_name: Option<String>,
    /// Their last name, likewise.
    pub(crate) last_name: Option<String>,
    /// Their address, which they have shown to be theirs.
    pub(crate) email: Option<String>,
    /// When they asked.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) requested_at: Timestamp,
}

impl JoinRequestEntry {
    /// What they are called.
    pub(crate) fn name(&self) -> String {
        match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => format!("{first} {last}"),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => "Erased person".to_owned(),
        }
    }
}

/// Holds personal values.
impl std::fmt::Debug for JoinRequestEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JoinRequestEntry(…)")
    }
}

/// List who asks to join your organisation; never behind.
#[utoipa::path(get, path = "/v1/org/join-requests", tag = "organisation",
    responses((status = 200, body = JoinRequests), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_join_requests(
    State(app): State<AppState>,
    OrgQuestion(question): OrgQuestion<(), NoParams>,
) -> Result<Json<JoinRequests>, Problem> {
    Ok(Json(JoinRequests { items: waiting(&app, &question.asker).await? }))
}

/// The requests to the asker's organisation that wait for an answer.
pub(crate) async fn waiting(
    app: &AppState,
    asker: &Asker,
) -> Result<Vec<JoinRequestEntry>, Problem> {
    let requests = organisation(app, asker).await?.join_requests.into_iter();
    let waiting = requests.filter(|request| request.state == "open");
    let entry = |request: projections::sub_org_directory::JoinRequestEntry| JoinRequestEntry {
        id: request.id,
        first_name: request.names.first_name,
        last_name: request.names.last_name,
        email: request.names.email,
        requested_at: request.requested_at,
    };
    Ok(waiting.map(entry).collect())
}
