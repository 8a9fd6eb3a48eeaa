//! What support does in accounts: one operator asks for it, another one approves (RULES.md 2.8, SP).

pub(crate) mod approve;
pub(crate) mod list;
pub(crate) mod reject;
pub(crate) mod request;

use crate::error::Problem;
use crate::state::AppState;
use domain::InterventionId;
use projections::interventions::{self, Found};

/// One of them; an unknown one is a 404.
pub(super) async fn find(app: &AppState, id: InterventionId) -> Result<Found, Problem> {
    let all = interventions::list(app.store().reader()).await?;
    all.into_iter().find(|found| found.entry.id == id.0).ok_or_else(Problem::not_found)
}
