//! The jobs list: every job with its owners; filter by owner, search, sort (R53, R54).

use crate::search::{beyond, sort_key, terms, word_set};
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, columns, read_stored};
use crate::{Cursor, Page, ViewError};
use domain::job::JobEvent;
use domain::{ContactId, JobId, LedgerId, Timestamp};
use event_store::{Open, Reader, Recorded};
use postgres_types::ToSql;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct JobList;

/// A job's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    name: String,
    reference: Option<String>,
    site: Option<String>,
    owners: BTreeSet<Uuid>,
    version: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    archived: bool,
}

impl View for JobList {
    const NAME: &'static str = "job_list";
    const OPENS: Open = Open::Nothing;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[
        Table {
            name: "job_list",
            columns: &[
                ("job_id", Kind::Id),
                ("name", Kind::Text),
                ("sort_name", Kind::Text),
                ("reference", Kind::TextOrNone),
                ("site", Kind::TextOrNone),
                ("owners", Kind::Ids),
                ("version", Kind::Number),
                ("created_at", Kind::Time),
                ("updated_at", Kind::Time),
                ("archived", Kind::Flag),
            ],
            key: 1,
        },
        Table {
            name: "job_list_owners",
            columns: &[("job_id", Kind::Id), ("contact_id", Kind::Id)],
            key: 2,
        },
        Table {
            name: "job_list_words",
            columns: &[("job_id", Kind::Id), ("word", Kind::Text)],
            key: 2,
        },
    ];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        event.job().map(|(job, _)| job.0)
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        // Owners are kept by id; what becomes of a contact is not the list's business.
        let Some((_, job)) = event.job() else { return Ok(()) };
        let key = event.aggregate.uuid();
        let at = event.recorded_at.moment();
        if let JobEvent::JobCreated(e) = job {
            return rows.insert(
                key,
                Row {
                    name: e.name.as_str().to_owned(),
                    reference: e.reference.as_ref().map(|r| r.as_str().to_owned()),
                    site: e.site.as_ref().map(|s| s.as_str().to_owned()),
                    owners: BTreeSet::new(),
                    version: 1,
                    created_at: at,
                    updated_at: at,
                    archived: false,
                },
            );
        }
        let row = rows.row(&key)?;
        match job {
            JobEvent::JobRenamed(e) => e.to.as_str().clone_into(&mut row.name),
            JobEvent::OwnerAddedToJob(e) => {
                row.owners.insert(e.contact.0);
            }
            JobEvent::OwnerRemovedFromJob(e) => {
                row.owners.remove(&e.contact.0);
            }
            JobEvent::OwnerReplacedOnJob(e) => {
                row.owners.remove(&e.from.0);
                row.owners.insert(e.to.0);
            }
            JobEvent::JobArchived(_) => row.archived = true,
            JobEvent::JobReopened(_) => row.archived = false,
            // A row was made above; the detail shows the others, the list only their new version.
            JobEvent::JobCreated(_)
            | JobEvent::JobTypeSet(_)
            | JobEvent::JobTemplateApplied(_)
            | JobEvent::TaskAdded(_)
            | JobEvent::TaskEdited(_)
            | JobEvent::TaskCompleted(_)
            | JobEvent::TaskReopened(_)
            | JobEvent::TaskUnassigned(_)
            | JobEvent::TaskRemoved(_)
            | JobEvent::TaskCommented(_)
            | JobEvent::MilestoneAdded(_)
            | JobEvent::MilestoneEdited(_)
            | JobEvent::MilestoneStatusSet(_)
            | JobEvent::ImpersonationStarted(_)
            | JobEvent::ImpersonationEnded(_)
            | JobEvent::PortalLinkIssued(_)
            | JobEvent::PortalLinkRotated(_)
            | JobEvent::PortalLinkRevoked(_)
            | JobEvent::PortalLinkExpired(_)
            | JobEvent::MilestoneRemoved(_)
            | JobEvent::DeadlineSet(_)
            | JobEvent::BudgetSet(_)
            | JobEvent::InternalNoteAdded(_) => {}
        }
        row.version += 1;
        row.updated_at = at;
        Ok(())
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let id = Field::Id(*key);
        let job = vec![
            id.clone(),
            Field::Text(row.name.clone()),
            Field::Text(sort_key(&row.name)),
            Field::TextOrNone(row.reference.clone()),
            Field::TextOrNone(row.site.clone()),
            Field::Ids(row.owners.iter().copied().collect()),
            Field::Number(row.version),
            Field::Time(row.created_at),
            Field::Time(row.updated_at),
            Field::Flag(row.archived),
        ];
        let owners = row.owners.iter().map(|owner| vec![id.clone(), Field::Id(*owner)]).collect();
        let texts = [Some(&row.name), row.reference.as_ref(), row.site.as_ref()];
        let words = word_set(texts.into_iter().flatten().map(String::as_str));
        let words = words.into_iter().map(|word| vec![id.clone(), Field::Text(word)]).collect();
        vec![vec![job], owners, words]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            name: tuple.get(1),
            reference: tuple.get(3),
            site: tuple.get(4),
            owners: tuple.get::<_, Vec<Uuid>>(5).into_iter().collect(),
            version: tuple.get(6),
            created_at: tuple.get(7),
            updated_at: tuple.get(8),
            archived: tuple.get(9),
        };
        Ok((tuple.get(0), row))
    }
}

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JobSort {
    /// By the job's name.
    #[default]
    Name,
    /// By when it was opened.
    Created,
    /// By the first owner's name; jobs without owners last.
    Owner,
}

