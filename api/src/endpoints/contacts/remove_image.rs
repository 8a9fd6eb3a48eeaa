use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId};

/// Refused, always: only the owner removes their profile image, at `/v1/me/image` (R36).
#[utoipa::path(delete, path = "/v1/contacts/{id}/image", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_image(
    State(app): State<AppState>,
    order: Order<ContactId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    order.carry_out(&app, Command::Contact(order.path, ContactCommand::RemoveImage)).await
}
