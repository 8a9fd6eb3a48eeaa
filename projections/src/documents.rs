//! Documents that are published to customers, billing and reports (R117, R118). Their files stand beside
//! the ledger.

use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, columns, read_stored};
use crate::{Cursor, Page, ViewError};
use domain::customer::{CustomerEvent, DocumentKind, DocumentPublished, FileFormat};
use domain::text::{MessageText, Title};
use domain::{CustomerId, DocumentId, LedgerId, Personal, Timestamp};
use event_store::{Open, Reader, Recorded};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct Documents;

/// A document's row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    customer: Uuid,
    kind: &'static str,
    title: Option<String>,
    day: String,
    says: Option<String>,
    format: &'static str,
    bytes: i64,
    withdrawn: bool,
    position: i64,
    published_at: OffsetDateTime,
}

/// Holds what is between a builder and a customer.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row(…)")
    }
}

impl Row {
    fn published(e: &DocumentPublished, event: &Recorded) -> Result<Self, Unfoldable> {
        let position = i64::try_from(event.position);
        let note = e.note.as_ref().and_then(Personal::value).map(MessageText::as_str);
        Ok(Self {
            customer: event.aggregate.uuid(),
            kind: e.kind.word(),
            title: e.title.value().map(Title::as_str).map(str::to_owned),
            day: e.day.to_string(),
            says: note.map(str::to_owned),
            format: e.format.word(),
            bytes: i64::from(e.bytes),
            withdrawn: false,
            position: position.map_err(|_too_far| Unfoldable("the position is no position"))?,
            published_at: event.recorded_at.moment(),
        })
    }
}

impl View for Documents {
    const NAME: &'static str = "documents";
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "documents",
        columns: &[
            ("document_id", Kind::Id),
            ("customer_id", Kind::Id),
            ("kind", Kind::Text),
            ("title", Kind::TextOrNone),
            ("day", Kind::Text),
            ("says", Kind::TextOrNone),
            ("format", Kind::Text),
            ("bytes", Kind::Number),
            ("withdrawn", Kind::Flag),
            ("position", Kind::Number),
            ("published_at", Kind::Time),
        ],
        key: 1,
    }];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        match event.customer()?.1 {
            CustomerEvent::DocumentPublished(e) => Some(e.document.0),
            CustomerEvent::DocumentWithdrawn(e) => Some(e.document.0),
            CustomerEvent::CustomerOpened(_) | CustomerEvent::CustomerRenamed(_) => None,
        }
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let Some((_, customer)) = event.customer() else { return Ok(()) };
        match customer {
            CustomerEvent::DocumentPublished(e) => {
                rows.insert(e.document.0, Row::published(e, event)?)
            }
            CustomerEvent::DocumentWithdrawn(e) => {
                let row = rows.row(&e.document.0)?;
                row.withdrawn = true;
                (row.title, row.says) = (None, None);
                Ok(())
            }
            // What the customer is called, its own list says.
            CustomerEvent::CustomerOpened(_) | CustomerEvent::CustomerRenamed(_) => Ok(()),
        }
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        vec![vec![vec![
            Field::Id(*key),
            Field::Id(row.customer),
            Field::Text(row.kind.to_owned()),
            Field::TextOrNone(row.title.clone()),
            Field::Text(row.day.clone()),
            Field::TextOrNone(row.says.clone()),
            Field::Text(row.format.to_owned()),
            Field::Number(row.bytes),
            Field::Flag(row.withdrawn),
            Field::Number(row.position),
            Field::Time(row.published_at),
        ]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let (kind, format): (&str, &str) = (tuple.get(2), tuple.get(6));
        let kind = DocumentKind::WORDS.into_iter().find(|word| *word == kind);
        let format = FileFormat::ALL.map(FileFormat::word).into_iter().find(|word| *word == format);
        let row = Row {
            customer: tuple.get(1),
            kind: kind.ok_or(Unfoldable("its kind is no word that we know"))?,
            title: tuple.get(3),
            day: tuple.get(4),
            says: tuple.get(5),
            format: format.ok_or(Unfoldable("its format is no word that we know"))?,
            bytes: tuple.get(7),
            withdrawn: tuple.get(8),
            position: tuple.get(9),
            published_at: tuple.get(10),
        };
        Ok((tuple.get(0), row))
    }
}

/// Which documents of a customer are asked for.
#[derive(Debug, Clone)]
pub struct DocumentQuery {
    /// The customer.
    pub customer: CustomerId,
    /// Those of these kinds.
    pub kinds: Vec<DocumentKind>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most of a page.
    pub limit: u32,
}

/// A document that is published to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocumentEntry {
    /// The document.
    pub id: Uuid,
    /// `billing` or `report`.
    pub kind: String,
    /// What it is called; none when the customer has been erased.
    pub title: Option<String>,
    /// The day that it bears, such as `2026-05-31`.
    #[schema(format = Date)]
    pub day: String,
    /// What the builder says of it.
    pub note: Option<String>,
    /// What kind of file it is: `pdf` or `jpeg`.
    pub format: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// When it was published.
    #[schema(value_type = String, format = DateTime)]
    pub published_at: Timestamp,
}

/// A page of the documents that are published to a customer, the newest first.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &DocumentQuery,
) -> Result<Page<DocumentEntry>, ViewError> {
    let failed = || ViewError::database(Documents::NAME);
    let before: Option<i64> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let sql = format!(
        "SELECT {} FROM documents WHERE ledger_id = $1 AND customer_id = $2 AND NOT withdrawn \
           AND kind = ANY($3) AND ($4::bigint IS NULL OR position < $4) \
         ORDER BY position DESC LIMIT $5",
        columns(&Documents::TABLES[0])
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let kinds: Vec<&str> = query.kinds.iter().map(|kind| kind.word()).collect();
    let limit = i64::from(query.limit) + 1;
    let rows = client
        .query(&statement, &[&ledger.0, &query.customer.0, &kinds, &before, &limit])
        .await
        .map_err(failed())?;
    let rows: Vec<(Uuid, Row)> = rows
        .iter()
        .map(|tuple| read_stored::<Documents>(ledger, tuple))
        .collect::<Result<_, _>>()?;
    let page = Page::cut(rows, query.limit, |(_, row): &(Uuid, Row)| row.position);
    Ok(Page { items: page.items.into_iter().map(entry).collect(), next: page.next })
}

/// A document that is published to this customer now.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    customer: CustomerId,
    document: DocumentId,
) -> Result<Option<DocumentEntry>, ViewError> {
    let failed = || ViewError::database(Documents::NAME);
    let sql = format!(
        "SELECT {} FROM documents WHERE ledger_id = $1 AND document_id = $2 \
           AND customer_id = $3 AND NOT withdrawn",
        columns(&Documents::TABLES[0])
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let found = client.query_opt(&statement, &[&ledger.0, &document.0, &customer.0]).await;
    let Some(tuple) = found.map_err(failed())? else { return Ok(None) };
    Ok(Some(entry(read_stored::<Documents>(ledger, &tuple)?)))
}

fn entry((id, row): (Uuid, Row)) -> DocumentEntry {
    DocumentEntry {
        id,
        kind: row.kind.to_owned(),
        title: row.title,
        day: row.day,
        note: row.says,
        format: row.format.to_owned(),
        bytes: u64::try_from(row.bytes).unwrap_or(0),
        published_at: Timestamp::new(row.published_at),
    }
}
