//! The section "Security & Login" of a form that is not saved yet. Pressing Send Invite stages the
//! invite, and Save sends it (R3 to R6): what is staged stands in the form and nowhere else, so that
//! who goes away has sent nothing.

use crate::pages::form::{Form, hidden, quiet_button};
use maud::{Markup, html};

/// The field that says that an invite is staged.
const STAGED: &str = "send_invite";
/// The button that stages it, and the one that takes that back.
pub(super) const STAGE: &str = "stage";
pub(super) const UNSTAGE: &str = "unstage";

/// Whether the form, as it was sent, has an invite staged.
pub(super) fn staged(form: &Form) -> bool {
    form.text(STAGED) == "yes"
}

/// The same, after this button was pressed.
pub(super) fn staged_by(form: &Form) -> bool {
    match form.text("action") {
        STAGE => true,
        UNSTAGE => false,
        _ => staged(form),
    }
}

/// What stands at the top of the page while an invite is staged (R6).
pub(super) fn prompt(staged: bool) -> Markup {
    html! {
        @if staged {
            p .prompt role="status" { strong { "Click Save to send invite." } " Nothing has been sent yet." }
        }
    }
}

/// The section, with what is staged.
pub(super) fn section(status: &str, staged: bool) -> Markup {
    html! {
        fieldset .security {
            legend { "Security & Login" }
            p { "Status: " strong { (status) } }
            @if staged {
                (hidden(STAGED, "yes"))
                p { "The invite goes to the primary email when you save." }
                (quiet_button(UNSTAGE, "Do not send the invite"))
            } @else {
                p .hint { "Saving alone puts the contact on the job and sends nothing." }
                (quiet_button(STAGE, "Send Invite"))
            }
        }
    }
}
