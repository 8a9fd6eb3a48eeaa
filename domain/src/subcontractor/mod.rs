//! The relation of a builder account, as general contractor, to one subcontractor's company (R71 to
//! R76, R82 to R84): who its primary contact is (G8), to which jobs it is invited, and which
//! organisation it turned out to be.
//!
//! The company's own users are in a ledger of its own, [`crate::subcontractor_org`]. That a job is
//! there, and whose tasks its trade has, `ledger/trades` asks.

mod commands;
mod decide;
mod events;
mod rejection;
mod state;

#[cfg(test)]
mod tests;

pub use commands::{NewPrimaryContact, SubcontractorCommand, TradeDeed};
pub use decide::decide;
pub use events::*;
pub use rejection::SubcontractorRejection;
pub use state::{
    PrimaryContact, PrimaryContactRequest, ProjectInvitation, ProjectInvitationStage,
    RelationStatus, RequestStage, Subcontractor,
};
