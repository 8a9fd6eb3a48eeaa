//! The account's job types and templates.
//!
//! No view of their own: the account has few events, and what a setting says is told by all of
//! them. So they are folded when they are asked for, and are never behind.

use crate::ViewError;
use domain::builder_account::{BuilderAccount, JobTemplate};
use domain::job::{Phase, TaskKind};
use domain::{LedgerId, Sequence};
use event_store::{Reader, Recorded, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A task of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplateTaskEntry {
    /// What is to be done.
    pub title: String,
    /// `task`, `approval` or `selection`.
    #[schema(value_type = String)]
    pub kind: TaskKind,
    /// `planning`, `execution` or `closeout`.
    #[schema(value_type = String)]
    pub phase: Phase,
}

/// A template of jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplateEntry {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The type that its jobs have.
    #[serde(rename = "type")]
    pub job_type: Option<String>,
    /// The tasks that its jobs begin with.
    pub tasks: Vec<TemplateTaskEntry>,
    /// The milestones that its jobs begin with.
    pub milestones: Vec<String>,
}

/// What an account has made up its mind about for all its jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSetupEntry {
    /// The types that jobs may have, in the account's order.
    pub types: Vec<String>,
    /// The templates, by name.
    pub templates: Vec<TemplateEntry>,
    /// The account's version.
    pub version: Sequence,
}

/// The account's types and templates as they are now; none while it has not been opened.
pub async fn get(reader: &Reader, ledger: LedgerId) -> Result<Option<JobSetupEntry>, ViewError> {
    let events = reader.aggregate_events(ledger, &[ledger.0]).await?;
    Ok(account_of(ledger, &events)?.map(|(account, version)| {
        let mut templates: Vec<_> =
            account.templates.iter().map(|(id, template)| entry(id.0, template)).collect();
        templates.sort_by_cached_key(|entry| (crate::search::sort_key(&entry.name), entry.id));
        let types = account.job_types.iter().map(|listed| listed.as_str().to_owned()).collect();
        JobSetupEntry { types, templates, version }
    }))
}

/// The account that its events make, with its version; none while it has not been opened.
pub(crate) fn account_of(
    ledger: LedgerId,
    events: &[Recorded],
) -> Result<Option<(BuilderAccount, Sequence)>, StoreError> {
    let mut account: Option<BuilderAccount> = None;
    let mut version = 0;
    for recorded in events {
        let Some((_, event)) = recorded.account() else { continue };
        version += 1;
        if let Some(account) = &mut account {
            account.apply(event)?;
        } else {
            account = Some(BuilderAccount::from_first(domain::AccountId(ledger.0), event)?);
        }
    }
    Ok(account.map(|account| (account, version)))
}

fn entry(id: Uuid, template: &JobTemplate) -> TemplateEntry {
    TemplateEntry {
        id,
        name: template.name.as_str().to_owned(),
        job_type: template.job_type.as_ref().map(|t| t.as_str().to_owned()),
        tasks: template
            .tasks
            .iter()
            .map(|task| TemplateTaskEntry {
                title: task.title.as_str().to_owned(),
                kind: task.kind,
                phase: task.phase,
            })
            .collect(),
        milestones: template.milestones.iter().map(|title| title.as_str().to_owned()).collect(),
    }
}
