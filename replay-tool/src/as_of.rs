//! `as-of`: a contact, job or lead as the API showed it at a time or position.

use crate::output;
use crate::scope::heads;
use anyhow::{anyhow, bail};
use clap::Args;
use domain::AggregateId;
use event_store::{Open, Reader};
use projections::ViewError;
use projections::as_of::{self, Moment};
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Args)]
pub(crate) struct AsOf {
    /// The contact, job or lead.
    id: Uuid,
    /// A time (RFC 3339), or a position of its ledger as `history --json` tells it.
    #[arg(value_parser = moment)]
    at: Moment,
    /// The ledger it belongs to; without it, all are asked.
    #[arg(long)]
    ledger: Option<Uuid>,
}

fn moment(typed: &str) -> Result<Moment, &'static str> {
    Moment::parse(typed).ok_or(Moment::EXPECTED)
}

pub(crate) async fn run(reader: &Reader, verb: &AsOf, json: bool) -> anyhow::Result<bool> {
    for (ledger, head) in heads(reader, verb.ledger).await? {
        let events = reader.aggregate_events_until(ledger, &[verb.id], head, Open::Nothing).await?;
        let Some(first) = events.first() else { continue };
        let at = match as_of::resolve(reader, ledger, verb.at).await {
            Err(ViewError::BeyondHead) => bail!("ledger {ledger} has not come further than {head}"),
            resolved => resolved?,
        };
        let then = match first.aggregate {
            AggregateId::Contact(id) => {
                let then = as_of::contact(reader, ledger, id, at).await?;
                then.map(serde_json::to_value).transpose()?
            }
            AggregateId::Job(id) => {
                let then = as_of::job(reader, ledger, id, at).await?;
                then.map(serde_json::to_value).transpose()?
            }
            AggregateId::Lead(id) => {
                let then = as_of::lead(reader, ledger, id, at).await?;
                then.map(serde_json::to_value).transpose()?
            }
            AggregateId::Installation
            | AggregateId::BuilderAccount(_)
            | AggregateId::Customer(_)
            | AggregateId::WorkOrder(_)
            | AggregateId::Subcontractor(_)
            | AggregateId::SubcontractorOrg(_)
            | AggregateId::Person(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::Notification(_) => {
                bail!("{} is neither a contact, nor a job, nor a lead", verb.id)
            }
        };
        let then = then.ok_or_else(|| {
            anyhow!("{} was not there at position {} of ledger {ledger}", verb.id, at.position)
        })?;
        print(&then, json)?;
        return Ok(true);
    }
    bail!("nothing is known of {}", verb.id)
}

fn print(then: &Value, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(then);
    }
    let mut table = output::table(&["field", "value"]);
    for (field, value) in then.as_object().into_iter().flatten() {
        let said = if field == "custom_fields" { named_lines(value) } else { lines(value) };
        table.add_row(vec![field.clone(), said]);
    }
    println!("{table}");
    Ok(())
}

/// Values that a builder named: each with its name on a line of its own.
fn named_lines(value: &Value) -> String {
    let fields = value.as_object().into_iter().flatten();
    fields.map(|(name, value)| format!("{name}: {}", lines(value))).collect::<Vec<_>>().join("\n")
}

/// A value for people: the entries of a list each on a line of its own.
fn lines(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(entries) => entries.iter().map(lines).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => fields.values().map(lines).collect::<Vec<_>>().join(" · "),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
