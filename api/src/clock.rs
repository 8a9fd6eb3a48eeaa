//! The clock: ends invitations that nobody answered in time, impersonations and links to portals whose
//! time is over, and reminds of invitations that end soon where the account wants it. A link or a secret that has run out
//! is dead whether or not the clock has come by; what the clock adds is the event, and the claim given
//! back.

use crate::error::Chain;
use crate::start::by_system;
use domain::contact::ContactCommand;
use domain::job::impersonation::ImpersonationCommand;
use domain::job::portal_link::PortalLinkCommand;
use domain::subcontractor::SubcontractorCommand;
use domain::subcontractor_org::SubcontractorOrgCommand;
use domain::{Command, LedgerId, MailId};
use event_store::{EventStore, ExecuteError, Rehearsal, StoreError, Submission};
use projections::{ViewError, invitations, settings};
use std::time::Duration;
use uuid::Uuid;

/// How often the clock looks.
const EVERY: Duration = Duration::from_secs(60);
/// How many invitations, impersonations and links it sees to at most each time.
const SEEN_TO_MAX: u32 = 1_000;
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
        match end_impersonations(&store).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "impersonations are over"),
            Err(error) => tracing::warn!(error = %Chain(&error), "the clock could not look"),
        }
        match end_portal_links(&store).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "portal links have expired"),
            Err(error) => tracing::warn!(error = %Chain(&error), "the clock could not look"),
        }
        match end_trade_invitations(&store).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "invitations of subcontractors have expired"),
            Err(error) => tracing::warn!(error = %Chain(&error), "the clock could not look"),
        }
        match remind(&store).await {
            Ok(0) => {}
            Ok(reminded) => tracing::info!(reminded, "invitees are reminded"),
            Err(error) => tracing::warn!(error = %Chain(&error), "the clock could not remind"),
        }
    }
}

/// Ends the impersonations whose time is over (H13); tells how many.
pub async fn end_impersonations(store: &EventStore) -> Result<usize, ViewError> {
    let overdue = store.overdue_impersonations(SEEN_TO_MAX).await?;
    let mut ended = 0;
    for (ledger, job, impersonation) in overdue {
        let time_out = ImpersonationCommand::TimeOut(impersonation);
        let time_out = Command::Impersonation(job, time_out);
        ended += usize::from(carry_out(store, ledger, &time_out).await?);
    }
    Ok(ended)
}

/// Ends the links to portals whose time is over (2.3); tells how many.
pub async fn end_portal_links(store: &EventStore) -> Result<usize, ViewError> {
    let overdue = store.overdue_portal_links(SEEN_TO_MAX).await?;
    let mut ended = 0;
    for (ledger, job, link) in overdue {
        let expire = Command::PortalLink(job, PortalLinkCommand::Expire(link));
        ended += usize::from(carry_out(store, ledger, &expire).await?);
    }
    Ok(ended)
}

/// Ends the invitations of subcontractors to jobs, and of people to their companies, that nobody answered
/// in time (2.3); tells how many.
pub async fn end_trade_invitations(store: &EventStore) -> Result<usize, ViewError> {
    let mut ended = 0;
    for (ledger, id, invitation) in store.overdue_project_invitations(SEEN_TO_MAX).await? {
        let expire = Command::Subcontractor(id, SubcontractorCommand::Expire(invitation));
        ended += usize::from(carry_out(store, ledger, &expire).await?);
    }
    for (org, user) in store.overdue_org_invitations(SEEN_TO_MAX).await? {
        let expire = SubcontractorOrgCommand::ExpireUserInvite(user);
        let expire = Command::SubcontractorOrg(org, expire);
        ended += usize::from(carry_out(store, org.into(), &expire).await?);
    }
    Ok(ended)
}

/// Ends the invitations that nobody answered in time; tells how many.
pub async fn end_overdue(store: &EventStore) -> Result<usize, ViewError> {
    let overdue = invitations::overdue(store.reader(), store.now(), SEEN_TO_MAX).await?;
    let mut ended = 0;
    for (ledger, contact) in overdue {
        let expire = Command::Contact(contact, ContactCommand::ExpireInvite);
        ended += usize::from(carry_out(store, ledger, &expire).await?);
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
        for contact in invitations::to_remind(reader, ledger, times, SEEN_TO_MAX).await? {
            let mail = MailId(Uuid::now_v7());
            let remind = Command::Contact(contact, ContactCommand::RemindInvite(mail));
            reminded += usize::from(carry_out(store, ledger, &remind).await?);
        }
    }
    Ok(reminded)
}

/// Carries a command out if it is taken; tells whether it was. The list may be behind: whoever has
/// answered or been invited anew meanwhile is left alone, and no refused attempt is written down.
async fn carry_out(
    store: &EventStore,
    ledger: LedgerId,
    command: &Command,
) -> Result<bool, ViewError> {
    let submission = || Submission::new(ledger, command.clone(), by_system());
    match store.rehearse(ledger, vec![submission()], Rehearsal::Alone).await {
        Ok(tried) if tried.iter().all(Result::is_ok) => {}
        Ok(_refused) => return Ok(false),
        Err(error) => return leave(ledger, &error).map(|()| false),
    }
    match store.execute(submission()).await {
        Ok(_) => Ok(true),
        Err(ExecuteError::Store(error)) => leave(ledger, &error).map(|()| false),
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
    tracing::warn!(%ledger, error = %Chain(error), "the clock could not do its work on this ledger");
    Ok(())
}
