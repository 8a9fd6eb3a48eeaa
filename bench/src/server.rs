//! The database server that all contestants share, and one whose disk is slower.

use anyhow::{Context, Result, bail};
use event_store::embedded::{EmbeddedOptions, EmbeddedPostgres, find_binaries};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// A private PostgreSQL with the settings of the product, thrown away in the end.
#[derive(Debug)]
pub(crate) struct Server {
    postgres: EmbeddedPostgres,
    bin_dir: PathBuf,
    // Dropped last.
    folder: TempDir,
}

/// How many segments of its log a server uses again: 256 MB, as the product sets it.
const SEGMENTS: u32 = 16;

impl Server {
    /// A server as the product starts it.
    pub(crate) async fn start() -> Result<Self> {
        let folder = folder()?;
        Self::start_in(folder, None, Vec::new()).await
    }

    /// The same with every sync 2 ms slower.
    pub(crate) async fn start_slow() -> Result<Self> {
        let folder = folder()?;
        let bin_dir = slow_binaries(folder.path())?;
        let settings = vec![("wal_sync_method".to_owned(), "fdatasync".to_owned())];
        Self::start_in(folder, Some(bin_dir), settings).await
    }

    async fn start_in(
        folder: TempDir,
        wrapped: Option<PathBuf>,
        extra_settings: Vec<(String, String)>,
    ) -> Result<Self> {
        let bin_dir = find_binaries(None)?.directory().to_path_buf();
        let data_dir = folder.path().join("data");
        let options = EmbeddedOptions { data_dir, bin_dir: wrapped, extra_settings };
        let postgres = EmbeddedPostgres::start(options).await?;
        let server = Self { postgres, bin_dir, folder };
        server.fill_log().await?;
        Ok(server)
    }

    /// Gives the server what one has that runs for a while: segments of its log to use again. One that
    /// is new makes each of them in the middle of somebody's commit.
    async fn fill_log(&self) -> Result<()> {
        let client = self.connect("postgres").await?;
        client.batch_execute("CREATE TABLE warm (n int)").await?;
        for _ in 0..SEGMENTS {
            client.batch_execute("INSERT INTO warm VALUES (1); SELECT pg_switch_wal()").await?;
        }
        client.batch_execute("DROP TABLE warm; CHECKPOINT").await?;
        Ok(())
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.postgres.stop().await?;
        self.folder.close().context("removing the database")
    }

    /// The address of a database of this server, as key=value pairs.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "host={} port=5432 user=titleblock dbname={database}",
            self.postgres.socket_dir().display()
        )
    }

    /// Creates a database for a contestant; gives its address.
    pub(crate) async fn create_database(&self, name: &str) -> Result<String> {
        let client = self.connect("postgres").await?;
        let sql = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        client.batch_execute(&sql).await.with_context(|| format!("creating database {name}"))?;
        Ok(self.url(name))
    }

    /// A connection of one's own.
    pub(crate) async fn connect(&self, database: &str) -> Result<Client> {
        connect(&self.url(database)).await
    }

    /// A pool as `postgres_es::default_postgress_pool` makes it, of another size.
    pub(crate) async fn pool(&self, database: &str, connections: u32) -> Result<PgPool> {
        let options = PgConnectOptions::new()
            .socket(self.postgres.socket_dir())
            .port(5432)
            .username("titleblock")
            .database(database);
        Ok(PgPoolOptions::new().max_connections(connections).connect_with(options).await?)
    }

    pub(crate) fn socket_dir(&self) -> &Path {
        self.postgres.socket_dir()
    }

    /// The load generator that comes with PostgreSQL, when it came.
    pub(crate) fn pgbench(&self) -> Option<PathBuf> {
        let pgbench = self.bin_dir.join("pgbench");
        pgbench.is_file().then_some(pgbench)
    }

    pub(crate) async fn setting(&self, name: &str) -> Result<String> {
        let client = self.connect("postgres").await?;
        Ok(client.query_one("SELECT current_setting($1)", &[&name]).await?.get(0))
    }

    /// The median time of a commit of one row, one after the other.
    pub(crate) async fn commit_time(&self) -> Result<Duration> {
        let client = self.connect("postgres").await?;
        client.batch_execute("CREATE TABLE IF NOT EXISTS probe (n int)").await?;
        let insert = client.prepare("INSERT INTO probe VALUES (1)").await?;
        let mut times = Vec::new();
        for _ in 0..300 {
            let began = Instant::now();
            client.execute(&insert, &[]).await?;
            times.push(began.elapsed());
        }
        Ok(median(times))
    }

    /// The median time of a sync of a small write on this disk, without the database.
    pub(crate) fn sync_time(&self) -> Result<Duration> {
        use std::io::{Seek, Write};
        let mut file = tempfile::tempfile_in(self.folder.path())?;
        file.write_all(&vec![0; 1 << 20])?;
        file.sync_all()?;
        let mut times = Vec::new();
        for _ in 0..300 {
            file.rewind()?;
            file.write_all(&[1; 8192])?;
            let began = Instant::now();
            file.sync_data()?;
            times.push(began.elapsed());
        }
        Ok(median(times))
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Connects, and drives the connection on a task of its own.
pub(crate) async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// As root the database runs as somebody else, who must get into the folder.
fn folder() -> Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("titleblock-bench-").tempdir()?;
    fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
    Ok(folder)
}

/// A folder of PostgreSQL programs whose `postgres` waits before each sync. The product gives the
/// database no environment of ours, so the library comes in through a wrapper.
fn slow_binaries(folder: &Path) -> Result<PathBuf> {
    let real = find_binaries(None)?.directory().to_path_buf();
    let bin = folder.join("bin");
    fs::create_dir(&bin)?;
    fs::set_permissions(&bin, Permissions::from_mode(0o755))?;
    let source = bin.join("slow_sync.c");
    fs::write(&source, include_str!("slow_sync.c"))?;
    let library = bin.join("slow_sync.so");
    let compiled = Command::new("cc")
        .args(["-O2", "-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .output()
        .context("running cc")?;
    if !compiled.status.success() {
        bail!("cc: {}", String::from_utf8_lossy(&compiled.stderr));
    }
    for program in ["initdb", "pg_ctl"] {
        if real.join(program).is_file() {
            symlink(real.join(program), bin.join(program))?;
        }
    }
    let wrapper = bin.join("postgres");
    let script = format!(
        "#!/bin/sh\nLD_PRELOAD='{}' exec '{}' \"$@\"\n",
        library.display(),
        real.join("postgres").display()
    );
    fs::write(&wrapper, script)?;
    for file in [&wrapper, &library] {
        fs::set_permissions(file, Permissions::from_mode(0o755))?;
    }
    Ok(bin)
}
