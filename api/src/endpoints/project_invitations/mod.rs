//! Invitations to projects, as whoever holds the link sees them.

pub(crate) mod accept;
pub(crate) mod decline;
pub(crate) mod join;
pub(crate) mod show;
