use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::lead::LeadCommand;
use domain::{Command, LeadId};

/// Take a lost lead up again. One that is won stays won.
#[utoipa::path(post, path = "/v1/leads/{id}/reopen", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn reopen(
    State(app): State<AppState>,
    order: Order<LeadId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    order.carry_out(&app, Command::Lead(order.path, LeadCommand::Reopen)).await
}
