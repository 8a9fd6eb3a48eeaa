use super::Case::Link;
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/portal/{portal}", Link),
    ("get", "/portal/{portal}/events", Link),
    ("get", "/portal/{portal}/share", Link),
];
