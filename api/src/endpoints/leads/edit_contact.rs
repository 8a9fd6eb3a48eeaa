use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::contacts::edit::EditContact;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::{Command, LeadId};

/// Edit the info of a lead's contact, where the contact itself could be edited: a lead is no way
/// around the lock (R46).
///
/// The answer and `If-Match` are about the lead: who sends its version edits whom they saw on it.
#[utoipa::path(patch, path = "/v1/leads/{id}/contact", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead")), request_body = EditContact,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit_contact(
    State(app): State<AppState>,
    order: Order<LeadId, EditContact>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (lead, edit) = (order.path, order.body.edit()?);
    order.carry_out(&app, Command::EditLeadContact { lead, edit }).await
}