/// Which jobs are asked for.
#[derive(Debug, Clone, Default)]
pub struct JobQuery {
    /// Those with this owner (R54).
    pub owner: Option<ContactId>,
    /// Archived ones too.
    pub archived: bool,
    /// Those with words that start so, in name, reference, site or an owner's name.
    pub search: Option<String>,
    /// The order.
    pub sort: JobSort,
    /// The other way round.
    pub descending: bool,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most jobs of a page.
    pub limit: u32,
}

/// An owner in the Owners column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwnerEntry {
    /// The contact.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its access.
    pub access: String,
}

/// A job in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobEntry {
    /// The job.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The builder's own reference.
    pub reference: Option<String>,
    /// Where is built.
    pub site: Option<String>,
    /// Its owners, by name.
    pub owners: Vec<OwnerEntry>,
    /// Whether it is put away.
    pub archived: bool,
    /// Its version, as in the ETag.
    pub version: u64,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// The name that a job without owners sorts by: behind every other.
const NO_OWNER: &str = "\u{10ffff}";

/// A page of the list.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &JobQuery,
) -> Result<Page<JobEntry>, ViewError> {
    let failed = || ViewError::database(JobList::NAME);
    let mut params: Vec<Box<dyn ToSql + Sync + Send>> = vec![Box::new(ledger.0)];
    let mut conditions = String::new();
    if !query.archived {
        conditions.push_str(" AND NOT j.archived");
    }
    if let Some(owner) = query.owner {
        params.push(Box::new(owner.0));
        conditions.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM job_list_owners o WHERE o.ledger_id = $1 \
               AND o.contact_id = ${} AND o.job_id = j.job_id)",
            params.len()
        ));
    }
    for term in query.search.iter().flat_map(|search| terms(search)) {
        params.push(Box::new(term.clone()));
        params.push(Box::new(beyond(&term)));
        let (from, to) = (params.len() - 1, params.len());
        conditions.push_str(&format!(
            " AND j.job_id IN (SELECT w.job_id FROM job_list_words w WHERE w.ledger_id = $1 \
                AND w.word >= ${from} AND w.word < ${to} \
              UNION SELECT o.job_id FROM contact_directory_words w \
                JOIN job_list_owners o ON o.ledger_id = $1 AND o.contact_id = w.contact_id \
                WHERE w.ledger_id = $1 AND w.word >= ${from} AND w.word < ${to})"
        ));
    }
    let sort = match query.sort {
        JobSort::Name => "j.sort_name".to_owned(),
        JobSort::Created => "j.created_at".to_owned(),
        JobSort::Owner => format!(
            "coalesce((SELECT min(d.sort_name) FROM contact_directory d WHERE d.ledger_id = $1 \
               AND d.contact_id = ANY(j.owners)), '{NO_OWNER}')"
        ),
    };
    let (compare, order) = if query.descending { ("<", "DESC") } else { (">", "ASC") };
    if let Some(cursor) = &query.cursor {
        let (key, id): (String, Uuid) = Cursor::read(cursor)?;
        match query.sort {
            JobSort::Name | JobSort::Owner => params.push(Box::new(key)),
            JobSort::Created => {
                let at = Timestamp::parse(&key).map_err(|_not_a_time| ViewError::BadCursor)?;
                params.push(Box::new(at.moment()));
            }
        }
        params.push(Box::new(id));
        let (key, id) = (params.len() - 1, params.len());
        conditions.push_str(&format!(" AND ({sort}, j.job_id) {compare} (${key}, ${id})"));
    }
    params.push(Box::new(i64::from(query.limit) + 1));
    let sql = format!(
        "SELECT {}, {sort} AS sorted FROM job_list j WHERE j.ledger_id = $1{conditions} \
         ORDER BY {sort} {order}, j.job_id {order} LIMIT ${}",
        columns(&JobList::TABLES[0]),
        params.len()
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let params: Vec<&(dyn ToSql + Sync)> =
        params.iter().map(|param| -> &(dyn ToSql + Sync) { &**param }).collect();
    let rows = client.query(&statement, &params).await.map_err(failed())?;
    let keys: Vec<(String, Uuid)> = rows
        .iter()
        .map(|row| {
            let key = match query.sort {
                JobSort::Name | JobSort::Owner => row.get("sorted"),
                JobSort::Created => {
                    Timestamp::new(row.get::<_, OffsetDateTime>("sorted")).to_string()
                }
            };
            (key, row.get(0))
        })
        .collect();
    let items = entries(&client, ledger, &rows).await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let next = (items.len() > limit).then(|| keys.get(limit - 1).and_then(Cursor::write)).flatten();
    Ok(Page { items: items.into_iter().take(limit).collect(), next })
}

