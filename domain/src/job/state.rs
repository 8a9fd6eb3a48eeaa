//! A job as its events made it.

use super::events::JobEvent;
use crate::ImpossibleStep;
use crate::ids::{AggregateId, ContactId, JobId};
use crate::text::{JobName, PostalAddress, Reference};
use std::collections::BTreeSet;

/// A building project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// As shown in the jobs list.
    pub name: JobName,
    /// The builder's own reference.
    pub reference: Option<Reference>,
    /// Where is built.
    pub site: Option<PostalAddress>,
    /// Its owners, all alike (R60, R61).
    pub owners: BTreeSet<ContactId>,
}

impl Job {
    /// The most owners of a job.
    pub const OWNERS_MAX: usize = 500;

    /// A job as its first event makes it.
    pub fn from_first(id: JobId, event: &JobEvent) -> Result<Self, ImpossibleStep> {
        let JobEvent::JobCreated(created) = event else {
            return Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Job(id),
                why: "the job has not been created",
            });
        };
        Ok(Self {
            id,
            name: created.name.clone(),
            reference: created.reference.clone(),
            site: created.site.clone(),
            owners: BTreeSet::new(),
        })
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &JobEvent) -> Result<(), ImpossibleStep> {
        let impossible = |why| {
            Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Job(self.id),
                why,
            })
        };
        match event {
            JobEvent::JobCreated(_) => return impossible("the job is there already"),
            JobEvent::JobRenamed(e) => self.name = e.to.clone(),
            JobEvent::OwnerAddedToJob(e) => {
                if !self.owners.insert(e.contact) {
                    return impossible("the contact is an owner already");
                }
            }
            JobEvent::OwnerRemovedFromJob(e) => {
                if !self.owners.remove(&e.contact) {
                    return impossible("the contact is no owner");
                }
            }
            JobEvent::OwnerReplacedOnJob(e) => {
                if !self.owners.remove(&e.from) {
                    return impossible("the contact is no owner");
                }
                self.owners.insert(e.to);
            }
        }
        Ok(())
    }
}
