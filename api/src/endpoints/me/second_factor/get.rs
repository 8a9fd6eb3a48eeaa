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
    on: bool,
    /// How many recovery codes are left.
    recovery_codes_left: usize,
}

/// Ask whether your second factor is on.
#[utoipa::path(get, path = "/v1/me/second-factor", tag = "me",
    responses((status = 200, body = SecondFactorState), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_second_factor(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(), NoParams>,
) -> Result<Json<SecondFactorState>, Problem> {
    let person = links::person(&app, PersonId(question.ledger().0)).await?;
    let left = |used: usize| usize::from(RECOVERY_CODES).saturating_sub(used);
    let recovery_codes_left = person.second_factor.as_ref().map_or(0, |on| left(on.used.len()));
    Ok(Json(SecondFactorState { on: person.second_factor.is_some(), recovery_codes_left }))
}
