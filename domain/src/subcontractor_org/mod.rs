//! A subcontractor's company, in a ledger of its own: its users, whom it looks after itself (R76 to
//! R80), the general contractors that it works with, and who asks to join it (H9).
//!
//! Who its primary contact is, each general contractor's own ledger says, in
//! [`crate::subcontractor`] (G8). Whoever was removed stays known, so that histories go on telling who
//! it was.

mod commands;
mod decide;
mod events;
mod rejection;
mod state;

#[cfg(test)]
mod tests;

pub use commands::{NewSubUser, SubcontractorOrgCommand, SupportAssignment};
pub use decide::{SUB_USER_INVITE_TTL_HOURS, decide};
pub use events::*;
pub use rejection::SubcontractorOrgRejection;
pub use state::{JoinRequest, JoinStage, SubUser, SubUserStage, SubcontractorOrg};
