//! A customer as its events made it.

use super::events::CustomerEvent;
use crate::ImpossibleStep;
use crate::ids::{AggregateId, CustomerId};
use crate::text::CustomerName;

/// A household or company. Who belongs to it, the contacts say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// What it is called.
    pub name: CustomerName,
}

impl Customer {
    /// The most contacts that belong to one, deleted and merged ones too.
    pub const CONTACTS_MAX: usize = 500;

    /// A customer as its first event makes it.
    pub fn from_first(id: CustomerId, event: &CustomerEvent) -> Result<Self, ImpossibleStep> {
        match event {
            CustomerEvent::CustomerOpened(opened) => Ok(Self { id, name: opened.name.clone() }),
            CustomerEvent::CustomerRenamed(_) => Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Customer(id),
                why: "the customer has not been opened",
            }),
        }
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &CustomerEvent) -> Result<(), ImpossibleStep> {
        match event {
            CustomerEvent::CustomerOpened(_) => Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Customer(self.id),
                why: "the customer is there already",
            }),
            CustomerEvent::CustomerRenamed(e) => {
                self.name = e.to.clone();
                Ok(())
            }
        }
    }
}
