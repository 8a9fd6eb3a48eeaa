//! What happens around every request: its id, its place in the queue, its time limit, its figures,
//! the headers of its answer, and the one place where a problem becomes a body.

use crate::error::Problem;
use crate::figures;
use crate::state::AppState;
use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tracing::Instrument;
use uuid::Uuid;

/// The header that names a request.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How long a request waits for its turn when too many are being carried out.
const PERMIT_WAIT_MAX: Duration = Duration::from_secs(2);
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// The viewer of the API's description sets styles on its elements.
const DOCS_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; frame-ancestors 'none'";

/// The request's own id, made here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(pub(crate) Uuid);

pub(crate) async fn around(
    State(app): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let id = Uuid::now_v7();
    request.extensions_mut().insert(RequestId(id));
    let path = request.extensions().get::<MatchedPath>().cloned();
    let route = path.as_ref().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = figures::method(request.method());
    let docs = request.uri().path().starts_with("/docs");

    let span = tracing::info_span!("request", %id, method, route);
    let mut response = guarded(&app, &route, request, next).instrument(span).await;
    response = with_problem(response, id);
    dress(response.headers_mut(), id, docs);
    if app.is_encrypted() {
        let a_year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, a_year);
    }
    figures::request(method, route, response.status(), started.elapsed());
    response
}

/// Runs the request, for so long and with so many beside it; what panics is a failure of ours.
async fn guarded(app: &AppState, route: &str, request: Request, next: Next) -> Response {
    // Health and figures answer however much else is going on.
    let permit = if route.starts_with("/v1/") {
        match tokio::time::timeout(PERMIT_WAIT_MAX, app.permits().acquire()).await {
            Ok(Ok(permit)) => Some(permit),
            Ok(Err(_)) | Err(_) => return Problem::unavailable().into_response(),
        }
    } else {
        None
    };
    let factor = if route == "/v1/imports" { 10 } else { 1 };
    let limit = app.limits().request_timeout * factor;
    let response = within(limit, next.run(request)).await;
    drop(permit);
    response
}

async fn within(limit: Duration, run: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(limit, AssertUnwindSafe(run).catch_unwind()).await {
        Ok(Ok(response)) => response,
        // What it says may hold anybody's values; the hook has written where it was.
        Ok(Err(_panic)) => {
            tracing::error!("a request panicked");
            Problem::internal().into_response()
        }
        Err(_elapsed) => {
            tracing::warn!("a request took too long");
            Problem::unavailable().into_response()
        }
    }
}

/// Writes the body of a problem; what the framework refused by itself gets one too.
fn with_problem(mut response: Response, id: Uuid) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    let Problem { status, mut body, retry_after_s } =
        problem.unwrap_or_else(|| Problem::of_status(status));
    body.instance = format!("urn:uuid:{id}");
    let current = body.current;
    let mut written = (status, Json(body)).into_response();
    let headers = written.headers_mut();
    for (name, value) in response.headers() {
        // Such as Allow and ETag; what describes the old body goes with it.
        if name != CONTENT_TYPE && name != axum::http::header::CONTENT_LENGTH {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(version) = current
        && let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\""))
    {
        headers.insert(ETAG, tag);
    }
    if let Some(seconds) = retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"titleblock\""));
    }
    written
}

fn dress(headers: &mut HeaderMap, id: Uuid, docs: bool) {
    let policy = if docs { DOCS_POLICY } else { API_POLICY };
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(axum::http::header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(X_REQUEST_ID, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    async fn told(response: Response) -> (StatusCode, HeaderMap, serde_json::Value) {
        let (parts, body) = with_problem(response, Uuid::nil()).into_parts();
        let bytes = to_bytes(body, 10_000).await.expect("a body");
        (parts.status, parts.headers, serde_json::from_slice(&bytes).expect("JSON"))
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_without_what_it_said() {
        let response = within(Duration::from_secs(1), async { panic!("ada@example.org") }).await;
        let (status, headers, body) = told(response).await;
        assert_eq!((status.as_u16(), &body["code"]), (500, &"internal".into()));
        assert_eq!(headers[CONTENT_TYPE], "application/problem+json");
        assert!(!body.to_string().contains("ada"), "{body}");
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_told_to_come_again() {
        let never = std::future::pending();
        let (status, headers, body) = told(within(Duration::from_millis(1), never).await).await;
        assert_eq!((status.as_u16(), &body["code"]), (503, &"unavailable".into()));
        assert_eq!(headers[RETRY_AFTER], "1");
    }

    #[tokio::test]
    async fn what_the_framework_refuses_is_a_problem_too() {
        for (status, code) in [(404, "no_such_route"), (413, "too_large"), (400, "invalid_request")]
        {
            let status = StatusCode::from_u16(status).expect("a status");
            let (told_status, _, body) = told((status, "words").into_response()).await;
            assert_eq!((told_status, &body["code"]), (status, &code.into()));
            assert_eq!(body["status"], status.as_u16());
        }
    }
}
