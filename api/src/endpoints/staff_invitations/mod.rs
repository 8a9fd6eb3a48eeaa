//! Invitations to an account's staff, as whoever holds the link sees them.

pub(crate) mod accept;
pub(crate) mod show;
