//! An owner's own links to a job's portal: personal ones, for themselves alone (2.8).

pub(crate) mod issue;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate;
