//! A lead: somebody who may become a customer, until it is won into a job or lost.
//!
//! It holds its contact's id and nothing of what that contact says of itself: whoever reads a lead
//! reads the contact as it is now (R47), and whoever edits the contact from a lead is held to the
//! contact's own rules (R46). What concerns the contact or the job too is the ledger's.

mod commands;
mod decide;
mod events;
mod rejection;
mod state;

#[cfg(test)]
mod tests;

pub use commands::LeadCommand;
pub use decide::decide;
pub(crate) use decide::{leave, relink, relink_back, win};
pub use events::*;
pub use rejection::LeadRejection;
pub use state::{Lead, Link, Stage};
