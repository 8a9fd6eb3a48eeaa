//! What belongs to which contact, as far as it is known: its jobs, its leads; and which contacts to which
//! customer.

use crate::ids::ContactId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

/// What belongs to contacts, or to others. What is not known, it says.
#[derive(Debug, Clone)]
pub(super) struct Links<T, W = ContactId> {
    /// All of it, of those of which it is known.
    known: HashMap<W, BTreeSet<T>>,
    /// What has happened to the others: whether something is theirs since.
    changed: HashMap<W, BTreeMap<T, bool>>,
}

impl<T, W> Default for Links<T, W> {
    fn default() -> Self {
        Self { known: HashMap::new(), changed: HashMap::new() }
    }
}

impl<T: Copy + Ord, W: Copy + Eq + Hash> Links<T, W> {
    /// How many something is known of.
    pub(super) fn len(&self) -> usize {
        self.known.len() + self.changed.len()
    }

    /// Everything that is a contact's; none where that is not known.
    pub(super) fn of(&self, whose: W) -> Option<&BTreeSet<T>> {
        self.known.get(&whose)
    }

    /// Takes note of what is a contact's as far as is written down. What has been recorded here
    /// since, and may not be written yet, stands above it.
    pub(super) fn learn(&mut self, whose: W, mut things: BTreeSet<T>) {
        for (thing, is_theirs) in self.changed.remove(&whose).unwrap_or_default() {
            if is_theirs {
                things.insert(thing);
            } else {
                things.remove(&thing);
            }
        }
        self.known.insert(whose, things);
    }

    /// Records whose a thing is no more, and whose it is since.
    pub(super) fn record(&mut self, thing: T, left: Option<W>, came: Option<W>) {
        let changes = left.map(|whose| (whose, false)).into_iter();
        for (whose, is_theirs) in changes.chain(came.map(|whose| (whose, true))) {
            match self.known.get_mut(&whose) {
                Some(things) if is_theirs => {
                    things.insert(thing);
                }
                Some(things) => {
                    things.remove(&thing);
                }
                None => {
                    self.changed.entry(whose).or_default().insert(thing, is_theirs);
                }
            }
        }
    }
}
