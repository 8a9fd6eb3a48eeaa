//! What the customer portal has, and which permission opens it (R116 to R120, G12). Each has one of its own,
//! which opens nothing else.

use crate::contact::Permission;
use std::collections::BTreeSet;

/// A part of the customer portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Adding and deleting contacts, inviting them, closing their access, saying what they may (G16).
    ManageContacts,
    /// The customer's contacts: looking at them, and editing those that nobody has activated (R120).
    Contacts,
    /// Documents about billing (R117).
    Billing,
    /// Reports (R118).
    Reports,
    /// Work orders (R119).
    WorkOrders,
    /// Who did what to the customer's contacts (RULES.md 2.8).
    Audit,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::ManageContacts,
        Self::Contacts,
        Self::Billing,
        Self::Reports,
        Self::WorkOrders,
        Self::Audit,
    ];

    /// Whether whoever has these permissions reaches it.
    pub fn is_open_to(self, permissions: &BTreeSet<Permission>) -> bool {
        let own = match self {
            Self::ManageContacts | Self::Audit => Permission::AdminAccess,
            Self::Contacts => Permission::EditContact,
            Self::Billing => Permission::AccessBilling,
            Self::Reports => Permission::AccessReports,
            Self::WorkOrders => Permission::CreateWorkOrder,
        };
        permissions.contains(&Permission::AdminAccess) || permissions.contains(&own)
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ManageContacts => "manage_contacts",
            Self::Contacts => "contacts",
            Self::Billing => "billing",
            Self::Reports => "reports",
            Self::WorkOrders => "work_orders",
            Self::Audit => "audit",
        }
    }

    /// The permission that it takes, as people read it.
    pub(super) const fn needed(self) -> &'static str {
        match self {
            Self::ManageContacts | Self::Audit => "Admin Access",
            Self::Contacts => "Admin Access or Edit Contact",
            Self::Billing => "Admin Access or Access Billing",
            Self::Reports => "Admin Access or Access Reports",
            Self::WorkOrders => "Admin Access or Create Work Order",
        }
    }

    /// The rule that says so.
    pub(super) const fn rule(self) -> &'static str {
        match self {
            Self::ManageContacts => "G16",
            Self::Contacts => "R120",
            Self::Billing => "R117",
            Self::Reports => "R118",
            Self::WorkOrders => "R119",
            Self::Audit => "2.8",
        }
    }
}
