//! The benchmarks: `script/bench` runs them all and prints a table.
//!
//! `life` is what is done, `contestants` are those who do it, `load` measures them, and `report`
//! compares the figures with the ratios to reach.

mod contestants;
mod growth;
mod life;
mod load;
mod logs;
mod plan;
mod ratios;
mod reading;
mod report;
mod rounds;
mod server;
mod throughput;

use anyhow::Result;
use clap::Parser;
use growth::Growth;
use plan::{Arguments, Part, Plan};
use reading::Reading;
use report::Figures;
use rounds::Rounds;
use server::Server;
use throughput::{Contestants, SlowDisk};

/// The server's own, for every contestant.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let plan = Plan::of(&arguments);
    let server = Server::start().await?;
    let mut rounds = Rounds::default();
    let contestants = Contestants::create(&server, &plan).await?;
    let slow = if plan.has(Part::Slow) { Some(SlowDisk::create(&plan).await?) } else { None };
    let reading =
        if plan.has(Part::Reading) { Some(Reading::create(&server, &plan).await?) } else { None };
    let growth =
        if plan.has(Part::Growth) { Some(Growth::create(&server, &plan).await?) } else { None };
    let circumstances = report::Circumstances::look(&server, slow.as_ref(), &plan).await?;
    for round in 1..=plan.rounds {
        report::progress(&format!("round {round} of {}", plan.rounds));
        contestants.round(&server, &mut rounds).await?;
        if let Some(slow) = &slow {
            slow.round(&mut rounds).await?;
        }
        if let Some(reading) = &reading {
            reading.round(&server, &mut rounds).await?;
        }
        if let Some(growth) = &growth {
            growth.round(&mut rounds).await?;
        }
    }
    let rebuild_mib = match &growth {
        Some(growth) => report::or_say(growth.rebuild_memory_mib().await),
        None => None,
    };
    contestants.stop().await;
    let figures = Figures { circumstances, rounds, rebuild_mib };
    report::print(&figures);
    report::write_json(&arguments.json, &figures)?;
    if let Some(slow) = slow {
        slow.server.stop().await?;
    }
    server.stop().await
}
