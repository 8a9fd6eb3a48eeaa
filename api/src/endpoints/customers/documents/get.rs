use crate::documents::answer;
use crate::endpoints::DOCUMENTS;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use domain::customer::DocumentKind;
use domain::{CustomerId, DocumentId, LedgerId};
use projections::documents;

/// Read the file of a document, to be saved: a PDF or a JPEG.
#[utoipa::path(get, path = "/v1/customers/{id}/documents/{document_id}", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer"),
        ("document_id" = Uuid, Path, description = "The document")),
    responses((status = 200, description = "The file",
            content((String = "application/pdf"), (String = "image/jpeg"))),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_document(
    State(app): State<AppState>,
    question: Question<(CustomerId, DocumentId), NoParams>,
) -> Result<Response, Problem> {
    question.ready(&app, &[DOCUMENTS]).await?;
    file(&app, question.ledger(), question.path, &DocumentKind::ALL).await
}

/// The file of a document that is published to this customer, if it is of one of these kinds; any other is
/// as one that never was. Whoever asks has waited for the view.
pub(crate) async fn file(
    app: &AppState,
    ledger: LedgerId,
    (customer, document): (CustomerId, DocumentId),
    kinds: &[DocumentKind],
) -> Result<Response, Problem> {
    let reader = app.store().reader();
    let entry = documents::get(reader, ledger, customer, document).await?;
    let entry = entry.filter(|entry| kinds.iter().any(|kind| kind.word() == entry.kind));
    let entry = entry.ok_or_else(Problem::not_found)?;
    let file = reader.document(ledger, customer, document).await?;
    Ok(answer(&entry, file.ok_or_else(Problem::not_found)?))
}
