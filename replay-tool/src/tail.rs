//! `tail`: what happens in ledgers, as it happens.

use crate::history::{value, what, who};
use crate::scope::heads;
use anyhow::bail;
use clap::Args;
use domain::LedgerId;
use event_store::Reader;
use projections::history::{self, HistoryEntry};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::time::Duration;
use uuid::Uuid;

/// How often the heads are looked at.
const POLL: Duration = Duration::from_millis(200);

/// How many events are read at once.
const PAGE: u32 = 500;

/// What is followed, and from where.
#[derive(Debug, Clone, Args)]
pub struct Tail {
    /// Only this ledger.
    #[arg(long)]
    pub ledger: Option<Uuid>,
    /// Begin with the event at this position; without it, with the next one that happens.
    #[arg(long, value_name = "POSITION")]
    pub from: Option<u64>,
    /// End at the heads of this moment instead of following them.
    #[arg(long)]
    pub until_head: bool,
}

pub(crate) async fn run(reader: &Reader, verb: &Tail, json: bool) -> anyhow::Result<bool> {
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a way to hear Ctrl-C the process ends by it, as any other does.
            std::future::pending::<()>().await;
        }
    };
    follow(reader, verb, json, &mut io::stdout(), stop).await?;
    Ok(true)
}

/// Writes what happens until `stop` is over, or nobody reads any more.
pub async fn follow(
    reader: &Reader,
    verb: &Tail,
    json: bool,
    out: &mut (impl Write + Send),
    stop: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    tokio::select! {
        biased;
        () = stop => Ok(()),
        ended = tell_all(reader, verb, json, out) => match ended {
            Err(error) if is_closed(&error) => Ok(()),
            ended => ended,
        },
    }
}

fn is_closed(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

async fn tell_all(
    reader: &Reader,
    verb: &Tail,
    json: bool,
    out: &mut (impl Write + Send),
) -> anyhow::Result<()> {
    let mut told: BTreeMap<LedgerId, u64> = BTreeMap::new();
    for (ledger, head) in heads(reader, verb.ledger).await? {
        let from = verb.from.map_or(head, |from| from.saturating_sub(1));
        if verb.ledger.is_some() && from > head {
            bail!("ledger {ledger} has not come further than {head}");
        }
        told.insert(ledger, from);
    }
    loop {
        for (ledger, head) in heads(reader, verb.ledger).await? {
            // A ledger that is new since is told from its beginning.
            let at = told.entry(ledger).or_default();
            while *at < head {
                let some = u32::try_from(head - *at).unwrap_or(PAGE).min(PAGE);
                for entry in history::after(reader, ledger, *at, some).await? {
                    writeln!(out, "{}", line(ledger, &entry, json)?)?;
                    *at += 1;
                }
                out.flush()?;
            }
        }
        if verb.until_head {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

#[derive(Serialize)]
struct Line<'a> {
    ledger: Uuid,
    #[serde(flatten)]
    entry: &'a HistoryEntry,
}

fn line(ledger: LedgerId, entry: &HistoryEntry, json: bool) -> anyhow::Result<String> {
    if json {
        return Ok(serde_json::to_string(&Line { ledger: ledger.0, entry })?);
    }
    let changes: Vec<String> = entry
        .changes
        .iter()
        .map(|change| {
            let before = value(change, change.before.as_deref());
            let after = value(change, change.after.as_deref());
            format!("{}: {before} → {after}", change.field)
        })
        .collect();
    let position = entry.position.unwrap_or_default();
    let mut line = format!("{ledger} {position} {}  {}  {}", entry.at, who(entry), what(entry));
    line.push_str(&format!(" {}", entry.about));
    if !changes.is_empty() {
        line.push_str(&format!("  {}", changes.join("; ")));
    }
    if let Some(reason) = &entry.reason {
        line.push_str(&format!("  ({reason})"));
    }
    // An address has several lines; what happened has one.
    Ok(line.replace('\n', ", "))
}
