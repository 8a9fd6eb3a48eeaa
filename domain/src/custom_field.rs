//! Custom fields: what a builder keeps of contacts beyond what every contact has (R41).
//!
//! The account says which fields there are and of which kind, see
//! [`crate::builder_account::CustomFieldsSet`]. A value is read by the kind of its field, and kept
//! with that kind, so that a history reads without the account's list of its time.

use crate::contact::ContactRejection;
use crate::day::Day;
use crate::event::Show;
use crate::text::{CustomText, Label};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a typed name is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 40 lower case letters a to z, digits, - or _")]
pub struct InvalidFieldName;

/// The stable name of a field: a word for paths, histories and programs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldName(String);

impl FieldName {
    /// The most characters it takes.
    pub const CHARACTERS_MAX: usize = 40;

    /// Checks what somebody typed.
    pub fn parse(typed: &str) -> Result<Self, InvalidFieldName> {
        let is_word = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        if (1..=Self::CHARACTERS_MAX).contains(&typed.len()) && typed.bytes().all(is_word) {
            Ok(Self(typed.to_owned()))
        } else {
            Err(InvalidFieldName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldKind {
    /// A text on one line.
    Text,
    /// A decimal number.
    Number,
    /// A day of the calendar.
    Date,
    /// One of some options.
    Choice {
        /// The options, in the order in which they are shown.
        choices: Vec<Label>,
    },
}

impl FieldKind {
    /// All words, for the door.
    pub const WORDS: [&'static str; 4] = ["text", "number", "date", "choice"];

    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Choice { .. } => "choice",
        }
    }
}

/// A field that the account's contacts have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// By which programs know it; it does not change.
    pub name: FieldName,
    /// What people call it.
    pub label: Label,
    /// What it holds; it does not change while the field is there.
    #[serde(flatten)]
    pub kind: FieldKind,
}

impl CustomField {
    /// The most options of a choice.
    pub const CHOICES_MAX: usize = 50;

    /// Reads what was typed by the field's kind. Who has an option that has left the list keeps it.
    pub(crate) fn fit(
        &self,
        typed: &TypedValue,
        present: Option<&CustomValue>,
    ) -> Result<FittingValue, ContactRejection> {
        let wrong = |expected| ContactRejection::CustomFieldWrongKind { expected };
        let value = match (&self.kind, typed) {
            (FieldKind::Text, TypedValue::Text(text)) => CustomValue::Text(text.clone()),
            (FieldKind::Text, TypedValue::Number(_)) => return Err(wrong("a text")),
            (FieldKind::Number, TypedValue::Number(number)) => CustomValue::Number(number.clone()),
            (FieldKind::Number, TypedValue::Text(text)) => Decimal::parse(text.as_str())
                .map(CustomValue::Number)
                .map_err(|_no_number| wrong("a decimal number, such as 12.5"))?,
            (FieldKind::Date, typed) => match typed {
                TypedValue::Text(text) => Day::parse(text.as_str()).ok(),
                TypedValue::Number(_) => None,
            }
            .map(CustomValue::Date)
            .ok_or_else(|| wrong("a day of the calendar, such as 2026-05-31"))?,
            (FieldKind::Choice { choices }, TypedValue::Text(text)) => {
                let there = match present {
                    Some(CustomValue::Choice(choice)) => Some(choice),
                    Some(CustomValue::Text(_) | CustomValue::Number(_) | CustomValue::Date(_))
                    | None => None,
                };
                let option = choices.iter().chain(there).find(|o| o.as_str() == text.as_str());
                let option = option.ok_or(ContactRejection::CustomFieldUnknownChoice)?;
                CustomValue::Choice(option.clone())
            }
            (FieldKind::Choice { .. }, TypedValue::Number(_)) => {
                return Err(wrong("one of the field's options, as a text"));
            }
        };
        Ok(FittingValue(value))
    }
}

/// A value as it was typed, before the field's kind says what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedValue {
    /// Text, which may mean a number or a day.
    Text(CustomText),
    /// A number.
    Number(Decimal),
}

/// A value that was read by the kind of its field. Only the rules make one, so that none gets past
/// the account's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FittingValue(CustomValue);

impl FittingValue {
    /// The value.
    pub const fn value(&self) -> &CustomValue {
        &self.0
    }
}

/// A value of a custom field, with its kind.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomValue {
    /// Of a text.
    Text(CustomText),
    /// Of a number.
    Number(Decimal),
    /// Of a date.
    Date(Day),
    /// Of a choice.
    Choice(Label),
}

impl CustomValue {
    /// The word of its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "number",
            Self::Date(_) => "date",
            Self::Choice(_) => "choice",
        }
    }
}

impl Show for CustomValue {
    fn show(&self) -> String {
        match self {
            Self::Text(text) => text.as_str().to_owned(),
            Self::Number(number) => number.as_str().to_owned(),
            Self::Date(day) => day.to_string(),
            Self::Choice(choice) => choice.as_str().to_owned(),
        }
    }
}

/// Says something about a person.
impl fmt::Debug for CustomValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomValue({})", self.kind())
    }
}

/// Why a typed number is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a decimal number with at most 20 digits before the point and 10 behind it")]
pub struct InvalidDecimal;

