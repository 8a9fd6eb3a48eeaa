use crate::endpoints::audit::PageParams;
use crate::endpoints::{AUDIT_TRAIL, CONTACT_DIRECTORY, CUSTOMERS, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::CustomerId;
use projections::customers;
use projections::history::{self, HistoryEntry};

/// Read who changed what of a customer, and who came to it and left it, newest first; refused attempts
/// too.
#[utoipa::path(get, path = "/v1/customers/{id}/history", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer"), PageParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn customer_history(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<CustomerId, PageParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let page = question.params.page()?;
    question.ready(&app, &[CUSTOMERS, CONTACT_DIRECTORY, AUDIT_TRAIL]).await?;
    let (reader, ledger, customer) = (app.store().reader(), question.ledger(), question.path);
    if customers::get(reader, ledger, customer).await?.is_none() {
        return Err(Problem::not_found());
    }
    let cursor = page.cursor.as_deref();
    Ok(Json(history::of(reader, ledger, customer.0, cursor, page.limit).await?.into()))
}
