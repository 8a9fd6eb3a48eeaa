//! What an account has settled, who works for it, and with which keys programs do.

pub(super) mod api_key;
pub(super) mod api_keys;
pub(super) mod general;
pub(super) mod member;
pub(super) mod staff;

use crate::pages::form::Form;
use domain::{Grant, Reason, Role};

/// The roles, with what each may.
const ROLES: [(&str, &str); 3] = [
    ("staff", "Staff: a working day's work"),
    ("admin", "Admin: everything, settings and staff too"),
    ("auditor", "Auditor: reads everything, changes nothing"),
];

/// What the role staff may be granted.
const GRANTS: [(&str, &str); 3] = [
    ("manage_access", "Disable, enable and deactivate owners"),
    ("read_audit", "Read who changed what"),
    ("impersonate", "Look through owners' eyes"),
];

/// What people call a role.
const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Admin => "Admin",
        Role::Staff => "Staff",
        Role::Auditor => "Auditor",
    }
}

/// What somebody may beyond their role.
fn grants_told(grants: &[Grant]) -> String {
    let label = |grant: &Grant| {
        GRANTS.iter().find(|(word, _)| *word == grant.word()).map_or("", |(_, label)| *label)
    };
    grants.iter().map(label).collect::<Vec<_>>().join("; ")
}

/// The reason that was typed; a form may leave it out.
fn reason(form: &Form) -> Result<Option<Reason>, crate::error::Problem> {
    let mut door = crate::input::Door::default();
    let reason = door.take_if("reason", form.filled("reason"), Reason::parse);
    door.build(|| reason)
}
