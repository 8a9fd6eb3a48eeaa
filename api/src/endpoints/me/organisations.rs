use crate::error::{CompanyHere, Problem, ProblemBody};
use crate::extract::{NoParams, PersonQuestion};
use crate::persons::links;
use crate::persons::trades::organisations;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::PersonId;
use serde::Serialize;
use utoipa::ToSchema;

/// The subcontractors' organisations that you work for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnOrganisations {
    /// One entry an organisation whose user you are now.
    items: Vec<CompanyHere>,
}

/// List the subcontractors' organisations that you work for; sign in with one of them as `org` to do so.
#[utoipa::path(get, path = "/v1/me/organisations", tag = "me",
    responses((status = 200, body = OwnOrganisations), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_organisations(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(), NoParams>,
) -> Result<Json<OwnOrganisations>, Problem> {
    let person = links::person(&app, PersonId(question.ledger().0)).await?;
    let mine = organisations::of(&app, &person).await?;
    let items = mine.into_iter().map(|of| CompanyHere { id: of.org.0, name: of.name }).collect();
    Ok(Json(OwnOrganisations { items }))
}
