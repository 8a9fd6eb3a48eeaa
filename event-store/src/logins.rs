//! What stands beside the ledgers of persons: the directory of addresses, passwords, sessions and
//! throttles; how an address comes to be another person's is in `directory`. What comes of a person's commands is written in their append; here it is read, and
//! the steps are taken that belong to no ledger.

use crate::error::StoreError;
use crate::keys::Keys;
use crate::reader::Reader;
use crate::store::EventStore;
use domain::{
    AccountId, ContactId, CredentialId, EmailAddress, LedgerId, OrgId, PersonId, SessionId,
    StaffId, SubUserId, Timestamp, TokenId,
};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long an owner's session lasts, in hours (promise 25).
pub const SESSION_HOURS: i64 = 24;

/// How long a session for work lasts at most, in hours, and unused, in minutes (promise 25).
pub const STAFF_SESSION_HOURS: i64 = 12;
const STAFF_IDLE_MINUTES: i64 = 30;

/// How long an address stays reserved for a person whose ledger does not say so, in minutes.
const RESERVATION_MINUTES: i64 = 10;

/// A password's hash, as a PHC string.
#[derive(Debug)]
pub struct PasswordHash(SecretString);

impl PasswordHash {
    /// What the hash function wrote.
    pub fn new(phc: String) -> Self {
        Self(phc.into())
    }

    /// The PHC string.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Who signs in with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// The person.
    pub person: PersonId,
    /// Whether their ledger says that the address is theirs.
    pub confirmed: bool,
}

/// The password that holds.
#[derive(Debug)]
pub struct StoredPassword {
    /// The id that events name.
    pub credential: CredentialId,
    /// The hash.
    pub hash: PasswordHash,
}

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The id that events name.
    pub session: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// From then on it is dead.
    pub expires_at: Timestamp,
    /// From which address it began.
    pub client: Option<IpAddr>,
    /// For which builder it works; none where it works for none.
    pub work: Option<StaffSession>,
    /// For which subcontractor's company it works; none where it works for none.
    pub org: Option<OrgSession>,
}

/// For whom a session works that is not for the person's own things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// For a builder.
    Staff(StaffSession),
    /// For a subcontractor's company.
    Org(OrgSession),
}

impl Work {
    pub(crate) const fn staff(self) -> Option<StaffSession> {
        match self {
            Self::Staff(work) => Some(work),
            Self::Org(_) => None,
        }
    }

    pub(crate) const fn org(self) -> Option<OrgSession> {
        match self {
            Self::Staff(_) => None,
            Self::Org(work) => Some(work),
        }
    }
}

/// For which subcontractor's company a session works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrgSession {
    /// The company.
    pub org: OrgId,
    /// As which of its users.
    pub user: SubUserId,
}

/// For whom a session works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffSession {
    /// The account.
    pub account: AccountId,
    /// As which member of its staff.
    pub staff: StaffId,
}

/// A link to reset a password with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResetLink {
    /// The id that events name.
    pub token: TokenId,
    /// From then on it is dead.
    pub expires_at: Timestamp,
}

/// How often something may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// So often …
    pub tries_max: i32,
    /// … in so many seconds.
    pub window_s: i64,
}

fn session(keys: &Keys, row: &tokio_postgres::Row) -> Session {
    let id: Uuid = row.get(0);
    let time = |column: usize| Timestamp::new(row.get::<_, OffsetDateTime>(column));
    let sealed: Vec<u8> = row.get(4);
    let client = keys.open(&sealed, id.as_bytes());
    Session {
        session: SessionId(id),
        created_at: time(1),
        seen_at: time(2),
        expires_at: time(3),
        client: client.and_then(|text| String::from_utf8(text).ok()?.parse().ok()),
        work: row.get::<_, Option<Uuid>>(5).zip(row.get(6)).map(|(account, staff)| StaffSession {
            account: AccountId(account),
            staff: StaffId(staff),
        }),
        org: row
            .get::<_, Option<Uuid>>(7)
            .zip(row.get(8))
            .map(|(org, user)| OrgSession { org: OrgId(org), user: SubUserId(user) }),
    }
}

impl Reader {
    /// Which persons came over active from older systems as which contacts of a ledger, of those that
    /// `ids` names as one or the other.
    pub async fn imported_links(
        &self,
        ledger: LedgerId,
        ids: &[Uuid],
    ) -> Result<Vec<(PersonId, ContactId)>, StoreError> {
        let client = self.database.connection().await?;
        let rows = client
            .query(
                "SELECT person_id, contact_id FROM imported_owners \
                 WHERE ledger_id = $1 AND (contact_id = ANY($2) OR person_id = ANY($2))",
                &[&ledger.0, &ids],
            )
            .await
            .map_err(StoreError::database("looking up imported owners"))?;
        Ok(rows.iter().map(|row| (PersonId(row.get(0)), ContactId(row.get(1)))).collect())
    }
}

