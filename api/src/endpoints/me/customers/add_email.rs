use super::command;
use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::contacts::EmailBody;
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonOrder;
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{ContactId, CustomerId};

/// Add an additional email to a contact of your customer, in any state of it (R40).
#[utoipa::path(post, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}/additional-emails",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact")), request_body = EmailBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_member_email(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(CustomerId, ContactId), EmailBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let add = ContactCommand::AddAdditionalEmail(order.body.read()?);
    command(&app, &order, order.path, add).await
}
