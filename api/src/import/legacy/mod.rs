//! Owners of an older system, by the CSV that it exports (H14).
//!
//! [`mapping`] says which columns hold what, [`row`] reads a row, with [`moment`] for its times.
//! [`group`] puts the rows together that share a primary email, because who keeps it is decided
//! for all of them at once. [`run`] carries the groups out or rehearses them, and [`report`] says
//! row by row and email by email what became of them. Who keeps an email is the domain's to say.

pub(crate) mod group;
pub(crate) mod mapping;
mod moment;
pub(crate) mod report;
mod row;
pub(crate) mod run;
