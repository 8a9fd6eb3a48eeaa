use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order, SessionOrder};
use crate::persons::signing_in;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::person::PersonCommand;
use domain::{Command, PersonId, SessionId};

/// End one of your own sessions; signing out is ending the one that asks. A session for work ends
/// itself and no other.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "sessions",
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn end(
    State(app): State<AppState>,
    SessionOrder(order): SessionOrder<SessionId, NoBody>,
) -> Result<StatusCode, Problem> {
    let credential = &order.asker.credential;
    if credential.at_work.is_some() || credential.for_org.is_some() {
        if order.path.0 != credential.key.0 {
            return Err(Problem::not_found());
        }
        signing_in::end_session(&app, &order.asker).await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    end_session(&app, &order, order.path).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a session of the asker's own; another's is one that nobody has.
pub(crate) async fn end_session<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    session: SessionId,
) -> Result<(), Problem> {
    let person = PersonId(order.asker.ledger().0);
    let sessions = app.store().sessions(person).await?;
    if !sessions.iter().any(|there| there.session == session) {
        return Err(Problem::not_found());
    }
    let revoke = Command::Person(person, PersonCommand::Revoke(session));
    order.execute(app, revoke).await?;
    Ok(())
}
