use super::link::sign_out;
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
    sign_out(&app, &sent.who, "/sign-in?done=signed-out").await
}
