//! `unfinished`: what a crash left open between two ledgers, and what finishes it.

use crate::output;
use event_store::Reader;
use projections::unfinished::unfinished;

/// All is well when nothing is left open.
pub async fn run(reader: &Reader, json: bool) -> anyhow::Result<bool> {
    let found = unfinished(reader).await?;
    if json {
        output::json(&found)?;
        return Ok(found.is_empty());
    }
    if found.is_empty() {
        println!("Nothing is unfinished.");
        return Ok(true);
    }
    let header = ["since", "last step", "ledger", "about", "missing in", "finished by"];
    let mut table = output::table(&header);
    for one in &found {
        table.add_row(vec![
            one.since.to_string(),
            one.step.to_owned(),
            one.ledger.to_string(),
            one.about.to_string(),
            one.missing_in.map(|ledger| ledger.to_string()).unwrap_or_default(),
            one.finished_by.to_owned(),
        ]);
    }
    println!("{table}");
    Ok(false)
}
