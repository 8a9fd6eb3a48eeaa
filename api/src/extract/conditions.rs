//! The headers under which a command is carried out: `If-Match`, `Idempotency-Key`, `X-Reason`.

use crate::error::Problem;
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use domain::Reason;
use event_store::IdempotencyKey;
use event_store::keys::sha256;
use uuid::Uuid;

/// What the headers of a command say.
#[derive(Debug)]
pub(crate) struct Conditions {
    /// The version that the caller has seen.
    pub(crate) version: Option<u64>,
    /// The caller's own name for the request.
    pub(crate) key: Option<Vec<u8>>,
    /// Why, in the caller's words.
    pub(crate) reason: Option<Reason>,
}

impl Conditions {
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        Ok(Self {
            version: if_match(headers)?,
            key: idempotency_key(headers)?,
            reason: reason(headers)?,
        })
    }

    /// The key as the store keeps it: one actor's key is not another's, and the request is
    /// recognised by method, path and body.
    pub(crate) fn idempotency(&self, actor: Uuid, request: &[&[u8]]) -> Option<IdempotencyKey> {
        let key = self.key.as_ref()?;
        let key_hash = sha256(&[actor.as_bytes().as_slice(), key].concat());
        Some(IdempotencyKey { key_hash, request_hash: sha256(&request.join(&b'\n')) })
    }
}

/// An `ETag` of ours is the version in quotes; `*` asks for no version at all.
fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let mut values = headers.get_all(IF_MATCH).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" && values.next().is_none() {
        return Ok(None);
    }
    let version = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok());
    match (version, values.next()) {
        (Some(version), None) => Ok(Some(version)),
        _ => Err(Problem::unreadable("If-Match", "must be one ETag as an answer gave it")),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<Vec<u8>>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else { return Ok(None) };
    let key = value.as_bytes();
    let visible = key.iter().all(u8::is_ascii_graphic);
    if key.is_empty() || key.len() > 255 || !visible || values.next().is_some() {
        let reason = "must be one key of 1 to 255 visible ASCII characters";
        return Err(Problem::unreadable("Idempotency-Key", reason));
    }
    Ok(Some(key.to_vec()))
}

fn reason(headers: &HeaderMap) -> Result<Option<Reason>, Problem> {
    let Some(value) = headers.get("x-reason") else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes())
        .map_err(|_not_text| Problem::unreadable("X-Reason", "must be UTF-8"))?;
    Reason::parse(text)
        .map(Some)
        .map_err(|reason| Problem::unreadable("X-Reason", &reason.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn conditions(name: &'static str, value: &str) -> Result<Conditions, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header"));
        Conditions::of(&headers)
    }

    #[test]
    fn an_etag_of_ours_is_a_version() {
        assert_eq!(conditions("if-match", "\"12\"").expect("reads").version, Some(12));
        assert_eq!(conditions("if-match", "*").expect("reads").version, None);
        for bad in ["12", "W/\"12\"", "\"\"", "\"x\"", "\"1\", \"2\"", "\"99999999999999999999\""] {
            assert_eq!(conditions("if-match", bad).expect_err("refused").status, 400, "{bad}");
        }
    }

    #[test]
    fn an_idempotency_key_is_visible_ascii() {
        assert!(conditions("idempotency-key", "a-1").expect("reads").key.is_some());
        for bad in ["", "a b", "ä", &"x".repeat(256)] {
            assert_eq!(conditions("idempotency-key", bad).expect_err("refused").status, 400);
        }
    }

    #[test]
    fn a_reason_may_hold_any_letters() {
        let read = conditions("x-reason", "Umzug nach Köln").expect("reads");
        assert_eq!(read.reason.expect("there").as_str(), "Umzug nach Köln");
    }
}
