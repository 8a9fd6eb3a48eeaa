use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, PersonQuestion};
use crate::persons::links;
use crate::pictures;
use crate::state::AppState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::PersonId;

/// Read your profile image, as builders see it; `ETag` is the image's id.
#[utoipa::path(get, path = "/v1/me/image", tag = "me",
    responses((status = 200, body = String, content_type = "image/jpeg"), (status = 304),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_own_image(
    State(app): State<AppState>,
    headers: HeaderMap,
    PersonQuestion(question): PersonQuestion<(), NoParams>,
) -> Result<Response, Problem> {
    own_image(&app, PersonId(question.ledger().0), &headers).await
}

/// The image that one's builders see, or the first of them does.
pub(crate) async fn own_image(
    app: &AppState,
    person: PersonId,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let person = links::person(app, person).await?;
    let mut links = links::of(app, &person).await?.into_iter().filter(|link| link.open);
    let link = links.find(|link| link.contact.image.is_some()).ok_or_else(Problem::not_found)?;
    let image = app.store().reader().image(link.ledger, link.contact.id).await?;
    Ok(pictures::answer(image.ok_or_else(Problem::not_found)?, headers))
}
