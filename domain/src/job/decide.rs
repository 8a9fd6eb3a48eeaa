//! Which commands a job takes. Asks, and changes nothing.

use super::commands::JobCommand;
use super::events::{
    JobCreated, JobEvent, JobRenamed, OwnerAddedToJob, OwnerRemovedFromJob, OwnerReplacedOnJob,
};
use super::rejection::JobRejection;
use super::state::Job;
use crate::ids::{AggregateId, JobId};
use crate::rejection::Rejection;
use std::collections::BTreeSet;

/// Decides a command: the events that happen, or why not. None at all means that it is so already.
pub fn decide(
    id: JobId,
    job: Option<&Job>,
    command: &JobCommand,
) -> Result<Vec<JobEvent>, Rejection> {
    if let JobCommand::Create(details, owners) = command {
        if job.is_some() {
            return Err(JobRejection::AlreadyExists.into());
        }
        let owners: BTreeSet<_> = owners.iter().copied().collect();
        if owners.len() > Job::OWNERS_MAX {
            return Err(JobRejection::TooManyOwners.into());
        }
        let created = JobCreated {
            name: details.name.clone(),
            reference: details.reference.clone(),
            site: details.site.clone(),
        };
        return Ok(std::iter::once(created.into())
            .chain(owners.into_iter().map(|c| OwnerAddedToJob { contact: c, bulk: None }.into()))
            .collect());
    }
    let job = job.ok_or(Rejection::Unknown(AggregateId::Job(id)))?;
    match command {
        JobCommand::Create(..) => Err(JobRejection::AlreadyExists.into()),
        JobCommand::Rename(name) if *name == job.name => Ok(Vec::new()),
        JobCommand::Rename(name) => {
            Ok(vec![JobRenamed { from: job.name.clone(), to: name.clone() }.into()])
        }
        JobCommand::AddOwner(contact, _) if job.owners.contains(contact) => Ok(Vec::new()),
        JobCommand::AddOwner(contact, bulk) => {
            if job.owners.len() >= Job::OWNERS_MAX {
                return Err(JobRejection::TooManyOwners.into());
            }
            Ok(vec![OwnerAddedToJob { contact: *contact, bulk: *bulk }.into()])
        }
        JobCommand::RemoveOwner(contact, _) if !job.owners.contains(contact) => Ok(Vec::new()),
        JobCommand::RemoveOwner(contact, bulk) => {
            Ok(vec![OwnerRemovedFromJob { contact: *contact, bulk: *bulk }.into()])
        }
        JobCommand::ReplaceOwner { from, .. } if !job.owners.contains(from) => Ok(Vec::new()),
        JobCommand::ReplaceOwner { from, to, merge } => {
            Ok(vec![OwnerReplacedOnJob { from: *from, to: *to, merge: *merge }.into()])
        }
    }
}
