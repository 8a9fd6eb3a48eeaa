use crate::answer::Answer;
use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS, WORK_ORDERS};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::WorkOrderId;
use projections::work_orders::{self, WorkOrderEntry};

/// Read one work order; `ETag` is its present version.
#[utoipa::path(get, path = "/v1/work-orders/{id}", tag = "work orders",
    params(("id" = Uuid, Path, description = "The work order")),
    responses((status = 200, body = WorkOrderEntry), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_work_order(
    State(app): State<AppState>,
    question: Question<WorkOrderId, NoParams>,
) -> Result<Answer<WorkOrderEntry>, Problem> {
    question.ready(&app, &[WORK_ORDERS, CUSTOMERS, CONTACT_DIRECTORY]).await?;
    let entry = work_orders::get(app.store().reader(), question.ledger(), question.path).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    let version = entry.version;
    Ok(Answer::new(entry).version(version))
}
