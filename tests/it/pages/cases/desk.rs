use super::Case::{Anybody, Staff};
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/leads", Staff),
    ("get", "/leads/new", Staff),
    ("post", "/leads/new", Staff),
    ("get", "/leads/{lead}", Staff),
    ("post", "/leads/{lead}", Staff),
    ("get", "/imports", Staff),
    ("post", "/imports", Staff),
    ("get", "/settings", Staff),
    ("post", "/settings", Staff),
    ("get", "/settings/staff", Staff),
    ("post", "/settings/staff", Staff),
    ("get", "/settings/staff/{member}", Staff),
    ("post", "/settings/staff/{member}", Staff),
    ("get", "/settings/api-keys", Staff),
    ("post", "/settings/api-keys", Staff),
    ("get", "/settings/api-keys/{key}", Staff),
    ("post", "/settings/api-keys/{key}", Staff),
    // Whoever is no operator is asked for a token there.
    ("get", "/operations", Anybody),
    ("post", "/operations", Anybody),
];
