//! What can be asked of a job.

use crate::ids::{BulkId, ContactId, MergeId};
use crate::text::{JobName, PostalAddress, Reference};

/// What a new job is created with (R56).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDetails {
    /// As shown in the jobs list.
    pub name: JobName,
    /// The builder's own reference.
    pub reference: Option<Reference>,
    /// Where is built.
    pub site: Option<PostalAddress>,
}

/// A command to one job. That the contacts are there, the ledger sees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobCommand {
    /// Open a job, with owners at once if there are any.
    Create(JobDetails, Vec<ContactId>),
    /// Give it another name.
    Rename(JobName),
    /// Make a contact an owner; twice changes nothing (H12).
    AddOwner(ContactId, Option<BulkId>),
    /// Make it one no more; twice changes nothing (H12).
    RemoveOwner(ContactId, Option<BulkId>),
    /// Put a contact in the place of another, because of a merge; who is no owner is not replaced.
    ReplaceOwner {
        /// Who is an owner.
        from: ContactId,
        /// Who becomes one.
        to: ContactId,
        /// The merge.
        merge: MergeId,
    },
}
