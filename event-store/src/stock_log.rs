//! Reads the log of another store: stock postgres-es, with contacts in it.
//!
//! Only what is there is read here. What may be taken over, `replay-tool import` says.

use crate::database::Database;
use crate::error::StoreError;
use crate::reader::position;
use domain::Sequence;
use domain::contact::ContactEvent;
use tokio_postgres::Client;

/// An event as it stands in such a log.
#[derive(Debug)]
pub struct StockEvent {
    /// Its place within its aggregate.
    pub sequence: Sequence,
    /// The column `event_type`.
    pub event_type: String,
    /// The column `event_version`.
    pub event_version: String,
    /// The payload, as one of a contact's events; the decoder's words hold nothing personal.
    pub event: Result<ContactEvent, String>,
}

/// The log of a program that uses postgres-es.
#[derive(Debug)]
pub struct StockLog {
    client: Client,
    /// Quoted.
    table: String,
}

impl StockLog {
    /// Connects. `table` is its name, with its schema before it where it needs one.
    pub async fn open(url: &str, table: &str) -> Result<Self, StoreError> {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let table = table.split('.').map(quoted).collect::<Vec<_>>().join(".");
        let client = Database::new(url, 1)?.own_connection(None).await?;
        let settings = "SET statement_timeout = 0; SET default_transaction_read_only = on";
        client.batch_execute(settings).await.map_err(failed())?;
        Ok(Self { client, table })
    }

    /// Every aggregate of the log by its type and id, and how many events it has.
    pub async fn aggregates(&self) -> Result<Vec<(String, String, u64)>, StoreError> {
        let sql = format!(
            "SELECT aggregate_type, aggregate_id, count(*) FROM {} \
             GROUP BY aggregate_type, aggregate_id ORDER BY aggregate_type, aggregate_id",
            self.table
        );
        let rows = self.client.query(&sql, &[]).await.map_err(failed())?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1), position(row.get(2)))).collect())
    }

    /// All events of a contact, in order.
    pub async fn contact(&self, id: &str) -> Result<Vec<StockEvent>, StoreError> {
        let sql = format!(
            "SELECT sequence, event_type, event_version, payload::text FROM {} \
             WHERE aggregate_type = 'contact' AND aggregate_id = $1 ORDER BY sequence",
            self.table
        );
        let rows = self.client.query(&sql, &[&id]).await.map_err(failed())?;
        let event = |payload: &str| {
            // serde's messages about values might say them.
            serde_json::from_str(payload).map_err(|error| {
                format!("its payload is no event of a contact (column {})", error.column())
            })
        };
        Ok(rows
            .iter()
            .map(|row| StockEvent {
                sequence: position(row.get(0)),
                event_type: row.get(1),
                event_version: row.get(2),
                event: event(row.get(3)),
            })
            .collect())
    }
}

fn failed() -> impl FnOnce(tokio_postgres::Error) -> StoreError {
    StoreError::database("reading the other store's log")
}
