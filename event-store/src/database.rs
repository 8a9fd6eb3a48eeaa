//! The way to PostgreSQL: a pool for questions, and connections of one's own for the writer's lanes.

use crate::error::StoreError;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a caller waits for a connection before it is told that there is none (promise 7).
const WAIT_MAX: Duration = Duration::from_secs(2);

/// No statement, lock or forgotten transaction holds anybody up for longer than this.
const SESSION_OPTIONS: &str = "-c statement_timeout=30s -c lock_timeout=10s \
     -c idle_in_transaction_session_timeout=30s -c timezone=UTC";

/// Lists are planned for the values they are asked for: a plan that was made once, while a table was small,
/// would be kept when it has grown.
const FOR_LISTS: &str = "-c plan_cache_mode=force_custom_plan";

/// What is found by an index alone is planned once: planning takes several times as long as the answer.
const FOR_LOOKUPS: &str = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off";

/// So many connections look things up; each is busy for a moment.
const LOOKUPS_MAX: usize = 2;

/// A PostgreSQL database, version 15 or later.
#[derive(Clone)]
pub struct Database {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    pool: Pool,
    lookups: Pool,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("pool", &self.pool.status()).finish_non_exhaustive()
    }
}

/// A connection of the pool.
pub type Connection = deadpool_postgres::Client;

/// Whether this address leads to this very machine.
pub fn is_on_this_machine(url: &str) -> bool {
    let Ok(config) = url.parse::<Config>() else { return false };
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(host) => {
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Host::Unix(_) => true,
    }) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

impl Database {
    /// Takes the address of a database, as a URL or as `key=value` pairs. Connects to it later.
    ///
    /// With `sslmode=require` the server must show a certificate that the system trusts; without,
    /// the connection is not encrypted.
    pub fn new(url: &str, connections_max: usize) -> Result<Self, StoreError> {
        let mut config: Config =
            url.parse().map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let given = config.get_options().unwrap_or_default().to_owned();
        let options = |plans: &str| format!("{SESSION_OPTIONS} {plans} {given}");
        config.options(options(FOR_LISTS)).application_name("titleblock").connect_timeout(WAIT_MAX);
        let tls =
            if config.get_ssl_mode() == SslMode::Require { Some(system_tls()?) } else { None };
        let mut quick = config.clone();
        quick.options(options(FOR_LOOKUPS));
        let lookups = pool(quick, tls.clone(), LOOKUPS_MAX)?;
        let pool = pool(config.clone(), tls.clone(), connections_max)?;
        Ok(Self { config, tls, pool, lookups })
    }

    /// A connection of the pool, or [`StoreError::Unavailable`] after two seconds.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        get(&self.pool).await
    }

    /// A connection for statements that find a few rows by an index, whatever the table holds; likewise.
    pub async fn lookup(&self) -> Result<Connection, StoreError> {
        get(&self.lookups).await
    }

    /// A connection of one's own. What the server tells it goes to `told`; the channel closes when
    /// the connection ends.
    pub async fn own_connection(
        &self,
        told: Option<tokio::sync::mpsc::UnboundedSender<tokio_postgres::AsyncMessage>>,
    ) -> Result<Client, StoreError> {
        if let Some(tls) = self.tls.clone() {
            let (client, connection) = within(self.config.connect(tls)).await?;
            tokio::spawn(drive(connection, told));
            return Ok(client);
        }
        let (client, connection) = within(self.config.connect(NoTls)).await?;
        tokio::spawn(drive(connection, told));
        Ok(client)
    }

    /// How many connections are open, and how many callers wait for one.
    pub fn pool_status(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.waiting)
    }
}

fn pool(
    config: Config,
    tls: Option<MakeRustlsConnect>,
    connections_max: usize,
) -> Result<Pool, StoreError> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = match tls {
        Some(tls) => Manager::from_config(config, tls, recycling),
        None => Manager::from_config(config, NoTls, recycling),
    };
    Pool::builder(manager)
        .max_size(connections_max)
        .wait_timeout(Some(WAIT_MAX))
        .create_timeout(Some(WAIT_MAX))
        .recycle_timeout(Some(WAIT_MAX))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Unavailable(Box::new(error)))
}

async fn get(pool: &Pool) -> Result<Connection, StoreError> {
    // On a task of its own: a caller that goes away must not abandon a connection half made, else
    // a flood of aborted requests keeps the pool empty and the server busy with handshakes.
    let pool = pool.clone();
    match tokio::spawn(async move { pool.get().await }).await {
        Ok(got) => got.map_err(|error| StoreError::Unavailable(Box::new(error))),
        Err(ended) => Err(StoreError::Unavailable(Box::new(ended))),
    }
}

/// The driver's own limit ends with the socket's connect; a server that hangs accepts it and then
/// says nothing.
async fn within<T>(
    connecting: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(WAIT_MAX, connecting).await {
        Ok(connected) => connected.map_err(|error| StoreError::Unavailable(Box::new(error))),
        Err(elapsed) => Err(StoreError::Unavailable(Box::new(elapsed))),
    }
}

async fn drive<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    told: Option<tokio::sync::mpsc::UnboundedSender<tokio_postgres::AsyncMessage>>,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(message)) => {
                let unheard = told.as_ref().is_some_and(|told| told.send(message).is_err());
                if unheard {
                    tracing::debug!("nobody listens to the database's messages any more");
                }
            }
            Some(Err(error)) => {
                tracing::warn!(error = %error, "a database connection ended");
                return;
            }
            None => return,
        }
    }
}

fn system_tls() -> Result<MakeRustlsConnect, StoreError> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in rustls_native_certs::load_native_certs().certs {
        if let Err(error) = roots.add(certificate) {
            tracing::debug!(%error, "a certificate of the system is not usable");
        }
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Unavailable(Box::new(error)))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
