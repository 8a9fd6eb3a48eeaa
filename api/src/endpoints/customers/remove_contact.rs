use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::customer::CustomerCommand;
use domain::{Command, ContactId, CustomerId};

/// Take a contact out of a customer; it stays in the book, and the portal is closed to it. The last one
/// with admin access who can sign in stays (H7).
#[utoipa::path(delete, path = "/v1/customers/{id}/contacts/{contact_id}", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer"),
        ("contact_id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_customer_contact(
    State(app): State<AppState>,
    order: Order<(CustomerId, ContactId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (customer, contact) = order.path;
    let command = Command::Customer(customer, CustomerCommand::RemoveContact(contact));
    order.carry_out(&app, command).await
}
