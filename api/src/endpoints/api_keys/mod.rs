//! The API keys of an account, as its own admins keep them.

pub(crate) mod issue;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate;

use crate::credential::{Secret, SecretKind};
use crate::error::Problem;
use crate::extract::Order;
use crate::state::AppState;
use domain::Command;
use domain::builder_account::BuilderAccountCommand;
use event_store::Applied;

/// Carries out what a key's secret hangs on: whoever asks may go away in the middle, and from the
/// answer on this process believes no secret that it has seen before without asking the store.
pub(crate) async fn change<P, B>(
    app: &AppState,
    order: Order<P, B>,
    command: BuilderAccountCommand,
) -> Result<Applied, Problem>
where
    P: Send + Sync + 'static,
    B: Send + Sync + 'static,
{
    let app = app.clone();
    let changed = tokio::spawn(async move {
        let command = Command::BuilderAccount(order.account(), command);
        let applied = order.execute(&app, command).await;
        // Also when it failed: what is not known to have happened may have.
        app.forget_credentials();
        applied
    });
    changed.await.map_err(|_panic| Problem::internal())?
}

/// The secret, as long as it can still be told.
pub(crate) fn told(applied: &Applied) -> Result<Secret, Problem> {
    let Some(secret) = &applied.secret else {
        let detail = "This key was issued before; its secret was told then, and is told no more.";
        return Err(Problem::new("already_exists", detail));
    };
    Ok(Secret::new(SecretKind::ApiKey, applied.ledger, secret))
}
