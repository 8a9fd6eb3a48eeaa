use crate::endpoints::audit::PageParams;
use crate::endpoints::{AUDIT_TRAIL, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::OrgQuestion;
use crate::extract::asker::Asker;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use projections::Page;
use projections::history::{self, HistoryEntry};
use std::time::Duration;

/// How long the answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Read who changed what of your organisation, newest first; refused attempts too.
#[utoipa::path(get, path = "/v1/org/history", tag = "organisation", params(PageParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn org_history(
    State(app): State<AppState>,
    OrgQuestion(question): OrgQuestion<(), PageParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let page = question.params.page()?;
    let entries = entries(&app, &question.asker, page.cursor.as_deref(), page.limit).await?;
    Ok(Json(entries.into()))
}

/// A page of the history of the asker's organisation, as new as what has happened.
pub(crate) async fn entries(
    app: &AppState,
    asker: &Asker,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<HistoryEntry>, Problem> {
    let (reader, ledger) = (app.store().reader(), asker.ledger());
    if let Some(head) = reader.head(ledger).await? {
        app.progress().wait(ledger, head.position, &[AUDIT_TRAIL], WAIT_MAX).await?;
    }
    Ok(history::of(reader, ledger, ledger.0, cursor, limit).await?)
}
