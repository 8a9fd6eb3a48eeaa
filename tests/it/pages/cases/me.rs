use super::Case::Owner;
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/me", Owner),
    ("post", "/me", Owner),
    ("get", "/me/jobs/{job}", Owner),
    ("post", "/me/jobs/{job}", Owner),
    ("get", "/me/jobs/{job}/live", Owner),
    ("get", "/me/jobs/{job}/portal-links", Owner),
    ("post", "/me/jobs/{job}/portal-links", Owner),
    ("get", "/me/details", Owner),
    ("post", "/me/details", Owner),
    ("get", "/me/image", Owner),
    ("post", "/me/image", Owner),
    ("get", "/me/emails", Owner),
    ("post", "/me/emails", Owner),
    ("get", "/me/sessions", Owner),
    ("post", "/me/sessions", Owner),
    ("get", "/me/second-factor", Owner),
    ("post", "/me/second-factor", Owner),
    ("get", "/me/history", Owner),
];
