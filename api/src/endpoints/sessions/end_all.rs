use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::person::PersonCommand;
use domain::{Command, PersonId};

/// End all of your own sessions, the one that asks too.
#[utoipa::path(delete, path = "/v1/sessions", tag = "sessions",
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn end_all(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), NoBody>,
) -> Result<StatusCode, Problem> {
    end_all_sessions(&app, &order).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of the asker.
pub(crate) async fn end_all_sessions<P, B>(
    app: &AppState,
    order: &Order<P, B>,
) -> Result<(), Problem> {
    let person = PersonId(order.asker.ledger().0);
    order.execute(app, Command::Person(person, PersonCommand::RevokeAll)).await?;
    Ok(())
}
