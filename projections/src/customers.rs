//! The customers list: households and companies by name; search. Who belongs to them, the contacts list
//! knows.

use crate::search::{beyond, sort_key, terms, word_set};
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, columns, read_stored};
use crate::{Cursor, Page, ViewError};
use domain::customer::CustomerEvent;
use domain::{CustomerId, LedgerId, Timestamp};
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
pub struct Customers;

/// A customer's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    name: String,
    version: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl View for Customers {
    const NAME: &'static str = "customers";
    const OPENS: Open = Open::Nothing;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[
        Table {
            name: "customers",
            columns: &[
                ("customer_id", Kind::Id),
                ("name", Kind::Text),
                ("sort_name", Kind::Text),
                ("version", Kind::Number),
                ("created_at", Kind::Time),
                ("updated_at", Kind::Time),
            ],
            key: 1,
        },
        Table {
            name: "customers_words",
            columns: &[("customer_id", Kind::Id), ("word", Kind::Text)],
            key: 2,
        },
    ];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        event.customer().map(|(customer, _)| customer.0)
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let Some((id, customer)) = event.customer() else { return Ok(()) };
        let at = event.recorded_at.moment();
        match customer {
            CustomerEvent::CustomerOpened(e) => {
                let name = e.name.as_str().to_owned();
                rows.insert(id.0, Row { name, version: 1, created_at: at, updated_at: at })
            }
            CustomerEvent::CustomerRenamed(e) => {
                let row = rows.row(&id.0)?;
                e.to.as_str().clone_into(&mut row.name);
                row.version += 1;
                row.updated_at = at;
                Ok(())
            }
            // What is published to it is a list of its own.
            CustomerEvent::DocumentPublished(_) | CustomerEvent::DocumentWithdrawn(_) => {
                rows.row(&id.0)?.version += 1;
                Ok(())
            }
        }
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let id = Field::Id(*key);
        let customer = vec![
            id.clone(),
            Field::Text(row.name.clone()),
            Field::Text(sort_key(&row.name)),
            Field::Number(row.version),
            Field::Time(row.created_at),
            Field::Time(row.updated_at),
        ];
        let words = word_set([row.name.as_str()]);
        let words = words.into_iter().map(|word| vec![id.clone(), Field::Text(word)]).collect();
        vec![vec![customer], words]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            name: tuple.get(1),
            version: tuple.get(3),
            created_at: tuple.get(4),
            updated_at: tuple.get(5),
        };
        Ok((tuple.get(0), row))
    }
}

/// Which customers are asked for.
#[derive(Debug, Clone, Default)]
pub struct CustomerQuery {
    /// Those with words that start so, in the name.
    pub search: Option<String>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most customers of a page.
    pub limit: u32,
}

/// A customer in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerEntry {
    /// The customer.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// How many contacts in the book belong to it.
    pub contacts: u64,
    /// Its version, as in the ETag; what is published to it changes that, and whom it has does not.
    pub version: u64,
    /// When it was noted.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When its name last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A page of the list, by name.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &CustomerQuery,
) -> Result<Page<CustomerEntry>, ViewError> {
    let failed = || ViewError::database(Customers::NAME);
    let mut params: Vec<Box<dyn ToSql + Sync + Send>> = vec![Box::new(ledger.0)];
    let mut conditions = String::new();
    for term in query.search.iter().flat_map(|search| terms(search)) {
        params.push(Box::new(term.clone()));
        params.push(Box::new(beyond(&term)));
        conditions.push_str(&format!(
            " AND c.customer_id IN (SELECT w.customer_id FROM customers_words w \
               WHERE w.ledger_id = $1 AND w.word >= ${} AND w.word < ${})",
            params.len() - 1,
            params.len()
        ));
    }
    if let Some(cursor) = &query.cursor {
        let (name, id): (String, Uuid) = Cursor::read(cursor)?;
        params.push(Box::new(name));
        params.push(Box::new(id));
        let (name, id) = (params.len() - 1, params.len());
        conditions.push_str(&format!(" AND (c.sort_name, c.customer_id) > (${name}, ${id})"));
    }
    params.push(Box::new(i64::from(query.limit) + 1));
    let sql = format!(
        "SELECT {} FROM customers c WHERE c.ledger_id = $1{conditions} \
         ORDER BY c.sort_name, c.customer_id LIMIT ${}",
        columns(&Customers::TABLES[0]),
        params.len()
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let params: Vec<&(dyn ToSql + Sync)> =
        params.iter().map(|param| -> &(dyn ToSql + Sync) { &**param }).collect();
    let rows = client.query(&statement, &params).await.map_err(failed())?;
    let keys = rows.iter().map(|row| row.get::<_, String>(2));
    let entries = entries(&client, ledger, &rows).await?;
    let items: Vec<(String, CustomerEntry)> = keys.zip(entries).collect();
    let page = Page::cut(items, query.limit, |(key, entry)| (key.clone(), entry.id));
    Ok(Page { items: page.items.into_iter().map(|(_, entry)| entry).collect(), next: page.next })
}

/// One customer.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    customer: CustomerId,
) -> Result<Option<CustomerEntry>, ViewError> {
    let failed = || ViewError::database(Customers::NAME);
    let client = reader.database().connection().await?;
    let sql = format!(
        "SELECT {} FROM customers c WHERE c.ledger_id = $1 AND c.customer_id = $2",
        columns(&Customers::TABLES[0])
    );
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &customer.0]).await.map_err(failed())?;
    Ok(entries(&client, ledger, &rows).await?.pop())
}

/// The names of some customers, for other lists.
pub(crate) async fn names(
    client: &Connection,
    ledger: LedgerId,
    customers: &[Uuid],
) -> Result<HashMap<Uuid, String>, ViewError> {
    if customers.is_empty() {
        return Ok(HashMap::new());
    }
    let failed = || ViewError::database(Customers::NAME);
    let sql = "SELECT customer_id, name FROM customers \
               WHERE ledger_id = $1 AND customer_id = ANY($2)";
    let statement = client.prepare_cached(sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &customers]).await.map_err(failed())?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Stored rows with how many contacts they have, which another view keeps.
async fn entries(
    client: &Connection,
    ledger: LedgerId,
    tuples: &[tokio_postgres::Row],
) -> Result<Vec<CustomerEntry>, ViewError> {
    let failed = || ViewError::database(Customers::NAME);
    let rows = tuples
        .iter()
        .map(|tuple| read_stored::<Customers>(ledger, tuple))
        .collect::<Result<Vec<_>, ViewError>>()?;
    let ids: Vec<Uuid> = rows.iter().map(|(id, _)| *id).collect();
    let sql = "SELECT customer_id, count(*) FROM contact_directory \
               WHERE ledger_id = $1 AND customer_id = ANY($2) AND life = 'live' \
               GROUP BY customer_id";
    let statement = client.prepare_cached(sql).await.map_err(failed())?;
    let counted = client.query(&statement, &[&ledger.0, &ids]).await.map_err(failed())?;
    let counts: HashMap<Uuid, i64> = counted.iter().map(|row| (row.get(0), row.get(1))).collect();
    let entry = |(id, row): (Uuid, Row)| CustomerEntry {
        id,
        name: row.name,
        contacts: counts.get(&id).and_then(|count| u64::try_from(*count).ok()).unwrap_or(0),
        version: u64::try_from(row.version).unwrap_or(0),
        created_at: Timestamp::new(row.created_at),
        updated_at: Timestamp::new(row.updated_at),
    };
    Ok(rows.into_iter().map(entry).collect())
}
