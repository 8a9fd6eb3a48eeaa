//! Clients that send one command after the other, and what is measured of them.

use anyhow::{Result, bail};
use hdrhistogram::Histogram;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// One client with its connection or handle.
pub(crate) trait Client: Send + 'static {
    /// Carries out the next command; returns once it is durable.
    fn step(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// How many things one step does.
    fn weight(&self) -> u32 {
        1
    }
}

/// How long a measurement takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Not counted: connections open, statements are prepared, caches fill.
    pub(crate) warm_up: Duration,
    /// Counted.
    pub(crate) measured: Duration,
}

/// What one measurement of one round gave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// Commands, rows or events a second.
    pub(crate) rate: f64,
    /// Median of the times of one step, where there are such.
    pub(crate) p50_ms: Option<f64>,
    /// 99th percentile of them.
    pub(crate) p99_ms: Option<f64>,
    /// Steps that failed.
    pub(crate) failures: u64,
    /// What the first of them said.
    pub(crate) first_failure: Option<String>,
}

impl Sample {
    /// A rate without times.
    pub(crate) fn rate(count: u64, took: Duration) -> Self {
        Self { rate: float(count) / took.as_secs_f64(), ..Self::default() }
    }
}

/// Exact for anything that is counted here.
pub(crate) fn float(count: u64) -> f64 {
    let millions = u32::try_from(count / 1_000_000).unwrap_or(u32::MAX);
    let rest = u32::try_from(count % 1_000_000).unwrap_or(0);
    f64::from(millions) * 1e6 + f64::from(rest)
}

struct Counted {
    done: u64,
    times_us: Histogram<u64>,
    failures: u64,
    first_failure: Option<String>,
}

/// After this many failures in a row a client gives up.
const FAILURES_MAX: u64 = 1_000;

/// Lets all clients run at once.
pub(crate) async fn run<C: Client>(clients: Vec<C>, window: Window) -> Result<Sample> {
    let from = Instant::now() + window.warm_up;
    let until = from + window.measured;
    let mut running = JoinSet::new();
    for client in clients {
        running.spawn(run_one(client, from, until));
    }
    let mut all = Counted::new()?;
    while let Some(counted) = running.join_next().await {
        let counted = counted??;
        all.done += counted.done;
        all.failures += counted.failures;
        all.times_us.add(&counted.times_us)?;
        all.first_failure = all.first_failure.or(counted.first_failure);
    }
    if all.done == 0 {
        bail!("no command succeeded: {}", all.first_failure.unwrap_or_default());
    }
    let at = |quantile| Some(float(all.times_us.value_at_quantile(quantile)) / 1e3);
    Ok(Sample {
        rate: float(all.done) / window.measured.as_secs_f64(),
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        failures: all.failures,
        first_failure: all.first_failure,
    })
}

impl Counted {
    fn new() -> Result<Self> {
        let times_us = Histogram::new_with_bounds(1, 60_000_000, 3)?;
        Ok(Self { done: 0, times_us, failures: 0, first_failure: None })
    }
}

async fn run_one<C: Client>(mut client: C, from: Instant, until: Instant) -> Result<Counted> {
    let mut counted = Counted::new()?;
    let mut failed_in_a_row = 0;
    loop {
        let began = Instant::now();
        if began >= until || failed_in_a_row >= FAILURES_MAX {
            return Ok(counted);
        }
        let outcome = client.step().await;
        let ended = Instant::now();
        if let Err(error) = outcome {
            failed_in_a_row += 1;
            counted.failures += 1;
            counted.first_failure.get_or_insert_with(|| format!("{error:#}"));
            continue;
        }
        failed_in_a_row = 0;
        if ended >= from && ended < until {
            counted.done += u64::from(client.weight());
            let took = u64::try_from((ended - began).as_micros()).unwrap_or(u64::MAX);
            counted.times_us.saturating_record(took);
        }
    }
}
