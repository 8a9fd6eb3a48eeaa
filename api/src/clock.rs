//! The clock: ends invitations that nobody answered in time, and impersonations whose time is over. A
//! link or a secret that has run out is dead whether or not the clock has come by; what the clock adds
//! is the event, and the claim given back.

use crate::error::Chain;
use domain::contact::ContactCommand;
use domain::job::impersonation::ImpersonationCommand;
use domain::{Actor, Authority, Channel, Circumstances, Command, LedgerId};
use event_store::{EventStore, ExecuteError, Rehearsal, StoreError, Submission};
use projections::{ViewError, invitations};
use std::time::Duration;
use uuid::Uuid;

/// How often the clock looks.
const EVERY: Duration = Duration::from_secs(60);
/// How many invitations, and how many impersonations, it ends at most each time.
const ENDED_MAX: u32 = 1_000;

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
        match end_impersonations(&store).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "impersonations are over"),
            Err(error) => tracing::warn!(error = %Chain(&error), "the clock could not look"),
        }
    }
}

/// Ends the impersonations whose time is over (H13); tells how many.
pub async fn end_impersonations(store: &EventStore) -> Result<usize, ViewError> {
    let overdue = store.overdue_impersonations(ENDED_MAX).await?;
    let mut ended = 0;
    for (ledger, job, impersonation) in overdue {
        let time_out = ImpersonationCommand::TimeOut(impersonation);
        ended += usize::from(end(store, ledger, &Command::Impersonation(job, time_out)).await?);
    }
    Ok(ended)
}

/// Ends the invitations that nobody answered in time; tells how many.
pub async fn end_overdue(store: &EventStore) -> Result<usize, ViewError> {
    let overdue = invitations::overdue(store.reader(), store.now(), ENDED_MAX).await?;
    let mut ended = 0;
    for (ledger, contact) in overdue {
        let expire = Command::Contact(contact, ContactCommand::ExpireInvite);
        ended += usize::from(end(store, ledger, &expire).await?);
    }
    Ok(ended)
}

/// Carries out a command that ends something, if it still can be ended; tells whether it was.
async fn end(store: &EventStore, ledger: LedgerId, command: &Command) -> Result<bool, ViewError> {
    let submission = || Submission::new(ledger, command.clone(), circumstances());
    // The list may be behind: what has ended or begun anew meanwhile is left alone, and no refused
    // attempt is written down.
    let tried = match store.rehearse(ledger, vec![submission()], Rehearsal::Alone).await {
        Ok(tried) => tried,
        Err(error) => {
            leave(ledger, &error)?;
            return Ok(false);
        }
    };
    if !tried.iter().all(Result::is_ok) {
        return Ok(false);
    }
    match store.execute(submission()).await {
        Ok(_) => Ok(true),
        Err(ExecuteError::Store(error)) => leave(ledger, &error).map(|()| false),
        // It ended between the two.
        Err(ExecuteError::Rejected(_) | ExecuteError::Stale { .. } | ExecuteError::KeyReused) => {
            Ok(false)
        }
    }
}

/// One ledger's damage is not the others'; a database that is away is everybody's.
fn leave(ledger: LedgerId, error: &StoreError) -> Result<(), ViewError> {
    if error.is_transient() {
        return Err(StoreError::Unavailable("the database does not answer".into()).into());
    }
    tracing::warn!(%ledger, error = %Chain(error), "what is over could not be ended");
    Ok(())
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
