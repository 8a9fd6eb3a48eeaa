use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::pictures;
use crate::state::AppState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::{ContactId, LedgerId};

/// Read the profile image that a contact's owner has set (R37); `ETag` is the image's id.
///
/// It is never behind. A contact without an image is 404.
#[utoipa::path(get, path = "/v1/contacts/{id}/image", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = String, content_type = "image/jpeg"), (status = 304),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_image(
    State(app): State<AppState>,
    headers: HeaderMap,
    question: Question<ContactId, NoParams>,
) -> Result<Response, Problem> {
    question.ready(&app, &[]).await?;
    image_of(&app, question.ledger(), question.path, &headers).await
}

/// A contact's image.
pub(crate) async fn image_of(
    app: &AppState,
    ledger: LedgerId,
    contact: ContactId,
    asked: &HeaderMap,
) -> Result<Response, Problem> {
    let image = app.store().reader().image(ledger, contact).await?;
    Ok(pictures::answer(image.ok_or_else(Problem::not_found)?, asked))
}
