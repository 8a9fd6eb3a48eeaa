//! Owners who wanted a primary email that another contact of their builder has, while it has it (R32, H4):
//! what the builder is to see to.
//!
//! A row is that other contact's, because what becomes of its claim ends them all. Whether the owner still is
//! one, and what both are called, is joined where the list is read.

use crate::contact_directory::{self, ContactDirectory};
use crate::job_list::JobList;
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, as_json, from_json};
use crate::{Cursor, Page, ViewError};
use domain::contact::EmailConflictStep;
use domain::{ContactId, JobId, LedgerId, Timestamp};
use event_store::database::Connection;
use event_store::{Open, Reader, Recorded};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct EmailConflicts;

/// A contact's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Who wants its primary email, by their own contacts.
    waiting: BTreeMap<Uuid, Wish>,
    /// The person whom it was linked to last: whoever wanted an email before them is not its owner (H6).
    person: Option<Uuid>,
}

/// That somebody wants an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Wish {
    person: Uuid,
    at: Timestamp,
}

fn step(event: &Recorded) -> Option<EmailConflictStep> {
    event.contact().and_then(|(_, contact)| contact.email_conflict())
}

/// Changes a contact's row, which begins with the first that it is about.
fn change(
    rows: &mut Rows<Uuid, Row>,
    key: Uuid,
    change: impl FnOnce(&mut Row),
) -> Result<(), Unfoldable> {
    if let Some(row) = rows.find(&key) {
        change(row);
        return Ok(());
    }
    let mut row = Row::default();
    change(&mut row);
    rows.insert(key, row)
}

impl View for EmailConflicts {
    const NAME: &'static str = "email_conflicts";
    const OPENS: Open = Open::Nothing;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[
        Table {
            name: "email_conflicts",
            columns: &[
                ("contact_id", Kind::Id),
                ("waiting", Kind::Text),
                ("person_id", Kind::IdOrNone),
            ],
            key: 1,
        },
        Table {
            name: "email_conflict_owners",
            columns: &[
                ("contact_id", Kind::Id),
                ("owner_id", Kind::Id),
                ("person_id", Kind::Id),
                ("reported_at", Kind::Time),
            ],
            key: 2,
        },
    ];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        step(event).map(|_| event.aggregate.uuid())
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let Some(step) = step(event) else { return Ok(()) };
        let key = event.aggregate.uuid();
        match step {
            EmailConflictStep::Linked(person) => {
                change(rows, key, |row| row.person = Some(person.0))
            }
            EmailConflictStep::Reported(owner, person) => {
                let wish = Wish { person: person.0, at: event.recorded_at };
                change(rows, key, |row| {
                    row.waiting.insert(owner.0, wish);
                })
            }
            EmailConflictStep::Closed(owner) => match rows.row(&key)?.waiting.remove(&owner.0) {
                Some(_) => Ok(()),
                None => Err(Unfoldable("no owner like that wants the contact's email")),
            },
            EmailConflictStep::Freed => {
                if let Some(row) = rows.find(&key) {
                    row.waiting.clear();
                }
                Ok(())
            }
        }
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let waiting = row.waiting.iter().map(|(owner, wish)| {
            let (owner, person) = (Field::Id(*owner), Field::Id(wish.person));
            vec![Field::Id(*key), owner, person, Field::Time(wish.at.moment())]
        });
        let own =
            vec![Field::Id(*key), Field::Text(as_json(&row.waiting)), Field::IdOrNone(row.person)];
        vec![vec![own], waiting.collect()]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        Ok((tuple.get(0), Row { waiting: from_json(tuple.get(1))?, person: tuple.get(2) }))
    }
}

/// The views that the list is made of.
pub const READS: [&str; 3] = [EmailConflicts::NAME, ContactDirectory::NAME, JobList::NAME];

/// The most jobs that are told of one owner.
const JOBS_MAX: i64 = 50;

/// Which of them are asked for.
#[derive(Debug, Clone, Default)]
pub struct EmailConflictQuery {
    /// Those in which this contact is the owner, or has the email.
    pub contact: Option<ContactId>,
    /// Those of owners of this job.
    pub job: Option<JobId>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most of a page.
    pub limit: u32,
}

/// An owner who wanted a primary email that another contact has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmailConflictEntry {
    /// The contact that has the email.
    pub holder: ConflictParty,
    /// The owner who wanted it.
    pub owner: ConflictParty,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub reported_at: Timestamp,
    /// The open jobs that the owner is on, by name; the first 50.
    pub jobs: Vec<ConflictJob>,
    /// How many they are.
    pub jobs_total: u64,
    /// Whether the two can be merged: the owner's contact survives it, and cannot where the other one has an
    /// owner of its own (H2).
    pub mergeable: bool,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConflictParty {
    /// The contact.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// `not_invited`, `pending`, `active`, `disabled` or `deactivated`.
    pub status: String,
}

/// A job that the owner is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConflictJob {
    /// The job.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Whether the contact that has the email is an owner of it, too.
    pub shared: bool,
}

