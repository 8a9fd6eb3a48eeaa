//! The leads list: every lead with its contact as that one is now (R46, R47); filter by stage and
//! contact, search, sort.

use crate::contact_directory::{self, ContactEntry};
use crate::search::{beyond, sort_key, terms, word_set};
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, columns, read_stored};
use crate::{Cursor, Page, ViewError};
use domain::lead::{LeadEvent, Stage};
use domain::{AggregateId, ContactId, LeadId, LedgerId, Timestamp};
use event_store::database::Connection;
use event_store::{Open, Reader, Recorded};
use postgres_types::ToSql;
use serde::Serialize;
use std::collections::HashMap;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct LeadView;

/// A lead's row. Of its contact the id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    title: String,
    contact: Option<Uuid>,
    stage: &'static str,
    job: Option<Uuid>,
    lost_reason: Option<String>,
    version: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl Row {
    fn apply(&mut self, event: &LeadEvent) -> Result<(), Unfoldable> {
        match event {
            LeadEvent::LeadCreated(_) => return Err(Unfoldable("the lead is there already")),
            LeadEvent::LeadRetitled(e) => e.to.as_str().clone_into(&mut self.title),
            LeadEvent::LeadLinked(e) => self.contact = Some(e.contact.0),
            LeadEvent::LeadUnlinked(_) => self.contact = None,
            LeadEvent::LeadRelinked(e) => self.contact = Some(e.to.0),
            LeadEvent::LeadWon(e) => {
                self.stage = Stage::WON;
                self.job = Some(e.job.0);
            }
            LeadEvent::LeadLost(e) => {
                self.stage = Stage::LOST;
                self.lost_reason = Some(e.reason.as_str().to_owned());
            }
            LeadEvent::LeadReopened(_) => {
                self.stage = Stage::OPEN;
                self.lost_reason = None;
            }
        }
        Ok(())
    }
}

impl View for LeadView {
    const NAME: &'static str = "lead_view";
    const OPENS: Open = Open::Nothing;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[
        Table {
            name: "lead_view",
            columns: &[
                ("lead_id", Kind::Id),
                ("title", Kind::Text),
                ("sort_title", Kind::Text),
                ("contact_id", Kind::IdOrNone),
                ("stage", Kind::Text),
                ("job_id", Kind::IdOrNone),
                ("lost_reason", Kind::TextOrNone),
                ("version", Kind::Number),
                ("created_at", Kind::Time),
                ("updated_at", Kind::Time),
            ],
            key: 1,
        },
        Table {
            name: "lead_view_words",
            columns: &[("lead_id", Kind::Id), ("word", Kind::Text)],
            key: 2,
        },
    ];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        match event.aggregate {
            AggregateId::Lead(lead) => Some(lead.0),
            AggregateId::Installation
            | AggregateId::Subcontractor(_)
            | AggregateId::SubcontractorOrg(_)
            | AggregateId::Person(_)
            | AggregateId::Notification(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::Customer(_)
            | AggregateId::WorkOrder(_)
            | AggregateId::BuilderAccount(_)
            | AggregateId::Contact(_)
            | AggregateId::Job(_) => None,
        }
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        // The contact is kept by id, the job too; what becomes of them is not the lead's.
        let Some((_, lead)) = event.lead() else { return Ok(()) };
        let key = event.aggregate.uuid();
        let at = event.recorded_at.moment();
        if let LeadEvent::LeadCreated(e) = lead {
            let row = Row {
                title: e.title.as_str().to_owned(),
                contact: None,
                stage: Stage::OPEN,
                job: None,
                lost_reason: None,
                version: 1,
                created_at: at,
                updated_at: at,
            };
            return rows.insert(key, row);
        }
        let row = rows.row(&key)?;
        row.version += 1;
        row.updated_at = at;
        row.apply(lead)
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let id = Field::Id(*key);
        let lead = vec![
            id.clone(),
            Field::Text(row.title.clone()),
            Field::Text(sort_key(&row.title)),
            Field::IdOrNone(row.contact),
            Field::Text(row.stage.to_owned()),
            Field::IdOrNone(row.job),
            Field::TextOrNone(row.lost_reason.clone()),
            Field::Number(row.version),
            Field::Time(row.created_at),
            Field::Time(row.updated_at),
        ];
        let words = word_set([row.title.as_str()]);
        let words = words.into_iter().map(|word| vec![id.clone(), Field::Text(word)]).collect();
        vec![vec![lead], words]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let stored: &str = tuple.get(4);
        let stage = Stage::WORDS.into_iter().find(|word| *word == stored);
        let row = Row {
            title: tuple.get(1),
            contact: tuple.get(3),
            stage: stage.ok_or(Unfoldable("its stage is no word that we know"))?,
            job: tuple.get(5),
            lost_reason: tuple.get(6),
            version: tuple.get(7),
            created_at: tuple.get(8),
            updated_at: tuple.get(9),
        };
        Ok((tuple.get(0), row))
    }
}

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LeadSort {
    /// By the lead's title.
    #[default]
    Title,
    /// By when it was written down.
    Created,
    /// By the contact's name; leads without one last.
    Contact,
}

