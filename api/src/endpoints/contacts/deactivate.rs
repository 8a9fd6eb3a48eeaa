use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeactivateOwner {
    /// Why, for the history; asked for here or in the header `X-Reason`.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

impl RequestBody for DeactivateOwner {}

impl DeactivateOwner {
    /// Reads it at the door.
    pub(crate) fn read(&self) -> Result<Option<Reason>, Problem> {
        let mut door = Door::default();
        let reason = door.take_if("reason", self.reason.as_deref(), Reason::parse);
        door.build(|| reason)
    }
}

/// Take an owner's access away until a new invitation is accepted; asks for a reason (R44).
#[utoipa::path(post, path = "/v1/contacts/{id}/deactivate", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")), request_body = DeactivateOwner,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn deactivate(
    State(app): State<AppState>,
    mut order: Order<ContactId, DeactivateOwner>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let reason = order.body.read()?;
    order.reason = reason.or(order.reason);
    let command = Command::Contact(order.path, ContactCommand::DeactivateOwner);
    order.carry_out(&app, command).await
}
