//! Where ledgers and views stand: heads, lag, parked views.

use crate::ViewError;
use domain::Timestamp;
use event_store::Reader;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A ledger and its views.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LedgerStatus {
    /// The ledger.
    pub ledger: Uuid,
    /// `installation` or `builder_account`.
    pub kind: String,
    /// The position of its last event.
    pub head: u64,
    /// Its views.
    pub views: Vec<ViewStatus>,
}

/// A view of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewStatus {
    /// The view.
    pub view: String,
    /// Up to where it has read.
    pub position: u64,
    /// How many events it has not read yet.
    pub lag: u64,
    /// Why it does not go on.
    pub parked: Option<ParkedEntry>,
}

/// An event that a view could not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ParkedEntry {
    /// The event's position.
    pub position: u64,
    /// Why the view could not take it.
    pub cause: String,
    /// Since when it stands still.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Every ledger with its views. One of the few questions over all ledgers; takes no locks.
pub async fn status(reader: &Reader) -> Result<Vec<LedgerStatus>, ViewError> {
    let client = reader.database().connection().await?;
    let rows = client
        .query(
            "SELECT l.ledger_id, l.kind, l.head, c.view, c.position, c.parked_position, \
                    c.parked_cause, c.parked_at \
             FROM ledgers l LEFT JOIN view_checkpoints c ON c.ledger_id = l.ledger_id \
             ORDER BY l.ledger_id, c.view",
            &[],
        )
        .await
        .map_err(ViewError::database("view_checkpoints"))?;
    let number = |stored: i64| u64::try_from(stored).unwrap_or(0);
    let mut ledgers: Vec<LedgerStatus> = Vec::new();
    for row in rows {
        let ledger: Uuid = row.get(0);
        let head = number(row.get(2));
        if ledgers.last().is_none_or(|last| last.ledger != ledger) {
            ledgers.push(LedgerStatus { ledger, kind: row.get(1), head, views: Vec::new() });
        }
        let (Some(view), Some(last)) = (row.get::<_, Option<String>>(3), ledgers.last_mut()) else {
            continue;
        };
        let position = number(row.get::<_, Option<i64>>(4).unwrap_or(0));
        let parked = match (row.get::<_, Option<i64>>(5), row.get::<_, Option<OffsetDateTime>>(7)) {
            (Some(position), Some(at)) => Some(ParkedEntry {
                position: number(position),
                cause: row.get::<_, Option<String>>(6).unwrap_or_default(),
                at: Timestamp::new(at),
            }),
            (Some(_), None) | (None, _) => None,
        };
        last.views.push(ViewStatus { view, position, lag: head.saturating_sub(position), parked });
    }
    Ok(ledgers)
}
