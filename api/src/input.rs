//! The door: what clients send becomes domain values here, or is refused with every field named.

use crate::error::{FieldError, Problem};
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer};
use std::fmt::Display;
use std::str::FromStr;
use uuid::Uuid;

/// Collects what is wrong with the fields of a request, to tell all of it at once.
#[derive(Debug, Default)]
pub(crate) struct Door {
    errors: Vec<FieldError>,
}

impl Door {
    /// Takes a parsed field, or notes why not.
    pub(crate) fn take<T, E: Display>(
        &mut self,
        field: impl Into<String>,
        parsed: Result<T, E>,
    ) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(reason) => {
                self.refuse(field, &reason);
                None
            }
        }
    }

    /// Takes a field that may be absent: `Some(None)` when it is.
    pub(crate) fn take_if<T, E: Display>(
        &mut self,
        field: &str,
        typed: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Maybe<T> {
        match typed {
            None => Some(None),
            Some(typed) => self.take(field, parse(typed)).map(Some),
        }
    }

    /// Takes a list, naming its entries `field[0]`, `field[1]` …
    pub(crate) fn take_all<S: AsRef<str>, T, E: Display>(
        &mut self,
        field: &str,
        typed: &[S],
        max: usize,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        if typed.len() > max {
            self.refuse(field, &format_args!("must have at most {max} entries"));
            return None;
        }
        let mut taken = Vec::with_capacity(typed.len());
        for (index, typed) in typed.iter().enumerate() {
            taken.extend(self.take(format!("{field}[{index}]"), parse(typed.as_ref())));
        }
        (taken.len() == typed.len()).then_some(taken)
    }

    /// Notes what is wrong with a field.
    pub(crate) fn refuse(&mut self, field: impl Into<String>, reason: &dyn Display) {
        self.errors.push(FieldError { field: field.into(), reason: reason.to_string() });
    }

    /// Builds the value out of what was taken, or refuses with all that is wrong.
    pub(crate) fn build<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Problem> {
        if self.errors.is_empty()
            && let Some(built) = build()
        {
            return Ok(built);
        }
        Err(Problem::invalid(StatusCode::UNPROCESSABLE_ENTITY, self.errors))
    }
}

/// Reads an id.
pub(crate) fn id<T: FromStr>(typed: &str) -> Result<T, &'static str> {
    typed.parse().map_err(|_not_an_id| "must be a UUID")
}

/// Reads a UUID.
pub(crate) fn uuid(typed: &str) -> Result<Uuid, &'static str> {
    id(typed)
}

/// Reads a text to search for.
pub(crate) fn search(typed: &str) -> Result<String, &'static str> {
    if typed.chars().any(char::is_control) {
        return Err("must not contain control characters");
    }
    if typed.chars().count() > 200 {
        return Err("must have at most 200 characters");
    }
    Ok(typed.to_owned())
}

/// Reads a cursor; what is in it, the list itself checks.
pub(crate) fn cursor(typed: &str) -> Result<String, &'static str> {
    if typed.len() > 4_096 || !typed.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("must be a cursor that this list gave out");
    }
    Ok(typed.to_owned())
}

/// The most entries of one page.
const LIMIT_MAX: u32 = 200;
/// The entries of a page when nobody says.
pub(crate) const LIMIT_DEFAULT: u32 = 50;

/// Reads how many entries a page has.
pub(crate) fn limit(typed: &str) -> Result<u32, &'static str> {
    typed
        .parse()
        .ok()
        .filter(|limit| (1..=LIMIT_MAX).contains(limit))
        .ok_or("must be a number from 1 to 200")
}

/// Reads one of some words.
pub(crate) fn one_of(typed: &str, words: &[&'static str]) -> Result<&'static str, String> {
    words
        .iter()
        .find(|word| **word == typed)
        .copied()
        .ok_or_else(|| format!("must be one of {}", words.join(", ")))
}

/// Absent, empty, or a value; three things that a patch tells apart.
pub(crate) type Maybe<T> = Option<Option<T>>;

/// For `#[serde(deserialize_with)]`: absent is `None`, `null` is `Some(None)`.
pub(crate) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Maybe<T>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
