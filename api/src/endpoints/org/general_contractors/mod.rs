//! The general contractors that an organisation works with, and the wish for another primary contact
//! there (R82).

pub(crate) mod ask_primary_contact;
pub(crate) mod list;