/// A page of the list, newest first. Who is no owner any more waits for nothing.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &EmailConflictQuery,
) -> Result<Page<EmailConflictEntry>, ViewError> {
    let failed = || ViewError::database(EmailConflicts::NAME);
    let after: Option<(Timestamp, Uuid, Uuid)> =
        query.cursor.as_deref().map(Cursor::read).transpose()?;
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT w.contact_id, w.owner_id, w.reported_at, \
               h.access, o.access, h.resume = 'active' AND h.access IN ('active', 'disabled') \
             FROM email_conflict_owners w \
             JOIN contact_directory h ON h.ledger_id = $1 AND h.contact_id = w.contact_id \
               AND h.life = 'live' \
             JOIN contact_directory o ON o.ledger_id = $1 AND o.contact_id = w.owner_id \
               AND o.life = 'live' \
               AND o.resume = 'active' AND o.access IN ('active', 'disabled') \
             JOIN email_conflicts own ON own.ledger_id = $1 AND own.contact_id = w.owner_id \
               AND own.person_id = w.person_id \
             WHERE w.ledger_id = $1 AND ($2::uuid IS NULL OR w.contact_id = $2 OR w.owner_id = $2) \
               AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM job_list_owners j \
                 WHERE j.ledger_id = $1 AND j.job_id = $3 AND j.contact_id = w.owner_id)) \
               AND ($4::timestamptz IS NULL \
                 OR (w.reported_at, w.contact_id, w.owner_id) < ($4, $5::uuid, $6::uuid)) \
             ORDER BY w.reported_at DESC, w.contact_id DESC, w.owner_id DESC LIMIT $7",
        )
        .await
        .map_err(failed())?;
    let at = after.map(|(at, ..)| at.moment());
    let (holder, owner) = after.map(|(_, holder, owner)| (holder, owner)).unzip();
    let (contact, job) = (query.contact.map(|id| id.0), query.job.map(|id| id.0));
    let limit = i64::from(query.limit) + 1;
    let rows = client
        .query(&statement, &[&ledger.0, &contact, &job, &at, &holder, &owner, &limit])
        .await
        .map_err(failed())?;
    let parties: Vec<Uuid> = rows.iter().flat_map(|row| [row.get(0), row.get(1)]).collect();
    let names = contact_directory::names(&client, ledger, &parties).await?;
    let mut on_jobs = jobs(&client, ledger, &rows).await?;
    let party = |id: Uuid, status: &str| ConflictParty {
        id,
        name: names.get(&id).map_or_else(String::new, |(name, _)| name.clone()),
        status: status.to_owned(),
    };
    let entry = |row: &tokio_postgres::Row| {
        let (holder, owner): (Uuid, Uuid) = (row.get(0), row.get(1));
        // Whoever is on no open job is not among them.
        let (jobs, jobs_total) = on_jobs.remove(&(holder, owner)).unwrap_or_default();
        EmailConflictEntry {
            holder: party(holder, row.get(3)),
            owner: party(owner, row.get(4)),
            reported_at: Timestamp::new(row.get::<_, OffsetDateTime>(2)),
            jobs,
            jobs_total,
            mergeable: !row.get::<_, bool>(5),
        }
    };
    let items = rows.iter().map(entry).collect();
    Ok(Page::cut(items, query.limit, |entry: &EmailConflictEntry| {
        (entry.reported_at, entry.holder.id, entry.owner.id)
    }))
}

type JobsOfPairs = HashMap<(Uuid, Uuid), (Vec<ConflictJob>, u64)>;

/// The first open jobs that each pair's owner is on, and how many there are.
async fn jobs(
    client: &Connection,
    ledger: LedgerId,
    rows: &[tokio_postgres::Row],
) -> Result<JobsOfPairs, ViewError> {
    let failed = || ViewError::database(EmailConflicts::NAME);
    let holders: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let owners: Vec<Uuid> = rows.iter().map(|row| row.get(1)).collect();
    let statement = client
        .prepare_cached(
            "SELECT pair.holder, pair.owner, there.job_id, there.name, pair.holder = ANY(there.owners), \
               there.total \
             FROM unnest($2::uuid[], $3::uuid[]) AS pair (holder, owner) \
             CROSS JOIN LATERAL (SELECT j.job_id, j.name, j.sort_name, j.owners, count(*) OVER () AS total \
               FROM job_list_owners o \
               JOIN job_list j ON j.ledger_id = $1 AND j.job_id = o.job_id AND NOT j.archived \
               WHERE o.ledger_id = $1 AND o.contact_id = pair.owner \
               ORDER BY j.sort_name, j.job_id LIMIT $4) there \
             ORDER BY there.sort_name, there.job_id",
        )
        .await
        .map_err(failed())?;
    let found = client.query(&statement, &[&ledger.0, &holders, &owners, &JOBS_MAX]).await;
    let mut jobs = JobsOfPairs::new();
    for row in found.map_err(failed())? {
        let job = ConflictJob { id: row.get(2), name: row.get(3), shared: row.get(4) };
        let (listed, total) = jobs.entry((row.get(0), row.get(1))).or_default();
        listed.push(job);
        *total = u64::try_from(row.get::<_, i64>(5)).unwrap_or(0);
    }
    Ok(jobs)
}
