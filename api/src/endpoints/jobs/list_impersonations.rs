use crate::endpoints::audit::PageParams;
use crate::endpoints::{IMPERSONATIONS, JOB_LIST, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::JobId;
use projections::impersonations::{self, ImpersonationEntry, ImpersonationQuery};
use projections::job_list;

/// List who looked through the eyes of the job's owners, newest first: who, as whom, since and until
/// when, why, and how it ended.
#[utoipa::path(get, path = "/v1/jobs/{id}/impersonations", tag = "impersonations",
    params(("id" = Uuid, Path, description = "The job"), PageParams),
    responses((status = 200, body = PageOf<ImpersonationEntry>),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_impersonations(
    State(app): State<AppState>,
    question: Question<JobId, PageParams>,
) -> Result<Json<PageOf<ImpersonationEntry>>, Problem> {
    if !question.asker.credential.reads_impersonations() {
        let needed =
            "an admin or auditor key, or a staff key with the grant impersonate or read_audit";
        return Err(Problem::not_permitted(needed));
    }
    let page = question.params.page()?;
    question.ready(&app, &[JOB_LIST, IMPERSONATIONS]).await?;
    let (reader, ledger, job) = (app.store().reader(), question.ledger(), question.path);
    if job_list::get(reader, ledger, job).await?.is_none() {
        return Err(Problem::not_found());
    }
    let query = ImpersonationQuery { job, cursor: page.cursor, limit: page.limit };
    Ok(Json(impersonations::list(reader, ledger, &query, app.store().now()).await?.into()))
}
