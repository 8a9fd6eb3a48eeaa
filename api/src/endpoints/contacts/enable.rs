use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId};

/// Open a disabled contact again, as it was (R10).
#[utoipa::path(post, path = "/v1/contacts/{id}/enable", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn enable(
    State(app): State<AppState>,
    order: Order<ContactId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = Command::Contact(order.path, ContactCommand::EnableAccess);
    order.carry_out(&app, command).await
}
