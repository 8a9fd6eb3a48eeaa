use crate::answer::Answer;
use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::CustomerId;
use projections::customers::{self, CustomerEntry};

/// Read one customer; `ETag` is its present version.
#[utoipa::path(get, path = "/v1/customers/{id}", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer")),
    responses((status = 200, body = CustomerEntry), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_customer(
    State(app): State<AppState>,
    question: Question<CustomerId, NoParams>,
) -> Result<Answer<CustomerEntry>, Problem> {
    question.ready(&app, &[CUSTOMERS, CONTACT_DIRECTORY]).await?;
    let entry = customers::get(app.store().reader(), question.ledger(), question.path).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    let version = entry.version;
    Ok(Answer::new(entry).version(version))
}
