use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::lead::LeadCommand;
use domain::{Command, LeadId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

/// Why a lead is given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoseLead {
    /// Why, in the builder's words.
    #[schema(max_length = 500)]
    reason: String,
}

impl RequestBody for LoseLead {}

/// Give a lead up, and say why. It can be reopened.
#[utoipa::path(post, path = "/v1/leads/{id}/lose", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead")), request_body = LoseLead,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn lose(
    State(app): State<AppState>,
    order: Order<LeadId, LoseLead>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let reason = door.take("reason", Reason::parse(&order.body.reason));
    let reason = door.build(|| reason)?;
    order.carry_out(&app, Command::Lead(order.path, LeadCommand::Lose(reason))).await
}
