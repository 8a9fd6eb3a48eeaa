//! What became of mail: the account's log, and the local mailbox of a machine without a mail
//! server.

pub(crate) mod list;
pub(crate) mod mailbox;
pub(crate) mod record_bounce;
