//! The event store's front: submit a command, look up a credential or a link.

use crate::database::Database;
use crate::documents::DocumentBytes;
use crate::error::{ExecuteError, StoreError};
use crate::images::ImageBytes;
use crate::keys::{Keys, MasterKey, random, sha256};
use crate::logins::PasswordHash;
use crate::migrate::migrate;
use crate::reader::Reader;
use crate::writer::{Hint, Rehearsal, Writer};
use domain::{
    AggregateId, Circumstances, Command, ContactId, Decision, InvitationId, LedgerId, Outcome,
    Sequence, Timestamp, TokenId,
};
use secrecy::{ExposeSecret, SecretBox};
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::broadcast;
use uuid::Uuid;

/// 32 random bytes that are told to somebody once: a link's or a key's secret.
#[derive(Debug)]
pub struct NewSecret(SecretBox<[u8; 32]>);

impl NewSecret {
    /// Makes one.
    pub fn generate() -> Result<Self, StoreError> {
        Ok(Self(SecretBox::new(Box::new(random()?))))
    }

    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// The bytes, for the one who is told.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// What is stored of it.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.expose())
    }
}

/// A command's idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// SHA-256 over the actor and the key.
    pub key_hash: [u8; 32],
    /// SHA-256 over the request.
    pub request_hash: [u8; 32],
}

/// The version that the caller has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Of what.
    pub aggregate: AggregateId,
    /// Which version.
    pub version: Sequence,
}

/// A command with all that goes with it.
#[derive(Debug)]
pub struct Submission {
    /// The ledger, told from the credential.
    pub ledger: LedgerId,
    /// What is asked.
    pub command: Command,
    /// By whom and from where.
    pub circumstances: Circumstances,
    /// Carry it out only at this version.
    pub expected: Option<Expected>,
    /// Carry it out once, however often it is sent.
    pub idempotency: Option<IdempotencyKey>,
    /// The secret of the link, key or session that the command makes.
    pub secret: Option<NewSecret>,
    /// The hash of the password that the command sets.
    pub password: Option<PasswordHash>,
    /// The image that the command sets.
    pub image: Option<ImageBytes>,
    /// The file of the document that the command publishes.
    pub document: Option<DocumentBytes>,
}

impl Submission {
    /// A command without conditions.
    pub const fn new(ledger: LedgerId, command: Command, circumstances: Circumstances) -> Self {
        Self {
            ledger,
            command,
            circumstances,
            expected: None,
            idempotency: None,
            secret: None,
            password: None,
            image: None,
            document: None,
        }
    }

    /// The same with a new secret for the link or key that it makes.
    pub fn with_secret(mut self) -> Result<Self, StoreError> {
        self.secret = Some(NewSecret::generate()?);
        Ok(self)
    }
}

/// A command was carried out.
#[derive(Debug)]
pub struct Applied {
    /// In which ledger.
    pub ledger: LedgerId,
    /// The ledger's head after its events; what the answer stands for.
    pub position: u64,
    /// The aggregates it concerned, the first one first, with their versions after it.
    pub versions: Vec<(AggregateId, Sequence)>,
    /// What the asker is told.
    pub outcome: Outcome,
    /// The secret that it made, to be told.
    pub secret: Option<NewSecret>,
    /// Whether this is the answer of an earlier request with the same idempotency key.
    pub replayed: bool,
}

impl Applied {
    /// The version of one aggregate after the command.
    pub fn version(&self, id: AggregateId) -> Option<Sequence> {
        self.versions.iter().find(|(there, _)| *there == id).map(|(_, version)| *version)
    }
}

/// How the store runs.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// How many lanes write at once.
    pub lanes: usize,
    /// How many commands one turn takes at most.
    pub turn_max: usize,
    /// One ledger a turn, as a distributed database asks for.
    pub distributed: bool,
    /// The names of the read models whose checkpoints a new ledger gets.
    pub views: Vec<&'static str>,
    /// The clock.
    pub clock: fn() -> Timestamp,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { lanes: 2, turn_max: 256, distributed: false, views: Vec::new(), clock: system_clock }
    }
}

/// The one place that asks the system for the time.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn system_clock() -> Timestamp {
    Timestamp::new(OffsetDateTime::now_utc())
}

/// A stored credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRow {
    /// The id that events name as their actor.
    pub key: Uuid,
    /// `operator`, `admin`, `staff` or `auditor`.
    pub role: String,
    /// What it may beyond the role.
    pub grants: Vec<String>,
}

/// A stored link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// The id that events name.
    pub token: TokenId,
    /// To whom it was sent.
    pub contact: ContactId,
    /// With which invitation.
    pub invitation: InvitationId,
    /// From then on it is dead.
    pub expires_at: Timestamp,
}

/// Ledgers in a PostgreSQL database.
#[derive(Debug, Clone)]
pub struct EventStore {
    reader: Reader,
    writer: Arc<Writer>,
    options: Arc<StoreOptions>,
}

impl EventStore {
    /// Brings the database up to date, checks the master key and starts the lanes.
    pub async fn open(
        database: Database,
        master: &MasterKey,
        options: StoreOptions,
    ) -> Result<Self, StoreError> {
        migrate(&database).await?;
        let keys = Arc::new(Keys::derive(master));
        let reader = Reader::new(database, keys);
        check_master_key(&reader).await?;
        let options = Arc::new(options);
        let writer = Arc::new(Writer::start(&reader, &options)?);
        let store = Self { reader, writer, options };
        store.ensure_ledger(LedgerId::INSTALLATION, "installation").await?;
        store.ensure_checkpoints().await?;
        Ok(store)
    }

    /// Reads.
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The time, by the store's clock.
    pub fn now(&self) -> Timestamp {
        (self.options.clock)()
    }

