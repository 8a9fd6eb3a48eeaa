use crate::endpoints::audit::{AskedHistory, HistoryParams};
use crate::endpoints::{AUDIT_TRAIL, JOB_LIST, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{JobId, LedgerId};
use projections::audit_trail::{self, AuditQuery};
use projections::history::HistoryEntry;
use projections::{Page, job_list};

/// Read who changed what of a job, newest first unless asked otherwise; refused attempts too.
#[utoipa::path(get, path = "/v1/jobs/{id}/history", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"), HistoryParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn history(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<JobId, HistoryParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let asked = question.params.asked()?;
    question.ready(&app, &[JOB_LIST, AUDIT_TRAIL]).await?;
    Ok(Json(entries(&app, question.ledger(), question.path, &asked).await?.into()))
}

/// A page of a job's history.
pub(crate) async fn entries(
    app: &AppState,
    ledger: LedgerId,
    job: JobId,
    asked: &AskedHistory,
) -> Result<Page<HistoryEntry>, Problem> {
    let reader = app.store().reader();
    if job_list::get(reader, ledger, job).await?.is_none() {
        return Err(Problem::not_found());
    }
    let query = AuditQuery {
        subject: Some(job.0),
        oldest_first: asked.oldest_first,
        cursor: asked.cursor.clone(),
        limit: asked.limit,
        ..AuditQuery::default()
    };
    Ok(audit_trail::list(reader, ledger, &query).await?)
}
