//! How the account wants its invitations.

pub(crate) mod change;
pub(crate) mod get;
