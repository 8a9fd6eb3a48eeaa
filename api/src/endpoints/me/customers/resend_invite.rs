use super::command;
use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::contacts::invite_ids;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{ContactId, CustomerId};

/// Mail a pending invitation again with a new link (R8); takes Admin Access.
#[utoipa::path(post, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}/invite/resend",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn resend_member_invite(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(CustomerId, ContactId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let resend = ContactCommand::ResendInvite(invite_ids().token);
    command(&app, &order, order.path, resend).await
}
