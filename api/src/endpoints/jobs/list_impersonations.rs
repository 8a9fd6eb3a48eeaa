use crate::endpoints::audit::PageParams;
use crate::endpoints::{IMPERSONATIONS, JOB_LIST, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::extract::asker::Asker;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::JobId;
use projections::impersonations::{self, ImpersonationEntry, ImpersonationQuery};
use projections::{Page, job_list};

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
    permit(&question.asker)?;
    let page = question.params.page()?;
    question.ready(&app, &[JOB_LIST, IMPERSONATIONS]).await?;
    let query = ImpersonationQuery { job: question.path, cursor: page.cursor, limit: page.limit };
    Ok(Json(impersonations_of(&app, &question.asker, query).await?.into()))
}

fn permit(asker: &Asker) -> Result<(), Problem> {
    if asker.credential.reads_impersonations() {
        return Ok(());
    }
    let needed = "an admin or auditor key, or a staff key with the grant impersonate or read_audit";
    Err(Problem::not_permitted(needed))
}

/// Those of one job, for whoever asks.
pub(crate) async fn impersonations_of(
    app: &AppState,
    asker: &Asker,
    query: ImpersonationQuery,
) -> Result<Page<ImpersonationEntry>, Problem> {
    permit(asker)?;
    let (reader, ledger) = (app.store().reader(), asker.ledger());
    if job_list::get(reader, ledger, query.job).await?.is_none() {
        return Err(Problem::not_found());
    }
    Ok(impersonations::list(reader, ledger, &query, app.store().now()).await?)
}
