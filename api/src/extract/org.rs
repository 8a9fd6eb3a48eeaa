//! What somebody sends who works for a subcontractor's organisation.
//!
//! Its answers are never behind, and stand for the general contractors' ledgers too: a `Ledger-Position`
//! is neither needed nor looked at.

use super::asker::Asker;
use super::body::RequestBody;
use super::order::{Order, take};
use super::path::PathIds;
use super::question::Question;
use crate::error::Problem;
use crate::position::LEDGER_POSITION;
use crate::state::AppState;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// A command of an organisation's user.
#[derive(Debug)]
pub(crate) struct OrgOrder<P, B>(pub(crate) Order<P, B>);

/// A query of theirs.
#[derive(Debug)]
pub(crate) struct OrgQuestion<P, Q>(pub(crate) Question<P, Q>);

impl<P: PathIds, B: RequestBody> FromRequest<AppState> for OrgOrder<P, B> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &AppState) -> Result<Self, Problem> {
        request.headers_mut().remove(LEDGER_POSITION);
        take(request, app, Asker::sub_user).await.map(Self)
    }
}

impl<P: PathIds, Q: DeserializeOwned> FromRequestParts<AppState> for OrgQuestion<P, Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        parts.headers.remove(LEDGER_POSITION);
        Question::take(parts, app, Asker::sub_user).await.map(Self)
    }
}
