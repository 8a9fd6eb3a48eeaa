//! Who operates the installation, each under their own name.

pub(crate) mod appoint;
pub(crate) mod dismiss;
pub(crate) mod list;
