//! Work orders: what members of customers ask the builder to do, and what became of it (R119).

use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, columns, read_stored};
use crate::{Cursor, Page, ViewError, contact_directory, customers};
use domain::text::{MessageText, Reason, Title};
use domain::work_order::{WorkOrderEvent, WorkOrderFiled, WorkOrderStage};
use domain::{CustomerId, LedgerId, Personal, Timestamp, WorkOrderId};
use event_store::database::Connection;
use event_store::{Open, Reader, Recorded};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct WorkOrders;

/// A work order's row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    customer: Uuid,
    contact: Uuid,
    title: Option<String>,
    says: Option<String>,
    asked_job: Option<Uuid>,
    stage: &'static str,
    job: Option<Uuid>,
    task: Option<Uuid>,
    declined_reason: Option<String>,
    position: i64,
    version: i64,
    filed_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

/// Holds what somebody wrote.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row(…)")
    }
}

/// The text, unless its person has been erased.
fn known<T>(value: &Personal<T>, text: impl Fn(&T) -> &str) -> Option<String> {
    value.value().map(|value| text(value).to_owned())
}

impl Row {
    fn filed(e: &WorkOrderFiled, event: &Recorded) -> Result<Self, Unfoldable> {
        let position = i64::try_from(event.position);
        Ok(Self {
            customer: e.customer.0,
            contact: e.contact.0,
            title: known(&e.title, Title::as_str),
            says: known(&e.text, MessageText::as_str),
            asked_job: e.job.map(|job| job.0),
            stage: WorkOrderStage::OPEN,
            job: None,
            task: None,
            declined_reason: None,
            position: position.map_err(|_too_far| Unfoldable("the position is no position"))?,
            version: 1,
            filed_at: event.recorded_at.moment(),
            updated_at: event.recorded_at.moment(),
        })
    }
}

impl View for WorkOrders {
    const NAME: &'static str = "work_orders";
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "work_orders",
        columns: &[
            ("work_order_id", Kind::Id),
            ("customer_id", Kind::Id),
            ("contact_id", Kind::Id),
            ("title", Kind::TextOrNone),
            ("says", Kind::TextOrNone),
            ("asked_job_id", Kind::IdOrNone),
            ("stage", Kind::Text),
            ("job_id", Kind::IdOrNone),
            ("task_id", Kind::IdOrNone),
            ("declined_reason", Kind::TextOrNone),
            ("position", Kind::Number),
            ("version", Kind::Number),
            ("filed_at", Kind::Time),
            ("updated_at", Kind::Time),
        ],
        key: 1,
    }];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        event.work_order().map(|(order, _)| order.0)
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        // What becomes of its customer, its contact and its task changes no row.
        let Some((id, order)) = event.work_order() else { return Ok(()) };
        match order {
            WorkOrderEvent::WorkOrderFiled(e) => return rows.insert(id.0, Row::filed(e, event)?),
            WorkOrderEvent::WorkOrderTurnedIntoTask(e) => {
                let row = rows.row(&id.0)?;
                row.stage = WorkOrderStage::TASK;
                row.job = Some(e.job.0);
                row.task = Some(e.task.0);
            }
            WorkOrderEvent::WorkOrderDeclined(e) => {
                let row = rows.row(&id.0)?;
                row.stage = WorkOrderStage::DECLINED;
                row.declined_reason = known(&e.why, Reason::as_str);
            }
        }
        let row = rows.row(&id.0)?;
        row.version += 1;
        row.updated_at = event.recorded_at.moment();
        Ok(())
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        vec![vec![vec![
            Field::Id(*key),
            Field::Id(row.customer),
            Field::Id(row.contact),
            Field::TextOrNone(row.title.clone()),
            Field::TextOrNone(row.says.clone()),
            Field::IdOrNone(row.asked_job),
            Field::Text(row.stage.to_owned()),
            Field::IdOrNone(row.job),
            Field::IdOrNone(row.task),
            Field::TextOrNone(row.declined_reason.clone()),
            Field::Number(row.position),
            Field::Number(row.version),
            Field::Time(row.filed_at),
            Field::Time(row.updated_at),
        ]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let stored: &str = tuple.get(6);
        let stage = WorkOrderStage::WORDS.into_iter().find(|word| *word == stored);
        let row = Row {
            customer: tuple.get(1),
            contact: tuple.get(2),
            title: tuple.get(3),
            says: tuple.get(4),
            asked_job: tuple.get(5),
            stage: stage.ok_or(Unfoldable("its stage is no word that we know"))?,
            job: tuple.get(7),
            task: tuple.get(8),
            declined_reason: tuple.get(9),
            position: tuple.get(10),
            version: tuple.get(11),
            filed_at: tuple.get(12),
            updated_at: tuple.get(13),
        };
        Ok((tuple.get(0), row))
    }
}

