//! What every request can reach.

use crate::credential::{Credential, Secret, SecretKind};
use crate::error::Problem;
use crate::live::Live;
use crate::mail::Delivery;
use crate::site::Site;
use domain::{LedgerId, PersonId};
use event_store::{EventStore, StoreError};
use moka::future::Cache;
use projections::Progress;
use projections::status::LedgerStatus;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Semaphore};

/// How long a credential seen before is believed without asking the store.
const CREDENTIAL_TTL: Duration = Duration::from_secs(5);
/// How many credentials are kept at hand.
const CREDENTIALS_MAX: u64 = 10_000;
/// How old the figures of the views may be that `/metrics` and `/readyz` show.
const STATUS_AGE_MAX: Duration = Duration::from_secs(1);

/// Where a server is that was not told.
static NOWHERE: Site = Site::UNKNOWN;

/// How much is taken at once, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many requests are carried out at once; more wait for two seconds and are then refused.
    pub requests_max: usize,
    /// How long a request may take; an import may take ten times as long.
    pub request_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests_max: 1_024, request_timeout: Duration::from_secs(30) }
    }
}

/// What every request can reach; cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: EventStore,
    progress: Progress,
    live: Live,
    limits: Limits,
    permits: Semaphore,
    credentials: Cache<[u8; 32], Seen>,
    /// Counts how often credentials were changed; what was seen before the last time is not believed.
    changes: AtomicU64,
    status: Mutex<Option<(Instant, Arc<Vec<LedgerStatus>>)>>,
    delivery: Delivery,
    site: OnceLock<Site>,
    waiting_mails: Mutex<Option<(Instant, u64)>>,
}

/// A credential that the store knew, and after how many changes of credentials.
#[derive(Debug, Clone)]
struct Seen {
    credential: Arc<Credential>,
    changes: u64,
}

impl AppState {
    /// Serves this store, whose views `progress` knows. Its mail waits.
    pub fn new(store: EventStore, progress: Progress, limits: Limits) -> Self {
        Self::with_mail(store, progress, limits, Delivery::Waiting)
    }

    /// The same, and says what becomes of mail; a sender is the caller's to start.
    pub fn with_mail(
        store: EventStore,
        progress: Progress,
        limits: Limits,
        delivery: Delivery,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            live: Live::new(progress.clone()),
            progress,
            limits,
            permits: Semaphore::new(limits.requests_max),
            credentials: Cache::builder()
                .max_capacity(CREDENTIALS_MAX)
                .time_to_live(CREDENTIAL_TTL)
                .build(),
            changes: AtomicU64::new(0),
            status: Mutex::new(None),
            delivery,
            site: OnceLock::new(),
            waiting_mails: Mutex::new(None),
        }))
    }

    /// Says where browsers find this server; once, before it is served.
    pub fn found_at(&self, site: Site) {
        if self.0.site.set(site).is_err() {
            tracing::error!("the server's site was told twice; the first one holds");
        }
    }

    /// Where browsers find this server.
    pub(crate) fn site(&self) -> &Site {
        self.0.site.get().unwrap_or(&NOWHERE)
    }

    /// The store.
    pub fn store(&self) -> &EventStore {
        &self.0.store
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.0.progress
    }

    /// What tells open pages that they would look otherwise by now.
    pub(crate) fn live(&self) -> &Live {
        &self.0.live
    }

    pub(crate) fn delivery(&self) -> &Delivery {
        &self.0.delivery
    }

    pub(crate) fn limits(&self) -> Limits {
        self.0.limits
    }

    pub(crate) fn permits(&self) -> &Semaphore {
        &self.0.permits
    }

    /// The credential with this secret, if the store knows one.
    pub(crate) async fn credential(
        &self,
        secret: &Secret,
    ) -> Result<Option<Arc<Credential>>, StoreError> {
        let hash = secret.hash();
        if secret.kind() == SecretKind::Session {
            return self.session(secret.ledger(), &hash).await;
        }
        if secret.kind() == SecretKind::Impersonation {
            // Nor is this one: it is over at once, too.
            let looks = self.0.store.impersonation(secret.ledger(), &hash).await?;
            return Ok(
                looks.map(|looks| Arc::new(Credential::impersonation(secret.ledger(), looks)))
            );
        }
        if let Some(seen) = self.0.credentials.get(&hash).await
            && seen.credential.ledger == secret.ledger()
            && seen.changes == self.0.changes.load(Ordering::SeqCst)
        {
            return Ok(Some(seen.credential));
        }
        // Before the look-up: a change that comes after it voids what the look-up finds.
        let changes = self.0.changes.load(Ordering::SeqCst);
        let row = self.0.store.credential(secret.ledger(), &hash).await?;
        let Some(credential) = row.and_then(|row| Credential::of(secret.ledger(), &row)) else {
            return Ok(None);
        };
        let credential = Arc::new(credential);
        let seen = Seen { credential: Arc::clone(&credential), changes };
        self.0.credentials.insert(hash, seen).await;
        Ok(Some(credential))
    }

    /// A session. Never kept at hand: one that is revoked is over at once, and what a member of the
    /// staff may is asked of the account, and whether a user of a company is one of that company, with every request.
    async fn session(
        &self,
        ledger: LedgerId,
        hash: &[u8; 32],
    ) -> Result<Option<Arc<Credential>>, StoreError> {
        let store = &self.0.store;
        let Some(session) = store.session(ledger, hash).await? else { return Ok(None) };
        if let Some(work) = session.org {
            let registered = store.org_user(work.org, work.user).await?;
            // A person's ledger has the person's UUID.
            let person = PersonId(ledger.0);
            let credential = Credential::org(session.session, work, person, registered);
            return Ok(credential.map(Arc::new));
        }
        let Some(work) = session.work else {
            return Ok(Some(Arc::new(Credential::session(ledger, session.session))));
        };
        let row = store.staff_member(work.account, work.staff).await?;
        // A person's ledger has the person's UUID.
        let person = PersonId(ledger.0);
        let credential = row.and_then(|row| Credential::work(session.session, work, person, &row));
        Ok(credential.map(Arc::new))
    }

    /// A key was revoked or got a new secret: from now on this process asks the store again about
    /// every credential. Other processes do within [`CREDENTIAL_TTL`].
    pub(crate) fn forget_credentials(&self) {
        self.0.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// How many mails wait in the outbox, not older than a second.
    pub(crate) async fn waiting_mails(&self) -> Result<u64, Problem> {
        let mut kept = self.0.waiting_mails.lock().await;
        if let Some((at, waiting)) = *kept
            && at.elapsed() < STATUS_AGE_MAX
        {
            return Ok(waiting);
        }
        let waiting = self.0.store.waiting_mails().await?;
        *kept = Some((Instant::now(), waiting));
        Ok(waiting)
    }

    /// How far the views of each ledger are, not older than a second.
    pub(crate) async fn status(&self) -> Result<Arc<Vec<LedgerStatus>>, Problem> {
        let mut kept = self.0.status.lock().await;
        if let Some((at, status)) = &*kept
            && at.elapsed() < STATUS_AGE_MAX
        {
            return Ok(Arc::clone(status));
        }
        let status = Arc::new(projections::status::status(self.0.store.reader()).await?);
        *kept = Some((Instant::now(), Arc::clone(&status)));
        Ok(status)
    }
}
