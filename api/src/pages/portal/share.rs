use super::cookie::Looker;
use crate::error::Problem;
use crate::pages::layout::Page;
use crate::pages::visit::Visit;
use crate::pages::words::day_and_time;
use crate::portal_links::url;
use crate::state::AppState;
use axum::extract::State;
use domain::PortalLinkId;
use maud::html;

/// The whole link, to text or mail to somebody (R101): made of what the browser has kept, for whoever
/// could have kept it anyway. The page's address holds nothing of it.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Looker, PortalLinkId>,
) -> Result<Page, Problem> {
    let (held, secret) = visit.who.held(&app, visit.path).await?;
    let whole = url(&app, held.link, secret);
    let content = html! {
        p .plain {
            "Whoever has this link sees this page, without signing in, until "
            (day_and_time(held.expires_at)) "."
            @if held.contact.is_some() { " It shows what waits for you, too." }
        }
        div .field {
            label for="link" { "Link" }
            input #link type="text" readonly value=(whole) autocomplete="off" spellcheck="false";
        }
        p { button .main type="button" data-copy="link" hidden { "Copy the link" } }
        p { a href={ "/portal/" (held.link) } { "Back to the project" } }
    };
    Ok(Page::new("Share this page", content))
}
