use crate::error::{Problem, ProblemBody};
use crate::portal_links::{ByLink, PortalLook, TokenParams, look, note};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;

/// Read how far a job is, with a link to its portal and no login: progress, days remaining, milestones,
/// and behind a personal link what waits for that owner.
///
/// A wrong id and a wrong secret get the same 404. A secret that was right once gets 410 and why.
#[utoipa::path(get, path = "/v1/portal/{id}", tag = "portal",
    params(("id" = Uuid, Path, description = "The link"), TokenParams), security(()),
    responses((status = 200, body = PortalLook), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_portal(
    State(app): State<AppState>,
    by: ByLink,
) -> Result<Json<PortalLook>, Problem> {
    let seen = look(&app, &by.held).await?;
    note(&app, &by.held, by.client).await;
    Ok(Json(seen))
}
