//! Whoever holds a link to a job's portal (R90, G17, G18, H10): whether it opens anything, and what.
//!
//! What is shown is an allow-list: [`PortalEntry`], which holds no budget, no note and nobody's tasks but,
//! behind a personal link, that owner's own. Nothing is changed from here.

use crate::credential::{Secret, SecretKind};
use crate::endpoints::{JOB_LIST, OWNER_PORTAL};
use crate::error::{Chain, Problem};
use crate::extract::asker::client;
use crate::extract::path;
use crate::extract::question::params;
use crate::live::{Listener, Seen};
use crate::persons::invitee::builder_name;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use domain::{ContactId, Day, JobId, LedgerId, PortalLinkId, Timestamp};
use event_store::PortalTokenEnd;
use futures_util::StreamExt;
use projections::job_list;
use projections::owner_portal::{self, PortalEntry};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// How long an answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// A link that opens a portal at this moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) ledger: LedgerId,
    pub(crate) link: PortalLinkId,
    pub(crate) job: JobId,
    /// Whose it is, if it is a personal one.
    pub(crate) contact: Option<ContactId>,
    pub(crate) expires_at: Timestamp,
}

impl Held {
    /// The link of this id, opened with this secret. A wrong id and a wrong secret are answered alike; a
    /// secret that was right once is told why it is dead.
    pub(crate) async fn by(
        app: &AppState,
        link: PortalLinkId,
        secret: &Secret,
    ) -> Result<Self, Problem> {
        if secret.kind() != SecretKind::PortalLink {
            return Err(Problem::not_found());
        }
        let ledger = secret.ledger();
        let found = app.store().portal_token(ledger, link, &secret.hash()).await?;
        let found = found.ok_or_else(Problem::not_found)?;
        match found.ended {
            Some(PortalTokenEnd::Rotated) => return Err(rotated()),
            Some(PortalTokenEnd::Revoked) => return Err(revoked()),
            Some(PortalTokenEnd::Expired) => return Err(expired()),
            None if app.store().now() >= found.expires_at => return Err(expired()),
            None => {}
        }
        let (job, contact, expires_at) = (found.job, found.contact, found.expires_at);
        Ok(Self { ledger, link, job, contact, expires_at })
    }
}

fn rotated() -> Problem {
    Problem::new("portal_link_rotated", "This link was replaced by a newer one.")
}

fn revoked() -> Problem {
    Problem::new("portal_link_revoked", "This link was taken back and opens nothing any more.")
}

fn expired() -> Problem {
    Problem::new("portal_link_expired", "The time of this link is over.")
}

/// The secret of a link in a query; reads no secret where there is none.
pub(crate) fn secret_of(token: &str) -> Result<Secret, Problem> {
    Secret::parse(token).ok_or_else(Problem::not_found)
}

/// With what the portal is opened.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TokenParams {
    /// The link's secret: `tbp_…`.
    token: String,
}

/// A program's request that shows a link's secret instead of a credential.
#[derive(Debug)]
pub(crate) struct ByLink {
    pub(crate) held: Held,
    pub(crate) secret: Secret,
    pub(crate) client: Option<IpAddr>,
}

impl FromRequestParts<AppState> for ByLink {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let link: PortalLinkId = path::ids(parts).await?;
        let TokenParams { token } = params(parts)?;
        let secret = secret_of(&token)?;
        let held = Held::by(app, link, &secret).await?;
        Ok(Self { held, secret, client: client(parts) })
    }
}

/// What a link shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PortalLook {
    /// The link.
    id: Uuid,
    /// `job`, which shows what all owners see, or `personal`, which shows one owner's items too.
    kind: &'static str,
    /// The company.
    pub(crate) builder: String,
    /// Until when the link opens this.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// The job as all its owners see it (R61); behind a personal link with what waits for that owner.
    pub(crate) job: PortalEntry,
}

/// What a link shows now, with all that has happened.
pub(crate) async fn look(app: &AppState, held: &Held) -> Result<PortalLook, Problem> {
    let Held { ledger, link, job, contact, expires_at } = *held;
    let (reader, today) = (app.store().reader(), Day::of(app.store().now()));
    if let Some(head) = reader.head(ledger).await? {
        app.progress().wait(ledger, head.position, &[JOB_LIST, OWNER_PORTAL], WAIT_MAX).await?;
    }
    let listed = job_list::get(reader, ledger, job).await?.ok_or_else(Problem::not_found)?;
    // Owners do not see it either, until it is reopened.
    if listed.archived {
        let detail = "The builder has put this project away.";
        return Err(Problem::new("portal_closed", detail));
    }
    // A link of whoever is an owner no more ends in the append that removes them; it is looked at all
    // the same, so that nothing is shown that the owner would not see.
    if contact.is_some_and(|contact| listed.owners.iter().all(|owner| owner.id != contact.0)) {
        return Err(revoked());
    }
    let entry = owner_portal::get(reader, ledger, job, contact, today).await?;
    Ok(PortalLook {
        id: link.0,
        kind: contact.map_or("job", |_| "personal"),
        builder: builder_name(app, ledger).await?,
        expires_at,
        job: entry.ok_or_else(Problem::not_found)?,
    })
}

/// The fingerprint of what is shown, for the page that keeps itself up.
pub(crate) fn seen(look: &PortalLook) -> Result<Seen, Problem> {
    Seen::of(look)
}

/// Tells when what the link shows has become another, for as long as it opens anything: to the moment,
/// for no ledger moves when its time is over.
pub(crate) async fn stream(
    app: &AppState,
    held: &Held,
    secret: Secret,
) -> Result<Response, Problem> {
    let (link, secret) = (held.link, Arc::new(secret));
    let again = {
        let app = app.clone();
        move || {
            let (app, secret) = (app.clone(), Arc::clone(&secret));
            async move {
                let held = Held::by(&app, link, &secret).await?;
                seen(&look(&app, &held).await?)
            }
        }
    };
    let listener = Listener::Link(link.0);
    let (parts, body) = app.live().stream(listener, &[held.ledger], again).await?.into_parts();
    let left = held.expires_at.moment() - app.store().now().moment();
    let over = tokio::time::sleep(left.try_into().unwrap_or(Duration::ZERO));
    let body = Body::from_stream(body.into_data_stream().take_until(over));
    Ok(Response::from_parts(parts, body))
}

/// Notes that somebody looked. Whoever looks is shown what they came for all the same.
pub(crate) async fn note(app: &AppState, held: &Held, client: Option<IpAddr>) {
    if let Err(error) = app.store().note_portal_view(held.ledger, held.link, client).await {
        tracing::warn!(error = %Chain(&error), "a look at a portal was not noted");
    }
}

/// Where a link leads: the address that is told once, and again to whoever holds the link.
pub(crate) fn url(app: &AppState, link: PortalLinkId, secret: &Secret) -> String {
    app.site().url(&format!("/portal/{link}?token={}", secret.expose()))
}
