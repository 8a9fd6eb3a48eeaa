//! Subcontractors' organisations and their people, over the ledgers of the general contractor, of the
//! organisation and of the person.
//!
//! [`invitee`] is whoever holds the link to a project, [`which`] the organisation that they accept for,
//! [`accepting`] the steps; [`joining`] takes the link of an organisation's own invitation, [`asking`]
//! asks to join one that is here already (H9) and answers that. [`organisations`] says for which of them
//! a person works now, [`projects`] what an organisation may see of its general contractors' jobs.
//! Each is a row of idempotent steps.

pub(crate) mod accepting;
pub(crate) mod asking;
pub(crate) mod invitee;
pub(crate) mod joining;
pub(crate) mod organisations;
pub(crate) mod projects;
pub(crate) mod which;

use domain::{Actor, Authority, Circumstances, OrgId, SubUserId};

/// What somebody does as a user of an organisation.
pub(crate) fn as_user(own: &Circumstances, org: OrgId, user: SubUserId) -> Circumstances {
    let (actor, authority) = (Actor::SubUser(user), Authority::SubUser { org, user });
    Circumstances { actor, authority, ..own.clone() }
}
