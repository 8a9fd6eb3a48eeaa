//! The cookies that carry sessions (promise 25): the same secret as a bearer's, out of reach of
//! scripts, sent along by our own pages alone. They open pages; the JSON API does not take them.
//!
//! One is for what is somebody's own, the other for the account that they work for: who does both has
//! both, and neither opens what is the other's.

use super::layout::with_cookie;
use crate::credential::{Secret, SecretKind};
use crate::site::Site;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use event_store::{SESSION_HOURS, STAFF_SESSION_HOURS};

/// Browsers take a cookie of this name only with `Secure`, for the whole host and for it alone.
const NAME: &str = "__Host-titleblock";
/// Its name on a machine of one's own, where there is no TLS.
const PLAIN_NAME: &str = "titleblock";
const WORK_NAME: &str = "__Host-titleblock-work";
const PLAIN_WORK_NAME: &str = "titleblock-work";

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// What is one's own.
    Own,
    /// An account whose staff one is of.
    Work,
}

impl Errand {
    const fn lasts_hours(self) -> i64 {
        match self {
            Self::Own => SESSION_HOURS,
            Self::Work => STAFF_SESSION_HOURS,
        }
    }

    /// The cookie's name, and what keeps it from travelling in the open.
    const fn cookie(self, site: &Site) -> (&'static str, &'static str) {
        match (self, site.is_plain_on_own_machine()) {
            (Self::Own, true) => (PLAIN_NAME, ""),
            (Self::Own, false) => (NAME, "; Secure"),
            (Self::Work, true) => (PLAIN_WORK_NAME, ""),
            (Self::Work, false) => (WORK_NAME, "; Secure"),
        }
    }
}

/// The session's secret, where the browser sends one.
pub(super) fn session(headers: &HeaderMap, errand: Errand, site: &Site) -> Option<Secret> {
    let (wanted, _) = errand.cookie(site);
    sent(headers, wanted).filter(|secret| secret.kind() == SecretKind::Session)
}

/// The secret in the cookie of this name.
fn sent(headers: &HeaderMap, wanted: &str) -> Option<Secret> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == wanted)
        .find_map(|(_, value)| Secret::parse(value))
}

/// The cookie with which somebody at work looks through an owner's eyes. It says no more than that:
/// who looks, the work session says.
const fn look_cookie(site: &Site) -> (&'static str, &'static str) {
    if site.is_plain_on_own_machine() {
        ("titleblock-look", "")
    } else {
        ("__Host-titleblock-look", "; Secure")
    }
}

/// The secret of a look through an owner's eyes, where the browser sends one.
pub(super) fn look(headers: &HeaderMap, site: &Site) -> Option<Secret> {
    let (wanted, _) = look_cookie(site);
    sent(headers, wanted).filter(|secret| secret.kind() == SecretKind::Impersonation)
}

