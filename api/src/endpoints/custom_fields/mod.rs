//! Which custom fields the account's contacts have (R41); their values are the contacts'.

pub(crate) mod list;
pub(crate) mod set;
