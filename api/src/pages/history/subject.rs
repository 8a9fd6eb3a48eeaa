//! What has a history of its own, and who may read it.

use crate::error::Problem;
use crate::pages::layout::Desk;
use crate::pages::visit::Staff;
use domain::{ContactId, JobId, LeadId};
use uuid::Uuid;

/// A contact, a job or a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A contact.
    Contact(ContactId),
    /// A job.
    Job(JobId),
    /// A lead.
    Lead(LeadId),
}

impl Subject {
    pub(super) const fn uuid(self) -> Uuid {
        match self {
            Self::Contact(id) => id.0,
            Self::Job(id) => id.0,
            Self::Lead(id) => id.0,
        }
    }

    /// The word with which the stored types of its events begin.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Contact(_) => "contact",
            Self::Job(_) => "job",
            Self::Lead(_) => "lead",
        }
    }

    /// Its own page.
    pub(super) fn path(self) -> String {
        let folder = match self {
            Self::Contact(_) => "contacts",
            Self::Job(_) => "jobs",
            Self::Lead(_) => "leads",
        };
        format!("/{folder}/{}", self.uuid())
    }

    /// Where its pages stand in the way around.
    pub(super) const fn desk(self) -> Desk {
        match self {
            Self::Contact(_) => Desk::Contacts,
            Self::Job(_) => Desk::Jobs,
            Self::Lead(_) => Desk::Leads,
        }
    }

    /// The page of its history.
    pub(super) fn history(self) -> String {
        format!("{}/history", self.path())
    }

    /// The page on which it is as it was.
    pub(super) fn as_of(self) -> String {
        format!("{}/as-of", self.path())
    }
}

/// Lets those in who may read histories (RULES.md 2.8, Read audit).
pub(in crate::pages) fn reads(who: &Staff) -> Result<(), Problem> {
    if who.reads_audit() {
        return Ok(());
    }
    let needed = "an admin or auditor, or somebody of the staff who may read who changed what";
    Err(Problem::not_permitted(needed))
}
