//! Name, title, phones and address: whose they are to change, and why not the builder's (R38 to R46).

use super::contact::Shown;
use super::told::Told;
use crate::endpoints::contacts::PHONES_MAX;
use crate::endpoints::contacts::edit::TypedInfo;
use crate::endpoints::contacts::permissions::WhyNot;
use crate::error::Problem;
use crate::input::Maybe;
use crate::pages::form::{Complaints, Form, Input, button, hidden, quiet_button};
use crate::pages::words::{event, time};
use domain::contact::ContactCommand;
use maud::{Markup, html};
use projections::contact_directory::ContactEntry;

/// What is in the form of the info.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) phones: Vec<String>,
    pub(super) address: String,
}

impl Typed {
    /// What there is.
    fn of(entry: &ContactEntry) -> Self {
        let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        Self {
            name: entry.name.clone(),
            title: entry.title.clone().unwrap_or_default(),
            phones: entry.phones.clone(),
            address: entry.address.as_deref().map(lines).unwrap_or_default(),
        }
    }

    /// What was typed.
    pub(super) fn sent(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        let phones = form.each_filled("phones");
        Self { name: text("name"), title: text("title"), phones, address: text("address") }
    }

    /// What the form had shown when it was asked for: somebody else may have changed it since.
    fn shown(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            name: text("name_shown"),
            title: text("title_shown"),
            phones: form.each_filled("phones_shown"),
            address: text("address_shown"),
        }
    }

    /// The change of what differs from what was shown.
    fn edit(&self, shown: &Self) -> Result<ContactCommand, Problem> {
        let changed = |now: &String, before: &String| -> Maybe<String> {
            (now != before).then(|| Some(now.clone()).filter(|text| !text.trim().is_empty()))
        };
        let info = TypedInfo {
            name: &(self.name != shown.name).then(|| self.name.clone()),
            title: &changed(&self.title, &shown.title),
            phones: &(self.phones != shown.phones).then(|| Some(self.phones.clone())),
            address: &changed(&self.address, &shown.address),
            primary_email: None,
        };
        info.read().map(ContactCommand::EditInfo)
    }

    /// The inputs, which the page of a new contact has too.
    pub(super) fn inputs(&self, complaints: &Complaints) -> Markup {
        let rows = (self.phones.len() + 1).clamp(2, PHONES_MAX);
        let phone = |index: usize| self.phones.get(index).map_or("", String::as_str);
        html! {
            (Input::text("title", "Title").value(&self.title)
                .hint("Such as Mr, Ms or Dr, if you like.").shown(complaints))
            (Input::text("name", "Name").value(&self.name).shown(complaints))
            @for index in 0..rows {
                (Input::phone("phones", if index == 0 { "Phone" } else { "Another phone" }, index)
                    .filled_as("off").value(phone(index)).shown(complaints))
            }
            (Input::text("address", "Address").lines(3).value(&self.address).shown(complaints))
        }
    }

    fn as_shown(&self) -> Markup {
        html! {
            (hidden("name_shown", &self.name))
            (hidden("title_shown", &self.title))
            @for phone in &self.phones { (hidden("phones_shown", phone)) }
            (hidden("address_shown", &self.address))
        }
    }
}

/// What the form asks for.
pub(super) fn edit(form: &Form) -> Result<ContactCommand, Problem> {
    Typed::sent(form).edit(&Typed::shown(form))
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
    let there = Typed::of(entry);
    let (sent, complaints) = told.of("edit");
    // Nothing typed is lost, and what it is compared with stays what was shown then.
    let (typed, before) = if told.is("edit") {
        (Typed::sent(sent), Typed::shown(sent))
    } else {
        (there.clone(), there)
    };
    html! {
        details open[editing || told.is("edit")] {
            summary { "Edit the info" }
            form method="post" novalidate {
                (before.as_shown())
                (typed.inputs(complaints))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(name: &str, phones: &[&str], address: &str) -> Typed {
        let phones = phones.iter().map(|phone| (*phone).to_owned()).collect();
        Typed { name: name.to_owned(), title: String::new(), phones, address: address.to_owned() }
    }

    #[test]
    fn what_was_not_edited_is_not_sent_and_what_was_emptied_is_cleared() {
        let shown = typed("Ada", &["555-0101"], "12 Elm St");
        let edited = |now: Typed| match now.edit(&shown) {
            Ok(ContactCommand::EditInfo(edit)) => edit,
            other => panic!("{other:?}"),
        };
        let edit = edited(typed("Ada", &["555-0101"], "77 Oak St"));
        assert!(edit.name.is_none() && edit.title.is_none() && edit.phones.is_none());
        assert_eq!(edit.address.expect("edited").expect("there").as_str(), "77 Oak St");
        let cleared = edited(typed("Ada", &[], " "));
        assert_eq!((cleared.phones, cleared.address), (Some(Vec::new()), Some(None)));
    }
}
