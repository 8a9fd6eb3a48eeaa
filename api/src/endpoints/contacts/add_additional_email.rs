use super::EmailBody;
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId};

/// Add an additional email, in any state of the contact (R40).
#[utoipa::path(post, path = "/v1/contacts/{id}/additional-emails", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")), request_body = EmailBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_additional_email(
    State(app): State<AppState>,
    order: Order<ContactId, EmailBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let email = order.body.read()?;
    let command = Command::Contact(order.path, ContactCommand::AddAdditionalEmail(email));
    order.carry_out(&app, command).await
}
