use super::super::{OwnJobNow, WAIT_MAX};
use crate::endpoints::portal_links::list::{VIEWS, list};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, OwnerQuestion};
use crate::persons::eyes::Eyes;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{AccountId, JobId, Timestamp};
use projections::portal_links::PortalLinkEntry;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Your links to a job's portal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnPortalLinks {
    /// Newest first.
    pub(crate) items: Vec<OwnPortalLink>,
}

/// A link of yours. Its secret is told nowhere but in the answer that made it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnPortalLink {
    /// The link.
    pub(crate) id: Uuid,
    /// What it is called.
    pub(crate) name: String,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) issued_at: Timestamp,
    /// From then on it opens nothing.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// `open`, `revoked` or `expired`.
    pub(crate) state: String,
    /// When somebody looked last, within the last 90 days.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) last_viewed_at: Option<Timestamp>,
}

impl From<PortalLinkEntry> for OwnPortalLink {
    fn from(entry: PortalLinkEntry) -> Self {
        let PortalLinkEntry { id, name, issued_at, expires_at, state, last_viewed_at, .. } = entry;
        Self { id, name, issued_at, expires_at, state, last_viewed_at }
    }
}

/// List your own links to a job's portal, those that the builder issued for you, too.
///
/// What was another person's before you is not among them (H6).
#[utoipa::path(get, path = "/v1/me/jobs/{account_id}/{job_id}/portal-link", tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job")),
    responses((status = 200, body = OwnPortalLinks), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_portal_links(
    State(app): State<AppState>,
    OwnerQuestion(question): OwnerQuestion<(AccountId, JobId), NoParams>,
) -> Result<Json<OwnPortalLinks>, Problem> {
    let (account, job) = question.path;
    let eyes = Eyes::of(&app, &question.asker).await?;
    let own = OwnJobNow::with(&app, &eyes, eyes.with(account)?, job).await?;
    Ok(Json(OwnPortalLinks { items: own_links(&app, &eyes, &own).await? }))
}

/// The same, with all that has happened.
pub(crate) async fn own_links(
    app: &AppState,
    eyes: &Eyes,
    own: &OwnJobNow,
) -> Result<Vec<OwnPortalLink>, Problem> {
    let link = &own.link;
    if let Some(head) = app.store().reader().head(link.ledger).await? {
        app.progress().wait(link.ledger, head.position, &VIEWS, WAIT_MAX).await?;
    }
    let mut links = list(app, link.ledger, own.job, Some(link.contact.id)).await?;
    if let Some(since) = eyes.since(app, link).await? {
        // One that is open was issued for whoever was to come: what was another's ended with them.
        links.retain(|link| link.state == "open" || link.issued_at >= since);
    }
    Ok(links.into_iter().map(OwnPortalLink::from).collect())
}
