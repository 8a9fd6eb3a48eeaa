//! What happens to a job.

use crate::event::{FieldChange, Shown, events, nothing_personal};
use crate::ids::{BulkId, ContactId, MergeId};
use crate::text::{JobName, PostalAddress, Reference};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a job.
    JobEvent {
        JobCreated = "job.created" v 1,
        JobRenamed = "job.renamed" v 1,
        OwnerAddedToJob = "job.owner_added" v 1,
        OwnerRemovedFromJob = "job.owner_removed" v 1,
        OwnerReplacedOnJob = "job.owner_replaced" v 1,
    }
}

/// A job was opened (R56). A job and its site belong to the builder; nothing here is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCreated {
    /// As shown in the jobs list.
    pub name: JobName,
    /// The builder's own reference, such as a permit number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reference: Option<Reference>,
    /// Where is built.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub site: Option<PostalAddress>,
}

/// The job got another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRenamed {
    /// Before.
    pub from: JobName,
    /// After.
    pub to: JobName,
}

/// A contact became an owner of the job (R2, R51).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerAddedToJob {
    /// The contact.
    pub contact: ContactId,
    /// The bulk change that it was part of (H12).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bulk: Option<BulkId>,
}

/// A contact is no owner of the job any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerRemovedFromJob {
    /// The contact.
    pub contact: ContactId,
    /// The bulk change that it was part of (H12).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bulk: Option<BulkId>,
}

/// A contact took the place of another on the job, who was merged into it or stands for itself
/// again (H2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerReplacedOnJob {
    /// Who was an owner.
    pub from: ContactId,
    /// Who is one now, if it was not one already.
    pub to: ContactId,
    /// The merge.
    pub merge: MergeId,
}

nothing_personal!(JobCreated, JobRenamed, OwnerAddedToJob, OwnerRemovedFromJob, OwnerReplacedOnJob);

impl JobEvent {
    /// What changed, field by field. Owners are shown by id; names are joined where it is read.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::JobCreated(e) => {
                let mut changes = vec![FieldChange::new_value("name", e.name.as_str())];
                if let Some(reference) = &e.reference {
                    changes.push(FieldChange::new_value("reference", reference.as_str()));
                }
                if let Some(site) = &e.site {
                    changes.push(FieldChange::new_value("site", site.as_str()));
                }
                changes
            }
            Self::JobRenamed(e) => {
                vec![FieldChange::between("name", e.from.as_str(), e.to.as_str())]
            }
            Self::OwnerAddedToJob(e) => {
                vec![FieldChange::new_value("owners", Shown::from(e.contact.to_string()))]
            }
            Self::OwnerRemovedFromJob(e) => {
                vec![FieldChange::old_value("owners", Shown::from(e.contact.to_string()))]
            }
            Self::OwnerReplacedOnJob(e) => {
                vec![FieldChange::between("owners", e.from.to_string(), e.to.to_string())]
            }
        }
    }

    /// The contacts that the event is about: who stops being an owner, and who becomes one.
    pub const fn owner_change(&self) -> (Option<ContactId>, Option<ContactId>) {
        match self {
            Self::OwnerAddedToJob(e) => (None, Some(e.contact)),
            Self::OwnerRemovedFromJob(e) => (Some(e.contact), None),
            Self::OwnerReplacedOnJob(e) => (Some(e.from), Some(e.to)),
            Self::JobCreated(_) | Self::JobRenamed(_) => (None, None),
        }
    }
}
