use super::organisation;
use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::asker::Asker;
use crate::extract::{NoParams, OrgQuestion};
use crate::state::AppState;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The organisation that you work for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnOrganisation {
    /// The organisation.
    pub(crate) id: Uuid,
    /// What it is called.
    pub(crate) name: String,
    /// Which of its users you are.
    pub(crate) user: Uuid,
    /// How many users can sign in. With one alone, an organisation loses its access when that one
    /// leaves: add a second (H8).
    pub(crate) registered_users: usize,
    /// How many ask to join.
    pub(crate) join_requests: usize,
}

/// Look at the organisation that you work for; never behind.
#[utoipa::path(get, path = "/v1/org", tag = "organisation",
    responses((status = 200, body = OwnOrganisation), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_org(
    State(app): State<AppState>,
    OrgQuestion(question): OrgQuestion<(), NoParams>,
) -> Result<Answer<OwnOrganisation>, Problem> {
    Ok(Answer::new(own(&app, &question.asker).await?))
}

/// The asker's organisation.
pub(crate) async fn own(app: &AppState, asker: &Asker) -> Result<OwnOrganisation, Problem> {
    let (_, user) = asker.membership()?;
    let org = organisation(app, asker).await?;
    let registered_users = org.registered().count();
    let join_requests = org.join_requests.iter().filter(|request| request.state == "open").count();
    Ok(OwnOrganisation {
        id: org.id,
        name: org.name,
        user: user.0,
        registered_users,
        join_requests,
    })
}
