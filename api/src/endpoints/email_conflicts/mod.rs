//! Owners who wanted a primary email that another contact has (R32, H4): who waits, and what is done about it.

pub(crate) mod list;
pub(crate) mod replace;
pub(crate) mod set_aside;
