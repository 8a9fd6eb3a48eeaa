use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::customer::CustomerCommand;
use domain::{Command, CustomerId, DocumentId};

/// Take a document back: nobody sees it any more, and its file is gone. Twice is once.
#[utoipa::path(delete, path = "/v1/customers/{id}/documents/{document_id}", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer"),
        ("document_id" = Uuid, Path, description = "The document")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn withdraw_document(
    State(app): State<AppState>,
    order: Order<(CustomerId, DocumentId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    withdraw(&app, &order).await
}

/// The same, for whoever has no body to give.
pub(crate) async fn withdraw<B>(
    app: &AppState,
    order: &Order<(CustomerId, DocumentId), B>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (customer, document) = order.path;
    let command = Command::Customer(customer, CustomerCommand::WithdrawDocument(document));
    order.carry_out(app, command).await
}
