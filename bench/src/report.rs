//! The tables that people read and the JSON that programs read.
#![expect(clippy::print_stdout, reason = "this is a command line tool; the table is what it is for")]

use crate::plan::Plan;
use crate::rounds::Rounds;
use crate::server::Server;
use crate::throughput::SlowDisk;
use anyhow::{Context, Result};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::json;
use std::path::Path;

/// Under which circumstances was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Circumstances {
    cores: usize,
    postgresql: String,
    settings: Vec<(String, String)>,
    sync_ms: f64,
    commit_ms: f64,
    slow_commit_ms: Option<f64>,
    single_row_inserts_by: &'static str,
    rounds: u32,
    seconds: f64,
}

impl Circumstances {
    pub(crate) async fn look(
        server: &Server,
        slow: Option<&SlowDisk>,
        plan: &Plan,
    ) -> Result<Self> {
        let mut settings = Vec::new();
        for name in ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers"] {
            settings.push((name.to_owned(), server.setting(name).await?));
        }
        let slow_commit = match slow {
            Some(slow) => Some(slow.server.commit_time().await?.as_secs_f64() * 1e3),
            None => None,
        };
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            postgresql: server.setting("server_version").await?,
            settings,
            sync_ms: server.sync_time()?.as_secs_f64() * 1e3,
            commit_ms: server.commit_time().await?.as_secs_f64() * 1e3,
            slow_commit_ms: slow_commit,
            single_row_inserts_by: if server.pgbench().is_some() { "pgbench" } else { "bench" },
            rounds: plan.rounds,
            seconds: plan.window.measured.as_secs_f64(),
        })
    }
}

/// Says on the way where we are.
pub(crate) fn progress(what: &str) {
    println!("bench: {what}");
}

/// One line of the table of ratios to reach.
#[derive(Debug, Serialize)]
struct Ratio {
    what: &'static str,
    value: Option<f64>,
    least: Bound,
    moonshot: Bound,
    verdict: &'static str,
}

/// How large, or how small, it should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
    None,
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
            Self::None => false,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(bound) => format!("≥ {bound}"),
            Self::AtMost(bound) => format!("≤ {bound}"),
            Self::None => "–".to_owned(),
        }
    }
}

fn ratio(what: &'static str, value: Option<f64>, least: Bound, moonshot: Bound) -> Ratio {
    let verdict = match value {
        None => "not measured",
        Some(value) if moonshot.holds(value) => "moonshot",
        Some(value) if least.holds(value) => "reached",
        Some(_) if least == Bound::None => "",
        Some(_) => "NOT REACHED",
    };
    Ratio { what, value, least, moonshot, verdict }
}

fn ratios(rounds: &Rounds) -> Vec<Ratio> {
    use Bound::{AtLeast, AtMost, None};
    let one = "store, one ledger, 32 clients";
    let hundred = "store, 100 ledgers, 32 clients";
    let slow = "slow disk: store, one ledger, 32 clients";
    let tail = |name| {
        let series = rounds.series(name)?;
        Some(series.p99_ms? / series.p50_ms?)
    };
    vec![
        ratio("store, one ledger, 32 clients, against stock", rounds.ratio(one, "stock, 32 clients"), AtLeast(4.0), None),
        ratio("the same against hand-written SQL", rounds.ratio(one, "sql, 32 clients"), AtLeast(1.5), None),
        ratio("the same against single-row inserts", rounds.ratio(one, "single-row inserts, 32 clients"), None, AtLeast(1.0)),
        ratio("store, 100 ledgers, 32 clients, against stock", rounds.ratio(hundred, "stock, 32 clients"), AtLeast(2.5), AtLeast(4.0)),
        ratio("store, 1 client, against stock", rounds.ratio("store, one ledger, 1 clients", "stock, 1 clients"), AtLeast(1.5), AtLeast(2.0)),
        ratio("p99 against p50, one ledger, 32 clients", tail(one), AtMost(5.0), AtMost(3.0)),
        ratio("p99 against p50, 100 ledgers, 32 clients", tail(hundred), AtMost(5.0), AtMost(3.0)),
        ratio("slow disk: store against stock", rounds.ratio(slow, "slow disk: stock, 32 clients"), AtLeast(2.0), AtLeast(3.0)),
        ratio("slow disk: store against single-row inserts", rounds.ratio(slow, "slow disk: single-row inserts, 32 clients"), AtLeast(1.2), None),
    ]
}

fn number(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn table(header: &[&str], left: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(header);
    for (index, column) in table.column_iter_mut().enumerate() {
        if index >= left {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Prints circumstances, figures and ratios.
pub(crate) fn print(circumstances: &Circumstances, rounds: &Rounds) {
    println!(
        "\n{} cores, PostgreSQL {}, a sync {:.2} ms, a commit {:.2} ms{}; medians of {} rounds of \
         {} s; single-row inserts by {}",
        circumstances.cores,
        circumstances.postgresql,
        circumstances.sync_ms,
        circumstances.commit_ms,
        circumstances
            .slow_commit_ms
            .map(|slow| format!(", on the slow disk {slow:.2} ms"))
            .unwrap_or_default(),
        circumstances.rounds,
        circumstances.seconds,
        circumstances.single_row_inserts_by,
    );
    let mut figures = table(&["measurement", "unit", "median", "least", "most", "p50 ms", "p99 ms", "failed"], 2);
    for series in &rounds.all {
        let least = series.rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let most = series.rounds.iter().copied().fold(0.0, f64::max);
        let time = |time: Option<f64>| time.map(|time| format!("{time:.2}")).unwrap_or_default();
        figures.add_row([
            series.name.clone(),
            series.unit.to_owned(),
            number(series.median),
            number(least),
            number(most),
            time(series.p50_ms),
            time(series.p99_ms),
            series.failures.to_string(),
        ]);
    }
    println!("{figures}");
    let mut compared = table(&["ratio", "value", "at least", "moonshot", ""], 1);
    for ratio in ratios(rounds) {
        compared.add_row([
            ratio.what.to_owned(),
            ratio.value.map(|value| format!("{value:.2}")).unwrap_or_default(),
            ratio.least.text(),
            ratio.moonshot.text(),
            ratio.verdict.to_owned(),
        ]);
    }
    println!("{compared}");
    for series in &rounds.all {
        if let Some(failure) = &series.first_failure {
            println!("{}: {} failed, the first with: {failure}", series.name, series.failures);
        }
    }
}

/// Writes everything, each round's values too.
pub(crate) fn write_json(
    path: &Path,
    circumstances: &Circumstances,
    rounds: &Rounds,
) -> Result<()> {
    let report = json!({
        "circumstances": circumstances,
        "measurements": rounds.all,
        "ratios": ratios(rounds),
    });
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, serde_json::to_string_pretty(&report)?)
        .with_context(|| format!("writing {}", path.display()))
}
