use crate::error::{Problem, ProblemBody};
use crate::portal_links::{ByLink, TokenParams, stream};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;

/// Be told when what the link shows has become another, as server-sent events (R100).
///
/// The first event tells the fingerprint of what is shown now, each other one that of what would be shown
/// since: time to ask `GET /v1/portal/{id}` again. The event `gone`, or the stream's end, says that the link opens
/// nothing any more, or that the server stops: asking again tells which.
#[utoipa::path(get, path = "/v1/portal/{id}/events", tag = "portal",
    params(("id" = Uuid, Path, description = "The link"), TokenParams), security(()),
    responses((status = 200, body = String, content_type = "text/event-stream"),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn portal_events(
    State(app): State<AppState>,
    by: ByLink,
) -> Result<Response, Problem> {
    stream(&app, &by.held, by.secret).await
}
