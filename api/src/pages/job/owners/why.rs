//! What somebody may not do with a contact now, and why: what the permissions of the API say, in
//! words for people.

use crate::endpoints::contacts::permissions::{ContactPermissions, WhyNot};
use crate::pages::history::words::event;
use crate::pages::words::time;
use maud::{Markup, html};

/// The commands that stand on an owner's page, with what people call them.
const SHOWN: [(&str, &str); 7] = [
    ("EditContactInfo", "Edit this contact's info"),
    ("SendInvite", "Send an invite"),
    ("ResendInvite", "Resend the invite"),
    ("CancelInvite", "Cancel the invite"),
    ("DisableAccess", "Disable the access"),
    ("EnableAccess", "Enable the access"),
    ("DeactivateOwner", "Deactivate the owner"),
];

/// Whether this command would be taken now.
pub(super) fn may(permissions: &ContactPermissions, command: &str) -> bool {
    permissions.refusal(command).is_none()
}

/// Why the info may not be edited, and what else may not be done.
pub(super) fn shown(permissions: &ContactPermissions) -> Markup {
    let refused: Vec<(&str, &WhyNot)> = SHOWN
        .iter()
        .filter_map(|(command, words)| Some((*words, permissions.refusal(command)?)))
        .collect();
    let locked = permissions.refusal("EditContactInfo");
    html! {
        @if let Some(why) = locked {
            section .plain #why {
                h2 { "Why may I not edit this?" }
                (reason(why))
            }
        }
        @if refused.len() > usize::from(locked.is_some()) {
            details {
                summary { "What else is not possible now" }
                dl .facts {
                    @for (words, why) in refused {
                        @if words != SHOWN[0].1 { dt { (words) } dd { (reason(why)) } }
                    }
                }
            }
        }
    }
}

/// Rule, cause and remedy.
fn reason(why: &WhyNot) -> Markup {
    html! {
        p { (why.cause) }
        @if let Some(caused) = &why.caused_by {
            p .hint { (event(caused.event)) ", " (time(caused.at)) }
        }
        @if let Some(remedy) = why.remedy { p { (remedy) } }
        @if let Some(rule) = why.rule { p .rule { "Rule " (rule) } }
    }
}
