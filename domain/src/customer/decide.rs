//! Which commands a customer takes by itself. Asks, and changes nothing.

use super::events::{CustomerEvent, CustomerOpened, CustomerRenamed};
use super::rejection::CustomerRejection;
use super::state::Customer;
use crate::rejection::Rejection;
use crate::text::CustomerName;

type Decided = Result<Vec<CustomerEvent>, Rejection>;

/// Decides to note a household or company.
pub(crate) fn open(present: Option<&Customer>, name: &CustomerName) -> Decided {
    match present {
        None => Ok(vec![CustomerOpened { name: name.clone() }.into()]),
        Some(_) => Err(CustomerRejection::AlreadyExists.into()),
    }
}

/// Decides to give it another name; the one that it has changes nothing.
pub(crate) fn rename(customer: &Customer, to: &CustomerName) -> Vec<CustomerEvent> {
    if customer.name == *to {
        return Vec::new();
    }
    vec![CustomerRenamed { from: customer.name.clone(), to: to.clone() }.into()]
}
