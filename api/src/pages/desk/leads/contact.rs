//! The info of a lead's contact: as it is now (R47), and edited from the lead where the contact itself
//! could be edited (R46).

use super::access_word;
use crate::codes;
use crate::endpoints::contacts::PHONES_MAX;
use crate::endpoints::contacts::edit::TypedInfo;
use crate::error::Problem;
use crate::input::Maybe;
use crate::pages::form::{Complaints, Form, Input, button, hidden};
use domain::contact::InfoEdit;
use maud::{Markup, html};
use projections::contact_directory::ContactEntry;

/// What people call the fields.
pub(super) const LABELS: [(&str, &str); 5] = [
    ("name", "Name"),
    ("title", "Honorific"),
    ("primary_email", "Primary email"),
    ("phones", "Phone"),
    ("address", "Address"),
];

/// What the form holds: as it was shown, or as it was typed.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Info {
    name: String,
    title: String,
    primary_email: String,
    phones: Vec<String>,
    address: String,
}

impl Info {
    /// As the book has it.
    pub(super) fn of(contact: &ContactEntry) -> Self {
        Self {
            name: contact.name.clone(),
            title: contact.title.clone().unwrap_or_default(),
            primary_email: contact.primary_email.clone().unwrap_or_default(),
            phones: contact.phones.clone(),
            address: contact.address.clone().unwrap_or_default().replace("\r\n", "\n"),
        }
    }

    /// As it was typed, or as the form had shown it when it was asked for: `behind` is what the fields'
    /// names end in.
    fn in_form(form: &Form, behind: &str) -> Self {
        let text = |name: &str| form.text(&format!("{name}{behind}")).to_owned();
        Self {
            name: text("name"),
            title: text("title"),
            primary_email: text("primary_email"),
            phones: form.each_filled(&format!("phones{behind}")),
            address: text("address"),
        }
    }

    /// The change of what differs from what was shown; somebody else may have changed the rest since.
    fn edit(&self, shown: &Self) -> Result<InfoEdit, Problem> {
        let changed = |now: &String, before: &String| -> Maybe<String> {
            (now != before).then(|| Some(now.clone()).filter(|text| !text.trim().is_empty()))
        };
        let name = (self.name != shown.name).then(|| self.name.clone());
        let title = changed(&self.title, &shown.title);
        let address = changed(&self.address, &shown.address);
        let phones = (self.phones != shown.phones).then(|| Some(self.phones.clone()));
        let email = (self.primary_email != shown.primary_email).then_some(&*self.primary_email);
        let info = TypedInfo {
            name: &name,
            title: &title,
            phones: &phones,
            address: &address,
            primary_email: email,
        };
        info.read()
    }

    fn as_shown(&self) -> Markup {
        html! {
            (hidden("name_shown", &self.name))
            (hidden("title_shown", &self.title))
            (hidden("primary_email_shown", &self.primary_email))
            @for phone in &self.phones { (hidden("phones_shown", phone)) }
            (hidden("address_shown", &self.address))
        }
    }
}

/// What a form asks to edit; none where nothing differs from what it had shown.
pub(super) fn edited(form: &Form) -> Result<Option<InfoEdit>, Problem> {
    let (shown, typed) = (Info::in_form(form, "_shown"), Info::in_form(form, ""));
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
            dt { "Access" } dd { (access_word(&contact.access)) }
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

/// The form to edit it, or why not and what to do (R42, R43, R39, R44, R46).
pub(super) fn editing(contact: &ContactEntry, form: &Form, complaints: &Complaints) -> Markup {
    if let Some(code) = lock(contact) {
        let entry = codes::entry(code);
        return html! {
            div .locked {
                p { strong { "Locked. " } (entry.title) ". That is so from a lead, too." }
                @if let Some(remedy) = entry.remedy { p { (remedy) } }
                p .rule {
                    "Rules "
                    @if let Some(rule) = entry.rule { (rule) ", " }
                    "R46"
                }
            }
        };
    }
    let there = Info::of(contact);
    let asked = form.text("action") == "edit-contact";
    let (shown, typed) = if asked {
        (Info::in_form(form, "_shown"), Info::in_form(form, ""))
    } else {
        (there.clone(), there)
    };
    let complaints = if asked { complaints } else { &Complaints::NONE };
    let rows = (typed.phones.len() + 1).clamp(2, PHONES_MAX);
    let phone = |index: usize| typed.phones.get(index).map_or("", String::as_str);
    html! {
        details open[asked] {
            summary { "Edit the contact" }
            form method="post" novalidate {
                (shown.as_shown())
                (Input::text("name", "Name").value(&typed.name).shown(complaints))
                (Input::text("title", "Honorific").value(&typed.title)
                    .hint("Such as Mr, Ms or Dr.").shown(complaints))
                (Input::email("primary_email", "Primary email").filled_as("off")
                    .value(&typed.primary_email).shown(complaints))
                @for index in 0..rows {
                    (Input::phone("phones", if index == 0 { "Phone" } else { "Another phone" }, index)
                        .filled_as("off").value(phone(index)).shown(complaints))
                }
                (Input::text("address", "Address").lines(3).value(&typed.address)
                    .shown(complaints))
                (button("edit-contact", "Save the contact"))
            }
        }
    }
}
