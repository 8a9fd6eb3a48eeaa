//! The operators' and auditors' command line: where ledgers and views stand, rebuild, what a rebuild
//! would change, whether everything is right, and who changed what. Runs beside a live server.
#![expect(clippy::print_stdout, reason = "a command line prints")]

mod connect;
mod diff;
mod history;
mod output;
mod rebuild;
mod scope;
mod status;
mod verify;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Rebuilds, explains and proves the read models and histories of a Titleblock installation.
///
/// Finds the database by DATABASE_URL, or else the server's private one by its data directory;
/// starts that for itself when no server runs. The master key is the server's.
#[derive(Debug, Parser)]
#[command(version, name = "replay-tool")]
struct Arguments {
    #[command(flatten)]
    connect: connect::Connect,
    /// Print JSON instead of tables.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Ledgers, their heads, each view's lag, parked views.
    Status,
    /// Make views anew from the events; readers see the old rows until the new ones are complete.
    Rebuild(rebuild::Rebuild),
    /// What a rebuild would change. Exit code 1 when it would change anything.
    Diff(scope::Scope),
    /// Check everything: positions, Merkle root, aggregates, claims, views. Exit code 1 when
    /// anything is wrong.
    Verify(verify::Verify),
    /// Who changed a contact or job, when, from what to what, and why.
    History(history::History),
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .init();
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("replay-tool: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether all is well.
async fn run(arguments: Arguments) -> anyhow::Result<bool> {
    let connected = arguments.connect.open().await?;
    let reader = &connected.reader;
    let json = arguments.json;
    let well = match arguments.verb {
        Verb::Status => status::run(reader, json).await,
        Verb::Rebuild(verb) => rebuild::run(reader, &verb, json).await,
        Verb::Diff(scope) => diff::run(reader, &scope, json).await,
        Verb::Verify(verb) => verify::run(reader, &verb, json).await,
        Verb::History(verb) => history::run(reader, &verb, json).await,
    };
    connected.close().await?;
    well
}
