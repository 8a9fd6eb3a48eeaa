//! The way to the installation.

use anyhow::{Context, bail};
use clap::Args;
use event_store::embedded::{EmbeddedOptions, EmbeddedPostgres, default_data_dir};
use event_store::{Database, EventStore, MasterKey, Reader, StoreOptions};
use projections::VIEW_NAMES;
use std::path::PathBuf;

/// How many connections the tool opens at most for its questions.
const CONNECTIONS_MAX: usize = 8;

#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The database; without it, the private one in the data directory.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    database_url: Option<String>,
    /// Where the server keeps its private database and its master key.
    #[arg(long, env = "TITLEBLOCK_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// The master key, base64.
    #[arg(long, env = "TITLEBLOCK_MASTER_KEY", global = true, hide_env_values = true)]
    master_key: Option<String>,
    /// A file with the master key, base64.
    #[arg(long, env = "TITLEBLOCK_MASTER_KEY_FILE", global = true)]
    master_key_file: Option<PathBuf>,
}

pub(crate) struct Connected {
    pub(crate) reader: Reader,
    master: MasterKey,
    /// The private database, when no server ran it.
    started: Option<EmbeddedPostgres>,
}

impl Connect {
    pub(crate) async fn open(self) -> anyhow::Result<Connected> {
        let data_dir = self.data_dir.unwrap_or_else(default_data_dir);
        let mut started = None;
        let url = match self.database_url {
            Some(url) => url,
            None => match EmbeddedPostgres::running_at(&data_dir) {
                Some(url) => url,
                None if !data_dir.exists() => bail!(
                    "there is no installation in {}; set DATABASE_URL or --data-dir",
                    data_dir.display()
                ),
                None => {
                    let options = EmbeddedOptions {
                        data_dir: data_dir.clone(),
                        bin_dir: None,
                        extra_settings: Vec::new(),
                    };
                    let server = EmbeddedPostgres::start(options).await?;
                    let url = server.database_url();
                    started = Some(server);
                    url
                }
            },
        };
        let text = match (self.master_key, self.master_key_file) {
            (Some(key), _) => key,
            (None, file) => {
                let file = file.unwrap_or_else(|| data_dir.join("master.key"));
                std::fs::read_to_string(&file)
                    .with_context(|| format!("cannot read the master key in {}", file.display()))?
            }
        };
        let master =
            MasterKey::from_base64(&text).context("the master key is not 32 bytes in base64")?;
        let database = Database::new(&url, CONNECTIONS_MAX)?;
        let reader = Reader::open(database, &master).await?;
        Ok(Connected { reader, master, started })
    }
}

impl Connected {
    /// The store that writes, for the one verb that does. Brings the database up to date.
    pub(crate) async fn store(&self) -> anyhow::Result<EventStore> {
        let options = StoreOptions { lanes: 1, views: VIEW_NAMES.to_vec(), ..Default::default() };
        Ok(EventStore::open(self.reader.database().clone(), &self.master, options).await?)
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        drop(self.reader);
        if let Some(server) = self.started {
            server.stop().await?;
        }
        Ok(())
    }
}
