use crate::endpoints::sessions::end::end_session;
use crate::endpoints::sessions::end_all::end_all_sessions;
use crate::error::Problem;
use crate::extract::Order;
use crate::pages::cookie::{self, Errand};
use crate::pages::form::{hidden, no_such_button, quiet_button};
use crate::pages::layout::{Page, Place, to, with_cookie};
use crate::pages::visit::{Owner, Sent, Visit, WithWork};
use crate::pages::words::day_and_time;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use domain::SessionId;
use event_store::Session;
use maud::{Markup, html};

/// Where somebody is signed in.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let sessions = app.store().sessions(visit.who.person()).await?;
    let current = visit.who.0.credential.key.0;
    let content = html! {
        p {
            "Each phone or computer on which you sign in has a session of its own, for a day at \
             most. End one that you do not know, and set another password."
        }
        @for session in &sessions { (entry(session, session.session.0 == current)) }
        form .plain method="post" {
            p { "You lost a phone, or used somebody else's computer?" }
            (quiet_button("end-all", "Sign out everywhere"))
        }
        p { a href="/forgotten-password" { "Set another password" } }
        p { a href="/me/second-factor" { "Ask for a code as well as the password" } }
    };
    let page = Page::new("Where you are signed in", content).at(Place::Sessions);
    Ok(page.done(visit.query.text("done")))
}

/// End one session, or all of them.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Owner>, ()>,
) -> Result<Response, Problem> {
    let Sent { who: before, path, form } = sent;
    let order: Order<(), ()> = Order::of_page(before.who.asker().clone(), path);
    let signed_out =
        || with_cookie(to("/sign-in?done=signed-out"), cookie::forgotten(Errand::Own, app.site()));
    match form.text("action") {
        "end" => {
            let session = form.text("session").parse().map(SessionId);
            let session = session.map_err(|_not_an_id| Problem::not_found())?;
            end_session(&app, &order, session).await?;
            let own = session.0 == order.asker.credential.key.0;
            Ok(if own { signed_out() } else { to("/me/sessions?done=ended") })
        }
        "end-all" => {
            before.end_work(&app).await?;
            end_all_sessions(&app, &order).await?;
            Ok(cookie::work_forgotten(signed_out(), app.site()))
        }
        _ => Err(no_such_button()),
    }
}

fn entry(session: &Session, current: bool) -> Markup {
    html! {
        article .entry {
            p {
                @if current { strong { "This one" } } @else { strong { "Another one" } }
                " · since " (day_and_time(session.created_at))
            }
            p .hint {
                "Last used " (day_and_time(session.seen_at))
                @if let Some(client) = session.client { ", begun from " (client) }
                ". Ends " (day_and_time(session.expires_at)) "."
            }
            form method="post" {
                (hidden("session", &session.session.to_string()))
                (quiet_button("end", if current { "Sign out here" } else { "End it" }))
            }
        }
    }
}
