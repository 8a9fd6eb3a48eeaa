//! What can be asked of a lead.

use crate::ids::ContactId;
use crate::text::{Reason, Title};

/// A command to one lead. That its contact is in the book, the ledger sees to; winning a lead, and
/// editing its contact, concern others too and are commands of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeadCommand {
    /// Write a lead down, with whom it is about if that is known.
    Create {
        /// What it is about.
        title: Title,
        /// Whom it is about.
        contact: Option<ContactId>,
    },
    /// Give it another title.
    Retitle(Title),
    /// Say whom it is about, in the place of whoever was named before.
    Link(ContactId),
    /// Say that it is about nobody in the book; twice changes nothing.
    Unlink,
    /// Give it up.
    Lose(Reason),
    /// Take a lost one up again.
    Reopen,
}

impl LeadCommand {
    /// The contact that it names.
    pub const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Create { contact, .. } => *contact,
            Self::Link(contact) => Some(*contact),
            Self::Retitle(_) | Self::Unlink | Self::Lose(_) | Self::Reopen => None,
        }
    }

    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "CreateLead",
            Self::Retitle(_) => "RetitleLead",
            Self::Link(_) => "LinkLead",
            Self::Unlink => "UnlinkLead",
            Self::Lose(_) => "LoseLead",
            Self::Reopen => "ReopenLead",
        }
    }
}
