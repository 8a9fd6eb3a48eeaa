use crate::endpoints::contacts::get_image::image_of;
use crate::error::Problem;
use crate::pages::visit::{Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::ContactId;

/// The profile image that a contact's owner has set (R37). The builder sees it and never sets it (R36).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    headers: HeaderMap,
    visit: Visit<Staff, ContactId>,
) -> Result<Response, Problem> {
    image_of(&app, visit.who.ledger(), visit.path, &headers).await
}