/// One job.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
) -> Result<Option<JobEntry>, ViewError> {
    let client = reader.database().connection().await?;
    let sql = format!(
        "SELECT {} FROM job_list j WHERE j.ledger_id = $1 AND j.job_id = $2",
        columns(&JobList::TABLES[0])
    );
    let statement =
        client.prepare_cached(&sql).await.map_err(ViewError::database(JobList::NAME))?;
    let rows = client
        .query(&statement, &[&ledger.0, &job.0])
        .await
        .map_err(ViewError::database(JobList::NAME))?;
    Ok(entries(&client, ledger, &rows).await?.pop())
}

/// Stored rows with their owners' names, which another view keeps.
pub(crate) async fn entries(
    client: &event_store::database::Connection,
    ledger: LedgerId,
    tuples: &[tokio_postgres::Row],
) -> Result<Vec<JobEntry>, ViewError> {
    let rows = tuples
        .iter()
        .map(|tuple| read_stored::<JobList>(ledger, tuple))
        .collect::<Result<Vec<_>, ViewError>>()?;
    let owners: Vec<Uuid> = rows.iter().flat_map(|(_, row)| owners(row)).collect();
    let known = crate::contact_directory::names(client, ledger, &owners).await?;
    Ok(rows.into_iter().map(|(id, row)| entry(id, row, &known)).collect())
}

/// The contacts that a row names as owners.
pub(crate) fn owners(row: &Row) -> impl Iterator<Item = Uuid> {
    row.owners.iter().copied()
}

/// A row as the list shows it, a stored one or one as of an earlier position; `known` are names
/// and access of its owners.
pub(crate) fn entry(id: Uuid, row: Row, known: &HashMap<Uuid, (String, String)>) -> JobEntry {
    let mut owners: Vec<OwnerEntry> = row
        .owners
        .into_iter()
        .map(|id| {
            let (name, access) = known.get(&id).cloned().unwrap_or_default();
            OwnerEntry { id, name, access }
        })
        .collect();
    owners.sort_by_cached_key(|owner| (sort_key(&owner.name), owner.id));
    JobEntry {
        id,
        name: row.name,
        reference: row.reference,
        site: row.site,
        owners,
        version: u64::try_from(row.version).unwrap_or(0),
        archived: row.archived,
        created_at: Timestamp::new(row.created_at),
        updated_at: Timestamp::new(row.updated_at),
    }
}
