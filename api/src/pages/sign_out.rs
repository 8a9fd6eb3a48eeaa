use super::cookie::{Errand, forgotten, work_forgotten};
use super::layout::{to, with_cookie};
use super::visit::{Sent, WithWork};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;

/// Sign out: what was begun in this browser is over, and the browser forgets it.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Visitor>, ()>,
) -> Result<Response, Problem> {
    sent.who.end_all(&app).await?;
    let response = with_cookie(to("/sign-in?done=signed-out"), forgotten(Errand::Own, app.site()));
    Ok(work_forgotten(response, app.site()))
}
