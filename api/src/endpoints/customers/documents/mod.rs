//! Documents that the builder publishes to a customer: billing and reports (R117, R118). What its members see
//! of them is in [`crate::endpoints::me::customers`].

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod publish;
pub(crate) mod withdraw;
