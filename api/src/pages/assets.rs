//! What pages are dressed with: our stylesheet and icon. The name of each holds the hash of what is
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

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("style", "css", "text/css; charset=utf-8", include_str!("style.css"))
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("icon.svg")));

/// Where the stylesheet is.
pub(super) fn style() -> String {
    format!("/assets/{}", STYLE.name)
}

/// Where the icon is.
pub(super) fn icon() -> String {
    format!("/assets/{}", ICON.name)
}

/// Fetch the stylesheet or the icon.
pub(super) async fn fetch(Path(name): Path<String>) -> Response {
    let found = [&*STYLE, &*ICON].into_iter().find(|asset| asset.name == name);
    let Some(asset) = found else {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    };
    let kept = "public, max-age=31536000, immutable";
    ([(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, kept)], asset.text).into_response()
}
