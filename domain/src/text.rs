//! Short texts that people type: bounded, trimmed, without control characters.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a typed value is not taken. Never repeats the value, which may be personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing is left after trimming.
    #[error("must not be empty")]
    Empty,
    /// More characters than the field takes.
    #[error("must have at most {max} characters")]
    TooLong {
        /// The most characters.
        max: usize,
    },
    /// U+0000 and its like, which no database, log or mail header should meet.
    #[error("must not contain control characters")]
    ControlCharacter,
}

/// Trims and checks a text of 1 to `max` characters; `lines` allows line breaks.
fn checked(typed: &str, max: usize, lines: bool) -> Result<String, InvalidText> {
    let text = typed.trim();
    if text.is_empty() {
        return Err(InvalidText::Empty);
    }
    if text.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'))) {
        return Err(InvalidText::ControlCharacter);
    }
    if text.chars().count() > max {
        return Err(InvalidText::TooLong { max });
    }
    Ok(text.to_owned())
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, max $max:literal, lines $lines:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most characters it takes.
            pub const CHARACTERS_MAX: usize = $max;

            /// Trims and checks what somebody typed.
            pub fn parse(typed: &str) -> Result<Self, InvalidText> {
                checked(typed, $max, $lines).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

text!(
    /// A person's or household's name as it is shown.
    PersonName, max 200, lines false
);
text!(
    /// The honorific before a name (R111).
    Honorific, max 40, lines false
);
text!(
    /// A job's name as the jobs list shows it.
    JobName, max 200, lines false
);
text!(
    /// A customer's name: a household's or a company's.
    CustomerName, max 200, lines false
);
text!(
    /// What a subcontractor's company is called.
    CompanyName, max 200, lines false
);
text!(
    /// A reference of the builder's own, such as a permit number.
    Reference, max 100, lines false
);
text!(
    /// A postal address in one text.
    PostalAddress, max 500, lines true
);
text!(
    /// Why somebody did something; asked for where the rules say so.
    Reason, max 500, lines true
);
text!(
    /// A name that tells one API key or account from another.
    Label, max 100, lines false
);

text!(
    /// A type of jobs, on the list that the account edits (R56).
    JobType, max 100, lines false
);
text!(
    /// What a task or a milestone is called.
    Title, max 200, lines false
);
text!(
    /// An internal note on a job; customers never see it (R97).
    NoteText, max 2000, lines true
);

text!(
    /// What a custom field of kind text holds (R41).
    CustomText, max 2000, lines false
);

/// What a message between the builder and an owner says (R63): lines, and no other control characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageText(String);

impl MessageText {
    /// The most characters it takes.
    pub const CHARACTERS_MAX: usize = 4_000;

    /// Trims and checks what somebody typed; lines may end as on Windows.
    pub fn parse(typed: &str) -> Result<Self, InvalidText> {
        let lines = typed.replace("\r\n", "\n");
        if lines.contains(['\r', '\t']) {
            return Err(InvalidText::ControlCharacter);
        }
        checked(&lines, Self::CHARACTERS_MAX, true).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What two people tell each other.
impl fmt::Debug for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageText(…)")
    }
}

/// What a builder keeps of a person.
impl fmt::Debug for CustomText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomText(…)")
    }
}

/// A note is free text and may name people.
impl fmt::Debug for NoteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoteText(…)")
    }
}

/// A personal name does not show in logs.
impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

/// Part of a personal name.
impl fmt::Debug for Honorific {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Honorific(…)")
    }
}

/// A home's address does not show in logs.
impl fmt::Debug for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostalAddress(…)")
    }
}

/// A household is often called by somebody's name.
impl fmt::Debug for CustomerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerName(…)")
    }
}

/// A reason is free text and may name people.
impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reason(…)")
    }
}

macro_rules! plain_debug {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
    )+};
}
plain_debug!(JobName, CompanyName, Reference, Label, JobType, Title);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed() {
        assert_eq!(PersonName::parse("  Ada ").map(|n| n.as_str().to_owned()), Ok("Ada".into()));
    }

    #[test]
    fn an_empty_name_a_long_one_and_one_with_nul_are_refused() {
        assert_eq!(PersonName::parse(" \t"), Err(InvalidText::Empty));
        assert_eq!(PersonName::parse(&"x".repeat(201)), Err(InvalidText::TooLong { max: 200 }));
        assert_eq!(PersonName::parse("a\0b"), Err(InvalidText::ControlCharacter));
        assert_eq!(PersonName::parse("a\nb"), Err(InvalidText::ControlCharacter));
    }

    #[test]
    fn a_message_has_lines_and_no_other_control_characters() {
        let read = |typed: &str| MessageText::parse(typed).map(|text| text.as_str().to_owned());
        assert_eq!(read(" One\r\ntwo\n\nthree \n"), Ok("One\ntwo\n\nthree".to_owned()));
        for typed in ["a\tb", "a\rb", "a\0b", "a\u{1b}[31mb", "a\u{85}b"] {
            assert_eq!(read(typed), Err(InvalidText::ControlCharacter), "{typed:?}");
        }
        assert_eq!(read(" \r\n "), Err(InvalidText::Empty));
        assert!(read(&"é".repeat(4_000)).is_ok());
        assert_eq!(read(&"é".repeat(4_001)), Err(InvalidText::TooLong { max: 4_000 }));
    }

    #[test]
    fn an_address_may_have_lines() {
        assert!(PostalAddress::parse("12 Elm St\nSpringfield").is_ok());
    }
}
