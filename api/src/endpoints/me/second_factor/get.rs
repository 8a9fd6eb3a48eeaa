use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, PersonQuestion};
use crate::persons::links;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::PersonId;
use domain::person::RECOVERY_CODES;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether a second factor is on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecondFactorState {
    /// Whether signing in takes a code.
    pub(crate) on: bool,
    /// How many recovery codes are left.
    pub(crate) recovery_codes_left: usize,
}

/// Ask whether your second factor is on.
#[utoipa::path(get, path = "/v1/me/second-factor", tag = "me",
    responses((status = 200, body = SecondFactorState), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_second_factor(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(), NoParams>,
) -> Result<Json<SecondFactorState>, Problem> {
    Ok(Json(state_of(&app, PersonId(question.ledger().0)).await?))
}

/// Whether one is on for this person.
pub(crate) async fn state_of(
    app: &AppState,
    person: PersonId,
) -> Result<SecondFactorState, Problem> {
    let person = links::person(app, person).await?;
    let left = |used: usize| usize::from(RECOVERY_CODES).saturating_sub(used);
    let recovery_codes_left = person.second_factor.as_ref().map_or(0, |on| left(on.used.len()));
    Ok(SecondFactorState { on: person.second_factor.is_some(), recovery_codes_left })
}
