//! From a file's bytes to text.
//!
//! Address books seldom say their charset, and sometimes say a wrong one. What is known of the
//! whole file wins (a byte order mark, text that came in JSON); then what a property or the request
//! says; then UTF-8; and what is no UTF-8 is read as windows-1252, which takes every byte.

use axum::body::Bytes;
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// An address book as it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) bytes: Bytes,
    /// The charset that the request names.
    pub(crate) named: Option<&'static Encoding>,
    /// It came as text, whatever the file itself says.
    pub(crate) is_text: bool,
}

/// Its bytes without a byte order mark, and what they are read by.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Certain for all of the file.
    pub(crate) is_utf8: bool,
    named: Option<&'static Encoding>,
}

impl From<String> for Upload {
    fn from(text: String) -> Self {
        Self { bytes: text.into(), named: None, is_text: true }
    }
}

impl Upload {
    pub(crate) fn source(&self) -> Source<'_> {
        let bytes = &self.bytes[..];
        let marked = Encoding::for_bom(bytes).map(|(charset, _)| charset);
        let wide = [UTF_16LE, UTF_16BE].into_iter().find(|wide| {
            marked == Some(*wide)
                || self.named == Some(*wide)
                || marked.is_none() && looks_like(wide, bytes)
        });
        if let Some(wide) = wide.filter(|_| !self.is_text) {
            let text = wide.decode_with_bom_removal(bytes).0.into_owned();
            return Source { bytes: text.into_bytes().into(), is_utf8: true, named: None };
        }
        let without = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let is_utf8 = self.is_text || without.len() < bytes.len();
        Source { bytes: without.into(), is_utf8, named: self.named }
    }
}

impl Source<'_> {
    /// All of it as text.
    pub(crate) fn text(&self) -> String {
        let named = if self.is_utf8 { Some(UTF_8) } else { self.named };
        decoded(&self.bytes, named).0
    }

    /// The charset of bytes that stand in the file as they are.
    pub(crate) fn charset(&self, named: Option<&'static Encoding>) -> Option<&'static Encoding> {
        if self.is_utf8 { Some(UTF_8) } else { named.or(self.named) }
    }
}

/// The first letters of a file that is written in two bytes a letter, and has no mark.
fn looks_like(wide: &'static Encoding, bytes: &[u8]) -> bool {
    let zeros = |offset: usize| bytes.iter().skip(offset).step_by(2).take(2).all(|byte| *byte == 0);
    let (low, high) = if wide == UTF_16LE { (0, 1) } else { (1, 0) };
    bytes.len() >= 4 && zeros(high) && !zeros(low)
}

/// A charset by its name, unless it is one that cannot be read.
pub(crate) fn by_name(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().trim_matches('"').as_bytes())
        .filter(|charset| *charset != REPLACEMENT)
}

/// The text, and whether some of its bytes stand for nothing in their charset.
pub(crate) fn decoded(bytes: &[u8], named: Option<&'static Encoding>) -> (String, bool) {
    // Who converts a file to UTF-8 seldom corrects the charsets that stand in it.
    if named.is_none_or(|named| named == WINDOWS_1252)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return (text.to_owned(), false);
    }
    let charset = named.unwrap_or(WINDOWS_1252);
    let (text, damaged) = charset.decode_without_bom_handling(bytes);
    (text.into_owned(), damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], named: Option<&str>) -> String {
        let named = named.and_then(by_name);
        let bytes = Bytes::copy_from_slice(bytes);
        Upload { bytes, named, is_text: false }.source().text()
    }

    #[test]
    fn a_file_is_read_by_its_mark_then_by_its_name_then_as_what_it_can_be() {
        assert_eq!(text("Zoë".as_bytes(), None), "Zoë");
        assert_eq!(text(b"Zo\xeb", None), "Zoë");
        assert_eq!(text(b"\xef\xbb\xbfZo\xc3\xab", Some("shift_jis")), "Zoë");
        assert_eq!(text(b"\xff\xfeZ\0o\0\xeb\0", None), "Zoë");
        assert_eq!(text(b"\xfe\xff\0Z\0o\0\xeb", None), "Zoë");
        assert_eq!(text(b"A\0d\0a\0", None), "Ada");
        assert_eq!(text(b"\0A\0d\0a", None), "Ada");
        assert_eq!(text(b"\xd1\xeb\xe0\xe2\xe0", Some("windows-1251")), "Слава");
        assert_eq!(text("Zoë".as_bytes(), Some("iso-8859-1")), "Zoë", "said wrongly");
    }

    #[test]
    fn a_charset_that_cannot_be_read_is_none() {
        assert_eq!(by_name("\"UTF-8\""), Some(UTF_8));
        assert_eq!(by_name("utf-7"), None);
        assert_eq!(by_name("iso-2022-kr"), None);
    }

    #[test]
    fn what_came_as_text_is_text_whatever_it_begins_with() {
        let source = Upload::from("a\0b\0".to_owned());
        assert_eq!(source.source().text(), "a\0b\0");
    }
}
