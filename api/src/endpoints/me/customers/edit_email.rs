use super::command;
use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::contacts::edit_additional_email::EditAdditionalEmail;
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonOrder;
use crate::state::AppState;
use axum::extract::State;
use domain::{ContactId, CustomerId};

/// Edit an additional email of a contact of your customer (R41).
#[utoipa::path(patch, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}/additional-emails",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact")), request_body = EditAdditionalEmail,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit_member_email(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(CustomerId, ContactId), EditAdditionalEmail>,
) -> Result<Answer<CommandAnswer>, Problem> {
    command(&app, &order, order.path, order.body.command()?).await
}
