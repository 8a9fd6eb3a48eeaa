use crate::answer::Answer;
use crate::endpoints::subcontractors::VIEWS;
use crate::endpoints::{CONTACT_DIRECTORY, JOB_DETAIL, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::{JobId, LedgerId};
use projections::job_detail::{AssigneeEntry, TaskEntry};
use projections::subcontractors::{self, JobSubcontractor};
use serde::Serialize;
use utoipa::ToSchema;

/// A subcontractor on a job, with what it is to do there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubcontractorOnJob {
    /// The subcontractor and its last invitation to the job.
    #[serde(flatten)]
    pub(crate) subcontractor: JobSubcontractor,
    /// The job's tasks that are for it, with what was said about each.
    pub(crate) tasks: Vec<TaskEntry>,
}

/// List the subcontractors that were invited to a job, by name, with where each stands and its tasks.
#[utoipa::path(get, path = "/v1/jobs/{id}/subcontractors", tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The job")),
    responses((status = 200, body = PageOf<SubcontractorOnJob>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_job_subcontractors(
    State(app): State<AppState>,
    question: Question<JobId, NoParams>,
) -> Result<Answer<PageOf<SubcontractorOnJob>>, Problem> {
    question.ready(&app, &VIEWS).await?;
    question.ready(&app, &[JOB_DETAIL, CONTACT_DIRECTORY]).await?;
    let items = on_job(&app, question.ledger(), question.path).await?;
    Ok(Answer::new(PageOf { items, next: None }))
}

/// The subcontractors of a job as their views have them now; an account's own job alone has any.
pub(crate) async fn on_job(
    app: &AppState,
    ledger: LedgerId,
    job: JobId,
) -> Result<Vec<SubcontractorOnJob>, Problem> {
    let (reader, now) = (app.store().reader(), app.store().now());
    let detail = projections::job_detail::get(reader, ledger, job).await?;
    let tasks = detail.ok_or_else(Problem::not_found)?.tasks;
    let subcontractors = subcontractors::of_job(reader, ledger, job, now).await?;
    let with_tasks = |subcontractor: JobSubcontractor| {
        let whose = Some(AssigneeEntry::Trade(subcontractor.subcontractor.id));
        let tasks = tasks.iter().filter(|task| task.assignee == whose).cloned().collect();
        SubcontractorOnJob { subcontractor, tasks }
    };
    Ok(subcontractors.into_iter().map(with_tasks).collect())
}
