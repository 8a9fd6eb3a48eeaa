//! A problem as people read it in a browser: the same sentence and remedy as in the API's answer,
//! and a way on.

use super::form::{rule, wait};
use super::layout::Page;
use super::words::needed;
use crate::error::Problem;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use uuid::Uuid;

/// The page of a problem of this request.
pub(crate) fn page(problem: &Problem, request: Uuid) -> Response {
    let content = html! {
        (told(problem))
        p .rule { "Request " (request) }
    };
    Page::new(title(problem), content).status(problem.status).into_response()
}

/// What a page of problems is called.
pub(super) fn title(problem: &Problem) -> &'static str {
    match problem.body.code {
        "no_such_route" | "not_found" => "There is nothing here",
        "cross_site_request" => "Please send it again",
        "internal" | "unavailable" | "view_behind" => "That did not work just now",
        _ => problem.body.title,
    }
}

/// What happened, what to do about it, and where to go.
pub(super) fn told(problem: &Problem) -> Markup {
    let body = &problem.body;
    let (sentence, remedy) = match body.code {
        "not_found" | "no_such_route" => (
            "There is no page at this address. Perhaps the link was cut off: it has to be copied \
             in full, up to its last letter.",
            None,
        ),
        "internal" => (
            &*body.detail,
            Some(
                "Please try again in a while. If it stays like this, tell your builder the number below.",
            ),
        ),
        "unavailable" | "view_behind" => (&*body.detail, Some("Please try again in a moment.")),
        _ => (&*body.detail, body.remedy),
    };
    let (way, label) = way_on(body.code);
    let remedy = remedy.filter(|remedy| remedy.trim_end_matches('.') != label);
    html! {
        div .plain {
            p { (needed(sentence)) }
            @if let Some(remedy) = remedy { p { (remedy) } }
            @if let Some(seconds) = problem.retry_after_s.filter(|seconds| *seconds > 1) {
                p { (wait(seconds)) }
            }
            p { a href=(way) { (label) } }
            (rule(problem))
        }
    }
}

/// Where somebody goes from there.
fn way_on(code: &str) -> (&'static str, &'static str) {
    match code {
        "reset_superseded" | "reset_expired" => ("/forgotten-password", "Ask for another link"),
        "invite_used" => ("/sign-in", "Sign in"),
        _ => ("/", "To the first page"),
    }
}
