//! What a contact may do in the customer portal (R115 to R120, G12): a set, in which admin access
//! stands for all.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One permission level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Everything (R116).
    AdminAccess,
    /// Billing (R117).
    AccessBilling,
    /// Reports (R118).
    AccessReports,
    /// Work orders (R119).
    CreateWorkOrder,
    /// Other contacts of the same customer (R120).
    EditContact,
}

impl Permission {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::AdminAccess,
        Self::AccessBilling,
        Self::AccessReports,
        Self::CreateWorkOrder,
        Self::EditContact,
    ];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AdminAccess => "admin_access",
            Self::AccessBilling => "access_billing",
            Self::AccessReports => "access_reports",
            Self::CreateWorkOrder => "create_work_order",
            Self::EditContact => "edit_contact",
        }
    }

    /// What a contact may do until somebody narrows it: everything (G14).
    pub fn at_first() -> BTreeSet<Self> {
        BTreeSet::from([Self::AdminAccess])
    }
}
