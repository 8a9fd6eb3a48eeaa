use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobCommand;
use domain::text::JobName;
use domain::{Command, JobId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A job's new name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameJob {
    /// The new name.
    #[schema(max_length = 200)]
    name: String,
}

impl RequestBody for RenameJob {}

/// Give a job another name.
#[utoipa::path(patch, path = "/v1/jobs/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = RenameJob,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn rename(
    State(app): State<AppState>,
    order: Order<JobId, RenameJob>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let name = door.take("name", JobName::parse(&order.body.name));
    let name = door.build(|| name)?;
    order.carry_out(&app, Command::Job(order.path, JobCommand::Rename(name))).await
}
