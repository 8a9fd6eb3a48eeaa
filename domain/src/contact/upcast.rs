//! How old shapes of a contact's events become the present ones, before they are decoded.

use cqrs_es::persist::EventUpcaster;

/// The upcasters of contact events, oldest first. Every event is at its first version yet.
pub fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
    Vec::new()
}
