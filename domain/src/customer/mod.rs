//! A customer: the household or company that several contacts belong to, who look after their own
//! contacts in the customer portal (R104 to R124).
//!
//! Here is its name, and what the builder publishes to it ([`DocumentDetails`]). Which customer a contact belongs to, the contact itself says, so that it is one
//! at most, and so that a contact that is deleted or merged and comes back is where it was. What
//! concerns both, `ledger/customers` asks; what each permission opens says [`Feature`].

mod commands;
mod decide;
mod document;
mod events;
mod feature;
mod rejection;
mod state;

#[cfg(test)]
mod tests;

pub use commands::CustomerCommand;
pub(crate) use decide::{open, publish, rename, withdraw};
pub use document::{DocumentDetails, DocumentKind, FileFormat};
pub use events::*;
pub use feature::Feature;
pub use rejection::CustomerRejection;
pub use state::{Customer, Document};
