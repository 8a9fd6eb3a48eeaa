use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use projections::custom_fields::{self, CustomFieldEntry};
use serde::Serialize;
use utoipa::ToSchema;

/// The account's custom fields.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomFields {
    /// In the account's order.
    items: Vec<CustomFieldEntry>,
}

/// List the custom fields that contacts have, in the account's order; never behind.
#[utoipa::path(get, path = "/v1/custom-fields", tag = "contacts",
    responses((status = 200, body = CustomFields), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_custom_fields(
    State(app): State<AppState>,
    question: Question<(), NoParams>,
) -> Result<Answer<CustomFields>, Problem> {
    let entry = custom_fields::get(app.store().reader(), question.ledger()).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    Ok(Answer::new(CustomFields { items: entry.fields }).version(entry.version))
}
