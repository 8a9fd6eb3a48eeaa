//! `history`: who changed a contact, job or lead, when, from what to what, and why.

use crate::output;
use crate::scope::heads;
use anyhow::bail;
use clap::Args;
use domain::LedgerId;
use event_store::Reader;
use projections::actors::Persons;
use projections::audit_trail::{self, AuditQuery};
use projections::history::{ChangeEntry, HistoryEntry};
use uuid::Uuid;

/// How many entries are read at once.
const PAGE: u32 = 200;

#[derive(Debug, Args)]
pub(crate) struct History {
    /// The contact, job, lead or account.
    id: Uuid,
    /// The ledger it belongs to; without it, all are asked.
    #[arg(long)]
    ledger: Option<Uuid>,
}

pub(crate) async fn run(reader: &Reader, verb: &History, json: bool) -> anyhow::Result<bool> {
    let mut entries = Vec::new();
    for (ledger, _) in heads(reader, verb.ledger).await? {
        entries = all(reader, ledger, verb.id).await?;
        if !entries.is_empty() {
            break;
        }
    }
    if entries.is_empty() {
        bail!("nothing is known of {}", verb.id);
    }
    // People read from the beginning.
    entries.reverse();
    if json {
        output::json(&entries)?;
        return Ok(true);
    }
    let header = ["when", "who", "what", "field", "before", "after", "why"];
    let mut table = output::table(&header);
    for entry in &entries {
        let why = entry.reason.clone().unwrap_or_default();
        let mut first = [entry.at.to_string(), who(entry), what(entry)];
        if entry.changes.is_empty() {
            let [at, who, what] = first;
            table.add_row(vec![at, who, what, String::new(), String::new(), String::new(), why]);
            continue;
        }
        for change in &entry.changes {
            let [at, who, what] = std::mem::take(&mut first);
            let (before, after) =
                (value(change, change.before.as_deref()), value(change, change.after.as_deref()));
            let why = if at.is_empty() { String::new() } else { why.clone() };
            table.add_row(vec![at, who, what, change.field.clone(), before, after, why]);
        }
    }
    println!("{table}");
    Ok(true)
}

async fn all(reader: &Reader, ledger: LedgerId, id: Uuid) -> anyhow::Result<Vec<HistoryEntry>> {
    let mut entries = Vec::new();
    let mut cursor = None;
    loop {
        let query = AuditQuery {
            subject: Some(id),
            persons: Persons::All,
            cursor,
            limit: PAGE,
            ..AuditQuery::default()
        };
        let page = audit_trail::list(reader, ledger, &query).await?;
        entries.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(entries);
        }
    }
}

pub(crate) fn who(entry: &HistoryEntry) -> String {
    let actor = &entry.actor;
    let name = actor.label.clone().or_else(|| actor.id.map(|id| id.to_string()));
    let who = match name {
        Some(name) => format!("{} ({})", name, actor.kind),
        None => actor.kind.clone(),
    };
    let who = entry.acting_as.map_or(who.clone(), |contact| format!("{who} as {contact}"));
    match &entry.client {
        Some(client) => format!("{who}, {} from {client}", entry.channel),
        None => format!("{who}, {}", entry.channel),
    }
}

pub(crate) fn what(entry: &HistoryEntry) -> String {
    match &entry.refused {
        None => entry.event.clone(),
        Some(refused) => {
            let rule = refused.rule.as_ref().map_or(String::new(), |rule| format!(" ({rule})"));
            format!("refused: {}, {}{rule}", refused.command, refused.code)
        }
    }
}

pub(crate) fn value(change: &ChangeEntry, value: Option<&str>) -> String {
    match value {
        Some(value) => value.to_owned(),
        None if change.erased => "[erased]".to_owned(),
        None => String::new(),
    }
}
