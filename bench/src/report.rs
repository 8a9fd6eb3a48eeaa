//! The tables that people read and the JSON that programs read.
#![expect(
    clippy::print_stdout,
    reason = "this is a command line tool; the table is what it is for"
)]

use crate::plan::Plan;
use crate::ratios::ratios;
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

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) circumstances: Circumstances,
    pub(crate) rounds: Rounds,
    pub(crate) rebuild_mib: Option<f64>,
}

/// What was measured, or why it could not be.
pub(crate) fn or_say(measured: Result<f64>) -> Option<f64> {
    measured.map_err(|error| println!("bench: not measured: {error:#}")).ok()
}

/// Says on the way where we are.
pub(crate) fn progress(what: &str) {
    println!("bench: {what}");
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
pub(crate) fn print(figures: &Figures) {
    let Figures { circumstances, rounds, rebuild_mib } = figures;
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
    let mut measured =
        table(&["measurement", "unit", "median", "least", "most", "p50 ms", "p99 ms", "failed"], 2);
    for series in &rounds.all {
        let least = series.rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let most = series.rounds.iter().copied().fold(0.0, f64::max);
        let time = |time: Option<f64>| time.map(|time| format!("{time:.2}")).unwrap_or_default();
        measured.add_row([
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
    println!("{measured}");
    if let Some(mib) = rebuild_mib {
        println!("rebuild of the long ledger's list: {mib:.1} MiB at most");
    }
    let mut compared = table(&["ratio", "value", "at least", "moonshot", ""], 1);
    for ratio in ratios(figures) {
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
pub(crate) fn write_json(path: &Path, figures: &Figures) -> Result<()> {
    let report = json!({
        "circumstances": figures.circumstances,
        "measurements": figures.rounds.all,
        "rebuild_mib": figures.rebuild_mib,
        "ratios": ratios(figures),
    });
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, serde_json::to_string_pretty(&report)?)
        .with_context(|| format!("writing {}", path.display()))
}
