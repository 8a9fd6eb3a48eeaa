use crate::endpoints::audit::{AskedHistory, HistoryParams};
use crate::endpoints::{AUDIT_TRAIL, CONTACT_DIRECTORY, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{ContactId, LedgerId};
use projections::audit_trail::{self, AuditQuery};
use projections::history::HistoryEntry;
use projections::{Page, contact_directory};

/// Read who changed what of a contact, newest first unless asked otherwise; refused attempts too.
#[utoipa::path(get, path = "/v1/contacts/{id}/history", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact"), HistoryParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn history(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<ContactId, HistoryParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let asked = question.params.asked()?;
    question.ready(&app, &[CONTACT_DIRECTORY, AUDIT_TRAIL]).await?;
    Ok(Json(entries(&app, question.ledger(), question.path, &asked).await?.into()))
}

/// A page of a contact's history.
pub(crate) async fn entries(
    app: &AppState,
    ledger: LedgerId,
    contact: ContactId,
    asked: &AskedHistory,
) -> Result<Page<HistoryEntry>, Problem> {
    let reader = app.store().reader();
    if contact_directory::get(reader, ledger, contact).await?.is_none() {
        return Err(Problem::not_found());
    }
    let query = AuditQuery {
        subject: Some(contact.0),
        oldest_first: asked.oldest_first,
        cursor: asked.cursor.clone(),
        limit: asked.limit,
        ..AuditQuery::default()
    };
    Ok(audit_trail::list(reader, ledger, &query).await?)
}
