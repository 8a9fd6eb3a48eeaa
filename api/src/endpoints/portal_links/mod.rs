//! The links to a job's portal, as the builder keeps them (G17, H10): several a job, each with a name, a
//! secret that is told once, and an end.

pub(crate) mod issue;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate;

use crate::answer::{Answer, position_of};
use crate::credential::{Secret, SecretKind};
use crate::error::Problem;
use crate::portal_links::url;
use crate::state::AppState;
use domain::{ContactId, JobId, Outcome, PortalLinkId, Timestamp};
use event_store::Applied;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A link with its secret, which is told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct PortalLinkAnswer {
    /// The link.
    pub(crate) id: Uuid,
    /// The job.
    pub(crate) job: Uuid,
    /// The whole link, to copy, text or mail.
    pub(crate) url: String,
    /// Its secret alone, for `/v1/portal/{id}?token=`.
    pub(crate) token: String,
    /// From then on it opens nothing.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// The job's version after the command; the `ETag` too.
    version: u64,
}

/// The answer to a command that made a secret.
pub(crate) fn told(
    app: &AppState,
    applied: &Applied,
    job: JobId,
    link: PortalLinkId,
) -> Result<Answer<PortalLinkAnswer>, Problem> {
    let (Some(secret), &Outcome::PortalLink { until }) = (&applied.secret, &applied.outcome) else {
        return Err(Problem::internal());
    };
    let secret = Secret::new(SecretKind::PortalLink, applied.ledger, secret);
    let version = applied.version(job.into()).unwrap_or(0);
    let answer = PortalLinkAnswer {
        id: link.0,
        job: job.0,
        url: url(app, link, &secret),
        token: secret.expose(),
        expires_at: until,
        version,
    };
    Ok(Answer::new(answer).version(version).position(position_of(applied)))
}

/// Reads an end that may be absent.
fn end(typed: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse(typed).map_err(|_no_time| "must be a time of RFC 3339")
}

/// What a link is called when nobody says.
pub(crate) const USUAL_NAME: &str = "Portal link";

/// A link that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) name: domain::text::Label,
    pub(crate) contact: Option<ContactId>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) mail_to: Option<domain::EmailAddress>,
}
