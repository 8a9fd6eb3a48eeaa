//! What can be asked of a customer.

use super::document::DocumentDetails;
use crate::contact::{ContactDetails, InfoEdit, Permission};
use crate::ids::{ContactId, DocumentId};
use crate::text::CustomerName;
use std::collections::BTreeSet;

/// A command about one customer and the contacts that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerCommand {
    /// Note a household or company.
    Open(CustomerName),
    /// Give it another name.
    Rename(CustomerName),
    /// A contact that is in the book belongs to it from now on; twice is once.
    AddContact(ContactId),
    /// A new contact, which belongs to it from the start (R114, R115).
    SaveContact {
        /// The new contact's id.
        contact: ContactId,
        /// What it is created with.
        details: ContactDetails,
        /// What it may do in the portal; as every new contact where nobody says (G14).
        permissions: Option<BTreeSet<Permission>>,
    },
    /// Edit what the contact is called and how it is reached, and what it may do in the portal, in one
    /// save (R121, G13).
    EditContact {
        /// The contact, which belongs to the customer.
        contact: ContactId,
        /// What of its info becomes what.
        edit: InfoEdit,
        /// What it may do from now on; as before where nobody says.
        permissions: Option<BTreeSet<Permission>>,
    },
    /// A contact belongs to it no more, and stays in the book; twice is once.
    RemoveContact(ContactId),
    /// Publish a document to its members who may see such (R117, R118).
    PublishDocument(DocumentId, DocumentDetails),
    /// Take a document back; its file is gone for everybody. Twice is once.
    WithdrawDocument(DocumentId),
}

impl CustomerCommand {
    /// The contact that it names or makes.
    pub const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Open(_)
            | Self::Rename(_)
            | Self::PublishDocument(..)
            | Self::WithdrawDocument(_) => None,
            Self::AddContact(contact)
            | Self::SaveContact { contact, .. }
            | Self::EditContact { contact, .. }
            | Self::RemoveContact(contact) => Some(*contact),
        }
    }

    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "OpenCustomer",
            Self::Rename(_) => "RenameCustomer",
            Self::AddContact(_) => "AddContactToCustomer",
            Self::SaveContact { .. } => "CreateContact",
            Self::EditContact { .. } => "EditContactInfo",
            Self::RemoveContact(_) => "RemoveContactFromCustomer",
            Self::PublishDocument(..) => "PublishDocument",
            Self::WithdrawDocument(_) => "WithdrawDocument",
        }
    }
}
