use super::cookie::Looker;
use crate::error::Problem;
use crate::pages::visit::Visit;
use crate::portal_links::stream;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use domain::PortalLinkId;

/// Tells the portal's page when it would look otherwise (R100): for as long as the link opens it.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Looker, PortalLinkId>,
) -> Result<Response, Problem> {
    let (held, secret) = visit.who.into_held(&app, visit.path).await?;
    stream(&app, &held, secret).await
}
