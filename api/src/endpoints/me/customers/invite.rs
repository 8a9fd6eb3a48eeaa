use super::command;
use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::contacts::invite_ids;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{ContactId, CustomerId};

/// Send an invitation to a contact of your customer, to its primary email alone (R17); takes Admin Access.
#[utoipa::path(post, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}/invite",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn invite_member_contact(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(CustomerId, ContactId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let invite = ContactCommand::SendInvite(invite_ids());
    command(&app, &order, order.path, invite).await
}
