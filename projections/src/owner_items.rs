//! To-Dos and messages, each between the builder and one owner of a job (R63).
//!
//! An owner's query names the contact and which of its links are theirs ([`Of::Owner`]): no row of a
//! co-owner, or of whoever the contact was before (H6), is looked at. A builder's query sees all.

use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, columns, read_stored};
use crate::{Cursor, Page, ViewError};
use domain::owner_item::{Author, Link, OwnerItemEvent};
use domain::text::{MessageText, Title};
use domain::{ContactId, Day, JobId, LedgerId, Personal, Timestamp};
use event_store::{Open, Reader, Recorded};
use postgres_types::ToSql;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct OwnerItems;

/// The words of `kind`.
const TO_DO: &str = "todo";
const MESSAGE: &str = "message";

/// A To-Do's or a message's row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    job: Uuid,
    contact: Uuid,
    link: i64,
    kind: String,
    author: String,
    says: Option<String>,
    due: Option<String>,
    done: bool,
    position: i64,
    version: i64,
    made_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    /// Taken away: it is in no table.
    removed: bool,
}

/// Holds what two people tell each other.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row(…)")
    }
}

impl Row {
    fn new(event: &Recorded, kind: &str, link: Link, author: Author) -> Result<Self, Unfoldable> {
        let Some((_, item)) = event.owner_item() else {
            return Err(Unfoldable("it is another kind of thing's"));
        };
        let (job, contact) = item.place();
        let position = i64::try_from(event.position);
        Ok(Self {
            job: job.0,
            contact: contact.0,
            link: i64::from(link.0),
            kind: kind.to_owned(),
            author: author.word().to_owned(),
            says: None,
            due: None,
            done: false,
            position: position.map_err(|_too_far| Unfoldable("the position is no position"))?,
            version: 1,
            made_at: event.recorded_at.moment(),
            updated_at: event.recorded_at.moment(),
            removed: false,
        })
    }
}

/// The text, unless its person has been erased.
fn known<T>(value: &Personal<T>, text: impl Fn(&T) -> &str) -> Option<String> {
    value.value().map(|value| text(value).to_owned())
}

impl View for OwnerItems {
    const NAME: &'static str = "owner_items";
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "owner_items",
        columns: &[
            ("item_id", Kind::Id),
            ("job_id", Kind::Id),
            ("contact_id", Kind::Id),
            ("link", Kind::Number),
            ("kind", Kind::Text),
            ("author", Kind::Text),
            ("says", Kind::TextOrNone),
            ("due", Kind::TextOrNone),
            ("done", Kind::Flag),
            ("position", Kind::Number),
            ("version", Kind::Number),
            ("made_at", Kind::Time),
            ("updated_at", Kind::Time),
        ],
        key: 1,
    }];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        event.owner_item().map(|(item, _)| item.0)
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        // Whose an item is, it says itself; what becomes of its job and its contact changes no row.
        let Some((item, happened)) = event.owner_item() else { return Ok(()) };
        match happened {
            OwnerItemEvent::TodoAdded(e) => {
                let mut row = Row::new(event, TO_DO, e.link, Author::Builder)?;
                row.says = known(&e.title, Title::as_str);
                row.due = e.due.map(|day| day.to_string());
                return rows.insert(item.0, row);
            }
            OwnerItemEvent::MessageSent(e) => {
                let mut row = Row::new(event, MESSAGE, e.link, e.author)?;
                row.says = known(&e.text, MessageText::as_str);
                return rows.insert(item.0, row);
            }
            OwnerItemEvent::TodoEdited(e) => {
                let row = rows.row(&item.0)?;
                if let Some(title) = e.title.as_ref().and_then(|title| title.to.as_ref()) {
                    row.says = known(title, Title::as_str);
                }
                if let Some(due) = e.due {
                    row.due = due.to.map(|day| day.to_string());
                }
            }
            OwnerItemEvent::TodoCompleted(_) => rows.row(&item.0)?.done = true,
            OwnerItemEvent::TodoReopened(_) => rows.row(&item.0)?.done = false,
            OwnerItemEvent::TodoRemoved(_) => rows.row(&item.0)?.removed = true,
        }
        let row = rows.row(&item.0)?;
        row.version += 1;
        row.updated_at = event.recorded_at.moment();
        Ok(())
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        if row.removed {
            return vec![Vec::new()];
        }
        vec![vec![vec![
            Field::Id(*key),
            Field::Id(row.job),
            Field::Id(row.contact),
            Field::Number(row.link),
            Field::Text(row.kind.clone()),
            Field::Text(row.author.clone()),
            Field::TextOrNone(row.says.clone()),
            Field::TextOrNone(row.due.clone()),
            Field::Flag(row.done),
            Field::Number(row.position),
            Field::Number(row.version),
            Field::Time(row.made_at),
            Field::Time(row.updated_at),
        ]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            job: tuple.get(1),
            contact: tuple.get(2),
            link: tuple.get(3),
            kind: tuple.get(4),
            author: tuple.get(5),
            says: tuple.get(6),
            due: tuple.get(7),
            done: tuple.get(8),
            position: tuple.get(9),
            version: tuple.get(10),
            made_at: tuple.get(11),
            updated_at: tuple.get(12),
            removed: false,
        };
        Ok((tuple.get(0), row))
    }
}

