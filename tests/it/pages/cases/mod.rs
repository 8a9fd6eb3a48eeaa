//! Every page, and who comes to it; a new one without a case fails (`headers.rs`).

mod contacts;
mod customers;
mod desk;
mod history;
mod job;
mod jobs;
mod me;
mod org;
mod portal;
mod subcontractors;

/// Who comes to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Anybody.
    Anybody,
    /// Whoever holds the link whose secret is in the address.
    Link,
    /// Somebody who is signed in; others are sent to sign in.
    Owner,
    /// Somebody of the staff, signed in to work; others are sent to sign in.
    Staff,
    /// A user of a subcontractor's organisation, signed in to work for it; others are sent to sign in.
    Org,
}
use Case::{Anybody, Link, Owner};

/// Method, path and who comes. `{job}`, `{contact}` and `{lead}` are the test site's.
pub(super) type Cases = &'static [(&'static str, &'static str, Case)];

/// Those that belong to no area.
const CASES: Cases = &[
    ("get", "/", Anybody),
    ("get", "/assets/{name}", Anybody),
    ("get", "/sign-in", Anybody),
    ("post", "/sign-in", Anybody),
    ("post", "/sign-out", Anybody),
    ("get", "/forgotten-password", Anybody),
    ("post", "/forgotten-password", Anybody),
    ("get", "/password-resets/{token}", Link),
    ("post", "/password-resets/{token}", Link),
    ("get", "/email-changes/{token}", Link),
    ("post", "/email-changes/{token}", Link),
    ("get", "/invitations/{token}", Link),
    ("post", "/invitations/{token}", Link),
    ("get", "/staff-invitations/{token}", Link),
    ("post", "/staff-invitations/{token}", Link),
    ("get", "/accounts", Owner),
    ("post", "/accounts", Owner),
];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str, Case)> {
    let areas = [
        CASES,
        me::CASES,
        jobs::CASES,
        job::CASES,
        contacts::CASES,
        history::CASES,
        desk::CASES,
        customers::CASES,
        subcontractors::CASES,
        portal::CASES,
        org::CASES,
    ];
    areas.into_iter().flatten().copied()
}
