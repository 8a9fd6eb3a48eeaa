//! The revisions of one thing: its own events, one after the other, as the rows of the title block
//! on its drawing. The number of a revision is the version that the thing had from then on.

use crate::ViewError;
use crate::audit_trail::AuditTrail;
use crate::history::{self, HistoryEntry};
use crate::view::View;
use domain::LedgerId;
use event_store::Reader;
use uuid::Uuid;

/// The revisions of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revisions {
    /// The position of each, the first one first.
    positions: Vec<u64>,
}

/// One revision: its number, from 1 on, and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number.
    pub number: usize,
    /// What happened, who did it and why.
    pub entry: HistoryEntry,
}

/// The revisions of a contact, a job or a lead, by the kind's word; none where there is no such thing
/// of this kind.
pub async fn of(
    reader: &Reader,
    ledger: LedgerId,
    subject: Uuid,
    kind: &str,
) -> Result<Option<Revisions>, ViewError> {
    let failed = || ViewError::database(AuditTrail::NAME);
    let client = reader.database().connection().await?;
    let sql = "SELECT position FROM audit_trail \
               WHERE ledger_id = $1 AND subject_id = $2 AND own \
                 AND starts_with(event_type, $3) ORDER BY position";
    let statement = client.prepare_cached(sql).await.map_err(failed())?;
    let of_kind = format!("{kind}.");
    let rows = client.query(&statement, &[&ledger.0, &subject, &of_kind]).await;
    let positions: Vec<u64> = rows
        .map_err(failed())?
        .iter()
        .filter_map(|row| u64::try_from(row.get::<_, i64>(0)).ok())
        .collect();
    Ok((!positions.is_empty()).then_some(Revisions { positions }))
}

impl Revisions {
    /// How many there are; at least one.
    pub fn count(&self) -> usize {
        self.positions.len()
    }

    /// The position of a revision, by its number.
    pub fn position(&self, number: usize) -> Option<u64> {
        self.positions.get(number.checked_sub(1)?).copied()
    }

    /// The number of the revision that stood at a position; 0 before the first.
    pub fn at(&self, position: u64) -> usize {
        self.positions.partition_point(|there| *there <= position)
    }

    /// What happened in those with these numbers, in order; numbers that there are not are left out.
    pub async fn read(
        &self,
        reader: &Reader,
        ledger: LedgerId,
        numbers: std::ops::RangeInclusive<usize>,
    ) -> Result<Vec<Revision>, ViewError> {
        let positions: Vec<u64> = numbers.filter_map(|number| self.position(number)).collect();
        let entries = history::at(reader, ledger, &positions).await?;
        let numbered = |entry: HistoryEntry| {
            let number = self.at(entry.position?);
            Some(Revision { number, entry })
        };
        Ok(entries.into_iter().filter_map(numbered).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_stands_until_the_next_one() {
        let revisions = Revisions { positions: vec![4, 9, 10] };
        let at: Vec<usize> = (3..=11).map(|position| revisions.at(position)).collect();
        assert_eq!(at, [0, 1, 1, 1, 1, 1, 2, 3, 3]);
        assert_eq!(
            [0, 1, 3, 4].map(|number| revisions.position(number)),
            [None, Some(4), Some(10), None]
        );
    }
}
