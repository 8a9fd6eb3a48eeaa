use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId};

/// Take the pending invitation back (R8, R43).
#[utoipa::path(post, path = "/v1/contacts/{id}/invite/cancel", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn cancel_invite(
    State(app): State<AppState>,
    order: Order<ContactId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = Command::Contact(order.path, ContactCommand::CancelInvite);
    order.carry_out(&app, command).await
}
