use super::Case::Staff;
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/subcontractors", Staff),
    ("get", "/subcontractors/new", Staff),
    ("post", "/subcontractors/new", Staff),
    ("get", "/subcontractors/{subcontractor}", Staff),
    ("post", "/subcontractors/{subcontractor}", Staff),
    ("get", "/subcontractors/{subcontractor}/history", Staff),
];
