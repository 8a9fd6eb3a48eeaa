use super::cookie::{self, Errand};
use super::form::button;
use super::layout::{Page, to, with_cookie};
use super::visit::{Sent, Visit};
use super::words::day_and_time;
use crate::credential::Secret;
use crate::endpoints::email_changes::confirm::{Confirmed, confirm_by_link};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::persons::email_change::AskedChange;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use maud::html;

/// Look at a change of the primary email. Looking uses nothing up, however often a mail scanner does.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Visitor, Secret>,
) -> Result<Page, Problem> {
    let asked = AskedChange::of(&app, &visit.path).await?;
    let email = asked.still_open(&app)?;
    let content = html! {
        p { "From now on you sign in with " strong { (email.typed()) } ", and your builders reach you there." }
        form method="post" { (button("confirm", "Use this address")) }
        p .hint { "You will be signed out on your other devices." }
        p .hint { "This link works until " (day_and_time(asked.expires_at)) "." }
    };
    Ok(Page::new("Your new address", content))
}

/// Confirm it: with every builder, or with none.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Visitor, Secret>,
) -> Result<Response, Problem> {
    let Sent { who, path, form } = sent;
    if form.text("action") != "confirm" {
        return Err(Problem::unreadable("action", "must be the page's button"));
    }
    let Confirmed { session, .. } = confirm_by_link(&app, who, &path).await?;
    Ok(match session {
        Some(session) => {
            let carried = cookie::carrying(&session, Errand::Own, app.site());
            with_cookie(to("/me/emails?done=primary-email-changed"), carried)
        }
        None => with_cookie(
            to("/sign-in?done=primary-email-changed"),
            cookie::forgotten(Errand::Own, app.site()),
        ),
    })
}
