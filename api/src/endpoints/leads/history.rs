use crate::endpoints::audit::{AskedHistory, HistoryParams};
use crate::endpoints::{AUDIT_TRAIL, LEAD_VIEW, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{LeadId, LedgerId};
use projections::audit_trail::{self, AuditQuery};
use projections::history::HistoryEntry;
use projections::{Page, lead_view};

/// Read who changed what of a lead, newest first unless asked otherwise; refused attempts too.
#[utoipa::path(get, path = "/v1/leads/{id}/history", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead"), HistoryParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn history(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<LeadId, HistoryParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let asked = question.params.asked()?;
    question.ready(&app, &[LEAD_VIEW, AUDIT_TRAIL]).await?;
    Ok(Json(entries(&app, question.ledger(), question.path, &asked).await?.into()))
}

/// A page of a lead's history.
pub(crate) async fn entries(
    app: &AppState,
    ledger: LedgerId,
    lead: LeadId,
    asked: &AskedHistory,
) -> Result<Page<HistoryEntry>, Problem> {
    let reader = app.store().reader();
    if lead_view::get(reader, ledger, lead).await?.is_none() {
        return Err(Problem::not_found());
    }
    let query = AuditQuery {
        subject: Some(lead.0),
        oldest_first: asked.oldest_first,
        cursor: asked.cursor.clone(),
        limit: asked.limit,
        ..AuditQuery::default()
    };
    Ok(audit_trail::list(reader, ledger, &query).await?)
}
