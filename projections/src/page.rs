//! Pages of lists: a cursor says where the next one starts.

use crate::ViewError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// The cursor of the next page; none when this is the last.
    pub next: Option<String>,
}

/// A place in a list, opaque to whoever carries it.
#[derive(Debug)]
pub struct Cursor;

impl Cursor {
    /// Writes a place down.
    pub fn write(place: &impl Serialize) -> Option<String> {
        serde_json::to_vec(place).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
    }

    /// Reads a place that [`Self::write`] wrote.
    pub fn read<T: DeserializeOwned>(cursor: &str) -> Result<T, ViewError> {
        URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .ok_or(ViewError::BadCursor)
    }
}

impl<T> Page<T> {
    /// A page of one more item than `limit`, if there was one more, whose last one is left off.
    pub(crate) fn cut<P: Serialize>(
        mut items: Vec<T>,
        limit: u32,
        place: impl Fn(&T) -> P,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let next = if items.len() > limit {
            items.truncate(limit);
            items.last().and_then(|last| Cursor::write(&place(last)))
        } else {
            None
        };
        Self { items, next }
    }
}
