//! What endpoints take: who asks ([`asker`]), a command's request ([`order`]), a query's
//! ([`question`]), what somebody sends who holds a link or nothing ([`public`]), as of when it is asked ([`as_of`]), whether from inside
//! ([`inside`]), and what they are read with.

pub(crate) mod as_of;
pub(crate) mod asker;
pub(crate) mod body;
pub(crate) mod conditions;
pub(crate) mod inside;
mod makes_secret;
pub(crate) mod order;
pub(crate) mod org;
pub(crate) mod path;
pub(crate) mod public;
pub(crate) mod question;

pub(crate) use as_of::AsOfParams;
pub(crate) use inside::Inside;
pub(crate) use order::{NoBody, OperatorOrder, Order, PersonOrder, SessionOrder};
pub(crate) use org::{OrgOrder, OrgQuestion};
pub(crate) use public::{Public, PublicQuestion};
pub(crate) use question::{
    AuditQuestion, NoParams, OperatorQuestion, OwnerQuestion, PersonQuestion, Question,
};
