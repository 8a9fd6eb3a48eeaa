//! The emails of a contact: one primary, up to five additional (R17 to R22, R31, R33, R40, R41, G5, G7).

use super::contact::Shown;
use super::told::Told;
use crate::pages::form::{Complaints, Input, button, hidden, quiet_button};
use maud::{Markup, html};

pub(super) fn section(shown: &Shown, told: &Told) -> Markup {
    let entry = &shown.entry;
    let primary = entry.primary_email.as_deref();
    html! {
        section .plain #emails {
            h2 { "Emails" }
            h3 { "Primary" }
            p { strong { (primary.unwrap_or("–")) } }
            p .hint { "Invitations and links for a new password go there and nowhere else." }
            @if shown.allows("EditContactInfo") || told.is("primary") {
                (primary_form(primary, told))
            }
            h3 { "Additional" }
            p .hint { "Up to five more, which get the same news of the project." }
            @for (index, email) in entry.additional_emails.iter().enumerate() {
                (additional(shown, index, email, told))
            }
            @if (shown.keeps_emails() && primary.is_some()) || told.is("add-email") {
                (add_form(told))
            } @else if shown.keeps_emails() {
                p { "Once there is a primary email, you can add additional ones." }
            }
        }
    }
}

fn primary_form(primary: Option<&str>, told: &Told) -> Markup {
    let typed = told.typed("primary", "primary_email", primary.unwrap_or_default());
    html! {
        details open[told.is("primary")] {
            summary { @if primary.is_some() { "Change it" } @else { "Set it" } }
            form method="post" novalidate {
                (Input::email("primary_email", "Primary email").filled_as("off").value(typed)
                    .shown(told.of("primary").1))
                (button("primary", "Save"))
            }
        }
    }
}

/// One of them, with what may be done about it.
fn additional(shown: &Shown, index: usize, email: &str, told: &Told) -> Markup {
    let about_this = |action: &str| told.is(action) && told.of(action).0.text("from") == email;
    let (typed, complaints) = if about_this("change-email") {
        (told.of("change-email").0.text("to"), told.of("change-email").1)
    } else {
        (email, &Complaints::NONE)
    };
    let open = ["change-email", "swap", "remove-email"].into_iter().any(about_this);
    html! {
        @if shown.keeps_emails() {
            details .entry open[open] {
                summary { (email) }
                form method="post" novalidate {
                    (hidden("from", email))
                    (hidden("place", &index.to_string()))
                    (Input::email("to", "Address").at(index).filled_as("off").value(typed)
                        .shown(complaints))
                    div .buttons {
                        (quiet_button("change-email", "Save the change"))
                        @if shown.allows("EditContactInfo") && shown.entry.primary_email.is_some() {
                            (quiet_button("swap", "Make it the primary one"))
                        }
                        @if shown.removes_emails() {
                            (quiet_button("remove-email", "Remove it"))
                        }
                    }
                }
            }
        } @else {
            p .entry { (email) }
        }
    }
}

fn add_form(told: &Told) -> Markup {
    html! {
        form method="post" novalidate {
            (Input::email("new_email", "New address").filled_as("off")
                .value(told.typed("add-email", "new_email", "")).shown(told.of("add-email").1))
            (quiet_button("add-email", "Add this address"))
        }
    }
}
