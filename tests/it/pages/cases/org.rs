use super::Case::{Link, Org};
use super::Cases;

pub(super) const CASES: Cases = &[
    ("get", "/project-invitations/{token}", Link),
    ("post", "/project-invitations/{token}", Link),
    ("get", "/org-invitations/{token}", Link),
    ("post", "/org-invitations/{token}", Link),
    ("get", "/org/projects", Org),
    ("get", "/org/projects/{job}", Org),
    ("post", "/org/projects/{job}", Org),
    ("get", "/org/requests", Org),
    ("post", "/org/requests", Org),
    ("get", "/org/general-contractors", Org),
    ("post", "/org/general-contractors", Org),
    ("get", "/org/settings", Org),
    ("post", "/org/settings", Org),
    ("get", "/org/settings/users", Org),
    ("post", "/org/settings/users", Org),
    ("get", "/org/settings/users/new", Org),
    ("post", "/org/settings/users/new", Org),
    ("get", "/org/settings/history", Org),
];
