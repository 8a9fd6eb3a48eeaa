use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId};

/// Put a deleted contact back into the book; whoever was active needs a new invitation (H7).
#[utoipa::path(post, path = "/v1/contacts/{id}/restore", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn restore(
    State(app): State<AppState>,
    order: Order<ContactId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = Command::Contact(order.path, ContactCommand::Restore);
    order.carry_out(&app, command).await
}
