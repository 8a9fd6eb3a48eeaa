//! Files of jobs and owners, and address books.

pub(crate) mod create;
