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
pub(crate) struct DisableAccess {
    /// Why, for the history; may be left out.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

impl RequestBody for DisableAccess {}

/// Close the contact's access for now (R9); a pending invitation is cancelled.
#[utoipa::path(post, path = "/v1/contacts/{id}/disable", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")), request_body = DisableAccess,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn disable(
    State(app): State<AppState>,
    mut order: Order<ContactId, DisableAccess>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let reason = door.take_if("reason", order.body.reason.as_deref(), Reason::parse);
    let reason = door.build(|| reason)?;
    order.reason = reason.or(order.reason);
    let command = Command::Contact(order.path, ContactCommand::DisableAccess);
    order.carry_out(&app, command).await
}
