//! `diff`: what a rebuild would change.

use crate::output;
use crate::scope::Scope;
use event_store::Reader;
use projections::diff::{Diff, diff};
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
struct Compared {
    ledger: Uuid,
    view: &'static str,
    #[serde(flatten)]
    diff: Diff,
}

/// All is well when a rebuild would change nothing.
pub(crate) async fn run(reader: &Reader, scope: &Scope, json: bool) -> anyhow::Result<bool> {
    let units = scope.units(reader).await?;
    let bar = output::bar(units.iter().map(|unit| unit.events).sum());
    let mut compared = Vec::new();
    for unit in units {
        bar.set_message(unit.view.name());
        let diff = diff(reader, unit.view, unit.ledger, &|events| bar.inc(events)).await?;
        compared.push(Compared { ledger: unit.ledger.0, view: unit.view.name(), diff });
    }
    bar.finish_and_clear();
    let clean = compared.iter().all(|unit| unit.diff.is_clean());
    if json {
        output::json(&compared)?;
        return Ok(clean);
    }
    let header = ["ledger", "view", "position", "compared", "missing", "extra", "changed"];
    let mut table = output::table(&header);
    for unit in &compared {
        table.add_row(vec![
            unit.ledger.to_string(),
            unit.view.to_owned(),
            unit.diff.position.to_string(),
            unit.diff.compared.to_string(),
            unit.diff.missing.to_string(),
            unit.diff.extra.to_string(),
            unit.diff.changed.to_string(),
        ]);
    }
    println!("{table}");
    for told in compared.iter().flat_map(|unit| &unit.diff.told) {
        println!("{told}");
    }
    println!("{}", if clean { "A rebuild would change nothing." } else { "A rebuild is needed." });
    Ok(clean)
}
