//! Why something about a work order was refused.

use crate::rejection::{Refusal, Rejection, RejectionKind};

/// A rule of work orders that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkOrderRejection {
    /// The id is in use.
    AlreadyExists,
    /// It is a task, or was declined.
    Settled,
}

impl WorkOrderRejection {
    /// What it says.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::AlreadyExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "A work order with this id is there already.",
            ),
            Self::Settled => Refusal::new(
                "work_order_settled",
                RejectionKind::Conflict,
                "The work order is a task already, or was declined.",
            )
            .rule("R119")
            .remedy("Go on with the task, or let the customer file another one."),
        }
    }
}

impl From<WorkOrderRejection> for Rejection {
    fn from(rejection: WorkOrderRejection) -> Self {
        Self::WorkOrder(rejection)
    }
}
