use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST, PORTAL_LINKS};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{ContactId, JobId, LedgerId};
use projections::job_list;
use projections::portal_links::{self, PortalLinkEntry};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The views that the list is made of.
pub(crate) const VIEWS: [&str; 3] = [JOB_LIST, CONTACT_DIRECTORY, PORTAL_LINKS];

/// A job's links.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PortalLinkList {
    /// Newest first, at most 500.
    pub(crate) items: Vec<PortalLinkEntry>,
}

/// List the links to a job's portal, open and ended, newest first: their names, whose they are, who issued
/// them, until when they work, when somebody looked last. No secret is among it.
#[utoipa::path(get, path = "/v1/jobs/{id}/portal-links", tag = "portal links",
    params(("id" = Uuid, Path, description = "The job")),
    responses((status = 200, body = PortalLinkList), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_portal_links(
    State(app): State<AppState>,
    question: Question<JobId, NoParams>,
) -> Result<Json<PortalLinkList>, Problem> {
    question.ready(&app, &VIEWS).await?;
    let items = list(&app, question.ledger(), question.path, None).await?;
    Ok(Json(PortalLinkList { items }))
}

/// The same as the lists have it now; with `contact` that owner's personal ones alone.
pub(crate) async fn list(
    app: &AppState,
    ledger: LedgerId,
    job: JobId,
    contact: Option<ContactId>,
) -> Result<Vec<PortalLinkEntry>, Problem> {
    let (store, reader) = (app.store(), app.store().reader());
    if job_list::get(reader, ledger, job).await?.is_none() {
        return Err(Problem::not_found());
    }
    let contact = contact.map(|contact| contact.0);
    let mut links = portal_links::list(reader, ledger, job, contact, store.now()).await?;
    let ids: Vec<Uuid> = links.iter().map(|link| link.id).collect();
    let views = store.portal_views(ledger, &ids).await?;
    for link in &mut links {
        if let Some(views) = views.get(&link.id) {
            (link.last_viewed_at, link.views) = (Some(views.last_at), views.count);
        }
    }
    Ok(links)
}
