//! JSON bodies: bounded, typed, and never echoed when they are refused. An endpoint that takes other
//! types beside JSON reads those itself, in [`RequestBody::parse`].

use crate::error::Problem;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

/// The most bytes of a body, unless its type says otherwise.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 20;

/// A body that an endpoint takes.
pub(crate) trait RequestBody: DeserializeOwned + Send {
    /// The most bytes of it.
    const BYTES_MAX: usize = BODY_BYTES_MAX;

    /// Reads it; JSON, unless the endpoint takes something else too.
    fn parse(headers: &HeaderMap, bytes: &Bytes) -> Result<Self, Problem> {
        parse(headers, bytes)
    }
}

pub(crate) async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::new("too_large", format!("The body has more than {max} bytes."));
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|text| text.parse().ok()).is_some_and(|length: usize| length > max) {
        discard(body).await;
        return Err(too_large());
    }
    to_bytes(body, max).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(|source| source.to_string().contains("length limit")) {
            return too_large();
        }
        Problem::unreadable("body", "must arrive in full")
    })
}

/// How much of a body that nobody wants is taken in all the same.
const DISCARDED_BYTES_MAX: usize = 32 << 20;

/// Takes a body in and forgets it: a client that is still sending would otherwise find its
/// connection closed, and may never read why it was refused.
pub(crate) async fn discard(body: Body) {
    let mut frames = body.into_data_stream();
    let mut taken = 0;
    while let Some(Ok(frame)) = frames.next().await {
        taken += frame.len();
        if taken > DISCARDED_BYTES_MAX {
            return;
        }
    }
}

pub(crate) fn parse<B: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<B, Problem> {
    // A command without fields may be sent without a body.
    if bytes.is_empty() {
        return from_json(b"{}");
    }
    if !is_json(headers) {
        let detail = "The body must be application/json.";
        return Err(Problem::new("unsupported_media_type", detail));
    }
    from_json(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|(kind, _)| kind.eq_ignore_ascii_case("application/json"))
}

/// The type of the body and its parameters, as the request names them.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<(&str, &str)> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
    Some((kind.trim(), parameters))
}

pub(crate) fn from_json<B: DeserializeOwned>(bytes: &[u8]) -> Result<B, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| unreadable(&error.path().to_string(), error.inner()))?;
    deserializer.end().map_err(|error| unreadable(".", &error))?;
    Ok(parsed)
}

/// The field and what it should be, in words that hold nothing of what was sent.
pub(crate) fn unreadable(path: &str, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        let (line, column) = (error.line(), error.column());
        let reason = format!("must be valid JSON (line {line}, column {column})");
        return Problem::unreadable("body", &reason);
    }
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    let path = shown(path);
    if let Some(field) = quoted(said, "missing field `") {
        let field = if path == "body" { field.to_owned() } else { format!("{path}.{field}") };
        return Problem::unreadable(&field, "is required");
    }
    if let Some(field) = quoted(said, "duplicate field `") {
        return Problem::unreadable(field, "must be there once");
    }
    if said.starts_with("unknown field") {
        return Problem::unreadable(&path, "is not a field of this request");
    }
    match said.rsplit_once(", expected ") {
        Some((_, expected)) => Problem::unreadable(&path, &format!("must be {expected}")),
        None => Problem::unreadable(&path, "is not what it should be"),
    }
}

fn quoted<'a>(said: &'a str, before: &str) -> Option<&'a str> {
    said.strip_prefix(before)?.strip_suffix('`')
}

/// The path of a field: only what looks like one of ours, since a caller's own word may hold
/// anything.
fn shown(path: &str) -> String {
    let ours = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    if path == "." || path.is_empty() || path.len() > 100 || !path.chars().all(ours) {
        return "body".to_owned();
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Person {
        name: String,
        phones: Option<Vec<String>>,
        inner: Option<Box<Person>>,
    }

    fn refused(json: &str) -> (String, String) {
        let problem = from_json::<Person>(json.as_bytes()).expect_err("refused");
        assert_eq!(problem.status, 400);
        assert!(!problem.body.detail.contains("secret"), "{}", problem.body.detail);
        (problem.body.field.expect("a field"), problem.body.detail)
    }

    #[test]
    fn the_field_is_named_and_its_value_is_not_echoed() {
        let is = |json, field: &str, detail: &str| {
            assert_eq!(refused(json), (field.to_owned(), detail.to_owned()), "{json}");
        };
        is(r#"{"name": 7}"#, "name", "name must be a string.");
        is(r#"{"name": "a", "phones": ["b", {}]}"#, "phones[1]", "phones[1] must be a string.");
        is("{}", "name", "name is required.");
        is(r#"{"name": "a", "inner": {}}"#, "inner.name", "inner.name is required.");
        is(r#"{"name": "a", "nick": "secret"}"#, "nick", "nick is not a field of this request.");
        is(r#"{"name": "a", "name": "secret"}"#, "name", "name must be there once.");
        is(r#"{"name": "a", "my secret": 1}"#, "body", "body is not a field of this request.");
        is(
            r#"{"name": "a", "phones": "secret, expected"}"#,
            "phones",
            "phones must be a sequence.",
        );
        is("[1]", "[0]", "[0] must be a string.");
        is("", "body", "body must be valid JSON (line 1, column 0).");
        is(r#"{"name": "a"} x"#, "body", "body must be valid JSON (line 1, column 15).");
    }
}
