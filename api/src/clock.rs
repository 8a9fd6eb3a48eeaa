//! The clock: ends invitations that nobody answered in time, and reminds of those that end soon where
//! the account wants it. A link that has run out is dead whether
//! or not the clock has come by; what the clock adds is the event, and the claim given back.

use crate::error::Chain;
use domain::contact::ContactCommand;
use domain::{Actor, Authority, Channel, Circumstances, Command, LedgerId, MailId};
use event_store::{EventStore, ExecuteError, Rehearsal, StoreError, Submission};
use projections::{ViewError, invitations, settings};
use std::time::Duration;
use uuid::Uuid;

/// How often the clock looks.
const EVERY: Duration = Duration::from_secs(60);
/// How many invitations it ends at most each time.
const INVITATIONS_MAX: u32 = 1_000;
/// How long before its end an invitation is looked at, and how old its last mail is, in hours.
const REMINDER_HOURS: i64 = 24;

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
        match remind(&store).await {
            Ok(0) => {}
            Ok(reminded) => tracing::info!(reminded, "invitees are reminded"),
            Err(error) => tracing::warn!(error = %Chain(&error), "the clock could not remind"),
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
        if tried(store, ledger, expire).await? {
            ended += 1;
        }
    }
    Ok(ended)
}

/// Reminds whoever has not answered and has less than a day left, where the account wants it; tells how
/// many. Whether a reminder is due, and that there is one only, is decided under the ledger's lock.
pub async fn remind(store: &EventStore) -> Result<usize, ViewError> {
    let (reader, now) = (store.reader(), store.now());
    let (until, mailed) = (now.plus_hours(REMINDER_HOURS), now.plus_hours(-REMINDER_HOURS));
    let mut reminded = 0;
    for ledger in invitations::ledgers_to_remind(reader, now, until).await? {
        // Most accounts want none; their invitations are not gone through every minute.
        let wanted = match settings::get(reader, ledger).await {
            Ok(found) => found.is_some_and(|(settings, _)| settings.invitation_reminder),
            Err(ViewError::Store(error)) => {
                leave(ledger, &error)?;
                false
            }
            Err(error) => return Err(error),
        };
        if !wanted {
            continue;
        }
        let times = (now, until, mailed);
        for contact in invitations::to_remind(reader, ledger, times, INVITATIONS_MAX).await? {
            let mail = MailId(Uuid::now_v7());
            let remind = || {
                let command = Command::Contact(contact, ContactCommand::RemindInvite(mail));
                Submission::new(ledger, command, circumstances())
            };
            if tried(store, ledger, remind).await? {
                reminded += 1;
            }
        }
    }
    Ok(reminded)
}

/// Carries a command out if it is taken; tells whether it was. The list may be behind: whoever has
/// answered or been invited anew meanwhile is left alone, and no refused attempt is written down.
async fn tried(
    store: &EventStore,
    ledger: LedgerId,
    submission: impl Fn() -> Submission,
) -> Result<bool, ViewError> {
    match store.rehearse(ledger, vec![submission()], Rehearsal::Alone).await {
        Ok(tried) if tried.iter().all(Result::is_ok) => {}
        Ok(_refused) => return Ok(false),
        Err(error) => {
            leave(ledger, &error)?;
            return Ok(false);
        }
    }
    match store.execute(submission()).await {
        Ok(_) => Ok(true),
        Err(ExecuteError::Store(error)) => {
            leave(ledger, &error)?;
            Ok(false)
        }
        // It was answered between the two.
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
    tracing::warn!(%ledger, error = %Chain(error), "the clock could not see to an invitation");
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
