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

/// The users of an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgUsers {
    /// By name; those who have left too.
    items: Vec<OrgUser>,
}

/// A user of an organisation, or one who was.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrgUser {
    /// The id that histories name as the actor.
    pub(crate) id: Uuid,
    /// Their first name; none once they have been erased.
    pub(crate) first_name: Option<String>,
    /// Their last name, likewise.
    pub(crate) last_name: Option<String>,
    /// Their address.
    pub(crate) email: Option<String>,
    /// `invited`, `registered`, `cancelled`, `declined`, `expired` or `removed`.
    pub(crate) status: String,
    /// Whether it is you.
    pub(crate) yourself: bool,
    /// Until when the invitation can be accepted; none where there is none to accept.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) expires_at: Option<Timestamp>,
}

/// Holds personal values.
impl std::fmt::Debug for OrgUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OrgUser(…)")
    }
}

impl OrgUser {
    /// What they are called.
    pub(crate) fn name(&self) -> String {
        match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => format!("{first} {last}"),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => "Erased person".to_owned(),
        }
    }
}

/// List the users of your organisation; never behind.
#[utoipa::path(get, path = "/v1/org/users", tag = "organisation",
    responses((status = 200, body = OrgUsers), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_users(
    State(app): State<AppState>,
    OrgQuestion(question): OrgQuestion<(), NoParams>,
) -> Result<Json<OrgUsers>, Problem> {
    Ok(Json(OrgUsers { items: users(&app, &question.asker).await? }))
}

/// The users of the asker's organisation, by name.
pub(crate) async fn users(app: &AppState, asker: &Asker) -> Result<Vec<OrgUser>, Problem> {
    let (_, own) = asker.membership()?;
    let users = organisation(app, asker).await?.users.into_iter();
    let mut users: Vec<OrgUser> = users
        .map(|user| OrgUser {
            id: user.id,
            first_name: user.names.first_name,
            last_name: user.names.last_name,
            email: user.names.email,
            status: user.stage,
            yourself: user.id == own.0,
            expires_at: user.expires_at,
        })
        .collect();
    users.sort_by_cached_key(|user| (user.name().to_lowercase(), user.id));
    Ok(users)
}
