use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::job::{JobCommand, JobDetails};
use domain::text::{JobName, PostalAddress, Reference};
use domain::{Command, JobId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// More than a job takes, so that the rule (R1) and not the door says no.
const OWNERS_MAX: usize = 1_000;

/// A job to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateJob {
    /// As shown in the jobs list.
    #[schema(max_length = 200)]
    name: String,
    /// The builder's own reference, such as a permit number.
    #[schema(max_length = 100)]
    reference: Option<String>,
    /// Where is built.
    #[schema(max_length = 500)]
    site: Option<String>,
    /// Contacts that are its owners; nobody is invited by this (R4).
    #[serde(default)]
    #[schema(max_items = 500)]
    owners: Vec<String>,
}

impl RequestBody for CreateJob {}

impl CreateJob {
    fn command(&self) -> Result<JobCommand, Problem> {
        let mut door = Door::default();
        let name = door.take("name", JobName::parse(&self.name));
        let reference = door.take_if("reference", self.reference.as_deref(), Reference::parse);
        let site = door.take_if("site", self.site.as_deref(), PostalAddress::parse);
        let owners = door.take_all("owners", &self.owners, OWNERS_MAX, id);
        door.build(|| {
            let details = JobDetails { name: name?, reference: reference?, site: site? };
            Some(JobCommand::Create(details, owners?))
        })
    }
}

/// Create a job, with owners at once if there are any.
#[utoipa::path(post, path = "/v1/jobs", tag = "jobs", request_body = CreateJob,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<AppState>,
    order: Order<(), CreateJob>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = Command::Job(JobId(Uuid::now_v7()), order.body.command()?);
    Ok(order.carry_out(&app, command).await?.created_in("/v1/jobs"))
}
