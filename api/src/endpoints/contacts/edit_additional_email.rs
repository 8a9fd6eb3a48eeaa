use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, Maybe, nullable};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId, EmailAddress};
use serde::Deserialize;
use utoipa::ToSchema;

/// An additional email to edit or to remove.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditAdditionalEmail {
    /// The one that is there.
    #[schema(max_length = 254, format = Email)]
    email: String,
    /// What it becomes; `null` removes it. Must be there.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = true, max_length = 254)]
    replace_with: Maybe<String>,
}

impl RequestBody for EditAdditionalEmail {}

impl EditAdditionalEmail {
    pub(crate) fn command(&self) -> Result<ContactCommand, Problem> {
        let Some(replace_with) = &self.replace_with else {
            return Err(Problem::unreadable("replace_with", "is required"));
        };
        let mut door = Door::default();
        let from = door.take("email", EmailAddress::parse(&self.email));
        let to = door.take_if("replace_with", replace_with.as_deref(), EmailAddress::parse);
        door.build(|| {
            Some(match (from?, to?) {
                (from, Some(to)) => ContactCommand::EditAdditionalEmail { from, to },
                (from, None) => ContactCommand::RemoveAdditionalEmail(from),
            })
        })
    }
}

/// Edit an additional email (R41), or remove it (G5).
#[utoipa::path(patch, path = "/v1/contacts/{id}/additional-emails", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")), request_body = EditAdditionalEmail,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit_additional_email(
    State(app): State<AppState>,
    order: Order<ContactId, EditAdditionalEmail>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = Command::Contact(order.path, order.body.command()?);
    order.carry_out(&app, command).await
}
