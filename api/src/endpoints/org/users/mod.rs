//! The users of an organisation, as any of them keeps it (R77 to R79, G9).

pub(crate) mod add;
pub(crate) mod cancel_invite;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod resend_invite;
