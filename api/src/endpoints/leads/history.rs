use crate::endpoints::audit::PageParams;
use crate::endpoints::{AUDIT_TRAIL, LEAD_VIEW, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::LeadId;
use projections::history::{self, HistoryEntry};
use projections::lead_view;

/// Read who changed what of a lead, newest first; refused attempts too.
#[utoipa::path(get, path = "/v1/leads/{id}/history", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead"), PageParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn history(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<LeadId, PageParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let page = question.params.page()?;
    question.ready(&app, &[LEAD_VIEW, AUDIT_TRAIL]).await?;
    let (reader, ledger, lead) = (app.store().reader(), question.ledger(), question.path);
    if lead_view::get(reader, ledger, lead).await?.is_none() {
        return Err(Problem::not_found());
    }
    let cursor = page.cursor.as_deref();
    Ok(Json(history::of(reader, ledger, lead.0, cursor, page.limit).await?.into()))
}
