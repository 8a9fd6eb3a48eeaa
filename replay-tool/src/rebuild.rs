//! `rebuild`: views anew from the events, several at once, safe to stop and resume.

use crate::output;
use crate::scope::{Scope, Unit};
use clap::Args;
use event_store::Reader;
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use projections::rebuild::rebuild;
use serde::Serialize;
use std::time::Instant;
use uuid::Uuid;

#[derive(Debug, Args)]
pub(crate) struct Rebuild {
    #[command(flatten)]
    scope: Scope,
    /// How many views are rebuilt at once.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=32))]
    parallel: u8,
    /// Go on with a rebuild that was stopped: what it finished is not done again.
    #[arg(long, value_name = "RUN")]
    resume: Option<Uuid>,
}

#[derive(Serialize)]
struct Done {
    ledger: Uuid,
    view: &'static str,
    position: u64,
    tuples: u64,
}

#[derive(Serialize)]
struct Report {
    run: Uuid,
    seconds: f64,
    units: Vec<Done>,
}

pub(crate) async fn run(reader: &Reader, verb: &Rebuild, json: bool) -> anyhow::Result<bool> {
    let units = verb.scope.units(reader).await?;
    let run = verb.resume.unwrap_or_else(Uuid::now_v7);
    // Told first, so that a rebuild that is stopped can be resumed.
    eprintln!("rebuild {run}: {} views of ledgers; if stopped: --resume {run}", units.len());
    let bar = output::bar(units.iter().map(|unit| unit.events).sum());
    let started = Instant::now();
    let mut done: Vec<Done> = stream::iter(units)
        .map(|unit| one(reader, unit, run, &bar))
        .buffer_unordered(usize::from(verb.parallel))
        .try_collect()
        .await?;
    bar.finish_and_clear();
    done.sort_by_key(|unit| (unit.ledger, unit.view));
    let report = Report { run, seconds: started.elapsed().as_secs_f64(), units: done };
    if json {
        output::json(&report)?;
        return Ok(true);
    }
    let mut table = output::table(&["ledger", "view", "position", "written"]);
    for unit in &report.units {
        table.add_row(vec![
            unit.ledger.to_string(),
            unit.view.to_owned(),
            unit.position.to_string(),
            unit.tuples.to_string(),
        ]);
    }
    println!("{table}\n{:.1} s", report.seconds);
    Ok(true)
}

async fn one(reader: &Reader, unit: Unit, run: Uuid, bar: &ProgressBar) -> anyhow::Result<Done> {
    bar.set_message(unit.view.name());
    let rebuilt = rebuild(reader, unit.view, unit.ledger, run, &|events| bar.inc(events)).await?;
    let (position, tuples) = (rebuilt.position, rebuilt.tuples);
    Ok(Done { ledger: unit.ledger.0, view: unit.view.name(), position, tuples })
}
