use crate::answer::Answer;
use crate::endpoints::{CONTACT_DIRECTORY, JOB_DETAIL, JOB_LIST, SUBCONTRACTORS};
use crate::error::{Problem, ProblemBody};
use crate::extract::{AsOfParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::{JobId, LedgerId};
use projections::as_of::{self, Dated, JobPage};
use projections::{job_detail, job_list};

/// Read one job with its owners and all that there is to do, as it is or as it was, the owners under
/// their names of that time; `ETag` is its present version.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"), AsOfParams),
    responses((status = 200, body = Dated<JobPage>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    question: Question<JobId, AsOfParams>,
) -> Result<Answer<Dated<JobPage>>, Problem> {
    let (reader, ledger, job) = (app.store().reader(), question.ledger(), question.path);
    if let Some(at) = question.params.resolve(&app, &question.asker).await? {
        let then = as_of::job(reader, ledger, job, at).await?;
        return Ok(Answer::new(then.ok_or_else(Problem::not_found)?));
    }
    question.ready(&app, &[JOB_LIST, JOB_DETAIL, CONTACT_DIRECTORY, SUBCONTRACTORS]).await?;
    let page = present(&app, ledger, job).await?;
    let version = page.job.version;
    Ok(Answer::new(Dated::now(page)).version(version))
}

/// One job as its views have it now.
pub(crate) async fn present(
    app: &AppState,
    ledger: LedgerId,
    job: JobId,
) -> Result<JobPage, Problem> {
    let reader = app.store().reader();
    let entry = job_list::get(reader, ledger, job).await?;
    let detail = job_detail::get(reader, ledger, job).await?;
    let (mut job, detail) = entry.zip(detail).ok_or_else(Problem::not_found)?;
    // Two views may be at two versions. Whoever edits what they saw must have seen the newer one.
    job.version = job.version.min(detail.version);
    Ok(JobPage { job, detail })
}
