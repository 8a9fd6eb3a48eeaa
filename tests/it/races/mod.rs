//! Many at once on one ledger: nothing is skipped, doubled, overwritten or half done.

mod aborts;
mod editors;
mod full_turns;
mod invites;
mod legacy_owners;
mod readers;
mod retries;
mod two_stores;

pub(crate) use editors::hold_head;
