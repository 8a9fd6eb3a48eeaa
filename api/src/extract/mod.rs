//! What endpoints take: who asks ([`asker`]), a command's request ([`order`]), a query's
//! ([`question`]), and what both are read with.

pub(crate) mod asker;
pub(crate) mod body;
pub(crate) mod conditions;
pub(crate) mod order;
pub(crate) mod path;
pub(crate) mod question;

pub(crate) use order::{NoBody, OperatorOrder, Order};
pub(crate) use question::{AuditQuestion, NoParams, Question};
