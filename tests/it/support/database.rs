//! One embedded server for the whole run, and a database of its own for each test.

use event_store::embedded::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres};
use event_store::{Database, EventStore, MasterKey, StoreOptions};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio_postgres::{Client, NoTls};

/// Every test database is a copy of this one, in which all migrations are applied.
const TEMPLATE: &str = "it_template";

/// How many test runs of one user may go on at once on one machine.
const SLOTS_MAX: u32 = 64;

/// The connections of a test's store, beside its lanes.
const CONNECTIONS_MAX: usize = 8;

struct Server {
    // Never dropped: the system tells the server when this process ends.
    embedded: EmbeddedPostgres,
    unused: mpsc::Sender<String>,
}

impl Server {
    fn url(&self, database: &str) -> String {
        database_url(&self.embedded, database)
    }
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// Copying a template takes it for itself.
static COPYING: Mutex<()> = Mutex::const_new(());

/// The name under which an embedded server's databases are reached.
pub(crate) fn database_url(server: &EmbeddedPostgres, database: &str) -> String {
    format!("host={} port=5432 user=titleblock dbname={database}", server.socket_dir().display())
}

/// The key that seals the tests' databases.
pub(crate) fn master_key() -> MasterKey {
    MasterKey::from_base64("VGhpcyBtYXN0ZXIga2V5IGlzIG5vIHNlY3JldCBhdC4=").expect("32 bytes")
}

/// A connection past the store.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
    tokio::spawn(async move {
        // A test may end the server under its connections.
        drop(connection.await);
    });
    client
}

/// A store over the database at `url`.
pub(crate) async fn open_store(url: &str, options: StoreOptions) -> EventStore {
    let database = Database::new(url, CONNECTIONS_MAX).expect("a valid address");
    EventStore::open(database, &master_key(), options).await.expect("the store opens")
}

/// A database of one test's own; dropped with it.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    name: String,
    url: String,
}

impl TestDatabase {
    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A new store over it; each is like a process of its own.
    pub(crate) async fn store(&self) -> EventStore {
        self.store_with(StoreOptions::default()).await
    }

    /// A new store with options of the caller's.
    pub(crate) async fn store_with(&self, options: StoreOptions) -> EventStore {
        open_store(&self.url, options).await
    }

    /// A connection past the store.
    pub(crate) async fn client(&self) -> Client {
        connect(&self.url).await
    }

    /// How many transactions were rolled back so far. A connection tells its count when it ends:
    /// this waits until no store is connected any more.
    pub(crate) async fn rolled_back(&self) -> i64 {
        let client = self.client().await;
        let connected = "SELECT count(*) FROM pg_stat_activity \
                         WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let began = Instant::now();
        while client.query_one(connected, &[]).await.expect("a count").get::<_, i64>(0) > 0 {
            assert!(began.elapsed() < Duration::from_secs(5), "a store is still connected");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let count = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()";
        client.query_one(count, &[]).await.expect("a count").get(0)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(server) = SERVER.get() {
            // At the end of the run nobody clears up any more; the next run does.
            drop(server.unused.send(std::mem::take(&mut self.name)));
        }
    }
}

/// A new database with all migrations applied and nothing in it.
pub(crate) async fn fresh_database() -> TestDatabase {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let server = SERVER.get_or_init(|| aside(start));
    let name = format!("it_{}", MADE.fetch_add(1, Ordering::Relaxed));
    let turn = COPYING.lock().await;
    let admin = connect(&server.url("postgres")).await;
    let copy = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}");
    admin.batch_execute(&copy).await.expect("a copy of the template");
    drop(turn);
    TestDatabase { url: server.url(&name), name }
}

/// Runs something asynchronous on a thread of its own, whatever runtime the caller is in.
fn aside<T: Send + 'static, F: Future<Output = T> + Send>(
    start: impl FnOnce() -> F + Send + 'static,
) -> T {
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(start())
    });
    thread.join().expect("the server started")
}

async fn start() -> Server {
    let embedded = start_in_a_free_slot().await;
    let admin = connect(&database_url(&embedded, "postgres")).await;
    drop_leftovers(&admin).await;
    let create = format!("CREATE DATABASE {TEMPLATE}");
    admin.batch_execute(&create).await.expect("a template");
    let template = Database::new(&database_url(&embedded, TEMPLATE), 1).expect("a valid address");
    event_store::migrate::migrate(&template).await.expect("the migrations apply");
    let close = format!("ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false");
    admin.batch_execute(&close).await.expect("the template is closed");
    let unused = drop_unused(database_url(&embedded, "postgres"));
    Server { embedded, unused }
}

/// A data directory stays for the next run, which then starts faster. Runs at the same time use
/// different ones.
async fn start_in_a_free_slot() -> EmbeddedPostgres {
    let user = nix::unistd::geteuid();
    for slot in 0..SLOTS_MAX {
        let data_dir = std::env::temp_dir().join(format!("titleblock-tests-{user}-{slot}"));
        let settings = [
            // What survives a power cut is tested elsewhere.
            ("fsync", "off"),
            ("full_page_writes", "off"),
            ("max_connections", "400"),
            ("shared_buffers", "64MB"),
            ("max_wal_size", "512MB"),
            ("min_wal_size", "32MB"),
        ];
        let extra_settings =
            settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let options = EmbeddedOptions { data_dir: data_dir.clone(), bin_dir: None, extra_settings };
        match EmbeddedPostgres::start(options).await {
            Ok(server) => return server,
            Err(EmbeddedError::AlreadyRunning { .. }) => {}
            Err(error) => panic!("{error} (if it stays so, remove {})", data_dir.display()),
        }
    }
    panic!("{SLOTS_MAX} test runs go on already");
}

async fn drop_leftovers(admin: &Client) {
    let all = "SELECT datname FROM pg_database WHERE datname LIKE 'it\\_%'";
    for row in admin.query(all, &[]).await.expect("the databases") {
        drop_database(admin, row.get(0)).await;
    }
}

async fn drop_database(admin: &Client, name: &str) {
    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    admin.batch_execute(&drop).await.expect("a database is dropped");
}

/// Drops databases as their tests end.
fn drop_unused(admin_url: String) -> mpsc::Sender<String> {
    let (unused, names) = mpsc::channel::<String>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let admin = runtime.block_on(connect(&admin_url));
        for name in names {
            runtime.block_on(drop_database(&admin, &name));
        }
    });
    unused
}
