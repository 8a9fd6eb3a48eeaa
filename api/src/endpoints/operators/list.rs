use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, OperatorQuestion};
use crate::state::AppState;
use axum::extract::State;
use projections::operators::{self, OperatorEntry};
use serde::Serialize;
use utoipa::ToSchema;

/// The operators.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperatorList {
    /// Who was appointed first in front, those who were dismissed too.
    items: Vec<OperatorEntry>,
}

/// List the operators, never their tokens; never behind.
#[utoipa::path(get, path = "/v1/operators", tag = "operators",
    responses((status = 200, body = OperatorList), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_operators(
    State(app): State<AppState>,
    OperatorQuestion(question): OperatorQuestion<(), NoParams>,
) -> Result<Answer<OperatorList>, Problem> {
    let (items, version) = operators::list(app.store().reader(), question.ledger()).await?;
    Ok(Answer::new(OperatorList { items }).version(version))
}
