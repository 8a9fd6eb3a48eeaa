use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, JobSetup};
use domain::{Command, JobType};
use event_store::Applied;
use serde::Deserialize;
use utoipa::ToSchema;

/// More than a list takes, so that the rule and not the door says no.
const TYPES_MAX: usize = 1_000;

/// The whole list of job types.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetJobTypes {
    /// In the order in which they are shown.
    #[schema(max_items = 100)]
    types: Vec<String>,
}

impl RequestBody for SetJobTypes {}

/// Set the list of types that jobs may have; jobs keep a type that leaves it (R56).
#[utoipa::path(put, path = "/v1/job-types", tag = "jobs", request_body = SetJobTypes,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_job_types(
    State(app): State<AppState>,
    order: Order<(), SetJobTypes>,
) -> Result<Answer<CommandAnswer>, Problem> {
    Ok(done(&set(&app, &order, &order.body.types).await?))
}

/// Sets the list to what somebody typed.
pub(crate) async fn set<B>(
    app: &AppState,
    order: &Order<(), B>,
    types: &[String],
) -> Result<Applied, Problem> {
    let mut door = Door::default();
    let types = door.take_all("types", types, TYPES_MAX, JobType::parse);
    let setup = JobSetup::SetTypes(door.build(|| types)?);
    let command = BuilderAccountCommand::JobSetup(setup);
    order.execute(app, Command::BuilderAccount(order.account(), command)).await
}
