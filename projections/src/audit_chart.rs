//! How much was changed, over time and by kind of actor: the audit trail, counted.
//!
//! It is asked as for a page of the trail, and counts what its pages list. What counting costs does
//! not grow with the ledger: so many of the newest events are looked at and no more, found by the same
//! indexes as the pages are; the answer says from when on it is whole.

use crate::ViewError;
use crate::actors::{self, Stay};
use crate::audit_trail::{AuditQuery, AuditTrail};
use crate::view::View;
use domain::{Day, LedgerId, Timestamp};
use event_store::Reader;
use event_store::attempts::{ActorFilter, ActorSpan, AttemptQuery};
use serde::Serialize;
use std::collections::BTreeMap;
use time::{Date, Duration, Month, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

/// The most events that are looked at, and the most refused attempts.
pub const LOOKED_AT_MAX: u32 = 200_000;
/// The most steps of one unit; what has more is told in the next one.
const STEPS_MAX: usize = 45;

/// How long a step of a chart is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartUnit {
    /// A day, in UTC.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

/// How much was changed, step by step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditChart {
    /// `day`, `week`, `month` or `year`: the shortest that makes 45 steps or fewer.
    pub unit: ChartUnit,
    /// From the first step in which something happened to the last, oldest first, without a gap.
    pub steps: Vec<ChartStep>,
    /// What is older than this was too much to be counted; none when everything is.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub counted_from: Option<Timestamp>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChartStep {
    /// Its first day, in UTC.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// Its last day.
    #[schema(value_type = String, format = Date)]
    pub until: Day,
    /// How many events there were, by kind of actor.
    pub events: BTreeMap<String, u64>,
    /// How many attempts were refused.
    pub refused: u64,
}

/// What happened on one day.
#[derive(Debug, Default)]
struct Counts {
    events: BTreeMap<String, u64>,
    refused: u64,
}

/// The days on which something happened.
type Days = BTreeMap<Date, Counts>;

/// Counts what the pages of a query list; its cursor, limit and order mean nothing here.
pub async fn count(
    reader: &Reader,
    ledger: LedgerId,
    query: &AuditQuery,
) -> Result<AuditChart, ViewError> {
    count_newest(reader, ledger, query, LOOKED_AT_MAX).await
}

/// The same, of so many of the newest events and refused attempts.
pub async fn count_newest(
    reader: &Reader,
    ledger: LedgerId,
    query: &AuditQuery,
    looked_at_max: u32,
) -> Result<AuditChart, ViewError> {
    let (mut actor, mut stays) = (None, None);
    if let Some(asked) = query.actor {
        let filter = actors::asked(reader, ledger, asked, query.persons).await?;
        if filter.owners == Some(true) {
            // A person may have been the owner behind one contact, and then behind another.
            stays = Some(actors::stays(reader, ledger, asked, &filter.ids).await?);
        }
        actor = Some(filter);
    }
    let asked = Asked { query, actor, stays, looked_at_max };
    let mut days = Days::new();
    let whole_from = events(reader, ledger, &asked, &mut days).await?;
    // A refused attempt changed no field.
    let attempts_from = if query.field.is_none() {
        attempts(reader, ledger, &asked, &mut days).await?
    } else {
        None
    };
    let (unit, steps) = steps(&days);
    Ok(AuditChart { unit, steps, counted_from: whole_from.max(attempts_from) })
}

/// What is counted.
struct Asked<'a> {
    query: &'a AuditQuery,
    actor: Option<ActorFilter>,
    /// When each of these actors is the one who is asked for; none where they always are.
    stays: Option<Vec<Stay>>,
    looked_at_max: u32,
}

/// Counts the events of each day. Says from when on, where that is not all.
async fn events(
    reader: &Reader,
    ledger: LedgerId,
    asked: &Asked<'_>,
    days: &mut Days,
) -> Result<Option<Timestamp>, ViewError> {
    let failed = || ViewError::database(AuditTrail::NAME);
    let Asked { query, looked_at_max, .. } = asked;
    let (actor, stays) = (asked.actor.as_ref(), asked.stays.as_deref());
    let (first, last) = positions(reader, ledger, query).await?;
    let ids = actor.map(|actor| &actor.ids);
    let owners = actor.and_then(|actor| actor.owners);
    let until = query.until.map(Timestamp::moment);
    let persons: Option<Vec<Uuid>> = column(stays, |stay| stay.span.actor);
    let since: Option<Vec<OffsetDateTime>> = column(stays, |stay| stay.span.since.moment());
    let left: Option<Vec<OffsetDateTime>> = column(stays, |stay| stay.span.until.moment());
    let at_own: Option<Vec<bool>> = column(stays, |stay| stay.at_own);
    let client = reader.database().connection().await?;
    let sql = counting(query.subject.is_some(), actor);
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let rows = client
        .query(
            &statement,
            &[
                &ledger.0,
                &query.subject,
                &ids,
                &first,
                &last,
                &i64::from(*looked_at_max),
                &owners,
                &query.actor_kind,
                &query.field,
                &query.acting_as,
                &until,
                &persons,
                &since,
                &left,
                &at_own,
                &query.actor,
            ],
        )
        .await
        .map_err(failed())?;
    let mut oldest = None;
    for row in &rows {
        let count = u64::try_from(row.get::<_, i64>(2)).unwrap_or(0);
        match row.get::<_, Option<Date>>(0) {
            Some(day) => {
                days.entry(day).or_default().events.insert(row.get(1), count);
            }
            // The row about all that was looked at.
            None if count >= u64::from(*looked_at_max) => {
                oldest = row.get::<_, Option<OffsetDateTime>>(3).map(Timestamp::new);
            }
            None => {}
        }
    }
    Ok(oldest)
}