/// Which leads are asked for.
#[derive(Debug, Clone, Default)]
pub struct LeadQuery {
    /// Those about this contact.
    pub contact: Option<ContactId>,
    /// Those at this stage.
    pub stage: Option<String>,
    /// Those with words that start so, in title or the contact's name, primary email or phone.
    pub search: Option<String>,
    /// The order.
    pub sort: LeadSort,
    /// The other way round.
    pub descending: bool,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most leads of a page.
    pub limit: u32,
}

/// The contact of a lead, as it is now; whoever changes it, changes it here (R47).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeadContact {
    /// The contact.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The honorific, as typed.
    pub title: Option<String>,
    /// As typed.
    pub primary_email: Option<String>,
    /// As typed.
    pub phones: Vec<String>,
    /// Its access, which says who may edit it.
    pub access: String,
}

impl LeadContact {
    /// The directory may not have heard of it yet; that there is one, the lead knows.
    fn of(id: Uuid, contact: Option<&ContactEntry>) -> Self {
        Self {
            id,
            name: contact.map(|c| c.name.clone()).unwrap_or_default(),
            title: contact.and_then(|c| c.title.clone()),
            primary_email: contact.and_then(|c| c.primary_email.clone()),
            phones: contact.map(|c| c.phones.clone()).unwrap_or_default(),
            access: contact.map(|c| c.access.clone()).unwrap_or_default(),
        }
    }
}

/// A lead in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeadEntry {
    /// The lead.
    pub id: Uuid,
    /// What it is about.
    pub title: String,
    /// Whom it is about.
    pub contact: Option<LeadContact>,
    /// `open`, `won` or `lost`.
    pub stage: String,
    /// The job that it became.
    pub job_id: Option<Uuid>,
    /// Why it was given up.
    pub lost_reason: Option<String>,
    /// Its version, as in the ETag.
    pub version: u64,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// The name that a lead without a contact sorts by: behind every other.
const NO_CONTACT: &str = "\u{10ffff}";

type Params = Vec<Box<dyn ToSql + Sync + Send>>;

/// Which leads, as SQL.
fn conditions(query: &LeadQuery, params: &mut Params) -> String {
    let mut conditions = String::new();
    if let Some(contact) = query.contact {
        params.push(Box::new(contact.0));
        conditions.push_str(&format!(" AND l.contact_id = ${}", params.len()));
    }
    if let Some(stage) = &query.stage {
        params.push(Box::new(stage.clone()));
        conditions.push_str(&format!(" AND l.stage = ${}", params.len()));
    }
    for term in query.search.iter().flat_map(|search| terms(search)) {
        params.push(Box::new(term.clone()));
        params.push(Box::new(beyond(&term)));
        let (from, to) = (params.len() - 1, params.len());
        conditions.push_str(&format!(
            " AND l.lead_id IN (SELECT w.lead_id FROM lead_view_words w WHERE w.ledger_id = $1 \
                AND w.word >= ${from} AND w.word < ${to} \
              UNION SELECT o.lead_id FROM contact_directory_words w \
                JOIN lead_view o ON o.ledger_id = $1 AND o.contact_id = w.contact_id \
                WHERE w.ledger_id = $1 AND w.word >= ${from} AND w.word < ${to})"
        ));
    }
    conditions
}

