//! A private `PostgreSQL` that this process supervises, for when no
//! `DATABASE_URL` is set.
//!
//! It is as durable as any other: nothing here trades safety for speed. It
//! listens on a Unix socket only, in a folder that only its own user can enter.
//!
//! Two locked files in the data directory keep it whole:
//! - `titleblock.lock` is ours alone. Whoever holds it is a live Titleblock
//!   server, so a second one is refused at once.
//! - `server.lock` is inherited by `PostgreSQL` and by every process it forks.
//!   Whoever gets it knows that the last database process is gone, whatever
//!   files a `kill -9` left behind.
//!
//! Here are the life of the server and the wait until it answers. Where the
//! binaries are found is in `binaries`, the folders and the first
//! initialisation in `folders`, whom the database runs as in `user`, and the
//! process itself, with the one `unsafe` of the workspace, in `keeper`.

mod binaries;
mod error;
mod folders;
mod keeper;
mod locks;
mod settings;
#[cfg(test)]
mod tests;
mod user;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::time::timeout;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

pub use binaries::{PostgresBinaries, find_binaries};
pub use error::EmbeddedError;
pub use folders::default_data_dir;

use folders::Folders;
use keeper::{Keeper, LaunchPlan};
use locks::TitleblockLock;

/// The superuser and owner of everything in the private database.
const USER: &str = "titleblock";
/// The one database that is used.
const DATABASE: &str = "titleblock";

/// How long a started server may stay silent.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// How long one attempt to connect may take meanwhile.
const ATTEMPT_MAX: Duration = Duration::from_secs(5);
/// How long a server that says "I am starting up" may go on: after a crash it
/// replays up to `max_wal_size` of log, and stopping it would only start that over.
const RECOVERY_MAX: Duration = Duration::from_secs(900);
/// How long a fast shutdown may take; it writes a checkpoint.
const FAST_STOP_MAX: Duration = Duration::from_secs(60);
/// How long an immediate shutdown may take; it writes nothing.
const IMMEDIATE_STOP_MAX: Duration = Duration::from_secs(10);

/// What the caller chooses about its private database.
#[derive(Debug, Clone)]
pub struct EmbeddedOptions {
    /// Where everything is kept; made when absent. [`default_data_dir`] is a
    /// good choice.
    pub data_dir: PathBuf,
    /// Where `postgres` and `initdb` are; searched for when absent.
    pub bin_dir: Option<PathBuf>,
    /// Settings of `PostgreSQL` that win over ours.
    pub extra_settings: Vec<(String, String)>,
}

/// A running private database. Dropping it asks the server to stop;
/// [`EmbeddedPostgres::stop`] also waits until it has.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    socket_dir: PathBuf,
    keeper: Keeper,
    // Dropped after the keeper, so that nobody is told "free" before the
    // server was told to stop.
    _titleblock_lock: TitleblockLock,
}

impl EmbeddedPostgres {
    /// Starts the server, initialising its data directory the first time, and
    /// returns once it answers queries.
    pub async fn start(options: EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let began = Instant::now();
        let server = tokio::task::spawn_blocking(move || launch(&options))
            .await
            .map_err(|source| EmbeddedError::Interrupted { source })??;
        server.wait_until_ready().await?;
        server.keeper.settle();
        server.refuse_ended()?;
        tracing::info!(
            pid = server.server_pid(),
            socket_dir = %server.socket_dir.display(),
            elapsed_ms = began.elapsed().as_millis(),
            "the private PostgreSQL is ready"
        );
        Ok(server)
    }

    /// Where to connect, in the key/value form that `tokio_postgres::Config`
    /// and `psql` read.
    pub fn database_url(&self) -> String {
        connection_string(&self.socket_dir, DATABASE)
    }

    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The process id of the server, which changes when it was killed and the
    /// keeper started it again.
    pub fn server_pid(&self) -> u32 {
        self.keeper.server_pid()
    }

