use crate::endpoints::audit::PageParams;
use crate::endpoints::{AUDIT_TRAIL, CONTACT_DIRECTORY, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::ContactId;
use projections::contact_directory;
use projections::history::{self, HistoryEntry};

/// Read who changed what of a contact, newest first; refused attempts too.
#[utoipa::path(get, path = "/v1/contacts/{id}/history", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact"), PageParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn history(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<ContactId, PageParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let page = question.params.page()?;
    question.ready(&app, &[CONTACT_DIRECTORY, AUDIT_TRAIL]).await?;
    let (reader, ledger, contact) = (app.store().reader(), question.ledger(), question.path);
    if contact_directory::get(reader, ledger, contact).await?.is_none() {
        return Err(Problem::not_found());
    }
    let cursor = page.cursor.as_deref();
    Ok(Json(history::of(reader, ledger, contact.0, cursor, page.limit).await?.into()))
}
