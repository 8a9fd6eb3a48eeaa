use super::command;
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{ContactId, CustomerId};

/// Open a contact's access again as it was (R10); takes Admin Access.
#[utoipa::path(post, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}/enable",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn enable_member_contact(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(CustomerId, ContactId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    command(&app, &order, order.path, ContactCommand::EnableAccess).await
}
