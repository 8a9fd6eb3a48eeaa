use super::Case::Staff;
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/contacts/{contact}/history", Staff),
    ("get", "/jobs/{job}/history", Staff),
    ("get", "/leads/{lead}/history", Staff),
    ("get", "/contacts/{contact}/as-of", Staff),
    ("get", "/jobs/{job}/as-of", Staff),
    ("get", "/leads/{lead}/as-of", Staff),
    ("get", "/audit", Staff),
    ("get", "/audit.csv", Staff),
    ("get", "/mail", Staff),
];
