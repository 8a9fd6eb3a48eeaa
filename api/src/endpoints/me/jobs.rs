use crate::endpoints::{JOB_LIST, OWNER_PORTAL};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, OwnerQuestion};
use crate::persons::eyes::Eyes;
use crate::persons::links::Link;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{Day, JobId};
use projections::job_list::{self, JobQuery};
use projections::owner_portal::{self, PortalEntry};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most jobs with one builder.
const JOBS_MAX: u32 = 200;
/// How long the answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Your jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnJobs {
    /// Over all builders.
    items: Vec<OwnJob>,
}

/// A job that you are an owner of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnJob {
    /// The builder's account.
    account: Uuid,
    /// The company.
    pub(crate) builder: String,
    /// Which contact of its book you are.
    contact: Uuid,
    /// The job as its owners see it, with what waits for you and nobody else (R61, R63).
    pub(crate) job: PortalEntry,
}

/// List your jobs, with every builder.
#[utoipa::path(get, path = "/v1/me/jobs", tag = "me",
    responses((status = 200, body = OwnJobs), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_jobs(
    State(app): State<AppState>,
    OwnerQuestion(question): OwnerQuestion<(), NoParams>,
) -> Result<Json<OwnJobs>, Problem> {
    let eyes = Eyes::of(&app, &question.asker).await?;
    let items = own_jobs(&app, &eyes.contacts).await?;
    Ok(Json(OwnJobs { items }))
}

/// The jobs over all links that are open.
pub(crate) async fn own_jobs(app: &AppState, links: &[Link]) -> Result<Vec<OwnJob>, Problem> {
    let mut jobs = Vec::new();
    for link in links.iter().filter(|link| link.open) {
        jobs.extend(with(app, link).await?);
    }
    Ok(jobs)
}

async fn with(app: &AppState, link: &Link) -> Result<Vec<OwnJob>, Problem> {
    let (reader, today) = (app.store().reader(), Day::of(app.store().now()));
    if let Some(head) = reader.head(link.ledger).await? {
        // As for pages: what has happened is shown.
        let views = [JOB_LIST, OWNER_PORTAL];
        app.progress().wait(link.ledger, head.position, &views, WAIT_MAX).await?;
    }
    let contact = link.contact.id;
    let query = JobQuery { owner: Some(contact), limit: JOBS_MAX, ..JobQuery::default() };
    let mut jobs = Vec::new();
    for job in job_list::list(reader, link.ledger, &query).await?.items {
        let id = JobId(job.id);
        if let Some(job) = owner_portal::get(reader, link.ledger, id, Some(contact), today).await? {
            let (account, builder) = (link.ledger.0, link.builder.clone());
            jobs.push(OwnJob { account, builder, contact: contact.0, job });
        }
    }
    Ok(jobs)
}
