//! What crosses ledgers for persons: accepting an invitation ([`accepting`]), moving a login to
//! another address ([`moving`], [`email_change`]), and finding the contacts that are theirs ([`links`]), or that are shown to whoever asks ([`eyes`]). Each is a row of
//! idempotent steps.

pub(crate) mod accepting;
pub(crate) mod choosing;
pub(crate) mod email_change;
pub(crate) mod eyes;
pub(crate) mod invitee;
pub(crate) mod links;
pub(crate) mod moving;
pub(crate) mod picture;
pub(crate) mod signing_in;
pub(crate) mod throttle;
