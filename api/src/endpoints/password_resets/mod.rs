//! Setting another password with a link that is mailed to the primary email alone (R17).

pub(crate) mod complete;
pub(crate) mod request;
