//! Days of the calendar: deadlines and due dates, which have no hour and no time zone.

use crate::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use time::Date;
use time::macros::format_description;

/// Why a typed day is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a day of the calendar, such as 2026-05-31")]
pub struct InvalidDay;

/// A day of the calendar; `YYYY-MM-DD` in text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(Date);

impl Day {
    /// Reads `YYYY-MM-DD`.
    pub fn parse(typed: &str) -> Result<Self, InvalidDay> {
        // The format itself would take a sign and a shorter year.
        if typed.len() != 10 || !typed.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(InvalidDay);
        }
        Date::parse(typed, format_description!("[year]-[month]-[day]"))
            .map(Self)
            .map_err(|_not_a_day| InvalidDay)
    }

    /// The day in UTC on which a moment lies.
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.moment().date())
    }

    /// The moment at which it begins in UTC.
    pub fn begins(self) -> Timestamp {
        Timestamp::new(self.0.midnight().assume_utc())
    }

    /// The moment at which the next day begins in UTC.
    pub fn ends(self) -> Timestamp {
        self.begins().plus_hours(24)
    }

    /// How many days from `earlier` to this day; negative when it lies before.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_days()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(typed: &str) -> Day {
        Day::parse(typed).expect("a day")
    }

    #[test]
    fn a_day_reads_back_what_it_wrote() {
        for written in ["2026-05-31", "2028-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(day(written).to_string(), written);
        }
    }

    #[test]
    fn what_is_no_day_of_the_calendar_is_refused() {
        for typed in ["", "2026-02-29", "2026-5-31", "31.05.2026", "+2026-05-3", "2026-05-31T00"] {
            assert_eq!(Day::parse(typed), Err(InvalidDay), "{typed}");
        }
    }

    #[test]
    fn days_are_counted_over_months_and_backwards() {
        assert_eq!(day("2026-03-01").days_since(day("2026-02-27")), 2);
        assert_eq!(day("2026-02-27").days_since(day("2026-03-01")), -2);
        let evening = Timestamp::parse("2026-02-27T23:59:59.999999Z").expect("a time");
        assert_eq!(Day::of(evening), day("2026-02-27"));
    }
}
