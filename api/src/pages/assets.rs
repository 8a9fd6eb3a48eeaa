//! What pages are dressed with: our stylesheet, icon and script. The name of each holds the hash of what is
//! in it, so that a browser keeps it for good and never shows a page in yesterday's style.

use crate::error::Problem;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use event_store::keys::sha256;
use std::sync::LazyLock;

struct Asset {
    name: String,
    kind: &'static str,
    text: &'static str,
}

impl Asset {
    fn new(stem: &str, ending: &str, kind: &'static str, text: &'static str) -> Self {
        let hash: String =
            sha256(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("{stem}-{hash}.{ending}"), kind, text }
    }
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("style", "css", "text/css; charset=utf-8", STYLE_TEXT));
/// One sheet; each area of the pages has a file of its own for what is only there.
const STYLE_TEXT: &str = concat!(
    include_str!("style.css"),
    include_str!("style/desk.css"),
    include_str!("style/jobs.css"),
    include_str!("style/job.css"),
    include_str!("style/contacts.css"),
    include_str!("style/history.css"),
    include_str!("style/portal.css"),
    include_str!("style/customers.css"),
    include_str!("style/subcontractors.css"),
    include_str!("style/me.css"),
    include_str!("style/org.css"),
);
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("icon.svg")));

static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("script", "js", "text/javascript; charset=utf-8", include_str!("script.js"))
});

/// Where the script is. Pages work without it.
pub(super) fn script() -> String {
    format!("/assets/{}", SCRIPT.name)
}

/// Where the stylesheet is.
pub(super) fn style() -> String {
    format!("/assets/{}", STYLE.name)
}

/// Where the icon is.
pub(super) fn icon() -> String {
    format!("/assets/{}", ICON.name)
}

/// Fetch the stylesheet, the icon or the script.
pub(super) async fn fetch(Path(name): Path<String>) -> Response {
    let found = [&*STYLE, &*ICON, &*SCRIPT].into_iter().find(|asset| asset.name == name);
    let Some(asset) = found else {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    };
    let kept = "public, max-age=31536000, immutable";
    ([(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, kept)], asset.text).into_response()
}
