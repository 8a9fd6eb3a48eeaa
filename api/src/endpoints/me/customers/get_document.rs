use super::documents::open_to;
use crate::endpoints::DOCUMENTS;
use crate::endpoints::customers::documents::get::file;
use crate::error::{Problem, ProblemBody};
use crate::extract::asker::Asker;
use crate::extract::{NoParams, PersonQuestion};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use domain::customer::DocumentKind;
use domain::{CustomerId, DocumentId};

/// Read the file of a document of your customer, to be saved. One of a kind that is not open to you is as
/// one that never was.
#[utoipa::path(get, path = "/v1/me/customers/{customer_id}/documents/{document_id}",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("document_id" = Uuid, Path, description = "The document")),
    responses((status = 200, description = "The file",
            content((String = "application/pdf"), (String = "image/jpeg"))),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_member_document(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(CustomerId, DocumentId), NoParams>,
) -> Result<Response, Problem> {
    file_of(&app, &question.asker, question.path).await
}

/// The same, for whoever asks.
pub(crate) async fn file_of(
    app: &AppState,
    asker: &Asker,
    path: (CustomerId, DocumentId),
) -> Result<Response, Problem> {
    let member = Member::of(app, asker, path.0).await?;
    let kinds = open_to(&member, &DocumentKind::ALL)?;
    member.ready(app, &[DOCUMENTS]).await?;
    file(app, member.ledger, path, &kinds).await
}
