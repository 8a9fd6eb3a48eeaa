use super::Case::Staff;
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/jobs", Staff),
    ("get", "/jobs/edit", Staff),
    ("post", "/jobs/edit", Staff),
    ("get", "/jobs/new", Staff),
    ("post", "/jobs/new", Staff),
    ("get", "/settings/job-types", Staff),
    ("post", "/settings/job-types", Staff),
    ("get", "/settings/templates", Staff),
    ("get", "/settings/templates/edit", Staff),
    ("post", "/settings/templates/edit", Staff),
    ("get", "/settings/custom-fields", Staff),
    ("post", "/settings/custom-fields", Staff),
];
