//! Who looked through which owner's eyes, open and ended (R64, H13).
//!
//! The rows say when and where to look; who it was, and why, is read from the ledger itself.

use crate::history::{self, ActorEntry, HistoryEntry};
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View};
use crate::{Cursor, Page, ViewError, contact_directory};
use domain::job::impersonation::ImpersonationStep;
use domain::{JobId, LedgerId, Timestamp};
use event_store::{Open, Reader, Recorded};
use serde::Serialize;
use std::collections::HashMap;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct Impersonations;

/// An impersonation's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    job: Uuid,
    contact: Uuid,
    /// The position of its start.
    started: i64,
    until: OffsetDateTime,
    /// How it ended, and the position of that.
    ended: Option<(String, i64)>,
}

/// What becomes of an impersonation, where an event is about one.
fn step(event: &Recorded) -> Option<ImpersonationStep<'_>> {
    event.job().and_then(|(_, job)| job.impersonation())
}

impl View for Impersonations {
    const NAME: &'static str = "impersonations";
    const OPENS: Open = Open::Nothing;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "impersonations",
        columns: &[
            ("impersonation_id", Kind::Id),
            ("job_id", Kind::Id),
            ("contact_id", Kind::Id),
            ("started", Kind::Number),
            ("until", Kind::Time),
            ("how", Kind::TextOrNone),
            ("ended", Kind::NumberOrNone),
        ],
        key: 1,
    }];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        step(event).map(|step| step.id().0)
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let Some(step) = step(event) else { return Ok(()) };
        let no_position = |_too_large| Unfoldable("the position is no position");
        let position = i64::try_from(event.position).map_err(no_position)?;
        let key = step.id().0;
        match step {
            ImpersonationStep::Started(e) => rows.insert(
                key,
                Row {
                    job: event.aggregate.uuid(),
                    contact: e.contact.0,
                    started: position,
                    until: e.until.moment(),
                    ended: None,
                },
            ),
            ImpersonationStep::Ended(e) => {
                let row = rows.row(&key)?;
                if row.ended.is_some() {
                    return Err(Unfoldable("the impersonation has ended already"));
                }
                row.ended = Some((e.how.word().to_owned(), position));
                Ok(())
            }
        }
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let (how, ended) = row.ended.clone().unzip();
        vec![vec![vec![
            Field::Id(*key),
            Field::Id(row.job),
            Field::Id(row.contact),
            Field::Number(row.started),
            Field::Time(row.until),
            Field::TextOrNone(how),
            Field::NumberOrNone(ended),
        ]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let (how, ended): (Option<String>, Option<i64>) = (tuple.get(5), tuple.get(6));
        let row = Row {
            job: tuple.get(1),
            contact: tuple.get(2),
            started: tuple.get(3),
            until: tuple.get(4),
            ended: how.zip(ended),
        };
        Ok((tuple.get(0), row))
    }
}

/// Which impersonations are asked for.
#[derive(Debug, Clone)]
pub struct ImpersonationQuery {
    /// On this job.
    pub job: JobId,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most of a page.
    pub limit: u32,
}

/// An impersonation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImpersonationEntry {
    /// The impersonation.
    pub id: Uuid,
    /// The position of its start in the account's ledger.
    pub position: u64,
    /// Who looks, or looked.
    pub by: ActorEntry,
    /// Through whose eyes.
    pub contact_id: Uuid,
    /// The contact's name.
    pub contact_name: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// Until when, unless it ended before.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Whether it goes on.
    pub open: bool,
    /// How it ended; none while nobody has written that down, which may be a minute late.
    pub ended: Option<ImpersonationEnd>,
}

/// How an impersonation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImpersonationEnd {
    /// `by_staff`, `timed_out`, `access_disabled`, `owner_deactivated`, `owner_removed`,
    /// `owner_replaced` or `job_archived`.
    pub how: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who did what ended it.
    pub by: ActorEntry,
}

/// A page of the list as it is `now`, newest first.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &ImpersonationQuery,
    now: Timestamp,
) -> Result<Page<ImpersonationEntry>, ViewError> {
    let failed = || ViewError::database(Impersonations::NAME);
    let after: Option<u64> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let after = after.and_then(|after| i64::try_from(after).ok());
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT impersonation_id, contact_id, started, until, how, ended FROM impersonations \
             WHERE ledger_id = $1 AND job_id = $2 AND ($3::bigint IS NULL OR started < $3) \
             ORDER BY started DESC LIMIT $4",
        )
        .await
        .map_err(failed())?;
    let limit = i64::from(query.limit) + 1;
    let rows = client.query(&statement, &[&ledger.0, &query.job.0, &after, &limit]).await;
    let rows = rows.map_err(failed())?;
    let contacts: Vec<Uuid> = rows.iter().map(|row| row.get(1)).collect();
    let names = contact_directory::names(&client, ledger, &contacts).await?;
    drop(client);
    let told = told(reader, ledger, &rows).await?;
    let at = |row: &tokio_postgres::Row, column: usize| {
        let position = row.get::<_, Option<i64>>(column).and_then(|at| u64::try_from(at).ok());
        position.and_then(|position| told.get(&position))
    };
    let mut items = Vec::new();
    for row in &rows {
        // The row was made by this event.
        let Some(start) = at(row, 2) else { continue };
        let (contact_id, until): (Uuid, OffsetDateTime) = (row.get(1), row.get(3));
        let how: Option<String> = row.get(4);
        let ended = how.zip(at(row, 5));
        let ended =
            ended.map(|(how, end)| ImpersonationEnd { how, at: end.at, by: end.actor.clone() });
        let until = Timestamp::new(until);
        items.push(ImpersonationEntry {
            id: row.get(0),
            position: start.position.unwrap_or(0),
            by: start.actor.clone(),
            contact_id,
            contact_name: names.get(&contact_id).map(|(name, _)| name.clone()),
            reason: start.reason.clone(),
            started_at: start.at,
            until,
            open: ended.is_none() && now < until,
            ended,
        });
    }
    Ok(Page::cut(items, query.limit, |entry: &ImpersonationEntry| entry.position))
}

/// What the ledger tells of the starts and ends of these rows, by position.
async fn told(
    reader: &Reader,
    ledger: LedgerId,
    rows: &[tokio_postgres::Row],
) -> Result<HashMap<u64, HistoryEntry>, ViewError> {
    let places = rows.iter().flat_map(|row| [Some(row.get::<_, i64>(2)), row.get(5)]);
    let positions: Vec<u64> = places.flatten().filter_map(|at| u64::try_from(at).ok()).collect();
    let events = reader.events_at(ledger, &positions).await?;
    let mut entries: Vec<HistoryEntry> = events.iter().map(HistoryEntry::of_event).collect();
    history::name_all(reader, ledger, &mut entries).await?;
    Ok(entries.into_iter().filter_map(|entry| Some((entry.position?, entry))).collect())
}