    /// Carries a command out. Once it is submitted it runs to its end, whether or not the caller
    /// waits for the answer.
    pub async fn execute(&self, submission: Submission) -> Result<Applied, ExecuteError> {
        self.writer.execute(submission).await
    }

    /// Says what would become of commands to one ledger, and changes nothing.
    pub async fn rehearse(
        &self,
        ledger: LedgerId,
        submissions: Vec<Submission>,
        how: Rehearsal,
    ) -> Result<Vec<Result<Decision, domain::Rejection>>, StoreError> {
        self.writer.rehearse(ledger, submissions, how).await
    }

    /// Hints that ledgers have new events, as their turns commit.
    pub fn hints(&self) -> broadcast::Receiver<Hint> {
        self.writer.hints()
    }

    /// Takes no more commands, and waits until those taken are answered.
    pub async fn stop(&self) {
        self.writer.stop().await;
    }

    /// Creates a ledger and the checkpoints of its views, unless it is there.
    pub async fn ensure_ledger(
        &self,
        ledger: LedgerId,
        kind: &'static str,
    ) -> Result<(), StoreError> {
        let mut client = self.reader.database().connection().await?;
        let failed = || StoreError::database("creating a ledger");
        let now = self.now().moment();
        let turn = client.transaction().await.map_err(failed())?;
        turn.execute(
            "INSERT INTO ledgers (ledger_id, kind, head, frontier, recorded_at) \
             VALUES ($1, $2, 0, ''::bytea, $3) ON CONFLICT (ledger_id) DO NOTHING",
            &[&ledger.0, &kind, &now],
        )
        .await
        .map_err(failed())?;
        for view in &self.options.views {
            turn.execute(
                "INSERT INTO view_checkpoints (ledger_id, view, position) VALUES ($1, $2, 0) \
                 ON CONFLICT (ledger_id, view) DO NOTHING",
                &[&ledger.0, view],
            )
            .await
            .map_err(failed())?;
        }
        turn.commit().await.map_err(failed())
    }

    /// Gives every ledger the checkpoints of views that are new in this release.
    async fn ensure_checkpoints(&self) -> Result<(), StoreError> {
        let client = self.reader.database().connection().await?;
        for view in &self.options.views {
            client
                .execute(
                    "INSERT INTO view_checkpoints (ledger_id, view, position) \
                     SELECT ledger_id, $1, 0 FROM ledgers ON CONFLICT (ledger_id, view) DO NOTHING",
                    &[view],
                )
                .await
                .map_err(StoreError::database("creating checkpoints"))?;
        }
        Ok(())
    }

    /// The credential with this secret, if there is one.
    pub async fn credential(
        &self,
        ledger: LedgerId,
        secret_hash: &[u8; 32],
    ) -> Result<Option<CredentialRow>, StoreError> {
        let client = self.reader.database().connection().await?;
        let row = client
            .query_opt(
                "SELECT key_id, role, grants FROM credentials \
                 WHERE ledger_id = $1 AND secret_hash = $2",
                &[&ledger.0, &secret_hash.as_slice()],
            )
            .await
            .map_err(StoreError::database("looking up a credential"))?;
        Ok(row.map(|row| CredentialRow { key: row.get(0), role: row.get(1), grants: row.get(2) }))
    }

    /// The link with this secret, if there is one.
    pub async fn token(
        &self,
        ledger: LedgerId,
        token_hash: &[u8; 32],
    ) -> Result<Option<TokenRow>, StoreError> {
        let client = self.reader.database().connection().await?;
        let row = client
            .query_opt(
                "SELECT token_id, contact_id, invitation_id, expires_at FROM tokens \
                 WHERE ledger_id = $1 AND token_hash = $2",
                &[&ledger.0, &token_hash.as_slice()],
            )
            .await
            .map_err(StoreError::database("looking up a link"))?;
        Ok(row.map(|row| TokenRow {
            token: TokenId(row.get(0)),
            contact: ContactId(row.get(1)),
            invitation: InvitationId(row.get(2)),
            expires_at: Timestamp::new(row.get::<_, OffsetDateTime>(3)),
        }))
    }

    /// Deletes receipts that nobody can ask for any more, older than `hours`.
    pub async fn prune_receipts(&self, hours: i64) -> Result<u64, StoreError> {
        let client = self.reader.database().connection().await?;
        let before = self.now().plus_hours(-hours).moment();
        client
            .execute("DELETE FROM receipts WHERE created_at < $1", &[&before])
            .await
            .map_err(StoreError::database("pruning receipts"))
    }
}

async fn check_master_key(reader: &Reader) -> Result<(), StoreError> {
    let failed = || StoreError::database("checking the master key");
    let client = reader.database().connection().await?;
    let check = reader.keys().check_value().as_slice();
    client
        .execute(
            "INSERT INTO key_check (ledger_id, check_value) VALUES ($1, $2) \
             ON CONFLICT (ledger_id) DO NOTHING",
            &[&LedgerId::INSTALLATION.0, &check],
        )
        .await
        .map_err(failed())?;
    let there: Vec<u8> = client
        .query_one(
            "SELECT check_value FROM key_check WHERE ledger_id = $1",
            &[&LedgerId::INSTALLATION.0],
        )
        .await
        .map_err(failed())?
        .get(0);
    if there == check { Ok(()) } else { Err(StoreError::WrongMasterKey) }
}

impl Reader {
    /// A reader for tools beside a server: checks the master key, migrates nothing.
    pub async fn open(database: Database, master: &MasterKey) -> Result<Self, StoreError> {
        let reader = Self::new(database, Arc::new(Keys::derive(master)));
        check_master_key(&reader).await?;
        Ok(reader)
    }
}
