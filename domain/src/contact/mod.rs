//! A contact: one builder account's record of a person, and that person's access as an owner.
//!
//! [`state`] says which lives a contact can have, [`decide`] which commands each life takes.

pub(crate) mod activity;
mod coat;
mod commands;
mod decide;
pub(crate) mod email_conflict;
mod events;
mod image;
mod letters;
pub(crate) mod membership;
pub(crate) mod merge;
mod moving;
mod permission;
mod rejection;
mod state;
mod upcast;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use activity::{Activity, Criterion};
pub use coat::{ContactAggregate, Given, Refused};
pub use commands::{AcceptProof, ContactCommand, ContactDetails, InfoEdit, InviteIds};
pub use decide::{Claims, EMAILS_MAX, Holder, decide};
pub(crate) use decide::{created, refuse_gone};
pub use email_conflict::{
    ConflictEnding, EmailConflictClosed, EmailConflictReported, EmailConflictStep,
};
pub use events::*;
pub use image::{ProfileImageRemoved, ProfileImageSet};
pub use letters::{FormerAddressTold, InviteReminded};
pub use membership::{ContactJoinedCustomer, ContactLeftCustomer, Membership};
pub use merge::{Kept, MergePicks, merge_survivor};
pub use permission::Permission;
pub use rejection::ContactRejection;
pub(crate) use state::INVITE_MAILS_MAX;
pub use state::{Access, Contact, EndedInvitation, Ending, Invitation, Life, Resume, Was};
pub use upcast::upcasters;
