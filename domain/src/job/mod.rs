//! A job: a building project with any number of owners (R1), none of them the first (R60), with
//! tasks in three phases, milestones, a deadline, a budget and internal notes.

mod changes;
mod commands;
mod decide;
mod events;
pub mod impersonation;
mod plan;
pub mod portal_link;
mod progress;
mod rejection;
mod state;
mod upcast;

#[cfg(test)]
mod tests;

pub use commands::{JobCommand, JobDetails, MilestoneEdit, TaskEdit};
pub use decide::decide;
pub(crate) use decide::{comment, leave, open, set_type, trade_leaves};
pub use events::*;
pub use plan::{
    Assignee, BudgetLine, Cents, Milestone, MilestoneDetails, MilestoneStatus, Phase, Plan, Task,
    TaskDetails, TaskKind,
};
pub use progress::Progress;
pub use rejection::JobRejection;
pub use state::Job;
pub use upcast::upcasters;
