use super::{VIEWS, present};
use crate::endpoints::audit::PageParams;
use crate::endpoints::{AUDIT_TRAIL, CONTACT_DIRECTORY, PageOf, SUB_ORG_DIRECTORY};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::SubcontractorId;
use projections::history::{self, HistoryEntry};

/// Read who changed what of a subcontractor, what its users did about its invitations, and refused attempts,
/// newest first.
#[utoipa::path(get, path = "/v1/subcontractors/{id}/history", tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor"), PageParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn subcontractor_history(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<SubcontractorId, PageParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let page = question.params.page()?;
    question.ready(&app, &VIEWS).await?;
    question.ready(&app, &[CONTACT_DIRECTORY, AUDIT_TRAIL, SUB_ORG_DIRECTORY]).await?;
    let (reader, ledger, subcontractor) = (app.store().reader(), question.ledger(), question.path);
    present(&app, ledger, subcontractor).await?;
    let cursor = page.cursor.as_deref();
    Ok(Json(history::of(reader, ledger, subcontractor.0, cursor, page.limit).await?.into()))
}
