use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::custom_field::FieldName;
use domain::{Command, ContactId};

/// Clear a contact's custom field, also while its info is locked, and also one that has left
/// `/v1/custom-fields` (R41, G6). What has no value stays so.
#[utoipa::path(delete, path = "/v1/contacts/{id}/custom-fields/{name}", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact"),
        ("name" = String, Path, description = "The field")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn clear_custom_field(
    State(app): State<AppState>,
    order: Order<(ContactId, FieldName), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (contact, field) = order.path.clone();
    let clear = ContactCommand::SetCustomField { field, to: None };
    order.carry_out(&app, Command::Contact(contact, clear)).await
}
