//! Points in time, to the microsecond that `PostgreSQL` keeps.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use time::{Duration, OffsetDateTime, UtcOffset};

/// A moment in UTC, whole microseconds; RFC 3339 in text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// RFC 3339 writes no years but these; what another offset would carry beyond them stops there.
    const FIRST: OffsetDateTime = datetime!(0000-01-01 00:00:00 UTC);
    const LAST: OffsetDateTime = datetime!(9999-12-31 23:59:59.999_999 UTC);

    /// The moment, cut to microseconds and turned to UTC.
    pub fn new(moment: OffsetDateTime) -> Self {
        let beyond = if moment.year() > 0 { Self::LAST } else { Self::FIRST };
        let utc = moment.checked_to_offset(UtcOffset::UTC).unwrap_or(beyond);
        let utc = utc.clamp(Self::FIRST, Self::LAST);
        let micros = utc.microsecond();
        Self(utc.replace_microsecond(micros).unwrap_or(utc))
    }

    /// The moment as the time crate has it.
    pub const fn moment(self) -> OffsetDateTime {
        self.0
    }

    /// This moment and some hours.
    #[must_use]
    pub fn plus_hours(self, hours: i64) -> Self {
        Self::new(self.0.saturating_add(Duration::hours(hours)))
    }

    /// This moment and some minutes.
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self::new(self.0.saturating_add(Duration::minutes(minutes)))
    }

    /// Seconds from `earlier` to this moment; negative when it lies before.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_seconds()
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Result<Self, time::error::Parse> {
        OffsetDateTime::parse(text, &Rfc3339).map(Self::new)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.0;
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
            t.year(),
            u8::from(t.month()),
            t.day(),
            t.hour(),
            t.minute(),
            t.second(),
            t.microsecond()
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn a_timestamp_reads_back_what_it_wrote() {
        let written = "2026-11-21T09:05:07.000123Z";
        assert_eq!(Timestamp::parse(written).map(|t| t.to_string()), Ok(written.to_owned()));
    }

    #[test]
    fn other_offsets_become_utc_and_nanoseconds_are_cut() {
        let read = Timestamp::parse("2026-11-21T10:05:07.000123999+01:00").map(|t| t.to_string());
        assert_eq!(read, Ok("2026-11-21T09:05:07.000123Z".to_owned()));
    }

    #[test]
    fn the_first_and_the_last_year_are_not_left_by_an_offset() {
        let read = |text| Timestamp::parse(text).map(|t| t.to_string());
        let (first, last) = ("0000-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z");
        assert_eq!(read("0000-01-01T00:00:00+01:00"), Ok(first.to_owned()));
        assert_eq!(read("9999-12-31T23:59:59-01:00"), Ok(last.to_owned()));
    }
}
