//! Work orders as the builder gets them: what members of customers ask for (R119). Filing one is below
//! [`super::me::customers`].

pub(crate) mod decline;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod turn_into_task;
