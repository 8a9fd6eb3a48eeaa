//! Phone numbers: kept as typed beside a normal form where one can be told.

use crate::text::InvalidText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A phone number.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PhoneNumber {
    typed: Box<str>,
    /// E.164, such as `+12125550180`; absent where what was typed is no number that can be dialled.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    normal: Option<Box<str>>,
}

impl PhoneNumber {
    /// The most characters of the typed form.
    pub const CHARACTERS_MAX: usize = 60;

    /// Keeps what was typed and tells its E.164 form, reading national numbers as North American.
    pub fn parse(typed: &str) -> Result<Self, InvalidText> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(InvalidText::Empty);
        }
        if typed.chars().any(char::is_control) {
            return Err(InvalidText::ControlCharacter);
        }
        if typed.chars().count() > Self::CHARACTERS_MAX {
            return Err(InvalidText::TooLong { max: Self::CHARACTERS_MAX });
        }
        let normal = phonenumber::parse(Some(phonenumber::country::US), typed)
            .ok()
            .map(|number| format!("+{}{}", number.code().value(), number.national()).into());
        Ok(Self { typed: typed.into(), normal })
    }

    /// As somebody typed it.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// E.164 where it can be told, else the digits of what was typed.
    pub fn comparable(&self) -> String {
        self.normal.as_deref().map_or_else(
            || self.typed.chars().filter(char::is_ascii_digit).collect(),
            str::to_owned,
        )
    }
}

/// A number does not show in logs.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::PhoneNumber;

    fn comparable(typed: &str) -> String {
        PhoneNumber::parse(typed).expect("taken").comparable()
    }

    #[test]
    fn ways_of_writing_one_number_compare_equal() {
        assert_eq!(comparable("2125550180"), "+12125550180");
        assert_eq!(comparable("(212) 555-0180"), "+12125550180");
        assert_eq!(comparable("+1 212 555 0180"), "+12125550180");
    }

    #[test]
    fn what_is_no_number_is_kept_as_typed() {
        assert_eq!(PhoneNumber::parse("ask at the site").expect("kept").typed(), "ask at the site");
    }
}
