use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, OperatorOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::installation::InstallationCommand;
use domain::{ApiKeyId, Command};

/// Revoke an operator's token for good; never the last one. What they did keeps their name.
#[utoipa::path(delete, path = "/v1/operators/{id}", tag = "operators",
    params(("id" = Uuid, Path, description = "The operator")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn dismiss_operator(
    State(app): State<AppState>,
    OperatorOrder(order): OperatorOrder<ApiKeyId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    // On a task of its own: whoever asks may go away, and the token is not to be believed any more.
    let dismissing = tokio::spawn(async move {
        let dismiss = InstallationCommand::DismissOperator(order.path);
        let applied = order.execute(&app, Command::Installation(dismiss)).await;
        // Also when it failed: what is not known to have happened may have.
        app.forget_credentials();
        applied
    });
    Ok(done(&dismissing.await.map_err(|_panic| Problem::internal())??))
}
