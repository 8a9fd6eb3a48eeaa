//! Contacts to tick (R52): those that are ticked already, then those that fit what was searched for.
//! Searching sends the form, and what was ticked comes back ticked.

use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input};
use crate::pages::visit::Staff;
use crate::pages::words::access_badge;
use crate::state::AppState;
use maud::{Markup, html};
use projections::contact_directory::{self, ContactEntry, ContactQuery};
use std::collections::HashSet;
use uuid::Uuid;

/// The most contacts that are found at once.
const FOUND_MAX: u32 = 20;
/// The field of the search.
pub(super) const FIND: &str = "find";

/// Contacts to tick.
pub(super) struct Picker {
    /// The field that the boxes fill, and what people call it.
    name: &'static str,
    label: &'static str,
    ticked: HashSet<Uuid>,
    contacts: Vec<ContactEntry>,
    searched: String,
    more: bool,
}

impl Picker {
    /// Those ticked in a form, those put before others, and those found.
    pub(super) async fn of(
        app: &AppState,
        who: &Staff,
        (name, label): (&'static str, &'static str),
        form: &Form,
        first: &[Uuid],
    ) -> Result<Self, Problem> {
        let (reader, ledger) = (app.store().reader(), who.ledger());
        let ticked: Vec<Uuid> =
            form.each_filled(name).iter().filter_map(|id| id.parse().ok()).collect();
        let searched = form.text(FIND).trim().to_owned();
        let search = (!searched.is_empty()).then(|| searched.clone());
        // Whoever is looked for by name is not among others.
        let first = if search.is_some() { &[] } else { first };
        let wanted: Vec<Uuid> = ticked.iter().chain(first).copied().collect();
        let mut known = contact_directory::several(reader, ledger, &wanted).await?;
        let mut contacts: Vec<ContactEntry> =
            wanted.iter().filter_map(|id| known.remove(id)).collect();
        let query = ContactQuery { search, limit: FOUND_MAX, ..ContactQuery::default() };
        let found = contact_directory::list(reader, ledger, &query).await?;
        let there: HashSet<Uuid> = contacts.iter().map(|contact| contact.id).collect();
        contacts.extend(found.items.into_iter().filter(|contact| !there.contains(&contact.id)));
        let (ticked, more) = (ticked.into_iter().collect(), found.next.is_some());
        Ok(Self { name, label, ticked, contacts, searched, more })
    }

    /// The whole of it; `find` is the button that searches.
    pub(super) fn shown(&self, find: &Markup, complaints: &Complaints) -> Markup {
        let wrong = complaints.at(self.name, self.label);
        let wrong_id = format!("{}-wrong", self.name);
        let described = wrong.as_ref().map(|_| wrong_id.as_str());
        html! {
            fieldset .picker .wrong[wrong.is_some()] id=(self.name)
                aria-describedby=[described] {
                legend { (self.label) }
                @if let Some(sentence) = &wrong { p .why id=(wrong_id) { (sentence) } }
                div .bar {
                    (Input::search(FIND, "Find a contact")
                        .hint("A name, an email or a phone. What is ticked stays ticked.")
                        .value(&self.searched).shown(&Complaints::NONE))
                    (find)
                }
                @if self.contacts.is_empty() { (self.nobody()) }
                @for contact in &self.contacts { (self.choice(contact)) }
                @if self.more { p .hint { "There are more; a search finds them." } }
            }
        }
    }

    fn choice(&self, contact: &ContactEntry) -> Markup {
        let id = format!("{}-{}", self.name, contact.id);
        html! {
            div .choice {
                input type="checkbox" id=(id) name=(self.name) value=(contact.id)
                    checked[self.ticked.contains(&contact.id)];
                label for=(id) {
                    (contact.name) " " (access_badge(&contact.access))
                    @if let Some(email) = &contact.primary_email { span .hint .line { (email) } }
                }
            }
        }
    }

    fn nobody(&self) -> Markup {
        html! {
            @if self.searched.is_empty() {
                p { "There are no contacts yet. " a href="/contacts" { "Put the first into the book" } "." }
            } @else {
                p { "Nobody in the book fits “" (self.searched) "”." }
            }
        }
    }
}
