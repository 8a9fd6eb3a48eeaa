//! The clock: ends invitations that nobody answered in time. A link that has run out is dead whether
//! or not the clock has come by; what the clock adds is the event, and the claim given back.

use crate::error::Chain;
use domain::contact::ContactCommand;
use domain::{Actor, Authority, Channel, Circumstances, Command};
use event_store::{EventStore, ExecuteError, Rehearsal, Submission};
use projections::{ViewError, invitations};
use std::time::Duration;
use uuid::Uuid;

/// How often the clock looks.
const EVERY: Duration = Duration::from_secs(60);
/// How many invitations it ends at most each time.
const INVITATIONS_MAX: u32 = 1_000;

/// Looks every minute, until it is aborted.
pub(crate) async fn run(store: EventStore) {
    let mut minutes = tokio::time::interval(EVERY);
    loop {
        minutes.tick().await;
        match end_overdue(&store).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "invitations have expired"),
            Err(error) => tracing::warn!(error = %Chain(&error), "the clock could not look"),
        }
    }
}

/// Ends the invitations that nobody answered in time; tells how many.
pub async fn end_overdue(store: &EventStore) -> Result<usize, ViewError> {
    let overdue = invitations::overdue(store.reader(), store.now(), INVITATIONS_MAX).await?;
    let mut ended = 0;
    for (ledger, contact) in overdue {
        let expire = || {
            let command = Command::Contact(contact, ContactCommand::ExpireInvite);
            Submission::new(ledger, command, circumstances())
        };
        // The list may be behind: whoever has been answered or invited anew meanwhile is left alone,
        // and no refused attempt is written down.
        let tried = store.rehearse(ledger, vec![expire()], Rehearsal::Alone).await?;
        if !tried.iter().all(Result::is_ok) {
            continue;
        }
        match store.execute(expire()).await {
            Ok(_) => ended += 1,
            Err(ExecuteError::Store(error)) => return Err(error.into()),
            // It was answered between the two.
            Err(
                ExecuteError::Rejected(_) | ExecuteError::Stale { .. } | ExecuteError::KeyReused,
            ) => {}
        }
    }
    Ok(ended)
}

fn circumstances() -> Circumstances {
    Circumstances {
        actor: Actor::System,
        authority: Authority::System,
        acting_as: None,
        channel: Channel::System,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    }
}