/// Between which positions the times of a query lie, both included.
async fn positions(
    reader: &Reader,
    ledger: LedgerId,
    query: &AuditQuery,
) -> Result<(i64, i64), ViewError> {
    let stored = |position: u64| i64::try_from(position).unwrap_or(i64::MAX);
    let first = match query.from {
        Some(from) => {
            // What was recorded at that very moment is asked for, too.
            let before = Timestamp::new(from.moment().saturating_sub(Duration::microseconds(1)));
            reader.position_at(ledger, before).await?.map_or(0, |position| stored(position + 1))
        }
        None => 0,
    };
    let last = match query.until {
        Some(until) => reader.position_at(ledger, until).await?.map_or(0, stored),
        None => i64::MAX,
    };
    Ok((first, last))
}

fn column<T>(stays: Option<&[Stay]>, of: impl Fn(&Stay) -> T) -> Option<Vec<T>> {
    stays.map(|stays| stays.iter().map(of).collect())
}

/// What an index finds is looked at, up to the limit; the rest of the filter is about those rows.
fn counting(of_subject: bool, actor: Option<&ActorFilter>) -> String {
    let subject = if of_subject { "a.subject_id = $2" } else { "$2::uuid IS NULL AND a.own" };
    let actor = match actor.map(|actor| actor.ids.len()) {
        None => "$3::uuid[] IS NULL",
        Some(1) => "a.actor_id = ($3::uuid[])[1]",
        Some(_) => "a.actor_id = ANY($3)",
    };
    format!(
        "WITH looked AS MATERIALIZED ( \
           SELECT a.* FROM audit_trail a WHERE a.ledger_id = $1 AND {subject} \
             AND {actor} AND a.position BETWEEN $4 AND $5 \
           ORDER BY a.position DESC LIMIT $6) \
         SELECT (l.recorded_at AT TIME ZONE 'UTC')::date, l.actor_kind, count(*), \
                NULL::timestamptz \
         FROM looked l \
         WHERE ($7::boolean IS NULL OR (l.actor_kind IN ('owner', 'portal_contact')) = $7) \
           AND ($8::text IS NULL OR l.actor_kind = $8) \
           AND ($9::text IS NULL OR $9 = ANY(l.fields)) \
           AND ($10::uuid IS NULL OR l.acting_as = $10) \
           AND ($11::timestamptz IS NULL OR l.recorded_at < $11) \
           AND ($12::uuid[] IS NULL OR EXISTS ( \
                 SELECT 1 FROM unnest($12, $13::timestamptz[], $14::timestamptz[], $15::boolean[]) \
                      AS s (person, since, until, at_own) \
                 WHERE s.person = l.actor_id AND s.since <= l.recorded_at \
                   AND l.recorded_at < s.until \
                   AND (NOT s.at_own OR l.own AND l.subject_id = $16::uuid))) \
         GROUP BY 1, 2 \
         UNION ALL SELECT NULL, NULL, count(*), min(recorded_at) FROM looked"
    )
}

/// Counts the refused attempts of each day. Says from when on, where that is not all.
async fn attempts(
    reader: &Reader,
    ledger: LedgerId,
    asked: &Asked<'_>,
    days: &mut Days,
) -> Result<Option<Timestamp>, ViewError> {
    let query = asked.query;
    let attempts = AttemptQuery {
        aggregate: query.subject,
        actor: asked.actor.clone(),
        actor_kind: query.actor_kind.clone(),
        acting_as: query.acting_as,
        from: query.from,
        until: query.until,
        limit: asked.looked_at_max,
        ..AttemptQuery::default()
    };
    // Of an attempt it is not known whether what it was on is a contact.
    let linked = |stays: &Vec<Stay>| -> Vec<ActorSpan> {
        stays.iter().filter(|stay| !stay.at_own).map(|stay| stay.span).collect()
    };
    let spans = asked.stays.as_ref().map(linked);
    let counted = reader.refused_by_day(ledger, &attempts, spans.as_deref()).await?;
    for (day, count) in counted.days {
        days.entry(day).or_default().refused = count;
    }
    Ok(counted.whole_from)
}

