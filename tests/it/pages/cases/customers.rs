use super::Case::{Owner, Staff};
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/me/customers", Owner),
    ("get", "/me/customers/{customer}/contacts", Owner),
    ("get", "/me/customers/{customer}/contacts/search", Owner),
    ("get", "/me/customers/{customer}/contacts/new", Owner),
    ("post", "/me/customers/{customer}/contacts/new", Owner),
    ("get", "/me/customers/{customer}/contacts/{contact}", Owner),
    ("post", "/me/customers/{customer}/contacts/{contact}", Owner),
    ("get", "/me/customers/{customer}/contacts/{contact}/edit", Owner),
    ("post", "/me/customers/{customer}/contacts/{contact}/edit", Owner),
    ("get", "/me/customers/{customer}/contacts/{contact}/delete", Owner),
    ("post", "/me/customers/{customer}/contacts/{contact}/delete", Owner),
    ("get", "/me/customers/{customer}/audit", Owner),
    ("get", "/me/customers/{customer}/work-orders", Owner),
    ("post", "/me/customers/{customer}/work-orders", Owner),
    ("get", "/customers/work-orders", Staff),
    ("post", "/customers/work-orders", Staff),
    ("get", "/customers", Staff),
    ("post", "/customers", Staff),
    ("get", "/customers/{customer}", Staff),
    ("post", "/customers/{customer}", Staff),
];
