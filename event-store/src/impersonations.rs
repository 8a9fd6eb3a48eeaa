//! Who looks through whose eyes (H13): the hashes of the secrets, beside the ledger. They come and
//! go with the events, in the same append; here they are read.

use crate::error::StoreError;
use crate::store::EventStore;
use domain::{Actor, ApiKeyId, ContactId, ImpersonationId, JobId, LedgerId, StaffId, Timestamp};
use time::OffsetDateTime;

/// An impersonation that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenImpersonation {
    /// The id that events name.
    pub impersonation: ImpersonationId,
    /// The job that it was started on.
    pub job: JobId,
    /// Through whose eyes.
    pub contact: ContactId,
    /// Who started it: a key or a member of the staff.
    pub by: Actor,
    /// From then on it is over.
    pub until: Timestamp,
}

impl EventStore {
    /// The impersonation with this secret, unless it has ended, its time is over, or whoever started
    /// it has been removed since, or may not look any more.
    pub async fn impersonation(
        &self,
        ledger: LedgerId,
        secret_hash: &[u8; 32],
    ) -> Result<Option<OpenImpersonation>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT i.impersonation_id, i.job_id, i.contact_id, i.key_id, i.expires_at, \
                        s.staff_id IS NOT NULL \
                 FROM impersonation_credentials i \
                 LEFT JOIN staff_members s ON s.ledger_id = $1 AND s.staff_id = i.key_id \
                 LEFT JOIN credentials c ON c.ledger_id = $1 AND c.key_id = i.key_id \
                 WHERE i.ledger_id = $1 AND i.secret_hash = $2 AND i.expires_at > $3 \
                   AND (c.key_id IS NOT NULL OR s.role = 'admin' \
                        OR s.role = 'staff' AND 'impersonate' = ANY(s.grants))",
                &[&ledger.0, &secret_hash.as_slice(), &self.now().moment()],
            )
            .await
            .map_err(StoreError::database("looking up an impersonation"))?;
        Ok(row.map(|row| OpenImpersonation {
            impersonation: ImpersonationId(row.get(0)),
            job: JobId(row.get(1)),
            contact: ContactId(row.get(2)),
            by: if row.get(5) {
                Actor::StaffMember(StaffId(row.get(3)))
            } else {
                Actor::BuilderStaff(ApiKeyId(row.get(3)))
            },
            until: Timestamp::new(row.get::<_, OffsetDateTime>(4)),
        }))
    }

    /// Impersonations whose time is over and whose end nobody has recorded, the oldest first. One of
    /// the few questions over all ledgers; takes no locks.
    pub async fn overdue_impersonations(
        &self,
        limit: u32,
    ) -> Result<Vec<(LedgerId, JobId, ImpersonationId)>, StoreError> {
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT ledger_id, job_id, impersonation_id FROM impersonation_credentials \
                 WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2",
                &[&self.now().moment(), &i64::from(limit)],
            )
            .await
            .map_err(StoreError::database("looking for impersonations that are over"))?;
        let overdue = |row: &tokio_postgres::Row| {
            (LedgerId(row.get(0)), JobId(row.get(1)), ImpersonationId(row.get(2)))
        };
        Ok(rows.iter().map(overdue).collect())
    }

    /// The newest jobs that a contact is an owner of, so many at most; never behind.
    pub async fn newest_jobs_of(
        &self,
        ledger: LedgerId,
        contact: ContactId,
        limit: u32,
    ) -> Result<Vec<JobId>, StoreError> {
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT job_id FROM contact_jobs WHERE ledger_id = $1 AND contact_id = $2 \
                 ORDER BY job_id DESC LIMIT $3",
                &[&ledger.0, &contact.0, &i64::from(limit)],
            )
            .await
            .map_err(StoreError::database("reading a contact's jobs"))?;
        Ok(rows.iter().map(|row| JobId(row.get(0))).collect())
    }
}