/// Which work orders are asked for.
#[derive(Debug, Clone, Default)]
pub struct WorkOrderQuery {
    /// Those of this customer.
    pub customer: Option<CustomerId>,
    /// Those at this stage.
    pub stage: Option<String>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most of a page.
    pub limit: u32,
}

/// A work order in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkOrderEntry {
    /// The work order.
    pub id: Uuid,
    /// The customer.
    pub customer_id: Uuid,
    /// What the customer is called.
    pub customer: String,
    /// Who filed it.
    pub contact_id: Uuid,
    /// What they are called.
    pub contact: String,
    /// What is to be done, in a few words; none when the person has been erased.
    pub title: Option<String>,
    /// What is to be done; none when the person has been erased.
    pub text: Option<String>,
    /// The job that it was filed about.
    pub asked_job_id: Option<Uuid>,
    /// `open`, `task` or `declined`.
    pub stage: String,
    /// The job whose task it is.
    pub job_id: Option<Uuid>,
    /// The task.
    pub task_id: Option<Uuid>,
    /// Why it was declined.
    pub declined_reason: Option<String>,
    /// Its version, as in the ETag.
    pub version: u64,
    /// When it was filed.
    #[schema(value_type = String, format = DateTime)]
    pub filed_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A page of work orders, the newest first.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &WorkOrderQuery,
) -> Result<Page<WorkOrderEntry>, ViewError> {
    let failed = || ViewError::database(WorkOrders::NAME);
    let before: Option<i64> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let sql = format!(
        "SELECT {} FROM work_orders WHERE ledger_id = $1 \
           AND ($2::uuid IS NULL OR customer_id = $2) AND ($3::text IS NULL OR stage = $3) \
           AND ($4::bigint IS NULL OR position < $4) ORDER BY position DESC LIMIT $5",
        columns(&WorkOrders::TABLES[0])
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let (customer, limit) = (query.customer.map(|id| id.0), i64::from(query.limit) + 1);
    let rows = client
        .query(&statement, &[&ledger.0, &customer, &query.stage, &before, &limit])
        .await
        .map_err(failed())?;
    let rows: Vec<(Uuid, Row)> = rows
        .iter()
        .map(|tuple| read_stored::<WorkOrders>(ledger, tuple))
        .collect::<Result<_, _>>()?;
    let page = Page::cut(rows, query.limit, |(_, row): &(Uuid, Row)| row.position);
    Ok(Page { items: entries(&client, ledger, page.items).await?, next: page.next })
}

/// One work order.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    order: WorkOrderId,
) -> Result<Option<WorkOrderEntry>, ViewError> {
    let failed = || ViewError::database(WorkOrders::NAME);
    let sql = format!(
        "SELECT {} FROM work_orders WHERE ledger_id = $1 AND work_order_id = $2",
        columns(&WorkOrders::TABLES[0])
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let row = client.query_opt(&statement, &[&ledger.0, &order.0]).await.map_err(failed())?;
    let Some(tuple) = row else { return Ok(None) };
    let row = read_stored::<WorkOrders>(ledger, &tuple)?;
    Ok(entries(&client, ledger, vec![row]).await?.pop())
}

/// Rows with the names that other views keep.
async fn entries(
    client: &Connection,
    ledger: LedgerId,
    rows: Vec<(Uuid, Row)>,
) -> Result<Vec<WorkOrderEntry>, ViewError> {
    let of_customers: Vec<Uuid> = rows.iter().map(|(_, row)| row.customer).collect();
    let of_contacts: Vec<Uuid> = rows.iter().map(|(_, row)| row.contact).collect();
    let customers = customers::names(client, ledger, &of_customers).await?;
    let contacts = contact_directory::names(client, ledger, &of_contacts).await?;
    let entry = |(id, row): (Uuid, Row)| WorkOrderEntry {
        id,
        customer: customers.get(&row.customer).cloned().unwrap_or_default(),
        customer_id: row.customer,
        contact: contacts.get(&row.contact).map(|(name, _)| name.clone()).unwrap_or_default(),
        contact_id: row.contact,
        title: row.title,
        text: row.says,
        asked_job_id: row.asked_job,
        stage: row.stage.to_owned(),
        job_id: row.job,
        task_id: row.task,
        declined_reason: row.declined_reason,
        version: u64::try_from(row.version).unwrap_or(0),
        filed_at: Timestamp::new(row.filed_at),
        updated_at: Timestamp::new(row.updated_at),
    };
    Ok(rows.into_iter().map(entry).collect())
}
