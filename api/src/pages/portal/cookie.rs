//! The cookie that carries a link's secret for one portal alone: `Path=/portal/{id}`. A name that begins
//! with `__Host-` takes no path but `/`, with which every portal, and every other page, would be sent it;
//! so it begins with `__Secure-`, which browsers keep over TLS alone.

use crate::credential::{Secret, SecretKind};
use crate::error::Problem;
use crate::extract::asker::client;
use crate::pages::visit::Comes;
use crate::portal_links::Held;
use crate::site::Site;
use crate::state::AppState;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use domain::{PortalLinkId, Timestamp};
use std::net::IpAddr;

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

const NAME: &str = "__Secure-titleblock-portal";
/// Its name on a machine of one's own, where there is no TLS.
const PLAIN_NAME: &str = "titleblock-portal";

/// Whoever comes with a link, or with what their browser has kept of it.
#[derive(Debug)]
pub(super) struct Looker {
    kept: Option<Secret>,
    pub(super) client: Option<IpAddr>,
    /// Whether the page's own script asks, to keep it up: nobody looks anew.
    pub(super) by_script: bool,
}

impl Comes for Looker {
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Response> {
        let mode = parts.headers.get(SEC_FETCH_MODE);
        let by_script = mode.is_some_and(|mode| mode != "navigate");
        Ok(Self { kept: kept(&parts.headers, app.site()), client: client(parts), by_script })
    }
}

impl Looker {
    /// The link that the browser has kept, if it opens this portal, with its secret. Whoever comes with
    /// none is told what a wrong one is told.
    pub(super) async fn held(
        &self,
        app: &AppState,
        link: PortalLinkId,
    ) -> Result<(Held, &Secret), Problem> {
        let secret = self.kept.as_ref().ok_or_else(Problem::not_found)?;
        Ok((Held::by(app, link, secret).await?, secret))
    }

    /// The same, with the secret for as long as it is asked for again.
    pub(super) async fn into_held(
        self,
        app: &AppState,
        link: PortalLinkId,
    ) -> Result<(Held, Secret), Problem> {
        let secret = self.kept.ok_or_else(Problem::not_found)?;
        Ok((Held::by(app, link, &secret).await?, secret))
    }
}

fn kept(headers: &HeaderMap, site: &Site) -> Option<Secret> {
    let (wanted, _) = kind(site);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == wanted)
        .find_map(|(_, value)| Secret::parse(value))
        .filter(|secret| secret.kind() == SecretKind::PortalLink)
}

/// Has the browser carry the secret to this portal, for as long as it opens it.
pub(super) fn carrying(
    held: &Held,
    secret: &Secret,
    now: Timestamp,
    site: &Site,
) -> Option<HeaderValue> {
    let lasts_s = held.expires_at.seconds_since(now).max(1);
    let ((name, secure), secret, link) = (kind(site), secret.expose(), held.link);
    let cookie = format!(
        "{name}={secret}; Path=/portal/{link}; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}"
    );
    let mut header = HeaderValue::from_str(&cookie).ok()?;
    header.set_sensitive(true);
    Some(header)
}

const fn kind(site: &Site) -> (&'static str, &'static str) {
    if site.is_plain_on_own_machine() { (PLAIN_NAME, "") } else { (NAME, "; Secure") }
}
