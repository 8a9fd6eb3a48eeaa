//! The form of somebody's info: name, title, phones, address, and where a page has it the primary
//! email. It is the same whether the builder edits it, from the contact or from a lead, or its owner.
//!
//! Beside what is typed a form carries what it had shown: somebody else may have changed the rest
//! since, and what was not edited is not sent.

use super::form::{Complaints, Form, Input, hidden};
use crate::endpoints::contacts::PHONES_MAX;
use crate::endpoints::contacts::edit::TypedInfo;
use crate::error::Problem;
use crate::input::Maybe;
use domain::Personal;
use domain::contact::{Contact, InfoEdit};
use maud::{Markup, html};
use projections::contact_directory::ContactEntry;

/// What is in the form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Info {
    pub(super) name: String,
    pub(super) title: String,
    /// Empty where the form has no such field, then and now.
    pub(super) primary_email: String,
    pub(super) phones: Vec<String>,
    pub(super) address: String,
}

/// Whose info it is, which says what a browser may fill it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// That of the one who types.
    Own,
    /// Somebody else's.
    Another,
}

impl Info {
    /// What a builder's book has, but for the email.
    pub(super) fn of(entry: &ContactEntry) -> Self {
        Self {
            name: entry.name.clone(),
            title: entry.title.clone().unwrap_or_default(),
            primary_email: String::new(),
            phones: entry.phones.clone(),
            address: entry.address.as_deref().map(unfolded).unwrap_or_default(),
        }
    }

    /// What a contact's events made of it.
    pub(super) fn of_contact(contact: &Contact) -> Self {
        let phones = contact.phones.as_ref().and_then(Personal::value);
        let title = contact.title.as_ref().and_then(Personal::value);
        let address = contact.address.as_ref().and_then(Personal::value);
        Self {
            name: contact.name.value().map(|name| name.as_str().to_owned()).unwrap_or_default(),
            title: title.map(|title| title.as_str().to_owned()).unwrap_or_default(),
            primary_email: String::new(),
            phones: phones
                .map(|phones| phones.iter().map(|phone| phone.typed().to_owned()).collect())
                .unwrap_or_default(),
            address: address.map(|address| unfolded(address.as_str())).unwrap_or_default(),
        }
    }

    /// What was typed.
    pub(super) fn typed(form: &Form) -> Self {
        Self::in_form(form, "")
    }

    /// What the form had shown when it was asked for.
    pub(super) fn shown(form: &Form) -> Self {
        Self::in_form(form, "_shown")
    }

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

    /// The change of what differs from what was shown.
    pub(super) fn edit(&self, shown: &Self) -> Result<InfoEdit, Problem> {
        let changed = |now: &String, before: &String| -> Maybe<String> {
            (now != before).then(|| Some(now.clone()).filter(|text| !text.trim().is_empty()))
        };
        let email = (self.primary_email != shown.primary_email).then_some(&*self.primary_email);
        let info = TypedInfo {
            name: &(self.name != shown.name).then(|| self.name.clone()),
            title: &changed(&self.title, &shown.title),
            phones: &(self.phones != shown.phones).then(|| Some(self.phones.clone())),
            address: &changed(&self.address, &shown.address),
            primary_email: email,
        };
        info.read()
    }

    /// What the form carries of what it shows.
    pub(super) fn as_shown(&self) -> Markup {
        html! {
            (hidden("name_shown", &self.name))
            (hidden("title_shown", &self.title))
            @if !self.primary_email.is_empty() {
                (hidden("primary_email_shown", &self.primary_email))
            }
            @for phone in &self.phones { (hidden("phones_shown", phone)) }
            (hidden("address_shown", &self.address))
        }
    }

    /// The inputs, which pages that make a contact have too.
    pub(super) fn inputs(&self, whose: Whose, complaints: &Complaints) -> Markup {
        let own = whose == Whose::Own;
        let filled = |words: &'static str| if own { words } else { "off" };
        let rows = (self.phones.len() + 1).clamp(2, PHONES_MAX);
        let phone = |index: usize| self.phones.get(index).map_or("", String::as_str);
        html! {
            (Input::text("title", "Title").filled_as(filled("honorific-prefix"))
                .value(&self.title).hint("Such as Mr, Ms or Dr, if you like.").shown(complaints))
            (Input::text("name", "Name").filled_as(filled("name")).value(&self.name)
                .shown(complaints))
            @for index in 0..rows {
                (Input::phone("phones", if index == 0 { "Phone" } else { "Another phone" }, index)
                    .filled_as(filled("tel")).value(phone(index)).shown(complaints))
            }
            (Input::text("address", "Address").filled_as(filled("street-address")).lines(3)
                .value(&self.address).shown(complaints))
        }
    }
}

/// As browsers send it back.
fn unfolded(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(name: &str, phones: &[&str], address: &str) -> Info {
        let phones = phones.iter().map(|phone| (*phone).to_owned()).collect();
        let (name, address) = (name.to_owned(), address.to_owned());
        Info { name, phones, address, ..Info::default() }
    }

    #[test]
    fn what_was_not_edited_is_not_sent_and_what_was_emptied_is_cleared() {
        let shown = info("Ada", &["555-0101"], "12 Elm St");
        let edit = info("Ada", &["555-0101"], "77 Oak St").edit(&shown).expect("an edit");
        assert!(edit.name.is_none() && edit.title.is_none() && edit.phones.is_none());
        assert!(edit.primary_email.is_none());
        assert_eq!(edit.address.expect("edited").expect("there").as_str(), "77 Oak St");
        let cleared = info("Ada", &[], " ").edit(&shown).expect("an edit");
        assert_eq!((cleared.phones, cleared.address), (Some(Vec::new()), Some(None)));
    }

    #[test]
    fn a_name_is_not_cleared() {
        let problem = info(" ", &[], "").edit(&info("Ada", &[], "")).expect_err("refused");
        assert_eq!(problem.body.detail, "name must not be empty.");
    }

    #[test]
    fn a_form_of_two_books_is_compared_as_browsers_send_it() {
        assert_eq!(unfolded("12 Elm St\r\nOaktown\rX"), "12 Elm St\nOaktown\nX");
    }
}
