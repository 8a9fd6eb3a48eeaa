use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::lead::LeadCommand;
use domain::text::Title;
use domain::{Command, LeadId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A lead's new title.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetitleLead {
    /// The new title.
    #[schema(max_length = 200)]
    title: String,
}

impl RequestBody for RetitleLead {}

/// Give a lead another title.
#[utoipa::path(patch, path = "/v1/leads/{id}", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead")), request_body = RetitleLead,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn retitle(
    State(app): State<AppState>,
    order: Order<LeadId, RetitleLead>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let title = door.take("title", Title::parse(&order.body.title));
    let title = door.build(|| title)?;
    order.carry_out(&app, Command::Lead(order.path, LeadCommand::Retitle(title))).await
}
