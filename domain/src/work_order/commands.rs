//! What can be asked about a work order.

use crate::ids::{CustomerId, JobId, TaskId};
use crate::job::Phase;
use crate::text::{MessageText, Reason, Title};

/// A command to one work order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkOrderCommand {
    /// Ask the builder to do something; by a member of the customer.
    File {
        /// The customer.
        customer: CustomerId,
        /// What is to be done, in a few words.
        title: Title,
        /// What is to be done.
        text: MessageText,
        /// The job that it is about, if it is about one of the member's.
        job: Option<JobId>,
    },
    /// Make a task of a job of it, in one append.
    TurnIntoTask {
        /// The job.
        job: JobId,
        /// The new task's id.
        task: TaskId,
        /// What the task is called; a job is the builder's, and so is this.
        title: Title,
        /// The phase that it belongs to.
        phase: Phase,
    },
    /// Say no, and why; the customer reads it.
    Decline(Reason),
}

impl WorkOrderCommand {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::File { .. } => "FileWorkOrder",
            Self::TurnIntoTask { .. } => "TurnWorkOrderIntoTask",
            Self::Decline(_) => "DeclineWorkOrder",
        }
    }

    /// The job that it names.
    pub const fn job(&self) -> Option<JobId> {
        match self {
            Self::File { job, .. } => *job,
            Self::TurnIntoTask { job, .. } => Some(*job),
            Self::Decline(_) => None,
        }
    }
}
