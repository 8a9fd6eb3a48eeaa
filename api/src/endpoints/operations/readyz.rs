use crate::error::{Problem, ProblemBody};
use crate::extract::Inside;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;
use utoipa::ToSchema;

const DATABASE_WAIT_MAX: Duration = Duration::from_secs(2);

/// Whether requests can be answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `ready`, or `degraded` when the read model of a ledger is parked.
    status: &'static str,
    /// How many ledgers are parked, by view.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parked: BTreeMap<String, u32>,
    /// Who takes mail, and how much waits.
    mail: MailReadiness,
}

/// Who takes mail, and how much waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailReadiness {
    /// `smtp`, `mailbox` on a developer's machine, or `none`.
    delivery: &'static str,
    /// How many mails wait in the outbox, over all accounts; told to whom `/metrics` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<u64>,
}

/// Whether requests can be answered: the database is reached within two seconds.
///
/// A parked view stays 200 and says `degraded`: it is one ledger's, and taking the whole server out
/// of service for it would turn one tenant's trouble into everybody's.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()),
    responses((status = 200, body = Readiness), (status = 503, body = ProblemBody)))]
pub(crate) async fn readyz(
    State(app): State<AppState>,
    Inside(inside): Inside,
) -> Result<Json<Readiness>, Problem> {
    let looked_up = async { Ok::<_, Problem>((app.status().await?, app.waiting_mails().await?)) };
    let (status, waiting) = tokio::time::timeout(DATABASE_WAIT_MAX, looked_up)
        .await
        .map_err(|_elapsed| Problem::unavailable())??;
    let mut parked: BTreeMap<String, u32> = BTreeMap::new();
    for view in status.iter().flat_map(|ledger| &ledger.views) {
        if view.parked.is_some() {
            *parked.entry(view.view.clone()).or_default() += 1;
        }
    }
    let status = if parked.is_empty() { "ready" } else { "degraded" };
    let waiting = inside.then_some(waiting);
    let mail = MailReadiness { delivery: app.delivery().word(), waiting };
    Ok(Json(Readiness { status, parked, mail }))
}
