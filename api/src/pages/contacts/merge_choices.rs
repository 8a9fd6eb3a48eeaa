//! What somebody chooses on the page of a merge: who stays, and from whom each field is taken.

use super::fields::input_name;
use super::full_name;
use crate::endpoints::contacts::merge::{MergeContacts, MergeFields};
use crate::endpoints::contacts::permissions::WhyNot;
use crate::pages::form::{Complaints, Form, hidden};
use crate::pages::words::access_badge;
use domain::EmailAddress;
use maud::{Markup, html};
use projections::contact_directory::ContactEntry;
use projections::custom_fields::CustomFieldEntry;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The field that says for whom as the survivor the form was made.
const SURVIVOR_SHOWN: &str = "survivor_shown";
/// The field that says that emails could be chosen.
const EMAILS_SHOWN: &str = "emails_shown";

type Value = fn(&ContactEntry) -> Option<String>;

/// The fields of the info, which nobody but the owner changes of one who is invited or active.
const INFO: [(&str, &str, Value); 5] = [
    ("name", "Name", |entry| Some(entry.name.clone())),
    ("title", "Title", |entry| entry.title.clone()),
    ("phones", "Phones", |e| (!e.phones.is_empty()).then(|| e.phones.join(", "))),
    ("address", "Address", |entry| entry.address.clone()),
    ("primary_email", "Primary email", |entry| entry.primary_email.clone()),
];

/// The choices, and what they are made of.
pub(super) struct Choices {
    pub(super) entries: Vec<ContactEntry>,
    pub(super) survivor: Uuid,
    /// Why the survivor's own info stays as it is.
    pub(super) locked: Option<WhyNot>,
    pub(super) form: Form,
    pub(super) fields: Vec<CustomFieldEntry>,
}

impl Choices {
    /// Whether the form was made for whoever stays: then what was chosen is what was looked at.
    pub(super) fn are_as_shown(&self) -> bool {
        self.form.text(SURVIVOR_SHOWN) == self.survivor.to_string()
    }

    pub(super) fn stays(&self) -> Option<&ContactEntry> {
        self.entries.iter().find(|entry| entry.id == self.survivor)
    }

    /// The survivor first: its own is taken where nobody chooses.
    fn in_order(&self) -> impl Iterator<Item = &ContactEntry> {
        let others = self.entries.iter().filter(|entry| entry.id != self.survivor);
        self.stays().into_iter().chain(others)
    }

    /// As the API takes them.
    pub(super) fn body(&self) -> MergeContacts {
        let info = |field| {
            let pick = self.form.filled(field).map(str::to_owned);
            pick.filter(|_| self.locked.is_none())
        };
        let custom = self.fields.iter().filter_map(|field| {
            let pick = self.form.filled(&input_name(&field.name))?;
            Some((field.name.clone(), pick.to_owned()))
        });
        MergeContacts {
            survivor: self.survivor.to_string(),
            absorbed: self.in_order().skip(1).map(|entry| entry.id.to_string()).collect(),
            fields: MergeFields {
                name: info("name"),
                title: info("title"),
                phones: info("phones"),
                address: info("address"),
                primary_email: info("primary_email"),
                custom_fields: custom.collect::<BTreeMap<_, _>>(),
            },
            additional_emails: self.kept(),
        }
    }

    /// From whom a field is taken: who was chosen, else the first that has one.
    fn taken(&self, field: &str, value: impl Fn(&ContactEntry) -> Option<String>) -> Option<Uuid> {
        let chosen = self.form.text(field);
        let chosen = self.in_order().find(|entry| entry.id.to_string() == chosen);
        let chosen = chosen.filter(|entry| value(entry).is_some());
        chosen.or_else(|| self.in_order().find(|entry| value(entry).is_some())).map(|e| e.id)
    }

    /// The primary email afterwards.
    fn primary(&self) -> Option<&str> {
        let of = if self.locked.is_some() {
            Some(self.survivor)
        } else {
            self.taken("primary_email", |entry| entry.primary_email.clone())
        };
        let of = self.entries.iter().find(|entry| Some(entry.id) == of)?;
        of.primary_email.as_deref()
    }

    /// All the emails that the contacts have, each once.
    fn emails(&self) -> Vec<&str> {
        let mut emails: Vec<&str> = Vec::new();
        for entry in self.in_order() {
            for email in entry.primary_email.iter().chain(&entry.additional_emails) {
                if !emails.iter().any(|there| same(there, email)) {
                    emails.push(email);
                }
            }
        }
        emails
    }

