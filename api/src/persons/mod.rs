//! What crosses ledgers for persons: accepting an invitation ([`accepting`]), and finding the
//! contacts that are theirs ([`links`]). Each is a row of idempotent steps.

pub(crate) mod accepting;
pub(crate) mod invitee;
pub(crate) mod links;
pub(crate) mod signing_in;
pub(crate) mod throttle;
