use super::cookie;
use super::layout::{to, with_cookie};
use super::visit::Sent;
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::persons::signing_in::end_session;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;

/// Sign out: the session is over, and the browser forgets it.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Visitor, ()>,
) -> Result<Response, Problem> {
    if let Some(asker) = &sent.who.asker {
        end_session(&app, asker).await?;
    }
    Ok(with_cookie(to("/sign-in?done=signed-out"), cookie::forgotten(app.site())))
}
