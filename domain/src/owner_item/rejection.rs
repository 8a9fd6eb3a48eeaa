//! Why a To-Do or a message was refused.

use crate::rejection::{Refusal, Rejection, RejectionKind};

/// Why something of one owner's was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerItemRejection {
    /// The id is in use.
    AlreadyExists,
    /// The contact is no owner of the job.
    NotAnOwner,
}

impl OwnerItemRejection {
    /// What it says.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::AlreadyExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "A To-Do or a message with this id is there already.",
            ),
            Self::NotAnOwner => Refusal::new(
                "contact_is_no_owner",
                RejectionKind::Conflict,
                "The contact is no owner of this job, so it would reach nobody.",
            )
            .rule("R63")
            .remedy("Add the contact as an owner first.")
            .field("contact_id"),
        }
    }
}

impl From<OwnerItemRejection> for Rejection {
    fn from(rejection: OwnerItemRejection) -> Self {
        Self::OwnerItem(rejection)
    }
}
