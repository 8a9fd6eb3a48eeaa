//! Security & Login: the activation status, the invitation, and what may be done about both (R3, R7
//! to R10, R15 to R17).

use super::contact::Shown;
use super::told::Told;
use crate::pages::form::{Input, button, quiet_button};
use crate::pages::once::once_field;
use crate::pages::words::{access_badge, sentence, time};
use domain::contact::{Access, Resume};
use maud::{Markup, html};
use projections::invitations::InvitationEntry;
use projections::mail_log::MailState;

pub(super) fn section(shown: &Shown, told: &Told, deactivating: bool) -> Markup {
    html! {
        section .plain #access {
            h2 { "Security & Login" }
            dl .facts {
                dt { "Activation status" }
                dd { (access_badge(&shown.entry.access)) (resumes(&shown.contact.access)) }
                @if let Some(invitation) = &shown.invitation {
                    dt { "Last invitation" } dd { (told_of(invitation)) }
                }
            }
            (invite(shown, told))
            (open_and_close(shown, told, deactivating))
            p .hint {
                "Nobody but the owner sets or resets their login: the links for it go to the primary \
                 email alone."
            }
        }
    }
}

/// G4: what a disabled contact was, and will be again.
fn resumes(access: &Access) -> Markup {
    let was = match access {
        Access::Disabled { resume: Resume::NotInvited } => "not invited",
        Access::Disabled { resume: Resume::Active { .. } } => "active",
        Access::Disabled { resume: Resume::Deactivated { .. } } => "deactivated",
        Access::NotInvited
        | Access::Pending { .. }
        | Access::Active { .. }
        | Access::Deactivated { .. } => return html! {},
    };
    html! { " · " (was) " before, and again once it is enabled" }
}

fn told_of(invitation: &InvitationEntry) -> Markup {
    let mails = invitation.attempt;
    html! {
        p { (outcome(invitation)) }
        p .hint {
            "Mailed to " (invitation.sent_to) ", " (time(invitation.sent_at))
            @if mails > 1 { "; " (mails) " mails so far" }
            @if let Some(reminded) = invitation.reminded_at { "; reminded " (time(reminded)) }
            "."
        }
        @if let Some(mail) = &invitation.mail { p .hint { (delivered(mail)) } }
    }
}

fn outcome(invitation: &InvitationEntry) -> Markup {
    let ended = invitation.ended_at;
    html! {
        @match &*invitation.status {
            "pending" => { "Nobody has answered yet. The link works until " (time(invitation.expires_at)) "." }
            word => {
                (sentence(word)) @if let Some(at) = ended { " " (time(at)) } "."
            }
        }
    }
}

/// What became of the mail (R68).
fn delivered(mail: &MailState) -> Markup {
    html! {
        @match &*mail.status {
            "waiting" => "The mail waits to be sent.",
            "sent" => {
                "The mail server took the mail" @if let Some(at) = mail.sent_at { " " (time(at)) } "."
            }
            "failed" => {
                strong { "The mail could not be sent" }
                @if let Some(cause) = &mail.cause { " (" (cause) ")" }
                @if let Some(at) = mail.failed_at { " " (time(at)) } "."
            }
            _ => {
                strong { "The mail came back" }
                @if let Some(status) = &mail.bounce_status { " (" (status) ")" }
                @if let Some(at) = mail.bounced_at { " " (time(at)) }
                ". Is the address right?"
            }
        }
    }
}

fn invite(shown: &Shown, told: &Told) -> Markup {
    let (form, complaints) = told.of("redirect");
    let why = shown.why_not("SendInvite");
    let no_address = why.filter(|why| why.code == "no_primary_email");
    let claimed = why.is_some_and(|why| why.code == "primary_email_claimed");
    let too_often = ["SendInvite", "ResendInvite"].into_iter().find_map(|command| {
        shown.why_not(command).filter(|why| why.code == "invite_mailed_too_often")
    });
    html! {
        @if let Some(why) = no_address {
            p { (why.cause) " " a href="#emails" { "Set a primary email first." } }
        }
        @if let Some(why) = too_often { p { (why.cause) " " (why.remedy.unwrap_or_default()) } }
        // R27: whoever tries is told who has the email, and what to do.
        @if shown.allows("SendInvite") || claimed {
            form method="post" { (button("invite", "Send Invite")) }
        }
        @if shown.allows("ResendInvite") || shown.allows("CancelInvite") {
            form method="post" .buttons {
                (once_field(told.of("resend").0))
                @if shown.allows("ResendInvite") { (quiet_button("resend", "Resend the invite")) }
                @if shown.allows("CancelInvite") { (quiet_button("cancel", "Cancel the invite")) }
            }
        }
        @if shown.allows("RedirectInvite") || told.is("redirect") {
            details open[told.is("redirect")] {
                summary { "Was the address wrong?" }
                form method="post" novalidate {
                    (Input::email("redirect_to", "Corrected address").filled_as("off")
                        .value(form.text("redirect_to"))
                        .hint("It becomes the primary email. The invite goes there, and the link in \
                               the mail before is dead.")
                        .shown(complaints))
                    (quiet_button("redirect", "Send it there instead"))
                }
            }
        }
    }
}

fn open_and_close(shown: &Shown, told: &Told, deactivating: bool) -> Markup {
    let typed = |action: &'static str, field| told.typed(action, field, "");
    html! {
        @if shown.allows("EnableAccess") {
            form method="post" { (button("enable", "Enable the access")) }
        }
        @if shown.allows("DisableAccess") || told.is("disable") {
            details open[told.is("disable")] {
                summary { "Disable the access" }
                form method="post" novalidate {
                    p { "Closed for now, and open again as it was once you enable it. A pending \
                         invite is taken back." }
                    (Input::text("disable_reason", "Reason").value(typed("disable", "disable_reason"))
                        .hint("For the history; may be left empty.").shown(told.of("disable").1))
                    (quiet_button("disable", "Disable"))
                }
            }
        }
        @if shown.allows("DeactivateOwner") || told.is("deactivate") {
            details #deactivate open[deactivating || told.is("deactivate")] {
                summary { "Deactivate the owner" }
                form method="post" novalidate {
                    p { "They have no access until they accept a new invite, and nothing of theirs is \
                         lost. Until then you may edit their info." }
                    (Input::text("deactivate_reason", "Reason")
                        .value(typed("deactivate", "deactivate_reason"))
                        .hint("It stands in the history.").shown(told.of("deactivate").1))
                    (quiet_button("deactivate", "Deactivate"))
                }
            }
        }
    }
}
