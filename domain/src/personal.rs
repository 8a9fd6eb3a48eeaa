//! Personal values: known, sealed or erased.
//!
//! A name, an address or a phone number in an event is a [`Personal`]. In the ledger it is sealed
//! with the key of the one it belongs to; destroying that key erases it from the whole history,
//! and everything that folds, lists or exports events goes on working with `Erased`. The sealing
//! itself is the event store's; this module only says which values are personal and whose.

use crate::ids::SubjectId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A value that belongs to somebody and can be erased.
#[derive(Clone, PartialEq, Eq)]
pub enum Personal<T> {
    /// The value is at hand.
    Known {
        /// Whose value it is.
        of: SubjectId,
        /// The value.
        value: T,
    },
    /// The value as the ledger keeps it: nonce and ciphertext, base64.
    Sealed {
        /// Whose value it is.
        of: SubjectId,
        /// What the event store sealed.
        sealed: Box<str>,
    },
    /// The key is destroyed; nobody knows the value any more.
    Erased {
        /// Whose value it was.
        of: SubjectId,
    },
}

impl<T> Personal<T> {
    /// A value at hand that belongs to `of`.
    pub fn known(of: impl Into<SubjectId>, value: T) -> Self {
        Self::Known { of: of.into(), value }
    }

    /// Whose value it is.
    pub const fn of(&self) -> SubjectId {
        match self {
            Self::Known { of, .. } | Self::Sealed { of, .. } | Self::Erased { of } => *of,
        }
    }

    /// The value, unless it is sealed or erased.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Sealed { .. } | Self::Erased { .. } => None,
        }
    }
}

/// Shows neither the value nor what is sealed.
impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known { .. } => "Personal(known)",
            Self::Sealed { .. } => "Personal(sealed)",
            Self::Erased { .. } => "Personal(erased)",
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<'a, T> {
    of: SubjectId,
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    plain: Option<T>,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    sealed: Option<std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    erased: bool,
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (plain, sealed, erased) = match self {
            Self::Known { value, .. } => (Some(value), None, false),
            Self::Sealed { sealed, .. } => {
                (None, Some(std::borrow::Cow::Borrowed(&**sealed)), false)
            }
            Self::Erased { .. } => (None, None, true),
        };
        Stored { of: self.of(), plain, sealed, erased }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::<'de, T>::deserialize(deserializer)?;
        let of = stored.of;
        match (stored.plain, stored.sealed, stored.erased) {
            (Some(value), None, false) => Ok(Self::Known { of, value }),
            (None, Some(sealed), false) => Ok(Self::Sealed { of, sealed: sealed.into() }),
            (None, None, true) => Ok(Self::Erased { of }),
            _ => Err(serde::de::Error::custom(
                "a personal value is exactly one of plain, sealed and erased",
            )),
        }
    }
}

/// A [`Personal`] of any type, as the event store seals and opens it.
pub trait Sealable {
    /// Whose value it is.
    fn subject(&self) -> SubjectId;
    /// The value as JSON, when it is known.
    fn plaintext(&self) -> Option<Result<Vec<u8>, serde_json::Error>>;
    /// The sealed text, when it is sealed.
    fn sealed(&self) -> Option<&str>;
    /// Replaces the value by its sealed text.
    fn seal(&mut self, sealed: Box<str>);
    /// Replaces the sealed text by the value in this JSON.
    fn open(&mut self, plaintext: &[u8]) -> Result<(), serde_json::Error>;
    /// Forgets the value.
    fn erase(&mut self);
}

impl<T: Serialize + DeserializeOwned> Sealable for Personal<T> {
    fn subject(&self) -> SubjectId {
        self.of()
    }

    fn plaintext(&self) -> Option<Result<Vec<u8>, serde_json::Error>> {
        self.value().map(serde_json::to_vec)
    }

    fn sealed(&self) -> Option<&str> {
        match self {
            Self::Sealed { sealed, .. } => Some(sealed),
            Self::Known { .. } | Self::Erased { .. } => None,
        }
    }

    fn seal(&mut self, sealed: Box<str>) {
        *self = Self::Sealed { of: self.of(), sealed };
    }

    fn open(&mut self, plaintext: &[u8]) -> Result<(), serde_json::Error> {
        *self = Self::Known { of: self.of(), value: serde_json::from_slice(plaintext)? };
        Ok(())
    }

    fn erase(&mut self) {
        *self = Self::Erased { of: self.of() };
    }
}

/// Walks the personal values of an event.
pub trait PersonalVisitor {
    /// Called once per personal value with the field's stable name, which is bound into the seal.
    fn visit(&mut self, field: &'static str, value: &mut dyn Sealable);
}

/// Whatever holds personal values and can show each of them to a visitor.
pub trait HoldsPersonal {
    /// Shows every personal value to the visitor, in a stable order.
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor);
}

/// A field before and after; `None` where it was, or is, empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct Change<T> {
    /// The value before.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    pub from: Option<Personal<T>>,
    /// The value after.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    pub to: Option<Personal<T>>,
}

impl<T: Serialize + DeserializeOwned> Change<T> {
    /// Shows both values to the visitor, under a name of their own each.
    pub fn each(
        &mut self,
        from: &'static str,
        to: &'static str,
        visitor: &mut dyn PersonalVisitor,
    ) {
        if let Some(value) = &mut self.from {
            visitor.visit(from, value);
        }
        if let Some(value) = &mut self.to {
            visitor.visit(to, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ContactId;
    use uuid::Uuid;

    #[test]
    fn a_personal_value_shows_nothing_in_debug() {
        let value = Personal::known(ContactId(Uuid::nil()), "Ada Lovelace".to_owned());
        assert_eq!(format!("{value:?}"), "Personal(known)");
    }

    #[test]
    fn each_form_reads_back_what_it_wrote() {
        let of = SubjectId(Uuid::from_u128(7));
        for value in [
            Personal::Known { of, value: "Ada".to_owned() },
            Personal::Sealed { of, sealed: "c2VhbGVk".into() },
            Personal::Erased { of },
        ] {
            let json = serde_json::to_string(&value).expect("serialises");
            let back: Personal<String> = serde_json::from_str(&json).expect("reads back");
            assert_eq!(back, value, "{json}");
        }
    }

    #[test]
    fn a_value_that_is_both_known_and_erased_is_refused() {
        let json = r#"{"of":"00000000-0000-0000-0000-000000000007","plain":"Ada","erased":true}"#;
        assert!(serde_json::from_str::<Personal<String>>(json).is_err());
    }
}
