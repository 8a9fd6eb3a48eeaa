use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::lead::LeadCommand;
use domain::{Command, LeadId};

/// Say that a lead is about nobody in the book; twice changes nothing. The contact stays as it is.
#[utoipa::path(delete, path = "/v1/leads/{id}/contact", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_contact(
    State(app): State<AppState>,
    order: Order<LeadId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    order.carry_out(&app, Command::Lead(order.path, LeadCommand::Unlink)).await
}
