use super::Case::Owner;
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/me", Owner),
    ("post", "/me", Owner),
    ("get", "/me/details", Owner),
    ("post", "/me/details", Owner),
    ("get", "/me/emails", Owner),
    ("post", "/me/emails", Owner),
    ("get", "/me/sessions", Owner),
    ("post", "/me/sessions", Owner),
    ("get", "/me/history", Owner),
];
