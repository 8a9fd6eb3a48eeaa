use super::Case::Staff;
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/contacts", Staff),
    ("get", "/contacts/new", Staff),
    ("post", "/contacts/new", Staff),
    ("get", "/contacts/merge", Staff),
    ("post", "/contacts/merge", Staff),
    ("get", "/contacts/duplicates", Staff),
    ("get", "/email-conflicts", Staff),
    ("post", "/email-conflicts", Staff),
    ("get", "/contacts/{contact}", Staff),
    ("post", "/contacts/{contact}", Staff),
    ("get", "/contacts/{contact}/delete", Staff),
    ("post", "/contacts/{contact}/delete", Staff),
    ("post", "/contacts/{contact}/unmerge", Staff),
    ("get", "/contacts/{contact}/image", Staff),
];
