use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::{Command, JobId, JobType};
use serde::Deserialize;
use utoipa::ToSchema;

/// A job's type.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetType {
    /// A type of `/v1/job-types`; `null` is none.
    #[serde(rename = "type")]
    #[schema(max_length = 100)]
    job_type: Option<String>,
}

impl RequestBody for SetType {}

/// Give a job a type of the account's list, or none (R56).
#[utoipa::path(put, path = "/v1/jobs/{id}/type", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = SetType,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_type(
    State(app): State<AppState>,
    order: Order<JobId, SetType>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let to = door.take_if("type", order.body.job_type.as_deref(), JobType::parse);
    let to = door.build(|| to)?;
    let (account, job) = (order.account(), order.path);
    order.carry_out(&app, Command::SetJobType { account, job, to }).await
}
