//! What crosses ledgers for persons: accepting an invitation ([`accepting`]), and finding the
//! contacts that are theirs ([`links`]), or that are shown to whoever asks ([`eyes`]). Each is a row of
//! idempotent steps.

pub(crate) mod accepting;
pub(crate) mod eyes;
pub(crate) mod invitee;
pub(crate) mod links;
pub(crate) mod picture;
pub(crate) mod throttle;
