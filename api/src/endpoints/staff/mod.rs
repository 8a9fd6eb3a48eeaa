//! The staff of an account, as its own admins keep it.

pub(crate) mod change;
pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod resend_invite;
