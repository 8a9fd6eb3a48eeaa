//! Invitations, as the builder sees them.

pub(crate) mod list;
