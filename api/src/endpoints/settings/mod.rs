//! How the account wants its invitations, and what it asks of its staff.

pub(crate) mod change;
pub(crate) mod get;
