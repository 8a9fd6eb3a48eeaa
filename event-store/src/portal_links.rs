//! Who may look at which portal (H10): the hashes of links' secrets, beside the ledger. They come with the
//! events and are ended by them, in the same append; here they are read. And who looked when: that is
//! kept beside the ledger too, and for a while only.

use crate::error::StoreError;
use crate::store::EventStore;
use domain::{ContactId, JobId, LedgerId, PortalLinkId, Timestamp, TokenId};
use std::collections::HashMap;
use std::net::IpAddr;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// So many secrets of one link are known, the newest ones; whoever comes with an older one is told nothing.
const SECRETS_OF_A_LINK: i64 = 100;
/// For how long it is known who looked.
const VIEWS_DAYS: i64 = 90;

/// A secret of a link to a portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortalToken {
    /// The id that events name.
    pub token: TokenId,
    /// The link.
    pub link: PortalLinkId,
    /// The job whose portal it is.
    pub job: JobId,
    /// Whose it is, if it is a personal one.
    pub contact: Option<ContactId>,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
    /// How it ended before, if it did.
    pub ended: Option<PortalTokenEnd>,
}

/// How a secret ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortalTokenEnd {
    /// The link has a newer one.
    Rotated,
    /// The link was revoked.
    Revoked,
    /// Its time was over.
    Expired,
}

/// How often somebody looked, as far as it is known, and when last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortalViews {
    /// When last.
    pub last_at: Timestamp,
    /// How often within the days for which it is known.
    pub count: u64,
}

const COLUMNS: &str = "token_hash, token_id, link_id, job_id, contact_id, expires_at, ended";

fn token(row: &tokio_postgres::Row) -> PortalToken {
    let ended: Option<&str> = row.get(6);
    PortalToken {
        token: TokenId(row.get(1)),
        link: PortalLinkId(row.get(2)),
        job: JobId(row.get(3)),
        contact: row.get::<_, Option<Uuid>>(4).map(ContactId),
        expires_at: Timestamp::new(row.get::<_, OffsetDateTime>(5)),
        ended: ended.map(|how| match how {
            "rotated" => PortalTokenEnd::Rotated,
            "expired" => PortalTokenEnd::Expired,
            _ => PortalTokenEnd::Revoked,
        }),
    }
}

impl EventStore {
    /// The secret of this link with this hash, be it dead. All the link's secrets are compared, each in
    /// the same time, so that how long it takes says nothing about any of them.
    pub async fn portal_token(
        &self,
        ledger: LedgerId,
        link: PortalLinkId,
        secret_hash: &[u8; 32],
    ) -> Result<Option<PortalToken>, StoreError> {
        let client = self.reader().database().connection().await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM portal_link_tokens WHERE ledger_id = $1 AND link_id = $2 \
             ORDER BY issued_at DESC, token_id DESC LIMIT $3"
        );
        let rows = client
            .query(&sql, &[&ledger.0, &link.0, &SECRETS_OF_A_LINK])
            .await
            .map_err(StoreError::database("looking up a portal link"))?;
        let mut found = None;
        for row in &rows {
            let stored: &[u8] = row.get(0);
            if bool::from(stored.ct_eq(secret_hash)) {
                found = Some(token(row));
            }
        }
        Ok(found)
    }

    /// The secret with this id; what a mail carries.
    pub async fn portal_token_by_id(
        &self,
        ledger: LedgerId,
        id: TokenId,
    ) -> Result<Option<PortalToken>, StoreError> {
        let client = self.reader().database().connection().await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM portal_link_tokens WHERE ledger_id = $1 AND token_id = $2"
        );
        let row = client.query_opt(&sql, &[&ledger.0, &id.0]).await;
        let row = row.map_err(StoreError::database("looking up a portal link"))?;
        Ok(row.as_ref().map(token))
    }

    /// Links whose time is over and whose end nobody has recorded, the oldest first. One of the few
    /// questions over all ledgers; takes no locks.
    pub async fn overdue_portal_links(
        &self,
        limit: u32,
    ) -> Result<Vec<(LedgerId, JobId, PortalLinkId)>, StoreError> {
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT ledger_id, job_id, link_id FROM portal_link_tokens \
                 WHERE ended IS NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
                &[&self.now().moment(), &i64::from(limit)],
            )
            .await
            .map_err(StoreError::database("looking for portal links that are over"))?;
        let overdue = |row: &tokio_postgres::Row| {
            (LedgerId(row.get(0)), JobId(row.get(1)), PortalLinkId(row.get(2)))
        };
        Ok(rows.iter().map(overdue).collect())
    }

    /// Notes that somebody looked through a link, and from which network.
    pub async fn note_portal_view(
        &self,
        ledger: LedgerId,
        link: PortalLinkId,
        client_address: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let client = self.reader().database().connection().await?;
        let (view, at) = (Uuid::now_v7(), self.now().moment());
        let network = client_address.map(network_of);
        client
            .execute(
                "INSERT INTO portal_views (ledger_id, link_id, view_id, viewed_at, network) \
                 VALUES ($1, $2, $3, $4, $5)",
                &[&ledger.0, &link.0, &view, &at, &network],
            )
            .await
            .map_err(StoreError::database("noting a look at a portal"))?;
        Ok(())
    }

    /// How often each of these links was looked through; nothing of those that never were.
    pub async fn portal_views(
        &self,
        ledger: LedgerId,
        links: &[Uuid],
    ) -> Result<HashMap<Uuid, PortalViews>, StoreError> {
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT link_id, max(viewed_at), count(*) FROM portal_views \
                 WHERE ledger_id = $1 AND link_id = ANY($2) GROUP BY link_id",
                &[&ledger.0, &links],
            )
            .await
            .map_err(StoreError::database("reading who looked at portals"))?;
        let views = |row: &tokio_postgres::Row| {
            let last_at = Timestamp::new(row.get::<_, OffsetDateTime>(1));
            let count = u64::try_from(row.get::<_, i64>(2)).unwrap_or(0);
            (row.get(0), PortalViews { last_at, count })
        };
        Ok(rows.iter().map(views).collect())
    }

    /// Forgets who looked longer ago than it is to be known. One of the few statements over all ledgers.
    pub async fn prune_portal_views(&self) -> Result<u64, StoreError> {
        let client = self.reader().database().connection().await?;
        let before = self.now().moment() - Duration::days(VIEWS_DAYS);
        client
            .execute("DELETE FROM portal_views WHERE viewed_at < $1", &[&before])
            .await
            .map_err(StoreError::database("forgetting who looked at portals"))
    }
}

/// The network that an address is in, wide enough not to tell one house from the next.
fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn of_an_address_only_its_network_is_kept() {
        for (address, network) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2::77", "2001:db8:1::/48"),
        ] {
            assert_eq!(network_of(address.parse().expect("an address")), network);
        }
    }
}
