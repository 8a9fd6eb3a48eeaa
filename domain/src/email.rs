//! Email addresses: the typed form for display, the normal form for comparing (RULES.md 2.2).

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Why an address is not taken. Never repeats the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmail {
    /// Nothing was typed.
    #[error("must not be empty")]
    Empty,
    /// RFC 5321, 4.5.3.1.3: a path has at most 254 octets between its brackets.
    #[error("must have at most 254 bytes")]
    TooLong,
    /// U+0000, line breaks and their like would split a mail header.
    #[error("must not contain control characters")]
    ControlCharacter,
    /// None, or more than one; a full-width one counts too.
    #[error("must have exactly one @")]
    NotOneAt,
    /// The part behind the @ is no domain.
    #[error("must have a valid domain behind the @")]
    Domain,
    /// The part before the @ is not one that mail servers take.
    #[error("must have a valid name before the @")]
    Local,
}

/// The text with its characters in one form each (UAX 15); ASCII has no others.
fn nfkc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { text.nfkc().collect() }
}

/// A valid address. Two addresses are equal when their normal forms are.
#[derive(Clone)]
pub struct EmailAddress {
    typed: Box<str>,
    /// Absent where the typed form is already normal, as most are.
    normal: Option<Box<str>>,
}

impl EmailAddress {
    /// The most bytes of the normal form (RFC 5321, 4.5.3.1.3).
    pub const BYTES_MAX: usize = 254;

    /// Normalises, then checks: NFKC, trim, no control characters, one `@`, IDNA for the domain,
    /// lower case for both parts. Tags (`+x`) and dots stay, because people use them on purpose.
    pub fn parse(typed: &str) -> Result<Self, InvalidEmail> {
        let shown = typed.trim();
        let folded = nfkc(shown);
        let folded = folded.trim();
        if folded.is_empty() {
            return Err(InvalidEmail::Empty);
        }
        if folded.chars().chain(shown.chars()).any(char::is_control) {
            return Err(InvalidEmail::ControlCharacter);
        }
        if shown.len() > 2 * Self::BYTES_MAX {
            return Err(InvalidEmail::TooLong);
        }
        let (local, domain) = folded.split_once('@').ok_or(InvalidEmail::NotOneAt)?;
        if domain.contains('@') {
            return Err(InvalidEmail::NotOneAt);
        }
        if local.is_empty() || local.chars().any(char::is_whitespace) {
            return Err(InvalidEmail::Local);
        }
        let Ok(domain) = idna::domain_to_ascii_strict(domain) else {
            return Err(InvalidEmail::Domain);
        };
        if domain.is_empty() || !domain.contains('.') || domain.ends_with('.') {
            return Err(InvalidEmail::Domain);
        }
        // Lower case can compose anew: J and a caron are two characters, ǰ is one.
        let local = local.to_lowercase();
        let local = nfkc(&local);
        let normal = format!("{local}@{domain}");
        if normal.len() > Self::BYTES_MAX {
            return Err(InvalidEmail::TooLong);
        }
        if !email_address::EmailAddress::is_valid(&normal) {
            return Err(InvalidEmail::Local);
        }
        let normal = (normal != shown).then(|| normal.into_boxed_str());
        Ok(Self { typed: shown.into(), normal })
    }

    /// The form for display, as somebody typed it.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The form for comparing.
    pub fn normal(&self) -> &str {
        self.normal.as_deref().unwrap_or(&self.typed)
    }

    /// What stands after the `@`, in normal form.
    pub fn domain(&self) -> &str {
        self.normal().rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether anybody can have an address at this domain, so that it tells no company (H9).
    pub fn is_free_mail(&self) -> bool {
        crate::free_mail::is_free(self.domain())
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.normal() == other.normal()
    }
}

impl Eq for EmailAddress {}

/// An address does not show in logs.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// Both forms are stored, so that an old event keeps its meaning when the normaliser learns more.
#[derive(Serialize, Deserialize)]
struct Both {
    typed: Box<str>,
    normal: Box<str>,
}

impl Serialize for EmailAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.normal {
            None => serializer.serialize_str(&self.typed),
            Some(normal) => {
                Both { typed: self.typed.clone(), normal: normal.clone() }.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms)
    }
}

/// Reads either form. A visitor of our own, because a derived one for either would copy first.
struct Forms;

impl<'de> Visitor<'de> for Forms {
    type Value = EmailAddress;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address, or its typed and its normal form")
    }

    fn visit_str<E: serde::de::Error>(self, typed: &str) -> Result<EmailAddress, E> {
        Ok(EmailAddress { typed: typed.into(), normal: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<EmailAddress, A::Error> {
        let both = Both::deserialize(MapAccessDeserializer::new(map))?;
        Ok(EmailAddress { typed: both.typed, normal: Some(both.normal) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(typed: &str) -> Result<String, InvalidEmail> {
        EmailAddress::parse(typed).map(|e| e.normal().to_owned())
    }

    #[test]
    fn case_width_and_space_do_not_make_another_address() {
        assert_eq!(normal(" Ada@Example.ORG "), Ok("ada@example.org".into()));
        assert_eq!(normal("ada＠example.org"), Ok("ada@example.org".into()));
        assert_eq!(normal("ada@bücher.example"), Ok("ada@xn--bcher-kva.example".into()));
        assert_eq!(normal("J\u{30c}@example.org"), Ok("\u{1f0}@example.org".into()));
    }

    #[test]
    fn tags_and_dots_make_another_address() {
        assert_ne!(normal("a.da@example.org"), normal("ada@example.org"));
        assert_ne!(normal("ada+house@example.org"), normal("ada@example.org"));
    }

    #[test]
    fn what_is_no_address_says_why() {
        assert_eq!(normal(""), Err(InvalidEmail::Empty));
        assert_eq!(normal("ada"), Err(InvalidEmail::NotOneAt));
        assert_eq!(normal("ada@b@example.org"), Err(InvalidEmail::NotOneAt));
        assert_eq!(normal("ada@＠example.org"), Err(InvalidEmail::NotOneAt));
        assert_eq!(normal("ada@example.org\nBcc: x@y.org"), Err(InvalidEmail::ControlCharacter));
        assert_eq!(normal("ada@localhost"), Err(InvalidEmail::Domain));
        assert_eq!(normal("ada@exa mple.org"), Err(InvalidEmail::Domain));
        assert_eq!(normal("a da@example.org"), Err(InvalidEmail::Local));
        assert_eq!(normal(&format!("{}@example.org", "a".repeat(250))), Err(InvalidEmail::TooLong));
    }

    #[test]
    fn the_typed_form_is_kept_for_display() {
        let email = EmailAddress::parse("Ada.L@Example.ORG").expect("valid");
        assert_eq!(email.typed(), "Ada.L@Example.ORG");
        let stored = serde_json::to_string(&email).expect("serialises");
        let back: EmailAddress = serde_json::from_str(&stored).expect("reads back");
        assert_eq!((back.typed(), back.normal()), (email.typed(), email.normal()));
    }
}
