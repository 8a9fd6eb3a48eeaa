use crate::endpoints::audit::PageParams;
use crate::endpoints::{AUDIT_TRAIL, JOB_LIST, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::JobId;
use projections::history::{self, HistoryEntry};
use projections::job_list;

/// Read who changed what of a job, newest first; refused attempts too.
#[utoipa::path(get, path = "/v1/jobs/{id}/history", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"), PageParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn history(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<JobId, PageParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let page = question.params.page()?;
    question.ready(&app, &[JOB_LIST, AUDIT_TRAIL]).await?;
    let (reader, ledger, job) = (app.store().reader(), question.ledger(), question.path);
    if job_list::get(reader, ledger, job).await?.is_none() {
        return Err(Problem::not_found());
    }
    let cursor = page.cursor.as_deref();
    Ok(Json(history::of(reader, ledger, job.0, cursor, page.limit).await?.into()))
}
