//! What is to be measured, and for how long.

use crate::load::Window;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Measures Titleblock against stock cqrs-es with postgres-es, against hand-written SQL and against
/// what the same PostgreSQL can do at most. Everything is durable and runs on one private server.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub(crate) struct Arguments {
    /// How often everything is measured; the table shows medians.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// How long each measurement takes.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) seconds: u64,
    /// One short round, to see that everything runs; its figures mean little.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure these parts alone (ratios that need others are left out).
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Part>,
    /// With so many clients at once.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 32])]
    pub(crate) clients: Vec<usize>,
    /// Where the figures are written as JSON.
    #[arg(long, default_value = "target/bench.json")]
    pub(crate) json: PathBuf,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Commands through the store, all in one ledger.
    Store,
    /// The same spread over 100 ledgers.
    Ledgers,
    /// Commands through stock cqrs-es with postgres-es.
    Stock,
    /// Hand-written SQL.
    Sql,
    /// The server's own limit.
    Limit,
    /// Commands through HTTP.
    Http,
    /// Syncs that take 2 ms more.
    Slow,
    /// Rebuild of a list and replay of a log.
    Reading,
    /// A long ledger beside a short one.
    Growth,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) rounds: u32,
    pub(crate) window: Window,
    pub(crate) clients: Vec<usize>,
    /// How many events the log has that is rebuilt and replayed.
    pub(crate) log_events: u64,
    /// How many events the short and the long ledger have.
    pub(crate) growth: [u64; 2],
    only: Vec<Part>,
}

impl Plan {
    pub(crate) fn of(arguments: &Arguments) -> Self {
        let (rounds, window) = if arguments.quick {
            let warm_up = Duration::from_millis(100);
            (1, Window { warm_up, measured: Duration::from_millis(400) })
        } else {
            let measured = Duration::from_secs(arguments.seconds);
            (arguments.rounds, Window { warm_up: Duration::from_millis(500), measured })
        };
        Self {
            rounds,
            window,
            clients: arguments.clients.clone(),
            log_events: if arguments.quick { 2_600 } else { 200_000 },
            growth: if arguments.quick { [260, 2_600] } else { [10_000, 1_000_000] },
            only: arguments.only.clone(),
        }
    }

    pub(crate) fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}
