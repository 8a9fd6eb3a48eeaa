//! A work order: what a member of a customer asks the builder to do (R119), until it is a task of a job
//! or declined.
//!
//! Each is an aggregate of its own, so that one more costs the same however many there are. What it says
//! is the contact's who filed it, and sealed with its key. Who may file one, and whether its job is
//! there, `ledger/work_orders` asks.

mod commands;
mod decide;
mod events;
mod rejection;
mod state;

#[cfg(test)]
mod tests;

pub use commands::WorkOrderCommand;
pub(crate) use decide::{decline, file, turn_into_task};
pub use events::*;
pub use rejection::WorkOrderRejection;
pub use state::{WorkOrder, WorkOrderStage};
