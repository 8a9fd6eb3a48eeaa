//! A query's request: who, about what, with which filters, and what the caller has seen already.

use super::asker::Asker;
use super::body;
use super::path::{self, PathIds};
use crate::error::Problem;
use crate::position::{LEDGER_POSITION, LedgerPosition};
use crate::state::AppState;
use axum::extract::{FromRequestParts, Query};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use domain::LedgerId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;

/// How long a query waits for the read models that it needs.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// A builder's query.
#[derive(Debug)]
pub(crate) struct Question<P, Q> {
    pub(crate) asker: Asker,
    pub(crate) path: P,
    pub(crate) params: Q,
    seen: Option<LedgerPosition>,
}

/// A builder's query about who did what (RULES.md 2.8, Read audit).
#[derive(Debug)]
pub(crate) struct AuditQuestion<P, Q>(pub(crate) Question<P, Q>);

/// The parameters of a query that has none.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

impl<P: PathIds, Q: DeserializeOwned> FromRequestParts<AppState> for Question<P, Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        Self::take(parts, app, Asker::builder).await
    }
}

impl<P: PathIds, Q: DeserializeOwned> Question<P, Q> {
    pub(super) async fn take(
        parts: &mut Parts,
        app: &AppState,
        admit: fn(Asker) -> Result<Asker, Problem>,
    ) -> Result<Self, Problem> {
        let asker = admit(Asker::of(parts, app).await?)?;
        let path = path::ids(parts).await?;
        let seen = position(&parts.headers, asker.ledger())?;
        Ok(Self { asker, path, params: params(parts)?, seen })
    }
}

/// A person's query about what is theirs.
#[derive(Debug)]
pub(crate) struct PersonQuestion<P, Q>(pub(crate) Question<P, Q>);

impl<P: PathIds, Q: DeserializeOwned> FromRequestParts<AppState> for PersonQuestion<P, Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        // What is a person's own is never behind, and stands for ledgers that are not theirs.
        parts.headers.remove(LEDGER_POSITION);
        Question::take(parts, app, Asker::person).await.map(Self)
    }
}

/// A query about what is an owner's, asked by themselves or through their eyes. What it may show says
/// [`Eyes`](crate::persons::eyes::Eyes), and nothing else.
#[derive(Debug)]
pub(crate) struct OwnerQuestion<P, Q>(pub(crate) Question<P, Q>);

impl<P: PathIds, Q: DeserializeOwned> FromRequestParts<AppState> for OwnerQuestion<P, Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        // As for a person's own.
        parts.headers.remove(LEDGER_POSITION);
        Question::take(parts, app, Asker::owner).await.map(Self)
    }
}

/// An operator's query.
#[derive(Debug)]
pub(crate) struct OperatorQuestion<P, Q>(pub(crate) Question<P, Q>);

impl<P: PathIds, Q: DeserializeOwned> FromRequestParts<AppState> for OperatorQuestion<P, Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        Question::take(parts, app, Asker::operator).await.map(Self)
    }
}

impl<P: PathIds, Q: DeserializeOwned> FromRequestParts<AppState> for AuditQuestion<P, Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let question = Question::from_request_parts(parts, app).await?;
        if !question.asker.credential.reads_audit() {
            let needed = "an admin or auditor key, or a staff key with the grant read_audit";
            return Err(Problem::not_permitted(needed));
        }
        Ok(Self(question))
    }
}

impl<P, Q> Question<P, Q> {
    pub(crate) fn ledger(&self) -> LedgerId {
        self.asker.ledger()
    }

    /// Waits until these views show what the caller has seen already.
    pub(crate) async fn ready(
        &self,
        app: &AppState,
        views: &[&'static str],
    ) -> Result<(), Problem> {
        let Some(seen) = self.seen else { return Ok(()) };
        app.progress().wait(seen.ledger, seen.position, views, WAIT_MAX).await.map_err(Into::into)
    }
}

/// The `Ledger-Position` that a caller sends back.
pub(crate) fn position(
    headers: &HeaderMap,
    ledger: LedgerId,
) -> Result<Option<LedgerPosition>, Problem> {
    let Some(header) = headers.get(LEDGER_POSITION) else { return Ok(None) };
    match LedgerPosition::decode(header.as_bytes()) {
        Some(position) if position.ledger == ledger => Ok(Some(position)),
        Some(_) | None => {
            let detail = "The Ledger-Position is not one that this account was given.";
            Err(Problem::new("bad_ledger_position", detail).field("Ledger-Position"))
        }
    }
}

/// Every parameter is a text here; what it means, the endpoint reads.
pub(crate) fn params<Q: DeserializeOwned>(parts: &Parts) -> Result<Q, Problem> {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri) else {
        return Err(Problem::unreadable("query", "must be readable"));
    };
    let mut map = Map::new();
    for (name, value) in pairs {
        if map.insert(name, Value::String(value)).is_some() {
            return Err(Problem::unreadable("query", "must name each parameter once"));
        }
    }
    serde_path_to_error::deserialize(Value::Object(map))
        .map_err(|error| body::unreadable(&error.path().to_string(), error.inner()))
}
