//! What belongs to which contact, as far as it is known: its jobs, its leads.

use crate::ids::ContactId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What belongs to contacts. What is not known, it says.
#[derive(Debug, Clone)]
pub(super) struct Links<T> {
    /// All of it, of those contacts of which it is known.
    known: HashMap<ContactId, BTreeSet<T>>,
    /// What has happened to the others: whether something is theirs since.
    changed: HashMap<ContactId, BTreeMap<T, bool>>,
}

impl<T> Default for Links<T> {
    fn default() -> Self {
        Self { known: HashMap::new(), changed: HashMap::new() }
    }
}

impl<T: Copy + Ord> Links<T> {
    /// How many contacts something is known of.
    pub(super) fn len(&self) -> usize {
        self.known.len() + self.changed.len()
    }

    /// Everything that is a contact's; none where that is not known.
    pub(super) fn of(&self, contact: ContactId) -> Option<&BTreeSet<T>> {
        self.known.get(&contact)
    }

    /// Takes note of what is a contact's as far as is written down. What has been recorded here
    /// since, and may not be written yet, stands above it.
    pub(super) fn learn(&mut self, contact: ContactId, mut things: BTreeSet<T>) {
        for (thing, is_theirs) in self.changed.remove(&contact).unwrap_or_default() {
            if is_theirs {
                things.insert(thing);
            } else {
                things.remove(&thing);
            }
        }
        self.known.insert(contact, things);
    }

    /// Records whose a thing is no more, and whose it is since.
    pub(super) fn record(&mut self, thing: T, left: Option<ContactId>, came: Option<ContactId>) {
        let changes = left.map(|contact| (contact, false)).into_iter();
        for (contact, is_theirs) in changes.chain(came.map(|contact| (contact, true))) {
            match self.known.get_mut(&contact) {
                Some(things) if is_theirs => {
                    things.insert(thing);
                }
                Some(things) => {
                    things.remove(&thing);
                }
                None => {
                    self.changed.entry(contact).or_default().insert(thing, is_theirs);
                }
            }
        }
    }
}
