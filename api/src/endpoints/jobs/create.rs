use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::JobTemplate;
use domain::job::{JobCommand, JobDetails};
use domain::ledger::JobFromTemplate;
use domain::text::{JobName, PostalAddress, Reference};
use domain::{AccountId, Command, JobId, JobType, MilestoneId, TaskId, TemplateId};
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
    pub(crate) name: String,
    /// The builder's own reference, such as a permit number.
    #[schema(max_length = 100)]
    pub(crate) reference: Option<String>,
    /// Where is built.
    #[schema(max_length = 500)]
    pub(crate) site: Option<String>,
    /// Contacts that are its owners; nobody is invited by this (R4).
    #[serde(default)]
    #[schema(max_items = 500)]
    pub(crate) owners: Vec<String>,
    /// A type of `/v1/job-types`; the template's when absent.
    #[serde(rename = "type")]
    #[schema(max_length = 100)]
    pub(crate) job_type: Option<String>,
    /// A template of `/v1/job-templates`; its type, tasks and milestones are copied (R55).
    pub(crate) template: Option<String>,
}

impl RequestBody for CreateJob {}

impl CreateJob {
    /// The command of it, with new ids.
    pub(crate) fn command(&self, account: AccountId) -> Result<Command, Problem> {
        let mut door = Door::default();
        let name = door.take("name", JobName::parse(&self.name));
        let reference = door.take_if("reference", self.reference.as_deref(), Reference::parse);
        let site = door.take_if("site", self.site.as_deref(), PostalAddress::parse);
        let owners = door.take_all("owners", &self.owners, OWNERS_MAX, id);
        let job_type = door.take_if("type", self.job_type.as_deref(), JobType::parse);
        let template = door.take_if("template", self.template.as_deref(), id);
        let job = JobId(Uuid::now_v7());
        door.build(|| {
            let details = JobDetails { name: name?, reference: reference?, site: site? };
            let (owners, job_type, template) = (owners?, job_type?, template?.map(from_template));
            if job_type.is_none() && template.is_none() {
                return Some(Command::Job(job, JobCommand::Create(details, owners)));
            }
            Some(Command::CreateJob { account, job, details, owners, job_type, template })
        })
    }
}

/// As many ids as the longest template needs; how long this one is, the ledger knows.
pub(crate) fn from_template(template: TemplateId) -> JobFromTemplate {
    let fresh = |count| std::iter::repeat_with(Uuid::now_v7).take(count);
    JobFromTemplate {
        template,
        tasks: fresh(JobTemplate::TASKS_MAX).map(TaskId).collect(),
        milestones: fresh(JobTemplate::MILESTONES_MAX).map(MilestoneId).collect(),
    }
}

/// Create a job, with owners at once if there are any; from scratch or from a template (R55).
#[utoipa::path(post, path = "/v1/jobs", tag = "jobs", request_body = CreateJob,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<AppState>,
    order: Order<(), CreateJob>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = order.body.command(order.account())?;
    Ok(order.carry_out(&app, command).await?.created_in("/v1/jobs"))
}
