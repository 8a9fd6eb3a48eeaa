//! An operator's pass: a cookie of its own, for these pages alone.
//!
//! It does not hold the token, which opens the whole API, but what the store keeps of it, sealed with
//! the master key together with an hour's end. So a stolen pass shows these pages for that hour and
//! opens nothing else; and whoever is dismissed is out at once, as the token's row is asked each time.

use crate::credential::{Credential, Secret};
use crate::error::Problem;
use crate::site::Site;
use crate::state::AppState;
use axum::extract::OptionalFromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Authority, LedgerId};
use event_store::keys::Keys;

/// How long a pass is taken, in seconds.
const LASTS_S: i64 = 3_600;
/// Browsers take a cookie of this name only with `Secure`, for the whole host and for it alone.
const NAME: &str = "__Host-titleblock-operations";
/// Its name on a machine of one's own, where there is no TLS.
const PLAIN_NAME: &str = "titleblock-operations";
/// What a pass is sealed for: nothing else that is sealed can be shown in its place.
const PLACE: &[u8] = b"a pass to the operators' pages";

/// Somebody who runs the installation.
#[derive(Debug, Clone, Copy)]
pub(in crate::pages) struct Operator;

/// What is sealed in a pass.
#[derive(Debug, PartialEq, Eq)]
struct Pass {
    /// Of the token; all that the store knows of it too.
    hash: [u8; 32],
    /// Seconds since 1970.
    ends: i64,
}

impl Pass {
    fn sealed(&self, keys: &Keys) -> Result<String, Problem> {
        let plain = [&self.hash[..], &self.ends.to_be_bytes()].concat();
        Ok(URL_SAFE_NO_PAD.encode(keys.seal(&plain, PLACE)?))
    }

    fn open(keys: &Keys, text: &str) -> Option<Self> {
        let plain = keys.open(&URL_SAFE_NO_PAD.decode(text).ok()?, PLACE)?;
        let (hash, ends) = plain.split_at_checked(32)?;
        let ends = i64::from_be_bytes(ends.try_into().ok()?);
        Some(Self { hash: hash.try_into().ok()?, ends })
    }
}

impl OptionalFromRequestParts<AppState> for Operator {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &AppState,
    ) -> Result<Option<Self>, Response> {
        let Some(text) = carried(&parts.headers, app.site()) else { return Ok(None) };
        let store = app.store();
        let pass = Pass::open(store.reader().keys(), text);
        let Some(pass) = pass.filter(|pass| now(app) < pass.ends) else { return Ok(None) };
        let row = store.credential(LedgerId::INSTALLATION, &pass.hash).await;
        let row = row.map_err(|failed| Problem::from(failed).into_response())?;
        let credential = row.and_then(|row| Credential::of(LedgerId::INSTALLATION, &row));
        let operates = credential.is_some_and(|known| known.authority == Authority::Operator);
        Ok(operates.then_some(Self))
    }
}

/// Has the browser carry a pass made from this token.
pub(super) fn carrying(app: &AppState, token: &Secret) -> Result<HeaderValue, Problem> {
    let pass = Pass { hash: token.hash(), ends: now(app) + LASTS_S };
    let (name, secure) = kind(app.site());
    let value = pass.sealed(app.store().reader().keys())?;
    let cookie =
        format!("{name}={value}; Path=/; Max-Age={LASTS_S}; HttpOnly; SameSite=Strict{secure}");
    let mut header = HeaderValue::from_str(&cookie).map_err(|_never| Problem::internal())?;
    header.set_sensitive(true);
    Ok(header)
}

/// Has the browser forget it.
pub(super) fn forgotten(site: &Site) -> Option<HeaderValue> {
    let (name, secure) = kind(site);
    let cookie = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).ok()
}

fn carried<'a>(headers: &'a HeaderMap, site: &Site) -> Option<&'a str> {
    let (wanted, _) = kind(site);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

const fn kind(site: &Site) -> (&'static str, &'static str) {
    if site.is_plain_on_own_machine() { (PLAIN_NAME, "") } else { (NAME, "; Secure") }
}

fn now(app: &AppState) -> i64 {
    app.store().now().moment().unix_timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_store::MasterKey;

    #[test]
    fn a_pass_is_read_with_the_key_that_made_it_and_unchanged() {
        let keys = |()| Keys::derive(&MasterKey::generate().expect("random bytes"));
        let (ours, others) = (keys(()), keys(()));
        let pass = Pass { hash: [7; 32], ends: 1_800_000_000 };
        let text = pass.sealed(&ours).expect("sealed");
        assert_eq!(Pass::open(&ours, &text), Some(pass));
        assert_eq!(Pass::open(&others, &text), None);
        let mut changed = text.clone().into_bytes();
        changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("a text");
        assert_eq!(Pass::open(&ours, &changed), None);
        assert_eq!(Pass::open(&ours, ""), None);
    }
}
