//! What happens around every request: its id, its place in the queue, its time limit, its figures,
//! the headers of its answer, and the one place where a problem becomes a body.

use crate::error::Problem;
use crate::figures;
use crate::pages;
use crate::site::Site;
use crate::state::AppState;
use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY,
    RETRY_AFTER, STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
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
/// The route of a request that no route takes.
const UNMATCHED: &str = "unmatched";
/// How long a request waits for its turn when too many are being carried out.
const PERMIT_WAIT_MAX: Duration = Duration::from_secs(2);
const API_POLICY: &str =
    "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
/// The viewer of the API's description sets styles on its elements, and asks the API.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
/// Pages have one script, of ours, and ask nobody else for anything.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
     style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// How long a browser that has once been here over TLS comes back over nothing else.
const STRICT_TRANSPORT: &str = "max-age=31536000";

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
    let route = path.as_ref().map_or(UNMATCHED, MatchedPath::as_str).to_owned();
    let method = figures::method(request.method());
    let kind = Kind::of(&route, &request);

    let span = tracing::info_span!("request", %id, method, route);
    let mut response = guarded(&app, &route, request, next).instrument(span).await;
    response = with_problem(response, id, kind);
    dress(response.headers_mut(), id, kind, app.site());
    figures::request(method, route, response.status(), started.elapsed());
    response
}

/// To whom something is answered, and what a browser may do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A program.
    Api,
    /// Somebody who looks at what programs may ask.
    Viewer,
    /// Somebody with a browser. Where the address of the page holds a secret, nobody else hears it.
    Page { secret: bool },
    /// Somebody with a browser, who comes where there is no page: a problem is one all the same.
    Lost,
}

impl Kind {
    fn of(route: &str, request: &Request) -> Self {
        let path = request.uri().path();
        let accepts =
            |header: &HeaderValue| header.to_str().is_ok_and(|text| text.contains("text/html"));
        let nowhere = route == UNMATCHED && !path.starts_with("/v1/");
        if pages::is_page(route) {
            Self::Page { secret: route.contains("{token}") }
        } else if path.starts_with("/docs") {
            Self::Viewer
        } else if (nowhere || path.starts_with("/dev/"))
            && request.headers().get(ACCEPT).is_some_and(accepts)
        {
            Self::Lost
        } else {
            Self::Api
        }
    }
}

/// Runs the request, for so long and with so many beside it; what panics is a failure of ours.
async fn guarded(app: &AppState, route: &str, request: Request, next: Next) -> Response {
    // Health and figures answer however much else is going on.
    let permit = if route.starts_with("/v1/") || pages::is_page(route) {
        match tokio::time::timeout(PERMIT_WAIT_MAX, app.permits().acquire()).await {
            Ok(Ok(permit)) => Some(permit),
            Ok(Err(_)) | Err(_) => return Problem::unavailable().into_response(),
        }
    } else {
        None
    };
    let factor = if matches!(route, "/v1/imports" | "/imports") { 10 } else { 1 };
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
fn with_problem(mut response: Response, id: Uuid, kind: Kind) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    let of_its_own = response.headers().get(CONTENT_TYPE);
    let of_its_own = of_its_own.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if kind.is_for_people() && problem.is_none() && of_its_own {
        // A page that says itself what is wrong, beside the fields.
        return challenged(response);
    }
    let mut problem = problem.unwrap_or_else(|| Problem::of_status(status));
    let (status, current, retry_after_s) =
        (problem.status, problem.body.current, problem.retry_after_s);
    let mut written = if kind.is_for_people() {
        pages::problem_page(&problem, id)
    } else {
        problem.body.instance = format!("urn:uuid:{id}");
        let problem_json = [(CONTENT_TYPE, "application/problem+json")];
        (status, problem_json, Json(problem.body)).into_response()
    };
    let headers = written.headers_mut();
    for (name, value) in response.headers() {
        // Such as Allow and ETag; what describes the old body goes with it.
        if name != CONTENT_TYPE && name != axum::http::header::CONTENT_LENGTH {
            headers.insert(name, value.clone());
        }
    }
    if let Some(version) = current
        && let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\""))
    {
        headers.insert(ETAG, tag);
    }
    if let Some(seconds) = retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    challenged(written)
}

/// What nobody is let in to says how they would be.
fn challenged(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        let how = HeaderValue::from_static("Bearer realm=\"titleblock\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, how);
    }
    response
}

impl Kind {
    const fn is_for_people(self) -> bool {
        matches!(self, Self::Page { .. } | Self::Lost)
    }

    const fn policy(self) -> &'static str {
        match self {
            Self::Api => API_POLICY,
            Self::Viewer => DOCS_POLICY,
            Self::Page { .. } | Self::Lost => PAGE_POLICY,
        }
    }

    /// Whom a browser tells where it comes from. Nobody; but a page whose address holds no secret
    /// tells ourselves, because a browser that may not say so hides the origin of its forms too,
    /// which is all that older ones can show (`pages/guard.rs`).
    const fn referrer(self) -> &'static str {
        match self {
            Self::Page { secret: false } => "same-origin",
            Self::Page { secret: true } | Self::Lost | Self::Api | Self::Viewer => "no-referrer",
        }
    }
}

fn dress(headers: &mut HeaderMap, id: Uuid, kind: Kind, site: &Site) {
    let mut insert = |name, value| headers.insert(name, HeaderValue::from_static(value));
    insert(CONTENT_SECURITY_POLICY, kind.policy());
    insert(X_CONTENT_TYPE_OPTIONS, "nosniff");
    insert(REFERRER_POLICY, kind.referrer());
    insert(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if kind.is_for_people() {
        insert(HeaderName::from_static("x-robots-tag"), "noindex");
    }
    if site.is_https() {
        insert(STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
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
        let (parts, body) = with_problem(response, Uuid::nil(), Kind::Api).into_parts();
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
