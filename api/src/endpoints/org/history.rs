use super::organisation;
use super::users::list::users;
use crate::endpoints::audit::PageParams;
use crate::endpoints::{AUDIT_TRAIL, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::OrgQuestion;
use crate::extract::asker::Asker;
use crate::persons::invitee::builder_name;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::LedgerId;
use projections::Page;
use projections::history::{self, HistoryEntry};
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

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
    let mut page = history::of(reader, ledger, ledger.0, cursor, limit).await?;
    let called = called(app, asker).await?;
    page.items.iter_mut().for_each(|entry| name(entry, &called));
    Ok(page)
}

/// What the users are called, those who have left too, and the general contractors, by the ids that
/// events name.
async fn called(app: &AppState, asker: &Asker) -> Result<HashMap<Uuid, String>, Problem> {
    let mut called: HashMap<Uuid, String> =
        users(app, asker).await?.into_iter().map(|user| (user.id, user.name())).collect();
    for linked in organisation(app, asker).await?.general_contractors {
        let name = builder_name(app, LedgerId(linked.account)).await?;
        called.insert(linked.account, name.clone());
        called.insert(linked.subcontractor, name);
    }
    Ok(called)
}

/// Puts names in the place of ids.
fn name(entry: &mut HistoryEntry, called: &HashMap<Uuid, String>) {
    if let Some(name) = entry.actor.id.and_then(|id| called.get(&id)) {
        entry.actor.label = Some(name.clone());
    }
    for change in &mut entry.changes {
        for value in [&mut change.before, &mut change.after].into_iter().flatten() {
            let id = Uuid::try_parse(value).ok();
            if let Some(name) = id.and_then(|id| called.get(&id)) {
                value.clone_from(name);
            }
        }
    }
}
