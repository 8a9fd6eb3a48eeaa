//! Which customer a contact belongs to: one at most, or none. It stays so while the contact is deleted
//! or merged into another, so that whoever is restored or unmerged is where they were.

use super::events::{ContactEvent, PermissionsChanged};
use super::permission::Permission;
use super::state::{Access, Contact, Life};
use crate::event::{FieldChange, nothing_personal};
use crate::ids::{CustomerId, MergeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The contact belongs to a customer from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactJoinedCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// The merge by which it came to that, where one did (H2).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub merge: Option<MergeId>,
}

/// The contact belongs to the customer no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactLeftCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// The merge that was taken back with it, where one was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub merge: Option<MergeId>,
}

nothing_personal!(ContactJoinedCustomer, ContactLeftCustomer);

/// The customer of a contact, and why it is this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The customer.
    pub customer: CustomerId,
    /// The merge that brought the contact there; taking that back takes this back.
    pub merge: Option<MergeId>,
    /// What the contact might do before that merge, where the merge changed it and nobody has since.
    pub before: Option<BTreeSet<Permission>>,
}

impl Contact {
    /// The customer that it belongs to.
    pub fn customer(&self) -> Option<CustomerId> {
        self.membership.as_ref().map(|membership| membership.customer)
    }

    /// Whether it is in the book, can sign in, and has admin access to its customer's portal (H7).
    pub fn is_portal_admin(&self) -> bool {
        self.life == Life::Live
            && matches!(self.access, Access::Active { .. })
            && self.permissions.contains(&Permission::AdminAccess)
    }
}

/// The customer by id; its name is joined where it is read.
pub(super) fn changed(before: Option<CustomerId>, after: Option<CustomerId>) -> Vec<FieldChange> {
    let joined = after.map(|id| FieldChange::new_value("customer", id.to_string()));
    let left = before.map(|id| FieldChange::old_value("customer", id.to_string()));
    left.into_iter().chain(joined).collect()
}

/// Whether the contact can come to belong to a customer, or why not.
pub(super) fn join_follows(contact: &Contact) -> Result<(), &'static str> {
    match contact.membership {
        None => Ok(()),
        Some(_) => Err("the contact belongs to a customer already"),
    }
}

/// Whether the contact can leave this customer, or why not.
pub(super) fn leave_follows(contact: &Contact, from: CustomerId) -> Result<(), &'static str> {
    if contact.customer() == Some(from) {
        Ok(())
    } else {
        Err("the contact does not belong to the customer")
    }
}

/// Who stands for a contact of a customer, and belongs to none, belongs to that one, and may there what
/// the other could: a merge opens nothing to anybody (H2).
pub(crate) fn taken_over(
    survivor: &Contact,
    absorbed: &[&Contact],
    merge: MergeId,
) -> Vec<ContactEvent> {
    let of_customer = absorbed.iter().find_map(|contact| Some((contact.customer()?, contact)));
    let (None, Some((customer, contact))) = (&survivor.membership, of_customer) else {
        return Vec::new();
    };
    let mut events = vec![ContactJoinedCustomer { customer, merge: Some(merge) }.into()];
    if survivor.permissions != contact.permissions {
        let (from, to) = (survivor.permissions.clone(), contact.permissions.clone());
        events.push(PermissionsChanged { from, to, merge: Some(merge) }.into());
    }
    events
}

/// What is taken back with a merge: the survivor leaves the customer that a merge brought it to, where it
/// stands for none of the customer's any more, whichever of them came with which merge; and may what it
/// could before, unless somebody has said otherwise since.
pub(crate) fn given_back(
    survivor: &Contact,
    contact: &Contact,
    others: &[&Contact],
    merge: MergeId,
) -> Vec<ContactEvent> {
    let Some(Membership { customer, merge: Some(_), before }) = &survivor.membership else {
        return Vec::new();
    };
    let theirs = contact.customer() == Some(*customer);
    if !theirs || others.iter().any(|other| other.customer() == Some(*customer)) {
        return Vec::new();
    }
    let merge = Some(merge);
    let mut events = vec![ContactLeftCustomer { customer: *customer, merge }.into()];
    if let Some(to) = before.clone() {
        let from = survivor.permissions.clone();
        events.push(PermissionsChanged { from, to, merge }.into());
    }
    events
}
