//! Those who carry the same commands out, each in its own way.

pub(crate) mod http;
pub(crate) mod limit;
pub(crate) mod sql;
pub(crate) mod stock;
pub(crate) mod store;
