//! `verify`: whether everything is right.

use crate::output;
use crate::scope::heads;
use clap::Args;
use event_store::Reader;
use projections::verify::verify;
use uuid::Uuid;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Only this ledger.
    #[arg(long)]
    ledger: Option<Uuid>,
}

/// All is well when nothing is wrong in any ledger.
pub(crate) async fn run(reader: &Reader, verb: &Verify, json: bool) -> anyhow::Result<bool> {
    let heads = heads(reader, verb.ledger).await?;
    let bar = output::bar(heads.iter().map(|(_, events)| events).sum());
    let mut verified = Vec::new();
    for (ledger, _) in heads {
        bar.set_message(ledger.to_string());
        verified.push(verify(reader, ledger, &|events| bar.inc(events)).await?);
    }
    bar.finish_and_clear();
    let clean = verified.iter().all(projections::verify::Verified::is_clean);
    if json {
        output::json(&verified)?;
        return Ok(clean);
    }
    let mut table = output::table(&["ledger", "head", "Merkle root", "problems", "views"]);
    for ledger in &verified {
        let unclean: Vec<&str> = ledger
            .views
            .iter()
            .filter(|(_, diff)| !diff.is_clean())
            .map(|(view, _)| *view)
            .collect();
        let views = if unclean.is_empty() {
            "equal their events".to_owned()
        } else {
            format!("differ: {}", unclean.join(", "))
        };
        table.add_row(vec![
            ledger.ledger.to_string(),
            ledger.head.to_string(),
            ledger.root.clone(),
            ledger.problems.to_string(),
            views,
        ]);
    }
    println!("{table}");
    for ledger in &verified {
        for told in ledger.told.iter().chain(ledger.views.values().flat_map(|diff| &diff.told)) {
            println!("{}: {told}", ledger.ledger);
        }
    }
    println!("{}", if clean { "Everything is right." } else { "Something is wrong." });
    Ok(clean)
}
