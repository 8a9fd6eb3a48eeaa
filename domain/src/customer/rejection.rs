//! Why something about a customer was refused.

use super::feature::Feature;
use crate::rejection::{Refusal, Rejection, RejectionKind};

/// A rule of customers and their portal that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerRejection {
    /// The id is in use.
    AlreadyExists,
    /// The contact belongs to another customer.
    BelongsToAnother,
    /// More contacts than a customer has.
    TooManyContacts,
    /// H7: nobody else of the customer with admin access can sign in.
    LastAdmin,
    /// R116 to R120: what the member may in the portal does not open this.
    PermissionNeeded(Feature),
    /// RULES.md 2.8, condition c for PA: not to oneself.
    NotOneself,
    /// The document's id is in use.
    DocumentExists,
    /// More documents than a customer has.
    TooManyDocuments,
}

impl CustomerRejection {
    /// What it says.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::AlreadyExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "A customer with this id is there already.",
            ),
            Self::DocumentExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "A document with this id is there already.",
            ),
            Self::TooManyDocuments => Refusal::new(
                "too_many_documents",
                RejectionKind::Unprocessable,
                "At most 2,000 documents are published to a customer at a time.",
            )
            .rule("R117")
            .remedy("Withdraw documents that nobody needs any more."),
            Self::BelongsToAnother => Refusal::new(
                "contact_of_another_customer",
                RejectionKind::Conflict,
                "The contact belongs to another customer; it belongs to one at most.",
            )
            .rule("2.2")
            .remedy("Remove the contact from that customer first.")
            .field("contact_id"),
            Self::TooManyContacts => Refusal::new(
                "too_many_customer_contacts",
                RejectionKind::Unprocessable,
                "A customer has at most 500 contacts.",
            )
            .rule("2.2")
            .remedy("Remove contacts who have left."),
            Self::LastAdmin => Refusal::new(
                "last_admin",
                RejectionKind::Conflict,
                "Nobody else with Admin Access to this customer's portal can sign in.",
            )
            .rule("H7")
            .remedy("Give another active contact of the customer Admin Access first."),
            Self::PermissionNeeded(feature) => Refusal::new(
                "portal_permission_needed",
                RejectionKind::Forbidden,
                format!("In the customer portal this takes {}.", feature.needed()),
            )
            .rule(feature.rule())
            .remedy("Ask somebody of your household or company who has Admin Access."),
            Self::NotOneself => Refusal::new(
                "not_to_oneself",
                RejectionKind::Forbidden,
                "Nobody changes their own access or permissions in the customer portal.",
            )
            .rule("2.8")
            .remedy("Ask somebody else who has Admin Access, or your builder."),
        }
    }
}

impl From<CustomerRejection> for Rejection {
    fn from(rejection: CustomerRejection) -> Self {
        Self::Customer(rejection)
    }
}
