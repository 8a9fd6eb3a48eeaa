//! The info of a lead's contact: as it is now (R47), and edited from the lead where the contact itself
//! could be edited (R46).

use crate::codes;
use crate::error::Problem;
use crate::pages::contact_info::{Info, Whose};
use crate::pages::form::{Complaints, Form, Input, button};
use crate::pages::words::access_badge;
use domain::contact::InfoEdit;
use maud::{Markup, html};
use projections::contact_directory::ContactEntry;

/// What people call the fields.
pub(super) const LABELS: [(&str, &str); 5] = [
    ("name", "Name"),
    ("title", "Title"),
    ("primary_email", "Primary email"),
    ("phones", "Phone"),
    ("address", "Address"),
];

/// What a form asks to edit; none where nothing differs from what it had shown.
pub(super) fn edited(form: &Form) -> Result<Option<InfoEdit>, Problem> {
    let (shown, typed) = (Info::shown(form), Info::typed(form));
    if shown == typed { Ok(None) } else { typed.edit(&shown).map(Some) }
}

/// Why nothing of the info can be edited by the builder now, if so: the code of the rule.
fn lock(contact: &ContactEntry) -> Option<&'static str> {
    match contact.access.as_str() {
        "pending" => Some("contact_locked_pending"),
        "active" => Some("contact_locked_active"),
        "disabled" => Some("contact_disabled"),
        _ => None,
    }
}

/// The contact as it is now.
pub(super) fn facts(contact: &ContactEntry) -> Markup {
    let name = contact.title.iter().map(String::as_str).chain([contact.name.as_str()]);
    let name: Vec<&str> = name.collect();
    html! {
        dl .facts {
            dt { "Name" } dd { a href=(format!("/contacts/{}", contact.id)) { (name.join(" ")) } }
            dt { "Access" } dd { (access_badge(&contact.access)) }
            @if let Some(email) = &contact.primary_email { dt { "Primary email" } dd { (email) } }
            @if !contact.phones.is_empty() {
                dt { "Phone" } dd { (contact.phones.join(", ")) }
            }
            @if let Some(address) = &contact.address {
                dt { "Address" } dd .lines { (address) }
            }
        }
        p .hint { "As it is now: what its owner changes shows here too." }
    }
}

/// The form to edit it, or why not and what to do (R42, R43, R39, R44, R46). What was typed before
/// the lock stays to be read beside it.
pub(super) fn editing(contact: &ContactEntry, form: &Form, complaints: &Complaints) -> Markup {
    let asked = form.text("action") == "edit-contact";
    let lock = lock(contact);
    html! {
        @if let Some(code) = lock { (locked(code)) }
        @if asked || lock.is_none() { (edit_form(contact, form, complaints)) }
    }
}

fn locked(code: &'static str) -> Markup {
    let entry = codes::entry(code);
    html! {
        div .locked {
            p { strong { "Locked. " } (entry.title) ". That is so from a lead, too." }
            @if let Some(remedy) = entry.remedy { p { (remedy) } }
            p .rule {
                "Rules "
                @if let Some(rule) = entry.rule { (rule) ", " }
                "R46"
            }
        }
    }
}

fn edit_form(contact: &ContactEntry, form: &Form, complaints: &Complaints) -> Markup {
    let asked = form.text("action") == "edit-contact";
    let (shown, typed) = if asked {
        (Info::shown(form), Info::typed(form))
    } else {
        let primary_email = contact.primary_email.clone().unwrap_or_default();
        let there = Info { primary_email, ..Info::of(contact) };
        (there.clone(), there)
    };
    let complaints = if asked { complaints } else { &Complaints::NONE };
    html! {
        details open[asked] {
            summary { "Edit the contact" }
            form method="post" novalidate {
                (shown.as_shown())
                (typed.inputs(Whose::Another, complaints))
                (Input::email("primary_email", "Primary email").filled_as("off")
                    .value(&typed.primary_email).shown(complaints))
                (button("edit-contact", "Save the contact"))
            }
        }
    }
}
