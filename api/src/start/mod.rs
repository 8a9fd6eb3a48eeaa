//! What a start does before it serves: it finishes what a crash cut short, and issues the first
//! operator token.

pub(crate) mod accounts;

use crate::credential::{Secret, SecretKind};
use crate::extract::order::{execute, submission};
use crate::state::AppState;
use anyhow::Context;
use domain::builder_account::BuilderAccountCommand;
use domain::installation::{Installation, InstallationCommand};
use domain::{
    Actor, AggregateId, ApiKeyId, Authority, Channel, Circumstances, Command, Event, LedgerId,
};
use event_store::{ExecuteError, Expected};
use std::collections::HashSet;
use uuid::Uuid;

/// Under which circumstances the server itself acts.
pub(crate) fn by_system() -> Circumstances {
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

/// What the installation's own ledger says.
pub(crate) async fn installation(app: &AppState) -> anyhow::Result<Installation> {
    let aggregate = [AggregateId::Installation.uuid()];
    let reader = app.store().reader();
    let mut installation = Installation::default();
    for recorded in reader.aggregate_events(LedgerId::INSTALLATION, &aggregate).await? {
        if let Event::Installation(event) = &recorded.event {
            installation.apply(event)?;
        }
    }
    Ok(installation)
}

/// Opens the accounts that were ordered and whose own ledger does not say so: a crash came between
/// the two. Whoever ordered one gets its key by asking again.
pub(crate) async fn finish_accounts(app: &AppState) -> anyhow::Result<()> {
    let heads = app.store().reader().heads().await?;
    let open: HashSet<Uuid> =
        heads.iter().filter(|head| head.position > 0).map(|head| head.ledger.0).collect();
    for (account, name) in installation(app).await?.accounts {
        if open.contains(&account.0) {
            continue;
        }
        let ledger = LedgerId::from(account);
        app.store().ensure_ledger(ledger, accounts::LEDGER_KIND).await?;
        let command =
            Command::BuilderAccount(account, BuilderAccountCommand::Open { name, key: None });
        let submission = submission(ledger, command, by_system())?;
        match execute(app, submission).await {
            Ok(_) => tracing::info!(%account, "an account that was ordered is open now"),
            Err(ExecuteError::Rejected(_)) => tracing::info!(%account, "the account is open"),
            Err(error) => return Err(error).context("opening an account that was ordered"),
        }
    }
    Ok(())
}

/// Issues an operator token when there is none yet, or when `another` is wanted.
pub(crate) async fn operator_token(
    app: &AppState,
    another: bool,
) -> anyhow::Result<Option<Secret>> {
    if installation(app).await?.operator_tokens > 0 && !another {
        return Ok(None);
    }
    let ledger = LedgerId::INSTALLATION;
    let token = ApiKeyId(Uuid::now_v7());
    let command = Command::Installation(InstallationCommand::IssueOperatorToken(token));
    let mut submission = submission(ledger, command, by_system())?;
    if !another {
        // Two servers that start together on a new database issue one token.
        let aggregate = AggregateId::Installation;
        submission.expected = Some(Expected { aggregate, version: 0 });
    }
    match execute(app, submission).await {
        Ok(applied) => {
            Ok(applied.secret.map(|secret| Secret::new(SecretKind::Operator, ledger, &secret)))
        }
        Err(ExecuteError::Stale { .. }) => Ok(None),
        Err(error) => Err(error).context("issuing the operator token"),
    }
}
