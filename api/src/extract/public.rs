//! Requests of people who show no credential, or may: they hold a link, or want to sign in.

use super::asker::{Asker, bearer, client, correlation};
use super::body::{self, RequestBody};
use super::path::{self, PathIds};
use crate::error::Problem;
use crate::state::AppState;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use domain::{Actor, Authority, Channel, Circumstances};
use std::net::IpAddr;
use uuid::Uuid;

/// Who sends it, as far as it can be told.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// Whoever is signed in, when somebody is.
    pub(crate) asker: Option<Asker>,
    pub(crate) client: Option<IpAddr>,
    pub(crate) correlation: Uuid,
}

impl Visitor {
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Problem> {
        // A credential that is shown has to hold.
        let asker = match bearer(parts) {
            Some(_) => Some(Asker::of(parts, app).await?),
            None => None,
        };
        Self::on_page(parts, asker)
    }

    /// Whoever comes to a page, and is signed in as this asker or as nobody.
    pub(crate) fn on_page(parts: &Parts, asker: Option<Asker>) -> Result<Self, Problem> {
        Ok(Self { asker, client: client(parts), correlation: correlation(parts)? })
    }

    /// What they do as this person, who has shown who they are by what they hold or know.
    pub(crate) fn circumstances(&self, actor: Actor) -> Circumstances {
        Circumstances {
            actor,
            authority: match actor {
                Actor::System => Authority::System,
                Actor::Owner(_)
                | Actor::StaffMember(_)
                | Actor::SubUser(_)
                | Actor::PortalContact(_)
                | Actor::BuilderStaff(_)
                | Actor::Operator(_) => Authority::Owner,
            },
            acting_as: None,
            channel: Channel::Portal,
            client: self.client,
            correlation: self.correlation,
            causation: None,
            reason: None,
        }
    }
}

/// A command.
#[derive(Debug)]
pub(crate) struct Public<P, B> {
    pub(crate) visitor: Visitor,
    pub(crate) path: P,
    pub(crate) body: B,
}

impl<P: PathIds, B: RequestBody> FromRequest<AppState> for Public<P, B> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let head = async {
            Ok::<_, Problem>((Visitor::of(&parts, app).await?, path::ids(&mut parts).await?))
        };
        let (visitor, path) = match head.await {
            Ok(head) => head,
            Err(refused) => {
                body::discard(body).await;
                return Err(refused);
            }
        };
        let bytes = body::read(&parts.headers, body, B::BYTES_MAX).await?;
        Ok(Self { visitor, path, body: B::parse(&parts.headers, &bytes)? })
    }
}

/// A query.
#[derive(Debug)]
pub(crate) struct PublicQuestion<P> {
    pub(crate) visitor: Visitor,
    pub(crate) path: P,
}

impl<P: PathIds> FromRequestParts<AppState> for PublicQuestion<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        Ok(Self { visitor: Visitor::of(parts, app).await?, path: path::ids(parts).await? })
    }
}
