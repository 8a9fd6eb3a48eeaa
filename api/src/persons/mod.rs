//! What crosses ledgers for persons: accepting an invitation ([`accepting`]), joining an account's
//! staff ([`joining`]), and finding the contacts ([`links`]) and the work ([`work`]) that are theirs.
//! Each is a row of idempotent steps.

pub(crate) mod accepting;
pub(crate) mod invitee;
pub(crate) mod joining;
pub(crate) mod links;
pub(crate) mod second_factor;
pub(crate) mod throttle;
pub(crate) mod work;
