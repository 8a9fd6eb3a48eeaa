//! Customers and the contacts that belong to them: one customer a contact, and always somebody with
//! admin access who can sign in, once there was one (H7).
//!
//! Disabling and deactivating stay the builder's in any case (R9, R10, R44): they close an access that is
//! not to be open, and have ways back of their own. What would leave a customer without an admin for
//! good is refused: to delete the last one, to take it out of the customer, to narrow what it may.

mod members;

#[cfg(test)]
mod tests;

pub(super) use members::{is_members, told};

use super::decide::{Asked, done};
use super::{Decision, Halt, Tracked};
use crate::contact::membership::given_back;
use crate::contact::{
    Contact, ContactCommand, ContactEvent, ContactJoinedCustomer, ContactLeftCustomer, InfoEdit,
    Permission,
};
use crate::customer::{self, Customer, CustomerCommand, CustomerRejection};
use crate::event::Event;
use crate::ids::{ContactId, CustomerId, MergeId};
use crate::rejection::Rejection;
use std::collections::BTreeSet;

/// What becomes of a customer that a merge brought the survivor to, when it is taken back.
pub(super) enum GivenBack {
    /// It brought it to none.
    Nothing,
    /// The survivor leaves it.
    Left(Vec<ContactEvent>),
    /// The survivor is its last admin, and stays.
    Kept,
}

