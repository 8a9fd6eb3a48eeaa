//! Files of jobs and owners: each row becomes one command.
//!
//! [`mapping`] says which columns hold what, [`row`] reads a row, [`identity`] tells what makes two
//! rows the same job or owner, [`run`] carries a file out or rehearses it.

pub(crate) mod identity;
pub(crate) mod mapping;
pub(crate) mod row;
pub(crate) mod run;

/// The most rows of a file.
pub(crate) const ROWS_MAX: usize = 10_000;
