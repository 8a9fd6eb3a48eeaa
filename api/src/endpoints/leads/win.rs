use crate::answer::{Answer, OutcomeWord, outcome_word, position_of};
use crate::endpoints::jobs::create::from_template;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobDetails;
use domain::ledger::WonInto;
use domain::text::{JobName, PostalAddress, Reference};
use domain::{AccountId, AggregateId, Command, JobId, JobType, LeadId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a lead becomes: a job that is there, or a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WinLead {
    /// A job that is there.
    pub(crate) job_id: Option<String>,
    /// A job to create.
    pub(crate) new_job: Option<NewJob>,
}

/// A job that is created with the win; its owner is the lead's contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewJob {
    /// As shown in the jobs list.
    #[schema(max_length = 200)]
    pub(crate) name: String,
    /// The builder's own reference, such as a permit number.
    #[schema(max_length = 100)]
    pub(crate) reference: Option<String>,
    /// Where is built.
    #[schema(max_length = 500)]
    pub(crate) site: Option<String>,
    /// A type of `/v1/job-types`; the template's when absent.
    #[serde(rename = "type")]
    #[schema(max_length = 100)]
    pub(crate) job_type: Option<String>,
    /// A template of `/v1/job-templates`; its type, tasks and milestones are copied (R55).
    pub(crate) template: Option<String>,
}

impl RequestBody for WinLead {}

/// The lead and its job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WonAnswer {
    /// The lead.
    id: Uuid,
    /// The lead's version after the command; the `ETag` too.
    version: u64,
    /// Whether anything had to happen.
    outcome: OutcomeWord,
    /// The job.
    job_id: Uuid,
    /// The job's version after the command.
    job_version: u64,
}

impl NewJob {
    fn read(&self, door: &mut Door, account: AccountId) -> Option<WonInto> {
        let name = door.take("new_job.name", JobName::parse(&self.name));
        let reference = self.reference.as_deref();
        let reference = door.take_if("new_job.reference", reference, Reference::parse);
        let site = door.take_if("new_job.site", self.site.as_deref(), PostalAddress::parse);
        let job_type = door.take_if("new_job.type", self.job_type.as_deref(), JobType::parse);
        let template = door.take_if("new_job.template", self.template.as_deref(), id);
        Some(WonInto::NewJob {
            account,
            job: JobId(Uuid::now_v7()),
            details: JobDetails { name: name?, reference: reference?, site: site? },
            job_type: job_type?,
            template: template?.map(from_template),
        })
    }
}

impl WinLead {
    /// The command that wins it.
    pub(crate) fn command(&self, lead: LeadId, account: AccountId) -> Result<Command, Problem> {
        let mut door = Door::default();
        let job = door.take_if("job_id", self.job_id.as_deref(), id::<JobId>);
        let new = self.new_job.as_ref().map(|job| job.read(&mut door, account));
        if self.job_id.is_some() == self.new_job.is_some() {
            door.refuse("job_id", &"or new_job must be there, and not both");
        }
        door.build(|| {
            let into = match job? {
                Some(job) => WonInto::Job(job),
                None => new??,
            };
            Some(Command::WinLead { lead, into })
        })
    }
}

/// Win a lead into a job: its contact becomes an owner of it, and nobody is invited (R4).
#[utoipa::path(post, path = "/v1/leads/{id}/win", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead")), request_body = WinLead,
    responses((status = 200, body = WonAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn win(
    State(app): State<AppState>,
    order: Order<LeadId, WinLead>,
) -> Result<Answer<WonAnswer>, Problem> {
    let lead = AggregateId::Lead(order.path);
    let applied = order.execute(&app, order.body.command(order.path, order.account())?).await?;
    let version = applied.version(lead).unwrap_or(0);
    let job = applied.versions.iter().find(|(id, _)| *id != lead);
    let (job_id, job_version) = job.map_or((Uuid::nil(), 0), |(id, version)| (id.uuid(), *version));
    let outcome = outcome_word(&applied.outcome);
    let body = WonAnswer { id: order.path.0, version, outcome, job_id, job_version };
    Ok(Answer::new(body).version(version).position(position_of(&applied)))
}
