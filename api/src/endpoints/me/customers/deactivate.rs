use super::command;
use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::contacts::deactivate::DeactivateOwner;
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonOrder;
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{ContactId, CustomerId};

/// Take a contact's access away until a new invitation is accepted, not your own; asks for a reason (R44)
/// and takes Admin Access.
#[utoipa::path(post, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}/deactivate",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact")), request_body = DeactivateOwner,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn deactivate_member_contact(
    State(app): State<AppState>,
    PersonOrder(mut order): PersonOrder<(CustomerId, ContactId), DeactivateOwner>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let reason = order.body.read()?;
    order.reason = reason.or(order.reason);
    command(&app, &order, order.path, ContactCommand::DeactivateOwner).await
}
