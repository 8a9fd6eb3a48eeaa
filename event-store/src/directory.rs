//! The directory of addresses, where they come to be another person's: who registers under one that
//! was given up, how it is given up, and the links that confirm a change.

use crate::error::StoreError;
use crate::logins::Registered;
use crate::store::EventStore;
use domain::{EmailAddress, LedgerId, PersonId, Timestamp, TokenId};
use time::OffsetDateTime;

/// Who registers with an address that is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newcomer {
    /// The person, whose id is told from the address.
    pub person: PersonId,
    /// How many persons before them had the address and gave it up.
    given_up: i32,
}

/// A link that confirms a change of the primary email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailChangeLink {
    /// The id that events name.
    pub token: TokenId,
    /// From then on it begins nothing.
    pub expires_at: Timestamp,
}

/// A move of a login that has begun, and whose end nobody has seen to yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BegunMove {
    /// Whose login.
    pub person: PersonId,
    /// Where their ledger says so.
    position: i64,
}

impl EventStore {
    /// The moves of logins that began before then and whose end nobody has seen to, the oldest first.
    /// One of the few questions over all ledgers; takes no locks.
    pub async fn begun_moves(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<BegunMove>, StoreError> {
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT ledger_id, position FROM email_moves WHERE begun_at < $1 \
                 ORDER BY begun_at LIMIT $2",
                &[&before.moment(), &i64::from(limit)],
            )
            .await
            .map_err(StoreError::database("looking for moves of logins"))?;
        let begun = |row: &tokio_postgres::Row| BegunMove {
            person: PersonId(row.get(0)),
            position: row.get(1),
        };
        Ok(rows.iter().map(begun).collect())
    }

    /// Forgets a move after which nothing is left to do.
    pub async fn forget_move(&self, over: BegunMove) -> Result<(), StoreError> {
        let client = self.reader().database().connection().await?;
        client
            .execute(
                "DELETE FROM email_moves WHERE ledger_id = $1 AND position = $2",
                &[&over.person.0, &over.position],
            )
            .await
            .map_err(StoreError::database("forgetting a move of a login"))?;
        Ok(())
    }

    /// Who registers with this address, be it for the first time or again after a crash. Nobody who
    /// went on with another address: their id stays theirs.
    pub async fn newcomer(&self, email: &EmailAddress) -> Result<Newcomer, StoreError> {
        let given_up = self.given_up(email).await?.map_or(0, |(given_up, _)| given_up);
        Ok(Newcomer { person: self.person_at(email, given_up), given_up })
    }

    /// Whose login this address is, or whose it would be.
    pub async fn person_of(&self, email: &EmailAddress) -> Result<PersonId, StoreError> {
        let there = self.given_up(email).await?;
        Ok(there.map_or_else(|| self.person_at(email, 0), |(_, person)| person))
    }

    /// Reserves an address for who registers with it, as [`Self::reserve_login`] does; not if
    /// somebody has given it up since the newcomer was told.
    pub async fn reserve_for(
        &self,
        email: &EmailAddress,
        newcomer: Newcomer,
    ) -> Result<Registered, StoreError> {
        self.reserve(email, newcomer.person, Some(newcomer.given_up)).await
    }

    /// Gives up an address that is this person's, or was reserved for them, unless it was reserved for
    /// them again since `at`; tells whether it was given up. Whoever registers with it next is
    /// another person.
    pub async fn release_login(
        &self,
        email: &EmailAddress,
        person: PersonId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some((given_up, has)) = self.given_up(email).await? else { return Ok(false) };
        if has != person {
            return Ok(false);
        }
        let own = self.person_at(email, given_up) == person;
        let next = if own { given_up.saturating_add(1) } else { given_up };
        let client = self.reader().database().connection().await?;
        let released = client
            .execute(
                "UPDATE person_directory \
                 SET person_id = $3, given_up = $4, reserved_at = $5, confirmed_at = NULL \
                 WHERE email_hash = $1 AND person_id = $2 AND given_up = $6 AND reserved_at < $7",
                &[
                    &&self.email_hash(email)[..],
                    &person.0,
                    &self.person_at(email, next).0,
                    &next,
                    // Long over: the next one need not wait.
                    &OffsetDateTime::UNIX_EPOCH,
                    &given_up,
                    &at.moment(),
                ],
            )
            .await
            .map_err(StoreError::database("giving a login up"))?;
        Ok(released == 1)
    }

    /// The change of a primary email that is confirmed with this secret, dead or alive.
    pub async fn email_change_token(
        &self,
        ledger: LedgerId,
        token_hash: &[u8; 32],
    ) -> Result<Option<EmailChangeLink>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT token_id, expires_at FROM email_change_tokens \
                 WHERE ledger_id = $1 AND token_hash = $2",
                &[&ledger.0, &token_hash.as_slice()],
            )
            .await
            .map_err(StoreError::database("looking up a change of a primary email"))?;
        Ok(row.map(|row| EmailChangeLink {
            token: TokenId(row.get(0)),
            expires_at: Timestamp::new(row.get::<_, OffsetDateTime>(1)),
        }))
    }

    fn person_at(&self, email: &EmailAddress, given_up: i32) -> PersonId {
        self.reader().keys().person_at(email, u32::try_from(given_up).unwrap_or(0))
    }

    /// How often the address was given up, and whose it is or would be.
    async fn given_up(&self, email: &EmailAddress) -> Result<Option<(i32, PersonId)>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT given_up, person_id FROM person_directory WHERE email_hash = $1",
                &[&&self.email_hash(email)[..]],
            )
            .await
            .map_err(StoreError::database("looking up a login"))?;
        Ok(row.map(|row| (row.get(0), PersonId(row.get(1)))))
    }
}
