//! What stands beside an account's ledger for its staff: who can sign in as whom and what they may
//! now, and the links with which somebody joins. It is written in the account's appends; here it is
//! read.

use crate::error::StoreError;
use crate::store::EventStore;
use domain::{AccountId, LedgerId, PersonId, StaffId, Timestamp, TokenId};
use time::OffsetDateTime;

/// A member of the staff who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Who signs in as them.
    pub person: PersonId,
    /// `admin`, `staff` or `auditor`.
    pub role: String,
    /// What they may beyond the role.
    pub grants: Vec<String>,
}

/// A link to join the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffLink {
    /// The id that events name.
    pub token: TokenId,
    /// Who is invited.
    pub staff: StaffId,
    /// From then on it is dead.
    pub expires_at: Timestamp,
}

impl EventStore {
    /// What a member of the staff is and may at this moment; none when they were removed, or have
    /// not joined.
    pub async fn staff_member(
        &self,
        account: AccountId,
        staff: StaffId,
    ) -> Result<Option<StaffRow>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT person_id, role, grants FROM staff_members \
                 WHERE ledger_id = $1 AND staff_id = $2 AND person_id IS NOT NULL",
                &[&account.0, &staff.0],
            )
            .await
            .map_err(StoreError::database("looking up staff"))?;
        Ok(row.map(|row| StaffRow {
            person: PersonId(row.get(0)),
            role: row.get(1),
            grants: row.get(2),
        }))
    }

    /// The link with this secret, dead or alive.
    pub async fn staff_link(
        &self,
        ledger: LedgerId,
        token_hash: &[u8; 32],
    ) -> Result<Option<StaffLink>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT token_id, staff_id, expires_at FROM staff_tokens \
                 WHERE ledger_id = $1 AND token_hash = $2",
                &[&ledger.0, &token_hash.as_slice()],
            )
            .await
            .map_err(StoreError::database("looking up a link to join"))?;
        Ok(row.map(|row| StaffLink {
            token: TokenId(row.get(0)),
            staff: StaffId(row.get(1)),
            expires_at: Timestamp::new(row.get::<_, OffsetDateTime>(2)),
        }))
    }
}
