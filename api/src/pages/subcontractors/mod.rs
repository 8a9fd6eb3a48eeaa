//! The companies that build for an account, as their general contractor sees them. Which jobs they are on,
//! and what they do there, is on the job's own tab; what their people see is in pages of their own.

mod list;
mod new;
mod subcontractor;

use super::Pages;
use super::form::{Form, hidden, no_such_button, quiet_button_about};
use super::once::once_field;
use super::words::sentence;
use crate::endpoints::subcontractors::change_primary_contact::NOT_REGISTERED;
use crate::error::Problem;
use crate::input::{Door, id};
use domain::TokenId;
use domain::subcontractor::SubcontractorCommand;
use maud::{Markup, html};
use projections::subcontractors::ProjectInvitationEntry;
use uuid::Uuid;

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/subcontractors", list::show)
        .shows("/subcontractors/new", new::show)
        .takes("/subcontractors/new", new::send)
        .shows("/subcontractors/{subcontractor}", subcontractor::show)
        .takes("/subcontractors/{subcontractor}", subcontractor::send)
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "trade-added" => "The subcontractor is noted. Nobody has been invited by this.",
        "trade-renamed" => "The subcontractor has its new name here.",
        "trade-invited" => "The invitation is on its way to the primary contact.",
        "trade-invite-resent" => {
            "The invitation is sent again, with a new link. The old link is dead."
        }
        "trade-invites-resent" => {
            "All of them are on their way to the primary contact, with new links."
        }
        "trade-invite-cancelled" => "The invitation is taken back. Its link is dead.",
        "trade-withdrawn" => {
            "The project is taken away from the subcontractor. Its tasks there are nobody's now."
        }
        "trade-contact-changed" => "The primary contact is changed.",
        CONTACT_NOT_REGISTERED => {
            "The primary contact is changed. They are not registered yet, so it takes them longer to \
             accept: they make a login, or join their company, first. (Rule R84)"
        }
        "trade-request-declined" => "The request is declined. The primary contact stays.",
        _ => return None,
    })
}

/// The notice where the new primary contact is not registered (R84).
const CONTACT_NOT_REGISTERED: &str = NOT_REGISTERED;

/// Where a relation or an invitation stands.
pub(super) fn badge(word: &str) -> Markup {
    let stage = match word {
        "needs_resend" => "Send again".to_owned(),
        word => sentence(word),
    };
    html! { span .badge .stage .(word) { (stage) } }
}

/// What may be done about an invitation, by the buttons' words.
pub(super) fn deeds(
    invitation: &ProjectInvitationEntry,
) -> &'static [(&'static str, &'static str)] {
    match invitation.stage.as_str() {
        "pending" | "needs_resend" => &[("resend", "Resend"), ("cancel", "Cancel")],
        "accepted" => &[("withdraw", "Take the project away")],
        "declined" | "cancelled" | "expired" => &[("resend", "Send again")],
        _ => &[],
    }
}

/// The command behind one of these buttons, with the word for when it is done.
pub(super) fn command(
    deed: &str,
    form: &Form,
) -> Result<(SubcontractorCommand, &'static str), Problem> {
    let mut door = Door::default();
    let invitation = door.take("invitation", id(form.text("invitation")));
    let invitation = door.build(|| invitation)?;
    Ok(match deed {
        "resend" => {
            let token = TokenId(Uuid::now_v7());
            (SubcontractorCommand::Resend { invitation, token }, "trade-invite-resent")
        }
        "cancel" => (SubcontractorCommand::Cancel(invitation), "trade-invite-cancelled"),
        "withdraw" => (SubcontractorCommand::Withdraw(invitation), "trade-withdrawn"),
        _ => return Err(no_such_button()),
    })
}

/// The buttons for what may be done about an invitation; `to` says of which to whoever does not see them.
pub(super) fn buttons(invitation: &ProjectInvitationEntry, to: &str) -> Markup {
    html! {
        (hidden("invitation", &invitation.id.to_string()))
        (once_field(&Form::default()))
        @for (deed, label) in deeds(invitation) {
            (quiet_button_about(deed, label, to))
        }
    }
}
