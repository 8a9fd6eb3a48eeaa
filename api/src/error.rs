//! What goes wrong, as problem details (RFC 9457).
//!
//! Three outcomes stay apart: a rule said no, the caller's version is stale, the machine failed. A
//! [`Problem`] rides on its response to `around`, which alone knows the request's id and writes the
//! body. The chain of a failure is logged here, once; the client gets a code and a sentence.

use crate::codes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{Rejection, RejectionKind};
use event_store::{ExecuteError, StoreError};
use projections::ViewError;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a client reads when a request was not carried out.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ProblemBody {
    /// Where the problem is described.
    #[serde(rename = "type")]
    pub kind: String,
    /// The problem in a few words, the same for every occurrence.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// One sentence about this occurrence.
    pub detail: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// The number of the rule that said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// What stands against it; the same as `detail`.
    pub cause: String,
    /// What the caller can do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'static str>,
    /// The field of the request that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The contact that holds what was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<Uuid>,
    /// The present version, when the caller's is stale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<u64>,
    /// Every field that is not taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The organisations that may be meant, where one has to be named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organisations: Vec<CompanyHere>,
    /// The request, as `X-Request-Id` names it.
    pub instance: String,
}

/// An organisation that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CompanyHere {
    /// The organisation.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
}

/// One field that is not taken, and why; never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A request that was not carried out.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) body: Box<ProblemBody>,
    pub(crate) retry_after_s: Option<u32>,
}

impl Problem {
    /// A problem of the catalogue in [`codes`].
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        let entry = codes::entry(code);
        let detail = detail.into();
        let body = ProblemBody {
            kind: format!("/problems/{code}"),
            title: entry.title,
            status: entry.status,
            cause: detail.clone(),
            detail,
            code,
            remedy: entry.remedy,
            ..ProblemBody::default()
        };
        let status =
            StatusCode::from_u16(entry.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, body: Box::new(body), retry_after_s: None }
    }

    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.body.field = Some(field.into());
        self
    }

    fn again_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Fields that do not hold what they should; `status` says whether they could be read at all.
    pub(crate) fn invalid(status: StatusCode, errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{} {}.", one.field, one.reason),
            _ => format!("{} fields are not taken; errors lists them.", errors.len()),
        };
        let mut problem = Self::new("invalid_request", detail);
        problem.status = status;
        problem.body.status = status.as_u16();
        problem.body.field = errors.first().map(|error| error.field.clone());
        if errors.len() > 1 {
            problem.body.errors = errors;
        }
        problem
    }

    /// One field or header that cannot be read.
    pub(crate) fn unreadable(field: &str, reason: &str) -> Self {
        let error = FieldError { field: field.to_owned(), reason: reason.to_owned() };
        Self::invalid(StatusCode::BAD_REQUEST, vec![error])
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new("unauthorized", "The request carries no credential that is known here.")
    }

    /// The same words for what is foreign, what never was, and what is no id at all.
    pub(crate) fn not_found() -> Self {
        Rejection::Unknown(domain::AggregateId::Installation).into()
    }

    pub(crate) fn not_permitted(needed: &'static str) -> Self {
        Rejection::NotPermitted { needed }.into()
    }

    pub(crate) fn unavailable() -> Self {
        Self::new("unavailable", "The service cannot do this right now.").again_after(1)
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            "internal",
            "Something failed on our side; nothing is known to be wrong with the request.",
        )
    }

    /// What the framework answers by itself, such as a method that a route does not have.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new("no_such_route", "There is nothing at this path."),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::new("method_not_allowed", "This path does not take this method.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => Self::new("too_large", "The body is too large."),
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable(),
            status if status.is_client_error() => {
                let mut problem = Self::new("invalid_request", "The request cannot be read.");
                problem.status = status;
                problem.body.status = status.as_u16();
                problem
            }
            _ => Self::internal(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let refusal = rejection.refusal();
        let status = match refusal.kind {
            RejectionKind::Unknown => StatusCode::NOT_FOUND,
            RejectionKind::Forbidden => StatusCode::FORBIDDEN,
            RejectionKind::Conflict => StatusCode::CONFLICT,
            RejectionKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            RejectionKind::Gone => StatusCode::GONE,
            RejectionKind::TooOften => StatusCode::TOO_MANY_REQUESTS,
        };
        let body = ProblemBody {
            kind: format!("/problems/{}", refusal.code),
            title: codes::entry(refusal.code).title,
            status: status.as_u16(),
            detail: refusal.cause.clone(),
            code: refusal.code,
            rule: refusal.rule,
            cause: refusal.cause,
            remedy: refusal.remedy,
            field: refusal.field.map(str::to_owned),
            holder: refusal.holder.map(|holder| holder.0),
            ..ProblemBody::default()
        };
        let retry_after_s = (refusal.kind == RejectionKind::TooOften).then_some(3_600);
        Self { status, body: Box::new(body), retry_after_s }
    }
}

impl From<ExecuteError> for Problem {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Rejected(rejection) => rejection.into(),
            ExecuteError::Stale { current, .. } => {
                let detail =
                    format!("If-Match names an older version; the present one is {current}.");
                let mut problem = Self::new("stale_version", detail);
                problem.body.current = Some(current);
                problem
            }
            ExecuteError::KeyReused => Self::new(
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request.",
            )
            .field("Idempotency-Key"),
            ExecuteError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_transient() {
            tracing::warn!(error = %Chain(&error), "the store is not available");
            return Self::unavailable();
        }
        tracing::error!(error = %Chain(&error), "the store failed");
        Self::internal()
    }
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Store(error) => error.into(),
            ViewError::Database { ref source, .. } => {
                if source.code().is_some_and(|state| passes(state.code())) {
                    tracing::warn!(error = %Chain(&error), "a view is not available");
                    return Self::unavailable();
                }
                tracing::error!(error = %Chain(&error), "a view failed");
                Self::internal()
            }
            ViewError::Row { .. } => {
                tracing::error!(error = %Chain(&error), "a view failed");
                Self::internal()
            }
            ViewError::Behind { view, .. } => Self::new(
                "view_behind",
                format!("The read model {view} has not reached the position asked for."),
            )
            .again_after(1),
            ViewError::BeyondHead => Self::new(
                "position_beyond_head",
                "The Ledger-Position lies beyond what has happened.",
            )
            .field("Ledger-Position"),
            ViewError::BadCursor => {
                Self::new("bad_cursor", "The cursor is not one that this list gave out.")
                    .field("cursor")
            }
        }
    }
}

/// Whether what the database said with this SQLSTATE passes by itself, as in
/// [`StoreError::is_transient`]: a shutdown, no room, a lock.
fn passes(state: &str) -> bool {
    state.starts_with("57") || state.starts_with("53") || state == "55P03"
}

/// An error and its sources on one line. Only each one's first line: what a database says further
/// down (DETAIL) repeats values of rows.
pub(crate) struct Chain<'a>(pub(crate) &'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut next = Some(self.0);
        let mut colon = "";
        while let Some(error) = next {
            let text = error.to_string();
            write!(f, "{colon}{}", text.lines().next().unwrap_or_default())?;
            colon = ": ";
            next = error.source();
        }
        Ok(())
    }
}
