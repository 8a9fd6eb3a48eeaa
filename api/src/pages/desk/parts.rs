//! What the pages here have in common.

use crate::pages::form::Form;
use crate::pages::visit::Staff;
use domain::{Authority, Grant, Role};
use form_urlencoded::Serializer;
use maud::{Markup, html};

/// Whether somebody manages the account.
pub(super) fn may_administer(who: &Staff) -> bool {
    match &who.asker().credential.authority {
        Authority::Builder { role, .. } => *role == Role::Admin,
        Authority::Owner | Authority::Impersonator | Authority::Operator | Authority::System => {
            false
        }
    }
}

/// Whether somebody opens and closes owners' access, and so may bring active owners over.
pub(super) fn may_manage_access(who: &Staff) -> bool {
    match &who.asker().credential.authority {
        Authority::Builder { role: Role::Admin, .. } => true,
        Authority::Builder { role: Role::Staff, grants } => grants.contains(&Grant::ManageAccess),
        Authority::Builder { role: Role::Auditor, .. }
        | Authority::Owner
        | Authority::Impersonator
        | Authority::Operator
        | Authority::System => false,
    }
}

/// Value and words of what may be chosen.
pub(super) fn options<'a>(
    all: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    all.into_iter().map(|(value, words)| (value.to_owned(), words.to_owned())).collect()
}

/// The way to the next page of a list, with what this one was asked for.
pub(super) fn further(path: &str, query: &Form, kept: &[&str], next: Option<&str>) -> Markup {
    let Some(next) = next else { return html! {} };
    let mut pairs = Serializer::new(String::new());
    for name in kept {
        if let Some(typed) = query.filled(name) {
            pairs.append_pair(name, typed);
        }
    }
    pairs.append_pair("cursor", next);
    html! { p { a rel="next" href=(format!("{path}?{}", pairs.finish())) { "More" } } }
}
