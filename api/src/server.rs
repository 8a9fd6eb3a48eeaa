//! Starts and stops the server: database, store, read models, socket.

use crate::clock;
use crate::config::{Config, Storage};
use crate::demo;
use crate::error::Chain;
use crate::figures;
use crate::mail::{Delivery, MailSettings, Mailbox, Mailer, Pace, Sender};
use crate::router::router;
use crate::site::Site;
use crate::start::{finish_accounts, operator_token};
use crate::state::AppState;
use anyhow::Context;
use axum::serve::ListenerExt;
use event_store::embedded::{EmbeddedOptions, EmbeddedPostgres};
use event_store::{Database, EventStore, MasterKey, StoreError, StoreOptions};
use projections::{Runner, VIEW_NAMES};
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How long requests that are under way may take to end when the server stops.
const DRAIN_MAX: Duration = Duration::from_secs(8);
/// How long a receipt is kept; clients are promised 24 hours.
const RECEIPT_HOURS: i64 = 48;

/// A started server.
#[derive(Debug)]
pub struct App {
    state: AppState,
    runner: Runner,
    sender: Option<Sender>,
    embedded: Option<EmbeddedPostgres>,
    listener: TcpListener,
}

/// What a start made over the database.
struct Started {
    state: AppState,
    runner: Runner,
    sender: Option<Sender>,
    listener: TcpListener,
}

