//! Times as older systems write them.

use domain::{Day, Timestamp};

/// What databases write where there is no time.
const NO_DAY: &str = "0000-00-00";

/// Reads RFC 3339, or a plain ISO day with or without a time; without an offset it is in UTC, and a
/// day alone is its first moment. `None` is a database's way to say that there is none.
pub(super) fn moment(typed: &str, latest: Timestamp) -> Result<Option<Timestamp>, &'static str> {
    const EXPECTED: &str = "must be a day or a time, such as 2023-05-01 or 2023-05-01T17:45:00Z";
    if typed.starts_with(NO_DAY) {
        return Ok(None);
    }
    let (day, time) = typed.split_once(['T', 't', ' ']).unwrap_or((typed, "00:00"));
    let day = Day::parse(day).map_err(|_no_day| EXPECTED)?;
    let (clock, offset) = split_offset(time).ok_or(EXPECTED)?;
    let seconds = if clock.len() == "17:45".len() { ":00" } else { "" };
    let moment = Timestamp::parse(&format!("{day}T{clock}{seconds}{offset}"));
    let moment = moment.map_err(|_no_time| EXPECTED)?;
    if moment > latest {
        return Err("must not lie in the future");
    }
    Ok(Some(moment))
}

/// `17:45:00 +0200` is a clock and an offset.
fn split_offset(time: &str) -> Option<(&str, String)> {
    let time = time.trim();
    let upper = time.to_ascii_uppercase();
    if let Some(clock) = ["UTC", "Z"].iter().find_map(|zone| upper.strip_suffix(zone)) {
        return Some((time.get(..clock.len())?.trim_end(), "Z".to_owned()));
    }
    let Some(sign) = time.find(['+', '-']) else { return Some((time, "Z".to_owned())) };
    let (clock, offset) = time.split_at_checked(sign)?;
    let offset = match offset.len() {
        // +02, +0200 and +02:00
        3 => format!("{offset}:00"),
        5 => format!("{}:{}", offset.get(..3)?, offset.get(3..)?),
        _ => offset.to_owned(),
    };
    Some((clock.trim_end(), offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn latest() -> Timestamp {
        Timestamp::parse("2026-03-01T00:00:00Z").expect("a time")
    }

    fn read(typed: &str) -> Option<String> {
        moment(typed, latest()).ok().flatten().map(|at| at.to_string())
    }

    #[test]
    fn a_time_is_read_however_older_systems_write_it() {
        let same = [
            "2023-05-01T17:45:00Z",
            "2023-05-01t17:45:00z",
            "2023-05-01 17:45",
            "2023-05-01 17:45:00",
            "2023-05-01T17:45:00.000",
            "2023-05-01T19:45:00+02:00",
            "2023-05-01 19:45:00 +0200",
            "2023-05-01 19:45+02",
            "2023-05-01 12:45:00-05:00",
            "2023-05-01 17:45:00 UTC",
        ];
        for typed in same {
            assert_eq!(read(typed).as_deref(), Some("2023-05-01T17:45:00.000000Z"), "{typed}");
        }
        assert_eq!(read("2023-05-01").as_deref(), Some("2023-05-01T00:00:00.000000Z"));
    }

    #[test]
    fn no_time_is_none_and_what_is_no_time_is_refused() {
        assert_eq!(moment("0000-00-00", latest()), Ok(None));
        assert_eq!(moment("0000-00-00 00:00:00", latest()), Ok(None));
        let wrong = [
            "yesterday",
            "05/01/2023",
            "2023-5-1",
            "2023-02-30",
            "2023-05-01 25:00",
            "20230501",
            "2023-05-01T",
            "2023-05-01 17",
            "2023-05-01 17:45:00+2",
            "1682899200",
            "2023-05-01 é",
        ];
        for typed in wrong {
            let refused = moment(typed, latest()).expect_err(typed);
            assert!(refused.starts_with("must be a day or a time"), "{typed}");
        }
        assert_eq!(moment("2032-05-01", latest()), Err("must not lie in the future"));
    }

    proptest! {
        /// Whatever is typed, what is read lies on the day that is typed or beside it, and never
        /// in the future.
        #[test]
        fn anything_is_read_or_refused(typed in "\\PC{0,40}", time in "[-+:.0-9TtZz ü]{0,20}") {
            for typed in [typed, format!("2023-05-01 {time}")] {
                if let Ok(Some(at)) = moment(&typed, latest()) {
                    let day = Day::parse(&typed[..10]).expect("a day");
                    prop_assert!(at <= latest());
                    prop_assert!(Day::of(at).days_since(day).abs() <= 1);
                }
            }
        }
    }
}
