use super::Case::Staff;
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/jobs/{job}", Staff),
    ("post", "/jobs/{job}", Staff),
    ("get", "/jobs/{job}/owners", Staff),
    ("post", "/jobs/{job}/owners", Staff),
    ("get", "/jobs/{job}/owners/new", Staff),
    ("post", "/jobs/{job}/owners/new", Staff),
    ("get", "/jobs/{job}/owners/existing", Staff),
    ("post", "/jobs/{job}/owners/existing", Staff),
    ("get", "/jobs/{job}/owners/{contact}", Staff),
    ("post", "/jobs/{job}/owners/{contact}", Staff),
    ("get", "/jobs/{job}/tasks", Staff),
    ("post", "/jobs/{job}/tasks", Staff),
    ("get", "/jobs/{job}/milestones", Staff),
    ("post", "/jobs/{job}/milestones", Staff),
    ("get", "/jobs/{job}/todos", Staff),
    ("post", "/jobs/{job}/todos", Staff),
    ("get", "/jobs/{job}/notes", Staff),
    ("post", "/jobs/{job}/notes", Staff),
    ("get", "/jobs/{job}/portal-links", Staff),
    ("post", "/jobs/{job}/portal-links", Staff),
    ("get", "/jobs/{job}/view-as-owner", Staff),
    ("post", "/jobs/{job}/view-as-owner", Staff),
    ("get", "/jobs/{job}/view-as-owner/now", Staff),
];