/// Whose To-Dos and messages are asked for.
#[derive(Debug, Clone)]
pub enum Of {
    /// Those of the one who is this contact: of these links of it alone.
    Owner(ContactId, Vec<Link>),
    /// For the builder: those of this contact, or of all the job's.
    Builder(Option<ContactId>),
}

/// Which To-Dos or messages are asked for.
#[derive(Debug, Clone)]
pub struct ItemQuery {
    /// Of this job.
    pub job: JobId,
    /// Whose.
    pub of: Of,
    /// To-Dos that are done, or that are not.
    pub done: Option<bool>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most of a page.
    pub limit: u32,
}

/// A To-Do (R63).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TodoEntry {
    /// The To-Do.
    pub id: Uuid,
    /// The owner whose it is.
    pub contact_id: Uuid,
    /// What is to be done; none when the person has been erased.
    pub title: Option<String>,
    /// By when.
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Day>,
    /// Whether it is done.
    pub done: bool,
    /// Its version, for `If-Match`.
    pub version: u64,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A message (R63).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageEntry {
    /// The message.
    pub id: Uuid,
    /// The owner whose it is, whoever of the two wrote it.
    pub contact_id: Uuid,
    /// Who wrote it: `builder` or `owner`.
    pub author: String,
    /// What it says; none when the person has been erased.
    pub text: Option<String>,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
}

/// A page of To-Dos, the newest first.
pub async fn todos(
    reader: &Reader,
    ledger: LedgerId,
    query: &ItemQuery,
) -> Result<Page<TodoEntry>, ViewError> {
    let rows = page(reader, ledger, TO_DO, query).await?;
    let entry = |(id, row): (Uuid, Row)| TodoEntry {
        id,
        contact_id: row.contact,
        title: row.says,
        due: row.due.as_deref().and_then(|day| Day::parse(day).ok()),
        done: row.done,
        version: u64::try_from(row.version).unwrap_or(0),
        added_at: Timestamp::new(row.made_at),
        updated_at: Timestamp::new(row.updated_at),
    };
    Ok(Page { items: rows.items.into_iter().map(entry).collect(), next: rows.next })
}

/// A page of messages, the newest first.
pub async fn messages(
    reader: &Reader,
    ledger: LedgerId,
    query: &ItemQuery,
) -> Result<Page<MessageEntry>, ViewError> {
    let rows = page(reader, ledger, MESSAGE, query).await?;
    let entry = |(id, row): (Uuid, Row)| MessageEntry {
        id,
        contact_id: row.contact,
        author: row.author,
        text: row.says,
        sent_at: Timestamp::new(row.made_at),
    };
    Ok(Page { items: rows.items.into_iter().map(entry).collect(), next: rows.next })
}

async fn page(
    reader: &Reader,
    ledger: LedgerId,
    kind: &'static str,
    query: &ItemQuery,
) -> Result<Page<(Uuid, Row)>, ViewError> {
    let failed = || ViewError::database(OwnerItems::NAME);
    let before: Option<i64> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let limit = i64::from(query.limit) + 1;
    let links: Vec<i64>;
    let contact: Uuid;
    let mut sql = format!(
        "SELECT {} FROM owner_items WHERE ledger_id = $1 AND job_id = $2 AND kind = $3 \
           AND ($4::boolean IS NULL OR done = $4) AND ($5::bigint IS NULL OR position < $5)",
        columns(&OwnerItems::TABLES[0])
    );
    let mut params: Vec<&(dyn ToSql + Sync)> =
        vec![&ledger.0, &query.job.0, &kind, &query.done, &before, &limit];
    match &query.of {
        Of::Owner(whose, theirs) => {
            contact = whose.0;
            links = theirs.iter().map(|link| i64::from(link.0)).collect();
            params.push(&contact);
            params.push(&links);
            sql.push_str(" AND contact_id = $7 AND link = ANY($8)");
        }
        Of::Builder(Some(whose)) => {
            contact = whose.0;
            params.push(&contact);
            sql.push_str(" AND contact_id = $7");
        }
        Of::Builder(None) => {}
    }
    sql.push_str(" ORDER BY position DESC LIMIT $6");
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let rows = client.query(&statement, &params).await.map_err(failed())?;
    let rows: Vec<(Uuid, Row)> = rows
        .iter()
        .map(|tuple| read_stored::<OwnerItems>(ledger, tuple))
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(rows, query.limit, |(_, row): &(Uuid, Row)| row.position))
}
