use super::cookie::{Looker, carrying};
use super::sheet::sheet;
use crate::error::Problem;
use crate::live::kept_up;
use crate::pages::layout::{Page, to, with_cookie};
use crate::pages::visit::Visit;
use crate::pages::words::day_and_time;
use crate::portal_links::{Held, look, note, secret_of, seen as fingerprint};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::PortalLinkId;
use maud::html;

/// Look at a portal: with the link's secret in the address, once, and from then on without it.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Looker, PortalLinkId>,
) -> Result<Response, Problem> {
    let link = visit.path;
    if let Some(token) = visit.query.filled("token") {
        let secret = secret_of(token)?;
        let held = Held::by(&app, link, &secret).await?;
        let cookie = carrying(&held, &secret, app.store().now(), app.site());
        return Ok(with_cookie(to(&format!("/portal/{link}")), cookie));
    }
    let (held, _) = visit.who.held(&app, link).await?;
    let seen = look(&app, &held).await?;
    if !visit.who.by_script {
        note(&app, &held, visit.who.client).await;
    }
    let content = html! {
        p .over { (seen.builder) }
        (kept_up(&format!("/portal/{link}/events"), &fingerprint(&seen)?, &sheet(&seen.job)))
        p .hint {
            "Nothing can be changed here. The link works until " (day_and_time(seen.expires_at)) "."
        }
        p { a .share href={ "/portal/" (link) "/share" } { "Share this page" } }
    };
    Ok(Page::new(seen.job.name.clone(), content).into_response())
}
