//! Who asks to join an organisation (H9), for its users to answer.

pub(crate) mod approve;
pub(crate) mod list;
pub(crate) mod reject;
