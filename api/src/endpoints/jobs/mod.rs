//! Jobs: the building projects and their owners.

pub(crate) mod add_owner;
pub(crate) mod bulk_owners;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod remove_owner;
pub(crate) mod rename;
