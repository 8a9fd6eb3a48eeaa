//! Name, title, phones and address: whose they are to change, and why not the builder's (R38 to R46).

use super::contact::Shown;
use super::told::Told;
use crate::endpoints::contacts::permissions::WhyNot;
use crate::error::Problem;
use crate::pages::contact_info::{Info, Whose};
use crate::pages::form::{Form, button, quiet_button};
use crate::pages::history::words::event;
use crate::pages::words::time;
use domain::contact::ContactCommand;
use maud::{Markup, html};
use projections::contact_directory::ContactEntry;

/// What the form asks for.
pub(super) fn edit(form: &Form) -> Result<ContactCommand, Problem> {
    Info::typed(form).edit(&Info::shown(form)).map(ContactCommand::EditInfo)
}

pub(super) fn section(shown: &Shown, told: &Told, editing: bool) -> Markup {
    let entry = &shown.entry;
    html! {
        section .plain #info {
            h2 { "Contact info" }
            dl .facts {
                @if let Some(title) = &entry.title { dt { "Title" } dd { (title) } }
                dt { "Name" } dd { (entry.name) }
                dt { "Phone" }
                dd .lines { (if entry.phones.is_empty() { "–".to_owned() } else { entry.phones.join("\n") }) }
                dt { "Address" } dd .lines { (entry.address.as_deref().unwrap_or("–")) }
            }
            @if shown.allows("EditContactInfo") || told.is("edit") { (form(entry, told, editing)) }
            @if let Some(why) = shown.why_not("EditContactInfo") { (locked(shown, why)) }
        }
    }
}

fn form(entry: &ContactEntry, told: &Told, editing: bool) -> Markup {
    let there = Info::of(entry);
    let (sent, complaints) = told.of("edit");
    // Nothing typed is lost, and what it is compared with stays what was shown then.
    let (typed, before) = if told.is("edit") {
        (Info::typed(sent), Info::shown(sent))
    } else {
        (there.clone(), there)
    };
    html! {
        details open[editing || told.is("edit")] {
            summary { "Edit the info" }
            form method="post" novalidate {
                (before.as_shown())
                (typed.inputs(Whose::Another, complaints))
                (button("edit", "Save"))
            }
        }
    }
}

/// Rule, cause and remedy, with the remedy at hand (R42 to R44).
fn locked(shown: &Shown, why: &WhyNot) -> Markup {
    html! {
        details {
            summary { "Why may I not edit this?" }
            p { (why.cause) }
            @if let Some(cause) = &why.caused_by {
                p .hint { (event(cause.event)) ": " (time(cause.at)) }
            }
            @if let Some(remedy) = why.remedy { p { (remedy) } }
            @match why.code {
                "contact_locked_pending" if shown.allows("CancelInvite") => {
                    form method="post" { (quiet_button("cancel", "Cancel the invite")) }
                }
                "contact_locked_active" if shown.allows("DeactivateOwner") => {
                    p { a href="?open=deactivate#deactivate" { "Deactivate the owner" } }
                }
                _ => {}
            }
            @if let Some(rule) = why.rule { p .rule { "Rule " (rule) } }
        }
    }
}
