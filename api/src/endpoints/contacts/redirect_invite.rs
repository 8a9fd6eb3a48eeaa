use super::{EmailBody, invite_ids};
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId};

/// Invite to a corrected address instead: the pending invite is cancelled, the primary email
/// changed and a new invite sent, all or nothing (H5).
#[utoipa::path(post, path = "/v1/contacts/{id}/invite/redirect", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")), request_body = EmailBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn redirect_invite(
    State(app): State<AppState>,
    order: Order<ContactId, EmailBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let to = order.body.read()?;
    let redirect = ContactCommand::RedirectInvite { to, ids: invite_ids() };
    order.carry_out(&app, Command::Contact(order.path, redirect)).await
}
