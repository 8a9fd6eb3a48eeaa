//! What stands before every page that takes a form: whether it was sent from a page of ours
//! (promise 27).

use crate::error::Problem;
use crate::extract::body;
use crate::site::Site;
use crate::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

pub(super) async fn guard(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if !request.method().is_safe() {
        let path = request.extensions().get::<MatchedPath>();
        let by_link = path.is_some_and(|path| path.as_str().contains("{token}"));
        if !sent_from_our_own(request.headers(), app.site(), by_link) {
            body::discard(request.into_body()).await;
            let detail = "This was not sent from one of our own pages, so nothing was done.";
            return Problem::new("cross_site_request", detail).into_response();
        }
    }
    next.run(request).await
}

/// Whether the browser says that it sends a form of ours. One that is too old to say from where it
/// sends names its origin. Nobody else knows the address of a form behind a mailed link; from there
/// an old browser, asked to send no referrer, hides the origin too.
fn sent_from_our_own(headers: &HeaderMap, site: &Site, by_link: bool) -> bool {
    if let Some(from) = headers.get(SEC_FETCH_SITE) {
        return from == "same-origin" || from == "none";
    }
    match headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) {
        None | Some("null") => by_link,
        Some(origin) => site.is_at(origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    fn taken(said: &[(&'static str, &'static str)], by_link: bool) -> bool {
        let site = Site::new("https://builders.example", IpAddr::V4(Ipv4Addr::LOCALHOST));
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.insert(*name, value.parse().expect("a header"));
        }
        sent_from_our_own(&headers, &site, by_link)
    }

    #[test]
    fn the_browser_says_from_where_it_sends() {
        for (from, ours) in
            [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false)]
        {
            assert_eq!(taken(&[("sec-fetch-site", from)], false), ours, "{from}");
            assert_eq!(taken(&[("sec-fetch-site", from)], true), ours, "{from}");
        }
        let both = [("sec-fetch-site", "cross-site"), ("origin", "https://builders.example")];
        assert!(!taken(&both, true), "the newer header goes first");
    }

    #[test]
    fn an_older_one_names_its_origin() {
        for by_link in [false, true] {
            assert!(taken(&[("origin", "https://builders.example")], by_link));
            assert!(!taken(&[("origin", "https://evil.example")], by_link));
            assert!(!taken(&[("origin", "http://builders.example")], by_link));
        }
    }

    #[test]
    fn one_that_says_nothing_is_believed_behind_a_mailed_link_alone() {
        for said in [&[][..], &[("origin", "null")]] {
            assert!(!taken(said, false));
            assert!(taken(said, true));
        }
    }
}