/// A page of the list.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &LeadQuery,
) -> Result<Page<LeadEntry>, ViewError> {
    let failed = || ViewError::database(LeadView::NAME);
    let mut params: Params = vec![Box::new(ledger.0)];
    let mut conditions = conditions(query, &mut params);
    let sort = match query.sort {
        LeadSort::Title => "l.sort_title".to_owned(),
        LeadSort::Created => "l.created_at".to_owned(),
        LeadSort::Contact => format!(
            "coalesce((SELECT d.sort_name FROM contact_directory d WHERE d.ledger_id = $1 \
               AND d.contact_id = l.contact_id), '{NO_CONTACT}')"
        ),
    };
    let (compare, order) = if query.descending { ("<", "DESC") } else { (">", "ASC") };
    if let Some(cursor) = &query.cursor {
        let (key, id): (String, Uuid) = Cursor::read(cursor)?;
        match query.sort {
            LeadSort::Title | LeadSort::Contact => params.push(Box::new(key)),
            LeadSort::Created => {
                let at = Timestamp::parse(&key).map_err(|_not_a_time| ViewError::BadCursor)?;
                params.push(Box::new(at.moment()));
            }
        }
        params.push(Box::new(id));
        let (key, id) = (params.len() - 1, params.len());
        conditions.push_str(&format!(" AND ({sort}, l.lead_id) {compare} (${key}, ${id})"));
    }
    params.push(Box::new(i64::from(query.limit) + 1));
    let sql = format!(
        "SELECT {}, {sort} AS sorted FROM lead_view l WHERE l.ledger_id = $1{conditions} \
         ORDER BY {sort} {order}, l.lead_id {order} LIMIT ${}",
        columns(&LeadView::TABLES[0]),
        params.len()
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let params: Vec<&(dyn ToSql + Sync)> =
        params.iter().map(|param| -> &(dyn ToSql + Sync) { &**param }).collect();
    let rows = client.query(&statement, &params).await.map_err(failed())?;
    let keys = rows.iter().map(|row| match query.sort {
        LeadSort::Title | LeadSort::Contact => row.get("sorted"),
        LeadSort::Created => Timestamp::new(row.get::<_, OffsetDateTime>("sorted")).to_string(),
    });
    let entries = entries(&client, ledger, &rows).await?;
    let items: Vec<(String, LeadEntry)> = keys.zip(entries).collect();
    let page = Page::cut(items, query.limit, |(key, entry)| (key.clone(), entry.id));
    Ok(Page { items: page.items.into_iter().map(|(_, entry)| entry).collect(), next: page.next })
}

/// One lead.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    lead: LeadId,
) -> Result<Option<LeadEntry>, ViewError> {
    let failed = || ViewError::database(LeadView::NAME);
    let client = reader.database().connection().await?;
    let sql = format!(
        "SELECT {} FROM lead_view l WHERE l.ledger_id = $1 AND l.lead_id = $2",
        columns(&LeadView::TABLES[0])
    );
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &lead.0]).await.map_err(failed())?;
    Ok(entries(&client, ledger, &rows).await?.pop())
}

/// Stored rows with their contacts, which another view keeps.
async fn entries(
    client: &Connection,
    ledger: LedgerId,
    tuples: &[tokio_postgres::Row],
) -> Result<Vec<LeadEntry>, ViewError> {
    let rows = tuples
        .iter()
        .map(|tuple| read_stored::<LeadView>(ledger, tuple))
        .collect::<Result<Vec<_>, ViewError>>()?;
    let contacts: Vec<Uuid> = rows.iter().filter_map(|(_, row)| contact(row)).collect();
    let known = contact_directory::some(client, ledger, &contacts).await?;
    Ok(rows.into_iter().map(|(id, row)| entry(id, row, &known)).collect())
}

/// The contact that a row names.
pub(crate) const fn contact(row: &Row) -> Option<Uuid> {
    row.contact
}

/// A row as the list shows it, a stored one or one as of an earlier position; `known` are the
/// contacts of that time.
pub(crate) fn entry(id: Uuid, row: Row, known: &HashMap<Uuid, ContactEntry>) -> LeadEntry {
    LeadEntry {
        id,
        title: row.title,
        contact: row.contact.map(|id| LeadContact::of(id, known.get(&id))),
        stage: row.stage.to_owned(),
        job_id: row.job,
        lost_reason: row.lost_reason,
        version: u64::try_from(row.version).unwrap_or(0),
        created_at: Timestamp::new(row.created_at),
        updated_at: Timestamp::new(row.updated_at),
    }
}
