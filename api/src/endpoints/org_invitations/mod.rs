//! Invitations of an organisation's own users, as whoever holds the link sees them.

pub(crate) mod accept;
pub(crate) mod decline;
pub(crate) mod show;
