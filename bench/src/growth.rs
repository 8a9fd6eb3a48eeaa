//! What a long ledger costs: a command's time beside a short one, and a rebuild's memory.

use crate::contestants::store::{Store, execute};
use crate::life::{FIRST_EDIT, Life};
use crate::load::{Sample, float};
use crate::logs::fill;
use crate::plan::Plan;
use crate::report;
use crate::rounds::Rounds;
use crate::server::Server;
use anyhow::{Context, Result, bail};
use domain::LedgerId;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;
use uuid::Uuid;

/// How many contacts are edited in each ledger and round.
const CONTACTS: usize = 100;

/// A short and a long ledger in one database.
#[derive(Debug)]
pub(crate) struct Growth {
    store: Store,
    url: String,
    sizes: [u64; 2],
}

impl Growth {
    pub(crate) async fn create(server: &Server, plan: &Plan) -> Result<Self> {
        let store = Store::open(server, "growth", 2).await?;
        for (ledger, events) in store.ledgers.iter().zip(plan.growth) {
            report::progress(&format!("filling a ledger with {events} events"));
            fill(&store.events, *ledger, events).await?;
        }
        // Else the server does it by itself, in the middle of the measurements.
        server.connect("growth").await?.batch_execute("VACUUM ANALYZE").await?;
        Ok(Self { store, url: server.url("growth"), sizes: plan.growth })
    }

    /// Edits fresh contacts of both ledgers by turns.
    pub(crate) async fn round(&self, rounds: &mut Rounds) -> Result<()> {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..CONTACTS {
            let lives = [Life::new(), Life::new()];
            for step in 0..FIRST_EDIT + 5 {
                for ((life, ledger), times) in lives.iter().zip(&self.store.ledgers).zip(&mut times)
                {
                    let began = Instant::now();
                    execute(&self.store.events, *ledger, life, step).await?;
                    if step >= FIRST_EDIT {
                        times.push(began.elapsed());
                    }
                }
            }
        }
        for ((times, size), what) in times.into_iter().zip(self.sizes).zip(LEDGERS) {
            let name = format!("edit in the {what} ledger ({size} events)");
            rounds.add_as(what, &name, "commands/s", sample(times));
        }
        Ok(())
    }

    /// The most memory that a rebuild of the long ledger's list took, in MiB.
    pub(crate) async fn rebuild_memory_mib(&self) -> Result<f64> {
        let tool = std::env::current_exe()?.with_file_name("replay-tool");
        if !tool.is_file() {
            bail!("{} is not built", tool.display());
        }
        let [_, LedgerId(long)] = self.store.ledgers[..] else { bail!("there are two ledgers") };
        self.peak_mib(&tool, long).await
    }

    async fn peak_mib(&self, tool: &std::path::Path, ledger: Uuid) -> Result<f64> {
        let mut child = Command::new(tool)
            .args(["rebuild", "--view", "contact_directory", "--ledger", &ledger.to_string()])
            .env("DATABASE_URL", &self.url)
            .env("TITLEBLOCK_MASTER_KEY", &self.store.master_key)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting replay-tool")?;
        let status = format!("/proc/{}/status", child.id().context("it has ended")?);
        let mut peak_kib = 0;
        loop {
            // The high-water mark only rises, and is gone with the process.
            if let Ok(status) = std::fs::read_to_string(&status) {
                peak_kib = high_water_kib(&status).unwrap_or(peak_kib);
            }
            match tokio::time::timeout(Duration::from_millis(5), child.wait()).await {
                Ok(Ok(ended)) if ended.success() => return Ok(float(peak_kib) / 1024.0),
                Ok(Ok(ended)) => bail!("replay-tool: {ended}"),
                Ok(Err(error)) => return Err(error).context("waiting for replay-tool"),
                Err(_still_running) => {}
            }
        }
    }
}

/// Under which keys the two are compared.
pub(crate) const LEDGERS: [&str; 2] = ["short", "long"];

fn high_water_kib(status: &str) -> Option<u64> {
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}

fn sample(mut times: Vec<Duration>) -> Sample {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).map(|t| t.as_secs_f64() * 1e3);
    let total: Duration = times.iter().sum();
    let count = u64::try_from(times.len()).unwrap_or(0);
    Sample { p50_ms: at(50), p99_ms: at(99), ..Sample::rate(count, total) }
}
