//! Invitations: as the builder sees them, and as the one who holds the link does.

pub(crate) mod accept;
pub(crate) mod decline;
pub(crate) mod list;
pub(crate) mod show;