/// A decimal number, exact, in its shortest form: `12.5` for `012.50` and for `1.25e1`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(String);

impl Decimal {
    /// The most digits before the point.
    const WHOLE_MAX: usize = 20;
    /// The most digits behind the point.
    const FRACTION_MAX: usize = 10;
    /// The most characters that are looked at.
    const TYPED_MAX: usize = 64;

    /// Reads a number as JSON writes it; leading zeros are no mistake.
    pub fn parse(typed: &str) -> Result<Self, InvalidDecimal> {
        let typed = typed.trim();
        if typed.len() > Self::TYPED_MAX {
            return Err(InvalidDecimal);
        }
        let (mantissa, exponent) = match typed.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let exponent = exponent.parse::<i16>().map_err(|_no_exponent| InvalidDecimal)?;
                (mantissa, i64::from(exponent))
            }
            None => (typed, 0),
        };
        let (sign, digits) = match mantissa.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", mantissa),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(InvalidDecimal),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let digits = format!("{whole}{fraction}");
        if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidDecimal);
        }
        let from_left = digits.trim_start_matches('0');
        let significant = from_left.trim_end_matches('0');
        if significant.is_empty() {
            return Ok(Self("0".to_owned()));
        }
        let length = |text: &str| i64::try_from(text.len()).map_err(|_too_long| InvalidDecimal);
        // Where the point stands, counted from the first digit that says something.
        let point = length(whole)? - (length(&digits)? - length(from_left)?) + exponent;
        let behind = length(significant)? - point;
        let count = |n: i64| usize::try_from(n.max(0)).map_err(|_too_long| InvalidDecimal);
        let (before, behind, point) = (count(point)?, count(behind)?, count(point)?);
        if before > Self::WHOLE_MAX || behind > Self::FRACTION_MAX {
            return Err(InvalidDecimal);
        }
        Ok(Self(match significant.split_at_checked(point) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some(("", fraction)) => format!("{sign}0.{fraction:0>behind$}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{significant:0<before$}"),
        }))
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// May say something about a person.
impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decimal(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(typed: &str) -> Option<String> {
        Decimal::parse(typed).ok().map(|number| number.as_str().to_owned())
    }

    #[test]
    fn a_number_is_kept_to_the_last_digit_in_its_shortest_form() {
        for (typed, kept) in [
            ("0", "0"),
            ("-0.00", "0"),
            ("1850.50", "1850.5"),
            ("007", "7"),
            ("-12.5e1", "-125"),
            ("1.25E+1", "12.5"),
            ("1e-7", "0.0000001"),
            ("0.1e1", "1"),
            ("0.012", "0.012"),
            ("100", "100"),
            ("0.1234567891", "0.1234567891"),
            ("12345678901234567890.0123456789", "12345678901234567890.0123456789"),
        ] {
            assert_eq!(decimal(typed).as_deref(), Some(kept), "{typed}");
            assert_eq!(decimal(kept).as_deref(), Some(kept), "{kept} is its own shortest form");
        }
    }

    #[test]
    fn what_is_no_number_or_has_too_many_digits_is_refused() {
        let long = "1".repeat(65);
        for typed in [
            "",
            "-",
            ".5",
            "5.",
            "1,5",
            "1 5",
            "+5",
            "0x1",
            "NaN",
            "1e",
            "1e99999",
            "--1",
            "1.2.3",
            "123456789012345678901",
            "1e20",
            "0.12345678901",
            "1e-11",
            long.as_str(),
            "٣",
        ] {
            assert_eq!(decimal(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_name_is_a_word_for_paths() {
        for typed in ["colour", "lot-no_2", "7", &"x".repeat(40)] {
            assert_eq!(FieldName::parse(typed).as_ref().map(FieldName::as_str), Ok(typed));
        }
        for typed in ["", "Colour", "lot no", "a.b", "größe", "a/b", &"x".repeat(41)] {
            assert_eq!(FieldName::parse(typed), Err(InvalidFieldName), "{typed}");
        }
    }

    #[test]
    fn a_value_is_stored_with_its_kind_for_ever() {
        let text = CustomText::parse("7a").expect("valid");
        let number = Decimal::parse("12.50").expect("valid");
        for (value, stored) in [
            (CustomValue::Text(text), r#"{"text":"7a"}"#),
            (CustomValue::Number(number), r#"{"number":"12.5"}"#),
            (
                CustomValue::Date(Day::parse("2026-05-31").expect("valid")),
                r#"{"date":"2026-05-31"}"#,
            ),
            (CustomValue::Choice(Label::parse("Blue").expect("valid")), r#"{"choice":"Blue"}"#),
        ] {
            assert_eq!(serde_json::to_string(&value).expect("serialises"), stored);
            let back: CustomValue = serde_json::from_str(stored).expect("reads back");
            assert_eq!(back, value);
            assert!(stored.contains(value.kind()));
        }
    }

    #[test]
    fn a_value_shows_nothing_in_debug() {
        let value = CustomValue::Choice(Label::parse("Blue").expect("valid"));
        assert_eq!(format!("{value:?}"), "CustomValue(choice)");
        let number = TypedValue::Number(Decimal::parse("4711").expect("valid"));
        assert_eq!(format!("{number:?}"), "Number(Decimal(…))");
    }
}