/// Has the browser carry the secret of a look, for the minutes that it lasts at most.
pub(super) fn look_carrying(secret: &Secret, minutes: u8, site: &Site) -> Option<HeaderValue> {
    let (lasts_s, secret) = (u32::from(minutes) * 60, secret.expose());
    let (name, secure) = look_cookie(site);
    let cookie =
        format!("{name}={secret}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Strict{secure}");
    let mut header = HeaderValue::from_str(&cookie).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Has the browser forget the look.
pub(super) fn look_forgotten(site: &Site) -> Option<HeaderValue> {
    let (name, secure) = look_cookie(site);
    let cookie = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// Has the browser carry this session, for as long as one lasts.
pub(super) fn carrying(secret: &Secret, errand: Errand, site: &Site) -> Option<HeaderValue> {
    let lasts_s = errand.lasts_hours() * 3_600;
    let (name, secure) = errand.cookie(site);
    let secret = secret.expose();
    let cookie =
        format!("{name}={secret}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}");
    let mut header = HeaderValue::from_str(&cookie).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Has the browser forget the session.
pub(super) fn forgotten(errand: Errand, site: &Site) -> Option<HeaderValue> {
    let (name, secure) = errand.cookie(site);
    let cookie = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// Has the browser carry this session for work, and forget the look that the work before it began.
pub(super) fn work_begun(response: Response, secret: &Secret, site: &Site) -> Response {
    let carried = carrying(secret, Errand::Work, site);
    with_cookie(with_cookie(response, carried), look_forgotten(site))
}

/// Has the browser forget all that it carries for work: a look through an owner's eyes is part of it.
pub(super) fn work_forgotten(response: Response, site: &Site) -> Response {
    with_cookie(with_cookie(response, forgotten(Errand::Work, site)), look_forgotten(site))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::LedgerId;
    use event_store::NewSecret;
    use std::net::{IpAddr, Ipv4Addr};

    fn secret(kind: SecretKind) -> Secret {
        Secret::new(kind, LedgerId::INSTALLATION, &NewSecret::generate().expect("random bytes"))
    }

    fn sent(cookies: &[String], site: &Site) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, cookie.parse().expect("a header"));
        }
        session(&headers, Errand::Own, site).map(|secret| secret.expose())
    }

    #[test]
    fn what_the_browser_carries_is_what_it_was_given() {
        let own_machine = Site::new("http://127.0.0.1:1", IpAddr::V4(Ipv4Addr::LOCALHOST));
        let secret = secret(SecretKind::Session);
        for (site, name) in [(Site::UNKNOWN, NAME), (own_machine, PLAIN_NAME)] {
            let header = carrying(&secret, Errand::Own, &site).expect("a header");
            let cookie = header.to_str().expect("a text").to_owned();
            assert!(cookie.starts_with(&format!("{name}=tbs_")), "{cookie}");
            assert!(cookie.contains("; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"), "{cookie}");
            assert_eq!(cookie.ends_with("; Secure"), name == NAME, "{cookie}");
            let pair = cookie.split(';').next().expect("a pair").to_owned();
            assert_eq!(sent(&[format!("other=1; {pair}")], &site), Some(secret.expose()));
            assert_eq!(sent(&["other=1".to_owned(), pair.clone()], &site), Some(secret.expose()));
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, pair.parse().expect("a header"));
            assert!(session(&headers, Errand::Work, &site).is_none(), "what is one's own alone");
        }
    }

    #[test]
    fn work_has_a_cookie_of_its_own_for_twelve_hours_and_is_forgotten_by_the_same_name() {
        // Promise 25
        let own_machine = Site::new("http://127.0.0.1:1", IpAddr::V4(Ipv4Addr::LOCALHOST));
        let secret = secret(SecretKind::Session);
        for (site, name, secure) in [
            (Site::UNKNOWN, "__Host-titleblock-work", "; Secure"),
            (own_machine, "titleblock-work", ""),
        ] {
            let header = carrying(&secret, Errand::Work, &site).expect("a header");
            assert!(header.is_sensitive(), "no log shows it");
            let flags = format!("HttpOnly; SameSite=Lax{secure}");
            let told = header.to_str().expect("a text").to_owned();
            let pair = format!("{name}={}", secret.expose());
            assert_eq!(told, format!("{pair}; Path=/; Max-Age=43200; {flags}"));
            let forgotten = forgotten(Errand::Work, &site).expect("a header");
            assert_eq!(forgotten, format!("{name}=; Path=/; Max-Age=0; {flags}"));
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, pair.parse().expect("a header"));
            let found = session(&headers, Errand::Work, &site).map(|secret| secret.expose());
            assert_eq!(found, Some(secret.expose()));
            assert!(session(&headers, Errand::Own, &site).is_none(), "what is work's alone");
        }
    }

    #[test]
    fn a_cookie_of_another_name_or_kind_is_none() {
        let text = secret(SecretKind::Session).expose();
        assert_eq!(sent(&[format!("{PLAIN_NAME}={text}")], &Site::UNKNOWN), None);
        assert_eq!(sent(&[format!("{NAME}=x")], &Site::UNKNOWN), None);
        for kind in [SecretKind::ApiKey, SecretKind::Operator, SecretKind::Invitation] {
            let text = secret(kind).expose();
            assert_eq!(sent(&[format!("{NAME}={text}")], &Site::UNKNOWN), None);
        }
    }
}