impl Asked<'_> {
    pub(super) fn customer(
        &self,
        id: CustomerId,
        command: &CustomerCommand,
    ) -> Result<Decision, Halt> {
        match command {
            CustomerCommand::Open(name) => {
                let present = Tracked::state_of(self.state.customer(id)?);
                Ok(done(id.into(), customer::open(present, name)?, Event::Customer))
            }
            CustomerCommand::Rename(name) => {
                let renamed = customer::rename(self.present_customer(id)?, name);
                Ok(done(id.into(), renamed, Event::Customer))
            }
            CustomerCommand::AddContact(contact) => self.add_to_customer(id, *contact),
            CustomerCommand::SaveContact { contact, details, permissions } => {
                self.has_room(id)?;
                let present = Tracked::state_of(self.state.contact(*contact)?);
                let create = ContactCommand::Create(details.clone());
                let mut events = self.contact(*contact, present, &create)?;
                events.push(joined(id));
                let Some(created) = events.first() else {
                    return Err(Rejection::Unknown((*contact).into()).into());
                };
                // `decide` made the event a moment ago; it always starts a contact.
                if let (Some(to), Ok(new)) = (permissions, Contact::from_first(*contact, created)) {
                    let set = ContactCommand::SetPermissions(to.clone());
                    events.extend(self.contact(*contact, Some(&new), &set)?);
                }
                Ok(done((*contact).into(), events, Event::Contact))
            }
            CustomerCommand::EditContact { contact, edit, permissions } => {
                self.edit_of_customer(id, *contact, edit, permissions.as_ref())
            }
            CustomerCommand::RemoveContact(contact) => self.remove_from_customer(id, *contact),
            CustomerCommand::PublishDocument(document, details) => {
                let published = customer::publish(self.present_customer(id)?, *document, details)?;
                Ok(done(id.into(), published, Event::Customer))
            }
            CustomerCommand::WithdrawDocument(document) => {
                let withdrawn = customer::withdraw(self.present_customer(id)?, *document)?;
                Ok(done(id.into(), withdrawn, Event::Customer))
            }
        }
    }

    fn add_to_customer(&self, id: CustomerId, contact: ContactId) -> Result<Decision, Halt> {
        self.present_customer(id)?;
        let there = self.state.live_contact(contact)?;
        let events = match there.customer() {
            Some(customer) if customer == id => Vec::new(),
            Some(_) => return Err(Rejection::from(CustomerRejection::BelongsToAnother).into()),
            None => {
                self.has_room(id)?;
                vec![joined(id)]
            }
        };
        Ok(done(contact.into(), events, Event::Contact))
    }

    /// One save: what the contact's own rules say of the info, and of what it may.
    fn edit_of_customer(
        &self,
        id: CustomerId,
        contact: ContactId,
        edit: &InfoEdit,
        permissions: Option<&BTreeSet<Permission>>,
    ) -> Result<Decision, Halt> {
        self.present_customer(id)?;
        let there = self.of_customer(id, contact)?;
        // Where nothing of the info is edited, no lock is asked.
        let mut events = if *edit == InfoEdit::default() {
            Vec::new()
        } else {
            self.contact(contact, Some(there), &ContactCommand::EditInfo(edit.clone()))?
        };
        if let Some(to) = permissions {
            let set = ContactCommand::SetPermissions(to.clone());
            events.extend(self.narrowed(there, &set)?);
        }
        Ok(done(contact.into(), events, Event::Contact))
    }

    fn remove_from_customer(&self, id: CustomerId, contact: ContactId) -> Result<Decision, Halt> {
        self.present_customer(id)?;
        let there = self.state.live_contact(contact)?;
        if there.customer() != Some(id) {
            return Ok(done(contact.into(), Vec::new(), Event::Contact));
        }
        self.refuse_last_admin(there)?;
        let left = ContactLeftCustomer { customer: id, merge: None }.into();
        Ok(done(contact.into(), vec![left], Event::Contact))
    }

    /// G12, H7: permissions may become fewer while somebody else has admin access.
    pub(super) fn set_permissions(
        &self,
        id: ContactId,
        command: &ContactCommand,
    ) -> Result<Decision, Halt> {
        let contact = self.state.required_contact(id)?;
        Ok(done(id.into(), self.narrowed(contact, command)?, Event::Contact))
    }

    fn narrowed(
        &self,
        contact: &Contact,
        command: &ContactCommand,
    ) -> Result<Vec<ContactEvent>, Halt> {
        let events = self.contact(contact.id, Some(contact), command)?;
        let admin_no_more = events.iter().any(|event| {
            matches!(event, ContactEvent::PermissionsChanged(e)
                if !e.to.contains(&Permission::AdminAccess))
        });
        if admin_no_more {
            self.refuse_last_admin(contact)?;
        }
        Ok(events)
    }

    /// H7: the last one of a customer who has admin access and can sign in stays.
    pub(super) fn refuse_last_admin(&self, contact: &Contact) -> Result<(), Halt> {
        if self.is_last_admin(contact)? {
            return Err(Rejection::from(CustomerRejection::LastAdmin).into());
        }
        Ok(())
    }

    fn is_last_admin(&self, contact: &Contact) -> Result<bool, Halt> {
        let (Some(customer), true) = (contact.customer(), contact.is_portal_admin()) else {
            return Ok(false);
        };
        for other in self.state.contacts_of(customer)? {
            if *other != contact.id && self.state.required_contact(*other)?.is_portal_admin() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What becomes of the survivor's customer with a merge that is taken back.
    pub(super) fn customer_given_back(
        &self,
        survivor: &Contact,
        contact: &Contact,
        merge: MergeId,
    ) -> Result<GivenBack, Halt> {
        let mut others = Vec::new();
        for other in survivor.absorbed.iter().filter(|other| **other != contact.id) {
            others.push(self.state.required_contact(*other)?);
        }
        let left = given_back(survivor, contact, &others, merge);
        Ok(if left.is_empty() {
            GivenBack::Nothing
        } else if self.is_last_admin(survivor)? {
            GivenBack::Kept
        } else {
            GivenBack::Left(left)
        })
    }

    fn present_customer(&self, id: CustomerId) -> Result<&Customer, Halt> {
        let there = Tracked::state_of(self.state.customer(id)?);
        there.ok_or_else(|| Rejection::Unknown(id.into()).into())
    }

    /// A contact in the book that belongs to the customer; any other is as one that never was.
    fn of_customer(&self, id: CustomerId, contact: ContactId) -> Result<&Contact, Halt> {
        let there = self.state.live_contact(contact)?;
        if there.customer() == Some(id) {
            Ok(there)
        } else {
            Err(Rejection::Unknown(contact.into()).into())
        }
    }

    /// Whether another contact can come to belong to it; also one that a merge brings (H2).
    pub(super) fn has_room(&self, id: CustomerId) -> Result<(), Halt> {
        self.present_customer(id)?;
        if self.state.contacts_of(id)?.len() >= Customer::CONTACTS_MAX {
            return Err(Rejection::from(CustomerRejection::TooManyContacts).into());
        }
        Ok(())
    }
}

fn joined(customer: CustomerId) -> ContactEvent {
    ContactJoinedCustomer { customer, merge: None }.into()
}
