//! Files of jobs and owners.

pub(crate) mod create;
