//! What breaks from outside: killed processes, a database that is away, rows that do not fit, and
//! what an intruder would find in the tables.

mod away;
mod envelope;
mod kill;
mod mail;
mod mail_points;
mod neighbours;
mod secrets;

pub(crate) use secrets::{EVERYTHING, dump, must_not_hold, tables};
