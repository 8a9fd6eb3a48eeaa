//! A change of a primary email, as the one who holds the link in the mail to the new address sees it.

pub(crate) mod confirm;
pub(crate) mod show;
