//! The installation: what operators do, in a ledger of its own.

use crate::ImpossibleStep;
use crate::actor::Role;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{AccountId, AggregateId, ApiKeyId};
use crate::rejection::Rejection;
use crate::text::Label;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

events! {
    /// An event of the installation.
    InstallationEvent {
        OperatorTokenIssued = "installation.operator_token_issued" v 1,
        AccountOpeningOrdered = "installation.account_opening_ordered" v 1,
        ApiKeyIssueOrdered = "installation.api_key_issue_ordered" v 1,
    }
}

/// An operator token was printed, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorTokenIssued {
    /// The id that the token's deeds name as their actor.
    pub token: ApiKeyId,
}

/// An operator ordered an account; its own ledger records the opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOpeningOrdered {
    /// The account.
    pub account: AccountId,
    /// The company's name.
    pub name: Label,
}

/// An operator ordered a key; the account's own ledger records the issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyIssueOrdered {
    /// The account.
    pub account: AccountId,
    /// The key.
    pub key: ApiKeyId,
    /// What it may do.
    pub role: Role,
}

nothing_personal!(OperatorTokenIssued, AccountOpeningOrdered, ApiKeyIssueOrdered);

impl InstallationEvent {
    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::OperatorTokenIssued(e) => {
                vec![FieldChange::new_value("operator_token", e.token.to_string())]
            }
            Self::AccountOpeningOrdered(e) => {
                vec![FieldChange::new_value("account", e.account.to_string())]
            }
            Self::ApiKeyIssueOrdered(e) => {
                vec![FieldChange::new_value("api_key", e.key.to_string())]
            }
        }
    }
}

/// A command to the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallationCommand {
    /// Issue an operator token.
    IssueOperatorToken(ApiKeyId),
    /// Order an account.
    OrderAccount {
        /// The account.
        account: AccountId,
        /// The company's name.
        name: Label,
    },
    /// Order a key for an account.
    OrderApiKey {
        /// The account.
        account: AccountId,
        /// The key.
        key: ApiKeyId,
        /// What it may do.
        role: Role,
    },
}

/// The installation as its events made it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Installation {
    /// The accounts ordered here.
    pub accounts: BTreeMap<AccountId, Label>,
    /// How many operator tokens were issued.
    pub operator_tokens: u32,
}

impl Installation {
    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &InstallationEvent) -> Result<(), ImpossibleStep> {
        match event {
            InstallationEvent::OperatorTokenIssued(_) => {
                self.operator_tokens = self.operator_tokens.saturating_add(1);
                Ok(())
            }
            InstallationEvent::AccountOpeningOrdered(e) => {
                if self.accounts.insert(e.account, e.name.clone()).is_none() {
                    return Ok(());
                }
                Err(ImpossibleStep {
                    event: event.stored_type(),
                    aggregate: AggregateId::Installation,
                    why: "the account was ordered already",
                })
            }
            InstallationEvent::ApiKeyIssueOrdered(_) => Ok(()),
        }
    }
}

/// Decides a command: the events that happen, or why not.
pub fn decide(
    installation: Option<&Installation>,
    command: &InstallationCommand,
) -> Result<Vec<InstallationEvent>, Rejection> {
    let known = |account: &AccountId| {
        installation.is_some_and(|installation| installation.accounts.contains_key(account))
    };
    match command {
        InstallationCommand::IssueOperatorToken(token) => {
            Ok(vec![OperatorTokenIssued { token: *token }.into()])
        }
        InstallationCommand::OrderAccount { account, .. } if known(account) => Ok(Vec::new()),
        InstallationCommand::OrderAccount { account, name } => {
            Ok(vec![AccountOpeningOrdered { account: *account, name: name.clone() }.into()])
        }
        InstallationCommand::OrderApiKey { account, .. } if !known(account) => {
            Err(Rejection::Unknown(AggregateId::BuilderAccount(*account)))
        }
        InstallationCommand::OrderApiKey { account, key, role } => {
            Ok(vec![ApiKeyIssueOrdered { account: *account, key: *key, role: *role }.into()])
        }
    }
}