    /// The additional emails that were ticked; none where all are, or none could be.
    fn kept(&self) -> Option<Vec<String>> {
        if self.form.text(EMAILS_SHOWN).is_empty() {
            return None;
        }
        let mut kept = self.form.each_filled("additional_emails");
        if self.emails().iter().all(|email| kept.iter().any(|kept| same(kept, email))) {
            return None;
        }
        // The primary one is kept in any case, and is none of the additional ones.
        kept.retain(|kept| self.primary().is_none_or(|primary| !same(primary, kept)));
        Some(kept)
    }

    /// All of the form's inputs.
    pub(super) fn shown(&self, complaints: &Complaints) -> Markup {
        html! {
            (hidden(SURVIVOR_SHOWN, &self.survivor.to_string()))
            @for entry in &self.entries { (hidden("contact", &entry.id.to_string())) }
            (self.survivors(complaints))
            @if let Some(why) = &self.locked {
                p .plain {
                    "Name, title, phones, address and primary email stay as they are: " (why.cause)
                    @if let Some(rule) = why.rule { " (rule " (rule) ")" }
                }
            } @else {
                @for (field, label, value) in INFO { (self.choice(field, label, value)) }
            }
            @for field in &self.fields {
                @let name = &field.name;
                (self.choice(&input_name(name), &field.label, |e| e.custom_fields.get(name).cloned()))
            }
            (self.email_choice(complaints))
        }
    }

    fn survivors(&self, complaints: &Complaints) -> Markup {
        let wrong = complaints.at("survivor", "This contact");
        html! {
            fieldset #survivor .wrong[wrong.is_some()] {
                legend { "Who stays" }
                p .hint { "The others lead to it from then on. Jobs and leads come along." }
                @if let Some(sentence) = &wrong { p .why { (sentence) } }
                @for entry in &self.entries {
                    @let id = format!("survivor-{}", entry.id);
                    div .pick {
                        input type="radio" id=(id) name="survivor" value=(entry.id)
                            checked[entry.id == self.survivor];
                        label for=(id) { (full_name(entry)) }
                        " " (access_badge(if entry.life == "live" { &entry.access } else { &entry.life }))
                        p .hint {
                            @if let Some(email) = &entry.primary_email { (email) " " }
                            (entry.phones.join(", "))
                        }
                    }
                }
            }
        }
    }

    /// One field, where the contacts differ in it.
    fn choice(
        &self,
        field: &str,
        label: &str,
        value: impl Fn(&ContactEntry) -> Option<String>,
    ) -> Markup {
        let mut values: Vec<(Uuid, String)> = Vec::new();
        for entry in self.in_order() {
            if let Some(value) = value(entry)
                && !values.iter().any(|(_, there)| *there == value)
            {
                values.push((entry.id, value));
            }
        }
        if values.len() < 2 {
            return html! {};
        }
        let taken = self.taken(field, &value);
        let taken = self.entries.iter().find(|entry| Some(entry.id) == taken).and_then(value);
        html! {
            fieldset {
                legend { (label) }
                @for (of, value) in &values {
                    @let id = format!("{field}-{of}");
                    div .pick {
                        input type="radio" id=(id) name=(field) value=(of)
                            checked[taken.as_ref() == Some(value)];
                        label .lines for=(id) { (value) }
                    }
                }
            }
        }
    }

    fn email_choice(&self, complaints: &Complaints) -> Markup {
        let emails = self.emails();
        if emails.len() < 2 {
            return html! {};
        }
        let chosen = !self.form.text(EMAILS_SHOWN).is_empty();
        let ticked = self.form.each_filled("additional_emails");
        let wrong = complaints.at("additional_emails", "Emails");
        html! {
            fieldset #additional_emails .wrong[wrong.is_some()] {
                legend { "Emails that are kept" }
                p .hint { "One primary and up to five additional ones." }
                @if let Some(sentence) = &wrong { p .why { (sentence) } }
                (hidden(EMAILS_SHOWN, "yes"))
                @for (index, email) in emails.iter().enumerate() {
                    @let id = format!("email-{index}");
                    div .pick {
                        input type="checkbox" id=(id) name="additional_emails" value=(email)
                            checked[!chosen || ticked.iter().any(|ticked| same(ticked, email))];
                        label for=(id) {
                            (email)
                            @if self.primary().is_some_and(|primary| same(primary, email)) {
                                " " span .hint { "the primary one" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether two addresses are one, however they are typed.
fn same(one: &str, other: &str) -> bool {
    match (EmailAddress::parse(one), EmailAddress::parse(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
