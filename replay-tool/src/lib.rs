//! The operators' and auditors' command line: where ledgers and views stand, rebuild, what a rebuild
//! would change, whether everything is right, who changed what, and how it was. Runs beside a live
//! server.
#![expect(clippy::print_stdout, reason = "a command line prints")]

mod as_of;
mod connect;
mod diff;
mod history;
pub mod import;
mod output;
mod rebuild;
mod scope;
mod status;
pub mod tail;
pub mod unfinished;
mod verify;

use clap::{Parser, Subcommand};

/// Rebuilds, explains and proves the read models and histories of a Titleblock installation.
///
/// Finds the database by DATABASE_URL, or else the server's private one by its data directory;
/// starts that for itself when no server runs. The master key is the server's.
#[derive(Debug, Parser)]
#[command(version, name = "replay-tool")]
pub struct Arguments {
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
    /// What stopped half way between two ledgers, and what finishes it. Exit code 1 when anything did.
    Unfinished,
    /// Who changed a contact, job or lead, when, from what to what, and why.
    History(history::History),
    /// A contact, job or lead as it was at a time or position.
    AsOf(as_of::AsOf),
    /// Follow what happens: when, who, what, from what to what. Ends with Ctrl-C.
    Tail(tail::Tail),
    /// Take the contacts of a stock postgres-es log over. Again changes nothing.
    Import(import::Import),
}

/// Carries the verb out; tells whether all is well.
pub async fn run(arguments: Arguments) -> anyhow::Result<bool> {
    let connected = arguments.connect.open().await?;
    let reader = &connected.reader;
    let json = arguments.json;
    let well = match arguments.verb {
        Verb::Status => status::run(reader, json).await,
        Verb::Rebuild(verb) => rebuild::run(reader, &verb, json).await,
        Verb::Diff(scope) => diff::run(reader, &scope, json).await,
        Verb::Verify(verb) => verify::run(reader, &verb, json).await,
        Verb::Unfinished => unfinished::run(reader, json).await,
        Verb::History(verb) => history::run(reader, &verb, json).await,
        Verb::AsOf(verb) => as_of::run(reader, &verb, json).await,
        Verb::Tail(verb) => tail::run(reader, &verb, json).await,
        Verb::Import(verb) => {
            let store = connected.store().await?;
            let imported = import::run(&store, &verb, json).await;
            store.stop().await;
            imported
        }
    };
    connected.close().await?;
    well
}
