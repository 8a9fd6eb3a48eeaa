//! Who asks, told from the credential alone; and what marks the request.

use crate::around::RequestId;
use crate::credential::{Credential, Secret};
use crate::error::Problem;
use crate::state::AppState;
use axum::extract::{ConnectInfo, MatchedPath};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::{Authority, Channel, Circumstances, LedgerId, OrgId, Reason, Rejection, SubUserId};
use event_store::OpenImpersonation;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use uuid::Uuid;

/// The header with which a caller ties requests together.
const X_CORRELATION_ID: &str = "x-correlation-id";

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    pub(crate) credential: Arc<Credential>,
    pub(crate) client: Option<IpAddr>,
    pub(crate) correlation: Uuid,
}

impl Asker {
    pub(crate) async fn of(parts: &Parts, app: &AppState) -> Result<Self, Problem> {
        let secret = bearer(parts).ok_or_else(Problem::unauthorized)?;
        Self::with(&secret, parts, app).await?.ok_or_else(Problem::unauthorized)
    }

    /// Whoever has this secret, if anybody does.
    pub(crate) async fn with(
        secret: &Secret,
        parts: &Parts,
        app: &AppState,
    ) -> Result<Option<Self>, Problem> {
        let Some(asker) = Self::known(secret, parts, app).await? else { return Ok(None) };
        match asker.credential.looks {
            Some(looks) if !parts.method.is_safe() => {
                Err(asker.changes_nothing(parts, app, &looks).await)
            }
            Some(_) | None => Ok(Some(asker)),
        }
    }

    /// The same, where nothing is asked for in their name.
    pub(crate) async fn known(
        secret: &Secret,
        parts: &Parts,
        app: &AppState,
    ) -> Result<Option<Self>, Problem> {
        let Some(credential) = app.credential(secret).await? else { return Ok(None) };
        Ok(Some(Self { credential, client: client(parts), correlation: correlation(parts)? }))
    }

    /// H13: whatever it is, who looks through an owner's eyes does not do it. That they tried is noted.
    async fn changes_nothing(
        &self,
        parts: &Parts,
        app: &AppState,
        looks: &OpenImpersonation,
    ) -> Problem {
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let tried = format!("{} {route}", parts.method);
        let (about, refused) = (looks.contact.0, Rejection::ReadOnly);
        let circumstances = self.circumstances(None);
        let noted =
            app.store().note_refused(self.ledger(), about, &tried, &refused, &circumstances).await;
        noted.map_or_else(Problem::from, |()| refused.into())
    }

    /// Whoever may see what is an owner's: they themselves, and who looks through their eyes.
    pub(crate) fn owner(self) -> Result<Self, Problem> {
        match self.credential.authority {
            Authority::Owner | Authority::Impersonator => Ok(self),
            Authority::Builder { .. }
            | Authority::Member { .. }
            | Authority::SubUser { .. }
            | Authority::Operator
            | Authority::Support
            | Authority::System => Err(Problem::not_permitted("a person's own session")),
        }
    }

    /// A person's own session, and neither one for work, a builder's key nor an operator's token.
    pub(crate) fn person(self) -> Result<Self, Problem> {
        match self.credential.authority {
            Authority::Owner => Ok(self),
            Authority::Builder { .. }
            | Authority::Member { .. }
            | Authority::SubUser { .. }
            | Authority::Impersonator
            | Authority::Operator
            | Authority::Support
            | Authority::System => Err(Problem::not_permitted("a person's own session")),
        }
    }

    /// Whoever has a session, be it a person's own or one of an account's staff.
    pub(crate) fn signed_in(self) -> Result<Self, Problem> {
        match (&self.credential.authority, self.credential.at_work) {
            (Authority::Owner | Authority::SubUser { .. }, _)
            | (Authority::Builder { .. }, Some(_)) => Ok(self),
            (
                Authority::Builder { .. }
                | Authority::Member { .. }
                | Authority::Impersonator
                | Authority::Operator
                | Authority::Support
                | Authority::System,
                _,
            ) => Err(Problem::not_permitted("a session")),
        }
    }

    /// A builder's key or a session of its staff, and no operator's token.
    pub(crate) fn builder(self) -> Result<Self, Problem> {
        match self.credential.authority {
            Authority::Builder { .. } => Ok(self),
            Authority::Owner
            | Authority::Member { .. }
            | Authority::SubUser { .. }
            | Authority::Impersonator
            | Authority::Operator
            | Authority::Support
            | Authority::System => {
                let needed = "a builder account's API key, or a session of its staff";
                Err(Problem::not_permitted(needed))
            }
        }
    }

    /// An operator's token and no builder's key.
    pub(crate) fn operator(self) -> Result<Self, Problem> {
        match self.credential.authority {
            Authority::Operator => Ok(self),
            Authority::Builder { .. }
            | Authority::Owner
            | Authority::Member { .. }
            | Authority::SubUser { .. }
            | Authority::Impersonator
            | Authority::Support
            | Authority::System => Err(Problem::not_permitted("an operator token")),
        }
    }

    /// A session of work for a subcontractor's organisation.
    pub(crate) fn sub_user(self) -> Result<Self, Problem> {
        self.membership()?;
        Ok(self)
    }

    /// For which organisation, as which user of it.
    pub(crate) fn membership(&self) -> Result<(OrgId, SubUserId), Problem> {
        match self.credential.authority {
            Authority::SubUser { org, user } => Ok((org, user)),
            Authority::Builder { .. }
            | Authority::Owner
            | Authority::Member { .. }
            | Authority::Impersonator
            | Authority::Operator
            | Authority::Support
            | Authority::System => {
                Err(Problem::not_permitted("a session of a subcontractor's organisation"))
            }
        }
    }

    pub(crate) fn ledger(&self) -> LedgerId {
        self.credential.ledger
    }

    pub(crate) fn circumstances(&self, reason: Option<Reason>) -> Circumstances {
        Circumstances {
            actor: self.credential.actor(),
            authority: self.credential.authority.clone(),
            acting_as: self.credential.looks.map(|looks| looks.contact),
            channel: match (&self.credential.authority, self.credential.at_work) {
                (Authority::Owner | Authority::Member { .. } | Authority::Impersonator, _) => {
                    Channel::Portal
                }
                // People come by what is made for people.
                (Authority::Builder { .. }, Some(_)) | (Authority::SubUser { .. }, _) => {
                    Channel::Web
                }
                (
                    Authority::Builder { .. }
                    | Authority::Operator
                    | Authority::Support
                    | Authority::System,
                    _,
                ) => Channel::Api,
            },
            client: self.client,
            correlation: self.correlation,
            causation: None,
            reason,
        }
    }
}

/// The secret that the request carries.
pub(super) fn bearer(parts: &Parts) -> Option<Secret> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, text) =
        value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))?;
    Secret::parse(text.trim()).filter(|secret| secret.kind().signs_requests())
}

/// From which network address. An IPv4 client of a socket that takes both is still an IPv4 client.
pub(crate) fn client(parts: &Parts) -> Option<IpAddr> {
    let client = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    client.map(|ConnectInfo(address)| address.ip().to_canonical())
}

pub(super) fn correlation(parts: &Parts) -> Result<Uuid, Problem> {
    if let Some(given) = parts.headers.get(X_CORRELATION_ID) {
        return Uuid::try_parse_ascii(given.as_bytes())
            .map_err(|_not_an_id| Problem::unreadable("X-Correlation-Id", "must be a UUID"));
    }
    Ok(parts.extensions.get::<RequestId>().map_or_else(Uuid::now_v7, |id| id.0))
}
