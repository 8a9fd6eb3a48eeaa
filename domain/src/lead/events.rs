//! What happens to a lead.

use super::state::Stage;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{ContactId, JobId, MergeId};
use crate::text::{Reason, Title};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a lead.
    LeadEvent {
        LeadCreated = "lead.created" v 1,
        LeadRetitled = "lead.retitled" v 1,
        LeadLinked = "lead.linked" v 1,
        LeadUnlinked = "lead.unlinked" v 1,
        LeadRelinked = "lead.relinked" v 1,
        LeadWon = "lead.won" v 1,
        LeadLost = "lead.lost" v 1,
        LeadReopened = "lead.reopened" v 1,
    }
}

/// A lead was written down. Its title is the builder's, as a job's name is; nothing here is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadCreated {
    /// What it is about.
    pub title: Title,
}

/// The lead got another title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRetitled {
    /// Before.
    pub from: Title,
    /// After.
    pub to: Title,
}

/// The lead, which was about nobody, is about this contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadLinked {
    /// The contact.
    pub contact: ContactId,
}

/// The lead is about this contact no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadUnlinked {
    /// The contact.
    pub contact: ContactId,
}

/// The lead is about another contact, because the one was merged into the other, or stands for
/// itself again (H2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRelinked {
    /// Whom it was about.
    pub from: ContactId,
    /// Whom it is about now.
    pub to: ContactId,
    /// The merge.
    pub merge: MergeId,
}

/// The lead became a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadWon {
    /// The job.
    pub job: JobId,
}

/// The lead was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadLost {
    /// Why, in the builder's words.
    pub reason: Reason,
}

/// A lost lead was taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadReopened {}

nothing_personal!(
    LeadCreated,
    LeadRetitled,
    LeadLinked,
    LeadUnlinked,
    LeadRelinked,
    LeadWon,
    LeadLost,
    LeadReopened,
);

impl LeadEvent {
    /// What changed, field by field. The contact is shown by id; its name is joined where it is
    /// read.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::LeadCreated(e) => vec![
                FieldChange::new_value("title", e.title.as_str()),
                FieldChange::new_value("stage", Stage::OPEN),
            ],
            Self::LeadRetitled(e) => {
                vec![FieldChange::between("title", e.from.as_str(), e.to.as_str())]
            }
            Self::LeadLinked(e) => vec![FieldChange::new_value("contact", e.contact.to_string())],
            Self::LeadUnlinked(e) => vec![FieldChange::old_value("contact", e.contact.to_string())],
            Self::LeadRelinked(e) => {
                vec![FieldChange::between("contact", e.from.to_string(), e.to.to_string())]
            }
            Self::LeadWon(e) => vec![
                FieldChange::between("stage", Stage::OPEN, Stage::WON),
                FieldChange::new_value("job", e.job.to_string()),
            ],
            Self::LeadLost(e) => vec![
                FieldChange::between("stage", Stage::OPEN, Stage::LOST),
                FieldChange::new_value("lost_reason", e.reason.as_str()),
            ],
            Self::LeadReopened(_) => vec![FieldChange::between("stage", Stage::LOST, Stage::OPEN)],
        }
    }

    /// Whom the lead is about no more, and whom it is about since.
    pub const fn contact_change(&self) -> (Option<ContactId>, Option<ContactId>) {
        match self {
            Self::LeadLinked(e) => (None, Some(e.contact)),
            Self::LeadUnlinked(e) => (Some(e.contact), None),
            Self::LeadRelinked(e) => (Some(e.from), Some(e.to)),
            Self::LeadCreated(_)
            | Self::LeadRetitled(_)
            | Self::LeadWon(_)
            | Self::LeadLost(_)
            | Self::LeadReopened(_) => (None, None),
        }
    }

    /// The job that the lead became, where the event is about that.
    pub const fn job(&self) -> Option<JobId> {
        match self {
            Self::LeadWon(e) => Some(e.job),
            Self::LeadCreated(_)
            | Self::LeadRetitled(_)
            | Self::LeadLinked(_)
            | Self::LeadUnlinked(_)
            | Self::LeadRelinked(_)
            | Self::LeadLost(_)
            | Self::LeadReopened(_) => None,
        }
    }
}
