//! `status`: ledgers, heads, each view's lag, parked views.

use crate::output;
use event_store::Reader;
use projections::status::status;

/// All is well when no view is parked.
pub(crate) async fn run(reader: &Reader, json: bool) -> anyhow::Result<bool> {
    let ledgers = status(reader).await?;
    let well = ledgers.iter().flat_map(|ledger| &ledger.views).all(|view| view.parked.is_none());
    if json {
        output::json(&ledgers)?;
        return Ok(well);
    }
    let mut table = output::table(&["ledger", "kind", "head", "view", "position", "lag", "parked"]);
    for ledger in &ledgers {
        for (place, view) in ledger.views.iter().enumerate() {
            let first = |text: String| if place == 0 { text } else { String::new() };
            let parked = view.parked.as_ref().map_or_else(String::new, |parked| {
                format!("at {} since {}: {}", parked.position, parked.at, parked.cause)
            });
            table.add_row(vec![
                first(ledger.ledger.to_string()),
                first(ledger.kind.clone()),
                first(ledger.head.to_string()),
                view.view.clone(),
                view.position.to_string(),
                view.lag.to_string(),
                parked,
            ]);
        }
    }
    println!("{table}");
    Ok(well)
}
