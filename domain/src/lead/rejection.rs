//! Why a lead refuses a command.

use crate::rejection::{Refusal, RejectionKind};

/// A rule of leads that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadRejection {
    /// The id is in use.
    AlreadyExists,
    /// The lead became a job.
    IsWon,
    /// The lead was given up.
    IsLost,
    /// The lead is about nobody in the book.
    HasNoContact,
}

impl LeadRejection {
    /// What it says.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::AlreadyExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "A lead with this id is there already.",
            ),
            Self::IsWon => Refusal::new(
                "lead_won",
                RejectionKind::Conflict,
                "The lead is won; it became a job and stays as it is.",
            )
            .rule("2.2")
            .remedy("Go on with the job, or write down a new lead."),
            Self::IsLost => Refusal::new(
                "lead_lost",
                RejectionKind::Conflict,
                "The lead is lost; nothing about it changes.",
            )
            .rule("2.2")
            .remedy("Reopen the lead first."),
            Self::HasNoContact => Refusal::new(
                "lead_has_no_contact",
                RejectionKind::Conflict,
                "The lead has no contact that could be edited.",
            )
            .rule("2.2")
            .remedy("Set the lead's contact first."),
        }
    }
}
