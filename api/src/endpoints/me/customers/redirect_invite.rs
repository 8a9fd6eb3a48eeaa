use super::command;
use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::contacts::{EmailBody, invite_ids};
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonOrder;
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{ContactId, CustomerId};

/// Send a pending invitation to a corrected address instead (H5); takes Admin Access.
#[utoipa::path(post, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}/invite/redirect",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact")), request_body = EmailBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn redirect_member_invite(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(CustomerId, ContactId), EmailBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (to, ids) = (order.body.read()?, invite_ids());
    command(&app, &order, order.path, ContactCommand::RedirectInvite { to, ids }).await
}
