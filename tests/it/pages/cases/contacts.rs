use super::Cases;

pub(super) const CASES: Cases = &[];