/// The steps of the shortest unit that makes few enough of them.
fn steps(days: &Days) -> (ChartUnit, Vec<ChartStep>) {
    let Some(((first, _), (last, _))) = days.first_key_value().zip(days.last_key_value()) else {
        return (ChartUnit::Day, Vec::new());
    };
    let few = |unit: &ChartUnit| {
        let mut begins = Some(unit.first_day(*first));
        let mut count = 0;
        while let Some(begin) = begins.filter(|begin| begin <= last) {
            count += 1;
            if count > STEPS_MAX {
                return false;
            }
            begins = unit.next(begin);
        }
        true
    };
    let shorter = [ChartUnit::Day, ChartUnit::Week, ChartUnit::Month];
    let unit = shorter.into_iter().find(few).unwrap_or(ChartUnit::Year);
    let mut steps = Vec::new();
    let mut begins = Some(unit.first_day(*first));
    while let Some(begin) = begins.filter(|begin| begin <= last) {
        begins = unit.next(begin);
        let end = begins.and_then(Date::previous_day).unwrap_or(Date::MAX);
        let mut step =
            ChartStep { from: day(begin), until: day(end), events: BTreeMap::new(), refused: 0 };
        for counts in days.range(begin..=end).map(|(_, counts)| counts) {
            step.refused += counts.refused;
            for (kind, count) in &counts.events {
                *step.events.entry(kind.clone()).or_default() += count;
            }
        }
        steps.push(step);
    }
    (unit, steps)
}

fn day(date: Date) -> Day {
    Day::of(Timestamp::new(date.midnight().assume_utc()))
}

impl ChartUnit {
    /// The first day of the step that a day is in.
    fn first_day(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => {
                let since_monday = i64::from(day.weekday().number_days_from_monday());
                day.saturating_sub(Duration::days(since_monday))
            }
            Self::Month => day.replace_day(1).unwrap_or(day),
            Self::Year => Date::from_ordinal_date(day.year(), 1).unwrap_or(day),
        }
    }

    /// The first day of the step after the one that begins on this day.
    fn next(self, begin: Date) -> Option<Date> {
        match self {
            Self::Day => begin.next_day(),
            Self::Week => begin.checked_add(Duration::weeks(1)),
            Self::Month => {
                let month = begin.month().next();
                let year = if month == Month::January { begin.year() + 1 } else { begin.year() };
                Date::from_calendar_date(year, month, 1).ok()
            }
            Self::Year => Date::from_ordinal_date(begin.year() + 1, 1).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn of(days: &[(Date, u64)]) -> (ChartUnit, Vec<(String, String, u64)>) {
        let mut counted = Days::new();
        for (day, count) in days {
            counted.entry(*day).or_default().events.insert("owner".to_owned(), *count);
        }
        let (unit, steps) = steps(&counted);
        let told = |step: ChartStep| {
            (step.from.to_string(), step.until.to_string(), step.events.values().sum())
        };
        (unit, steps.into_iter().map(told).collect())
    }

    fn step(from: &str, until: &str, count: u64) -> (String, String, u64) {
        (from.to_owned(), until.to_owned(), count)
    }

    #[test]
    fn a_few_days_are_told_day_by_day_also_those_on_which_nothing_happened() {
        let told = of(&[(date!(2026 - 02 - 27), 3), (date!(2026 - 03 - 01), 1)]);
        let steps = vec![
            step("2026-02-27", "2026-02-27", 3),
            step("2026-02-28", "2026-02-28", 0),
            step("2026-03-01", "2026-03-01", 1),
        ];
        assert_eq!(told, (ChartUnit::Day, steps));
        assert_eq!(of(&[]), (ChartUnit::Day, Vec::new()));
    }

    #[test]
    fn more_days_are_told_by_week_month_or_year_and_none_is_lost() {
        let days = |count: i64| -> Vec<(Date, u64)> {
            let first = date!(2026 - 01 - 01);
            (0..count).map(|day| (first.saturating_add(Duration::days(day)), 1)).collect()
        };
        for (count, unit, steps) in [
            (45, ChartUnit::Day, 45),
            (46, ChartUnit::Week, 7),
            (300, ChartUnit::Week, 44),
            (400, ChartUnit::Month, 14),
            (2_000, ChartUnit::Year, 6),
        ] {
            let (told, listed) = of(&days(count));
            assert_eq!((told, listed.len()), (unit, steps), "{count} days");
            let sum: u64 = listed.iter().map(|(_, _, count)| count).sum();
            assert_eq!(i64::try_from(sum), Ok(count));
        }
        // A Thursday; the week begins on the Monday before.
        assert_eq!(of(&days(46)).1[0], step("2025-12-29", "2026-01-04", 4));
        assert_eq!(of(&days(400)).1[1], step("2026-02-01", "2026-02-28", 28));
    }
}
