//! What those who run the server look at, and the API's own description.

pub(crate) mod healthz;
pub(crate) mod metrics;
pub(crate) mod problems;
pub(crate) mod readyz;
