use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobCommand;
use domain::{Command, Day, JobId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A job's deadline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetDeadline {
    /// The day by which it is to be finished, such as `2026-05-31`; `null` clears it.
    #[schema(format = Date)]
    deadline: Option<String>,
}

impl RequestBody for SetDeadline {}

/// Set a job's deadline, or clear it (R92).
#[utoipa::path(put, path = "/v1/jobs/{id}/deadline", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = SetDeadline,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_deadline(
    State(app): State<AppState>,
    order: Order<JobId, SetDeadline>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let deadline = door.take_if("deadline", order.body.deadline.as_deref(), Day::parse);
    let deadline = door.build(|| deadline)?;
    order.carry_out(&app, Command::Job(order.path, JobCommand::SetDeadline(deadline))).await
}
