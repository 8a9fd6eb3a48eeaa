//! Sessions: signing in and out.

pub(crate) mod begin;
pub(crate) mod end;
pub(crate) mod end_all;
pub(crate) mod list;