/// A session for work that was last used before then is over.
fn idle_since(now: Timestamp) -> OffsetDateTime {
    now.plus_minutes(-STAFF_IDLE_MINUTES).moment()
}

impl EventStore {
    pub(crate) fn email_hash(&self, email: &EmailAddress) -> [u8; 32] {
        self.reader().keys().claim_hash(LedgerId::INSTALLATION, email)
    }

    /// Who signs in with this address.
    pub async fn registered(&self, email: &EmailAddress) -> Result<Option<Registered>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT person_id, confirmed_at IS NOT NULL FROM person_directory \
                 WHERE email_hash = $1",
                &[&&self.email_hash(email)[..]],
            )
            .await
            .map_err(StoreError::database("looking up a login"))?;
        Ok(row.map(|row| Registered { person: PersonId(row.get(0)), confirmed: row.get(1) }))
    }

    /// Reserves an address for a person; tells whose it is then. A reservation that nobody
    /// confirmed in ten minutes lapses.
    pub async fn reserve_login(
        &self,
        email: &EmailAddress,
        person: PersonId,
    ) -> Result<Registered, StoreError> {
        self.reserve(email, person, None).await
    }

    /// The same; only while so many have given the address up, where that is said.
    pub(crate) async fn reserve(
        &self,
        email: &EmailAddress,
        person: PersonId,
        given_up: Option<i32>,
    ) -> Result<Registered, StoreError> {
        let client = self.reader().database().connection().await?;
        let now = self.now().moment();
        let lapsed = now - Duration::minutes(RESERVATION_MINUTES);
        client
            .execute(
                "INSERT INTO person_directory (email_hash, person_id, reserved_at) \
                 VALUES ($1, $2, $3) ON CONFLICT (email_hash) DO UPDATE \
                 SET person_id = excluded.person_id, reserved_at = excluded.reserved_at \
                 WHERE (person_directory.person_id = excluded.person_id \
                        OR (person_directory.confirmed_at IS NULL \
                            AND person_directory.reserved_at < $4)) \
                   AND ($5::integer IS NULL OR person_directory.given_up = $5)",
                &[&&self.email_hash(email)[..], &person.0, &now, &lapsed, &given_up],
            )
            .await
            .map_err(StoreError::database("reserving a login"))?;
        drop(client);
        self.registered(email).await?.ok_or(StoreError::Unsatisfiable)
    }

    /// The contacts as which this person came over active from older systems. One of the few questions
    /// over all ledgers; takes no locks.
    pub async fn imported_owners(
        &self,
        person: PersonId,
    ) -> Result<Vec<(LedgerId, ContactId)>, StoreError> {
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT ledger_id, contact_id FROM imported_owners WHERE person_id = $1 LIMIT 500",
                &[&person.0],
            )
            .await
            .map_err(StoreError::database("looking up imported owners"))?;
        Ok(rows.iter().map(|row| (LedgerId(row.get(0)), ContactId(row.get(1)))).collect())
    }

    /// Confirms that the address is the person's, after their ledger said so; tells whether it is.
    /// It is another's where the reservation had lapsed and somebody else took it.
    pub async fn confirm_login(
        &self,
        email: &EmailAddress,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let client = self.reader().database().connection().await?;
        let now = self.now().moment();
        let confirmed = client
            .execute(
                "UPDATE person_directory SET confirmed_at = COALESCE(confirmed_at, $3) \
                 WHERE email_hash = $1 AND person_id = $2",
                &[&&self.email_hash(email)[..], &person.0, &now],
            )
            .await
            .map_err(StoreError::database("confirming a login"))?;
        tracing::debug!(confirmed, "a login is confirmed");
        Ok(confirmed == 1)
    }

    /// The password that holds for a person.
    pub async fn password(&self, person: PersonId) -> Result<Option<StoredPassword>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT credential_id, password_hash FROM person_passwords WHERE ledger_id = $1",
                &[&person.0],
            )
            .await
            .map_err(StoreError::database("reading a password's hash"))?;
        Ok(row.map(|row| StoredPassword {
            credential: CredentialId(row.get(0)),
            hash: PasswordHash::new(row.get(1)),
        }))
    }

    /// The session with this secret, unless it has ended. Notes that it is used, to the minute.
    pub async fn session(
        &self,
        ledger: LedgerId,
        secret_hash: &[u8; 32],
    ) -> Result<Option<Session>, StoreError> {
        let failed = || StoreError::database("looking up a session");
        let client = self.reader().database().connection().await?;
        let now = self.now();
        let row = client
            .query_opt(
                "SELECT session_id, created_at, seen_at, expires_at, sealed, account_id, staff_id, \
                        org_id, sub_user_id \
                 FROM sessions WHERE ledger_id = $1 AND secret_hash = $2 AND expires_at > $3 \
                   AND ((staff_id IS NULL AND sub_user_id IS NULL) OR seen_at > $4)",
                &[&ledger.0, &secret_hash.as_slice(), &now.moment(), &idle_since(now)],
            )
            .await
            .map_err(failed())?;
        let Some(session) = row.map(|row| session(self.reader().keys(), &row)) else {
            return Ok(None);
        };
        if now.seconds_since(session.seen_at) >= 60 {
            client
                .execute(
                    "UPDATE sessions SET seen_at = $3 WHERE ledger_id = $1 AND secret_hash = $2",
                    &[&ledger.0, &secret_hash.as_slice(), &now.moment()],
                )
                .await
                .map_err(failed())?;
        }
        Ok(Some(session))
    }

    /// A person's sessions, the newest first.
    pub async fn sessions(&self, person: PersonId) -> Result<Vec<Session>, StoreError> {
        let now = self.now();
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT session_id, created_at, seen_at, expires_at, sealed, account_id, staff_id, \
                        org_id, sub_user_id \
                 FROM sessions WHERE ledger_id = $1 AND expires_at > $2 \
                   AND ((staff_id IS NULL AND sub_user_id IS NULL) OR seen_at > $3) ORDER BY created_at DESC",
                &[&person.0, &now.moment(), &idle_since(now)],
            )
            .await
            .map_err(StoreError::database("listing sessions"))?;
        Ok(rows.iter().map(|row| session(self.reader().keys(), row)).collect())
    }

    /// The password reset with this secret, dead or alive.
    pub async fn reset_token(
        &self,
        ledger: LedgerId,
        token_hash: &[u8; 32],
    ) -> Result<Option<ResetLink>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT token_id, expires_at FROM reset_tokens WHERE ledger_id = $1 AND token_hash = $2",
                &[&ledger.0, &token_hash.as_slice()],
            )
            .await
            .map_err(StoreError::database("looking up a reset"))?;
        Ok(row.map(|row| ResetLink {
            token: TokenId(row.get(0)),
            expires_at: Timestamp::new(row.get::<_, OffsetDateTime>(1)),
        }))
    }

    /// Counts a try, then says how many seconds to wait if there were too many (promise 26).
    pub async fn throttled(
        &self,
        what: &str,
        whose: &str,
        throttle: Throttle,
    ) -> Result<Option<i64>, StoreError> {
        let subject = self.reader().keys().subject_hash(what, whose);
        let client = self.reader().database().connection().await?;
        let now = self.now();
        let window_began = now.moment() - Duration::seconds(throttle.window_s);
        let row = client
            .query_one(
                "INSERT INTO throttles (subject_hash, began_at, tries) VALUES ($1, $2, 1) \
                 ON CONFLICT (subject_hash) DO UPDATE SET \
                   began_at = CASE WHEN throttles.began_at < $3 THEN excluded.began_at \
                                   ELSE throttles.began_at END, \
                   tries = CASE WHEN throttles.began_at < $3 THEN 1 \
                                ELSE LEAST(throttles.tries + 1, 1000000) END \
                 RETURNING began_at, tries",
                &[&&subject[..], &now.moment(), &window_began],
            )
            .await
            .map_err(StoreError::database("counting tries"))?;
        let began = Timestamp::new(row.get::<_, OffsetDateTime>(0));
        let tries: i32 = row.get(1);
        let wait = throttle.window_s - now.seconds_since(began);
        Ok((tries > throttle.tries_max).then_some(wait.max(1)))
    }

    /// Deletes sessions and resets that are dead, and counts that are old.
    pub async fn prune_logins(&self) -> Result<u64, StoreError> {
        let failed = || StoreError::database("pruning logins");
        let client = self.reader().database().connection().await?;
        let now = self.now();
        let day_ago = now.plus_hours(-24).moment();
        let mut pruned = 0;
        for sql in [
            "DELETE FROM sessions WHERE expires_at < $1",
            "DELETE FROM reset_tokens WHERE expires_at < $1",
            "DELETE FROM email_change_tokens WHERE expires_at < $1",
            "DELETE FROM throttles WHERE began_at < $1",
        ] {
            pruned += client.execute(sql, &[&day_ago]).await.map_err(failed())?;
        }
        Ok(pruned)
    }
}