impl App {
    /// Starts everything, and tells on stdout what is told once.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        figures::recorder();
        // Before anything else is written in the data directory: it refuses a second server there.
        let embedded = start_embedded(config).await?;
        match Self::start_over(config, embedded.as_ref()).await {
            Ok(Started { state, runner, sender, listener }) => {
                Ok(Self { state, runner, sender, embedded, listener })
            }
            Err(error) => {
                stop_embedded(embedded).await;
                Err(error)
            }
        }
    }

    async fn start_over(
        config: &Config,
        embedded: Option<&EmbeddedPostgres>,
    ) -> anyhow::Result<Started> {
        let url = match (&config.storage, embedded) {
            (Storage::Server { url }, _) => url.clone(),
            (Storage::Embedded { .. }, Some(embedded)) => embedded.database_url(),
            (Storage::Embedded { .. }, None) => anyhow::bail!("the private database is not there"),
        };
        let store = open_store(config, &url).await?;
        let runner = Runner::start(store.reader().clone(), store.hints());
        let (delivery, mailer) = delivery(&config.mail)?;
        let progress = runner.progress();
        let state = AppState::with_mail(store.clone(), progress, config.limits, delivery);
        finish_accounts(&state).await?;
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("could not listen on {}", config.listen))?;
        let base = base(config, listener.local_addr()?);
        state.found_at(Site::new(&base, config.listen.ip()));
        tell(config, &state, &base).await?;
        let sender = mailer.map(|mailer| Sender::start(store, mailer, &base, Pace::default()));
        Ok(Started { state, runner, sender, listener })
    }

    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` ends, then finishes what is under way and stops everything in order.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let Self { state, runner, sender, embedded, listener } = self;
        let store = state.store().clone();
        let pruning = tokio::spawn(prune(store.clone()));
        let clock = tokio::spawn(clock::run(state.clone()));
        let served = serve(listener, state, stop).await;
        pruning.abort();
        clock.abort();
        if let Some(sender) = sender {
            sender.stop().await;
        }
        runner.stop().await;
        store.stop().await;
        stop_embedded(embedded).await;
        served
    }
}

/// Deletes what nobody can ask for any more: receipts, sessions, links to reset passwords with, counts of
/// tries, and who looked at portals long ago.
async fn prune(store: EventStore) {
    let mut hourly = tokio::time::interval(Duration::from_secs(3_600));
    loop {
        hourly.tick().await;
        match store.prune_receipts(RECEIPT_HOURS).await {
            Ok(pruned) => tracing::debug!(pruned, "old receipts are deleted"),
            Err(error) => tracing::warn!(error = %Chain(&error), "receipts were not pruned"),
        }
        match store.prune_logins().await {
            Ok(pruned) => tracing::debug!(pruned, "dead sessions and links are deleted"),
            Err(error) => tracing::warn!(error = %Chain(&error), "logins were not pruned"),
        }
        match store.prune_portal_views().await {
            Ok(pruned) => tracing::debug!(pruned, "old looks at portals are forgotten"),
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "looks at portals were not pruned");
            }
        }
    }
}

/// Serves this state until `stop` ends and what is under way has been answered, at most for eight
/// seconds.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let live = state.live().clone();
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let listener = listener.tap_io(|socket| {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "a socket keeps its delay");
        }
    });
    let (stopping, drained) = oneshot::channel::<()>();
    let stop = async move {
        stop.await;
        // Streams would never end by themselves.
        live.close();
        drop(stopping);
    };
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop);
    let drain = async {
        // Ends when the sender is dropped.
        if drained.await.is_err() {
            tokio::time::sleep(DRAIN_MAX).await;
        }
    };
    tokio::select! {
        served = serving => served.context("serving"),
        () = drain => {
            tracing::warn!("some requests did not end in time");
            Ok(())
        }
    }
}

async fn start_embedded(config: &Config) -> anyhow::Result<Option<EmbeddedPostgres>> {
    let Storage::Embedded { bin_dir } = &config.storage else { return Ok(None) };
    let options = EmbeddedOptions {
        data_dir: config.data_dir.clone(),
        bin_dir: bin_dir.clone(),
        extra_settings: Vec::new(),
    };
    Ok(Some(EmbeddedPostgres::start(options).await?))
}

async fn stop_embedded(embedded: Option<EmbeddedPostgres>) {
    if let Some(embedded) = embedded
        && let Err(error) = embedded.stop().await
    {
        tracing::error!(%error, "the private database did not stop");
    }
}

async fn open_store(config: &Config, url: &str) -> anyhow::Result<EventStore> {
    let database = Database::new(url, config.connections)?;
    let options = StoreOptions {
        lanes: config.lanes,
        distributed: config.distributed,
        views: VIEW_NAMES.to_vec(),
        ..StoreOptions::default()
    };
    if let Some(key) = &config.master_key {
        return Ok(EventStore::open(database, key, options).await?);
    }
    let path = config.data_dir.join("master.key");
    let (key, new) = own_master_key(&path)?;
    let opened = EventStore::open(database, &key, options).await;
    if new && matches!(opened, Err(StoreError::WrongMasterKey)) {
        // The database knows another key; a wrong one beside it would only mislead.
        std::fs::remove_file(&path)
            .with_context(|| format!("could not remove {}", path.display()))?;
        anyhow::bail!(
            "{} is missing, and the database there was sealed with it; restore it from its backup",
            path.display()
        );
    }
    Ok(opened?)
}

/// The private database's key: made on the first start, before anything is sealed with it.
fn own_master_key(path: &Path) -> anyhow::Result<(MasterKey, bool)> {
    match std::fs::read_to_string(path) {
        Ok(text) => MasterKey::from_base64(&text)
            .map(|key| (key, false))
            .with_context(|| format!("{} does not hold 32 bytes in base64", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = MasterKey::generate()?;
            let write = || {
                let mut options = std::fs::OpenOptions::new();
                let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
                writeln!(file, "{}", key.to_base64())?;
                file.sync_all()?;
                path.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
            };
            write().with_context(|| format!("could not write {}", path.display()))?;
            Ok((key, true))
        }
        Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
    }
}

/// What becomes of mail, and who takes it.
fn delivery(settings: &MailSettings) -> anyhow::Result<(Delivery, Option<Mailer>)> {
    Ok(match settings {
        MailSettings::Smtp(smtp) => (Delivery::Smtp, Some(Mailer::smtp(smtp))),
        MailSettings::Mailbox => {
            let mailbox = Mailbox::new()?;
            (Delivery::Mailbox(mailbox.clone()), Some(Mailer::Mailbox(mailbox)))
        }
        MailSettings::Waiting => {
            tracing::warn!(
                "no mail is sent: it waits in the outbox until TITLEBLOCK_SMTP_URL and \
                 TITLEBLOCK_MAIL_FROM are set"
            );
            (Delivery::Waiting, None)
        }
    })
}

/// What the links that we write begin with.
fn base(config: &Config, address: SocketAddr) -> String {
    match &config.public_url {
        // A port of 0 is chosen by the system.
        url if *url == format!("http://{}", config.listen) => format!("http://{address}"),
        url => url.clone(),
    }
}

async fn tell(config: &Config, state: &AppState, base: &str) -> anyhow::Result<()> {
    if let Some(secret) = operator_token(state, config.new_operator_token).await? {
        // Told at once: it cannot be told again.
        say(&format!("operator token: {}\n", secret.expose()))?;
    }
    let data = match &config.storage {
        Storage::Embedded { .. } => config.data_dir.display().to_string(),
        Storage::Server { .. } => "the database of DATABASE_URL".to_owned(),
    };
    if let Some(wanted) = &config.demo {
        demo::show(state, wanted, base, say).await?;
    }
    let mail = match state.delivery() {
        Delivery::Smtp => "by the mail server of TITLEBLOCK_SMTP_URL".to_owned(),
        Delivery::Mailbox(mailbox) => {
            format!("kept in memory, shown at {base}/dev/mailbox?key={}", mailbox.key())
        }
        Delivery::Waiting => {
            "none is sent, it waits; set TITLEBLOCK_SMTP_URL and TITLEBLOCK_MAIL_FROM".to_owned()
        }
    };
    say(&format!("data: {data}\nmail: {mail}\ndocs: {base}/docs\nlistening on {base}\n"))
}

/// Writes to stdout, whole and at once, for those who wait for a line.
fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush().context("writing to stdout")
}
