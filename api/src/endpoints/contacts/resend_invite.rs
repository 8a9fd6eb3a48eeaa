use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId, TokenId};
use uuid::Uuid;

/// Mail the pending invitation again, with a new link; the old one is dead (R8).
#[utoipa::path(post, path = "/v1/contacts/{id}/invite/resend", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn resend_invite(
    State(app): State<AppState>,
    order: Order<ContactId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let token = TokenId(Uuid::now_v7());
    let command = Command::Contact(order.path, ContactCommand::ResendInvite(token));
    order.carry_out(&app, command).await
}
