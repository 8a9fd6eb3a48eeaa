//! Why a job refuses a command.

use crate::rejection::{Refusal, RejectionKind};

/// A rule of jobs that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobRejection {
    /// The id is in use.
    AlreadyExists,
    /// More owners than one job takes.
    TooManyOwners,
}

impl JobRejection {
    /// What it says.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::AlreadyExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "A job with this id is there already.",
            ),
            Self::TooManyOwners => Refusal::new(
                "too_many_owners",
                RejectionKind::Unprocessable,
                "A job takes at most 500 owners.",
            )
            .rule("R1")
            .remedy("Remove owners who have left."),
        }
    }
}
