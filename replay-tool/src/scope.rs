//! Which views of which ledgers a verb is about.

use anyhow::bail;
use clap::Args;
use domain::LedgerId;
use event_store::Reader;
use projections::{AnyView, VIEW_NAMES, all_views, view_named};
use uuid::Uuid;

#[derive(Debug, Args)]
pub(crate) struct Scope {
    /// Every view of every ledger; the same as naming neither.
    #[arg(long, conflicts_with_all = ["view", "ledger"])]
    all: bool,
    /// Only this view.
    #[arg(long)]
    view: Option<String>,
    /// Only this ledger.
    #[arg(long)]
    ledger: Option<Uuid>,
}

/// One view of one ledger, and how many events there are to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    pub(crate) view: &'static dyn AnyView,
    pub(crate) ledger: LedgerId,
    pub(crate) events: u64,
}

impl Scope {
    /// The units, ledger by ledger.
    pub(crate) async fn units(&self, reader: &Reader) -> anyhow::Result<Vec<Unit>> {
        let views = match self.view.as_deref() {
            None => all_views(),
            Some(name) => match view_named(name) {
                Some(view) => vec![view],
                None => bail!("there is no view {name}; there are: {}", VIEW_NAMES.join(", ")),
            },
        };
        let heads = heads(reader, self.ledger).await?;
        Ok(heads
            .into_iter()
            .flat_map(|(ledger, events)| {
                views.iter().map(move |view| Unit { view: *view, ledger, events })
            })
            .collect())
    }
}

/// Ledgers and their heads.
pub(crate) async fn heads(
    reader: &Reader,
    only: Option<Uuid>,
) -> anyhow::Result<Vec<(LedgerId, u64)>> {
    let heads: Vec<_> = match only {
        None => reader.heads().await?,
        Some(ledger) => match reader.head(LedgerId(ledger)).await? {
            Some(head) => vec![head],
            None => bail!("there is no ledger {ledger}"),
        },
    };
    Ok(heads.into_iter().map(|head| (head.ledger, head.position)).collect())
}