    /// Stops the server in order and waits for its end: first a fast shutdown,
    /// which breaks connections off and writes everything out, and if that
    /// takes more than a minute an immediate one, after which the next start
    /// replays the log.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        self.keeper.stop_fast();
        if self.keeper.ended_within(FAST_STOP_MAX).await {
            return Ok(());
        }
        tracing::warn!("the private PostgreSQL did not stop in time; it is stopped at once");
        self.keeper.stop_immediately();
        if self.keeper.ended_within(IMMEDIATE_STOP_MAX).await {
            return Ok(());
        }
        Err(EmbeddedError::DidNotStop { pid: self.server_pid() })
    }

    /// Where the database of a data directory answers at this moment, for tools that run beside the
    /// server; `None` when it is not running.
    pub fn running_at(data_dir: &Path) -> Option<String> {
        let entries = std::fs::read_dir(data_dir).ok()?;
        entries.filter_map(Result::ok).find_map(|entry| {
            // Line 4 of the file is the port, line 5 the folder of the socket.
            let pid_file = std::fs::read_to_string(entry.path().join("postmaster.pid")).ok()?;
            let mut lines = pid_file.lines().skip(3);
            let (port, folder) = (lines.next()?, PathBuf::from(lines.next()?));
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            socket.exists().then(|| connection_string(&folder, DATABASE))
        })
    }

    fn refuse_ended(&self) -> Result<(), EmbeddedError> {
        match self.keeper.end() {
            None => Ok(()),
            Some(status) => Err(EmbeddedError::ExitedEarly {
                status,
                log_path: self.keeper.log_path().to_path_buf(),
                log: self.keeper.recent_log(),
            }),
        }
    }

    async fn wait_until_ready(&self) -> Result<(), EmbeddedError> {
        let began = Instant::now();
        let mut heard_at = began;
        let mut pause = Duration::from_millis(5);
        loop {
            self.refuse_ended()?;
            // A stopped process accepts a connection and then says nothing.
            let attempt = timeout(ATTEMPT_MAX, connect(&self.socket_dir, DATABASE)).await;
            match attempt {
                Ok(Ok(_client)) => return Ok(()),
                Ok(Err(error)) if error.code() == Some(&SqlState::INVALID_CATALOG_NAME) => {
                    return create_database(&self.socket_dir).await;
                }
                Ok(Err(error)) if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW) => {
                    heard_at = Instant::now();
                }
                Ok(Err(error)) => {
                    tracing::trace!(%error, "the private PostgreSQL is not there yet");
                }
                Err(_elapsed) => tracing::trace!("the private PostgreSQL is silent"),
            }
            if heard_at.elapsed() > SILENCE_MAX || began.elapsed() > RECOVERY_MAX {
                return Err(EmbeddedError::NotReady {
                    waited_s: began.elapsed().as_secs(),
                    log_path: self.keeper.log_path().to_path_buf(),
                    log: self.keeper.recent_log(),
                });
            }
            tokio::time::sleep(pause).await;
            // A recovery logs a line for each refused connection: ask less often.
            pause = (pause * 5 / 4).min(Duration::from_millis(250));
        }
    }
}

/// Everything up to the first process id; blocks.
fn launch(options: &EmbeddedOptions) -> Result<EmbeddedPostgres, EmbeddedError> {
    let data_dir = folders::create_data_dir(&options.data_dir)?;
    let titleblock_lock = TitleblockLock::take(&data_dir)?;

    let majors = folders::majors_present(&data_dir)?;
    let binaries = binaries::find_for(options.bin_dir.as_deref(), &majors)?;
    binaries::refuse_other_major(&binaries, &data_dir, &majors)?;

    let folders = Folders::new(data_dir, &binaries)?;
    let server_lock = folders.lock_server()?;
    folders.refuse_unusable_cluster(&binaries)?;
    if !folders.is_initialised() {
        tracing::info!(
            cluster = %folders.cluster().display(),
            postgres = %binaries.directory().display(),
            "the private database is initialised"
        );
        folders.initialise(&binaries, &server_lock)?;
    }

    let socket_dir = folders.socket_dir().to_path_buf();
    let plan = LaunchPlan {
        arguments: settings::arguments(&folders, &options.extra_settings),
        postgres: binaries.program("postgres"),
        folders,
    };
    Ok(EmbeddedPostgres {
        socket_dir,
        keeper: Keeper::launch(plan, server_lock)?,
        _titleblock_lock: titleblock_lock,
    })
}

async fn create_database(socket_dir: &Path) -> Result<(), EmbeddedError> {
    let create = format!("CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'");
    let client = connect(socket_dir, "postgres")
        .await
        .map_err(|source| EmbeddedError::CreateDatabase { source })?;
    client.batch_execute(&create).await.map_err(|source| EmbeddedError::CreateDatabase { source })
}

async fn connect(
    socket_dir: &Path,
    database: &str,
) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let (client, connection) =
        tokio_postgres::connect(&connection_string(socket_dir, database), NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the private PostgreSQL ended");
        }
    });
    Ok(client)
}

// `folders` sees to it that the socket folder is plain UTF-8 without commas,
// quotes or spaces, so nothing needs escaping.
fn connection_string(socket_dir: &Path, database: &str) -> String {
    format!("host={} port={} user={USER} dbname={database}", socket_dir.display(), settings::PORT)
}
