//! What happens to a customer.

use crate::event::{FieldChange, events, nothing_personal};
use crate::text::CustomerName;
use serde::{Deserialize, Serialize};

events! {
    /// An event of a customer.
    CustomerEvent {
        CustomerOpened = "customer.opened" v 1,
        CustomerRenamed = "customer.renamed" v 1,
    }
}

/// The builder noted a household or company. Its name is the builder's, as a job's is; nothing here is
/// sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerOpened {
    /// What it is called.
    pub name: CustomerName,
}

/// The customer got another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRenamed {
    /// Before.
    pub from: CustomerName,
    /// After.
    pub to: CustomerName,
}

nothing_personal!(CustomerOpened, CustomerRenamed);

impl CustomerEvent {
    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::CustomerOpened(e) => vec![FieldChange::new_value("name", e.name.as_str())],
            Self::CustomerRenamed(e) => {
                vec![FieldChange::between("name", e.from.as_str(), e.to.as_str())]
            }
        }
    }
}
