//! The part of the filter that asks for an owner (R54): contacts to choose from, by name. In a long
//! book somebody types a part of the name first; where it fits one contact alone, that one is meant.

use super::filter::Filter;
use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input, Select};
use crate::pages::visit::Staff;
use crate::state::AppState;
use maud::{Markup, html};
use projections::contact_directory::{self, ContactEntry, ContactQuery};
use uuid::Uuid;

/// The most contacts to choose from at once.
const CONTACTS_MAX: u32 = 100;

const NOT_ALL: &str = "The first 100 by name. Type a part of the name above to find others.";

/// Who is meant by what somebody typed.
#[derive(Clone, Copy)]
enum Settled {
    /// Whoever is chosen, be it nobody.
    AsChosen,
    /// This one, whom alone it fits.
    On(Uuid),
    /// One of several, who is still to be chosen.
    Several,
    /// Nobody has such a name.
    Nobody,
}

/// Whom jobs may be filtered by.
pub(super) struct OwnerMenu {
    options: Vec<(String, String)>,
    /// What was typed, while it is not settled who is meant.
    typed: String,
    hint: &'static str,
    /// Whom the list is filtered by, by name.
    pub(super) name: Option<String>,
}

impl OwnerMenu {
    /// Reads the book, and settles in the filter whom somebody typed the name of.
    pub(super) async fn of(
        app: &AppState,
        who: &Staff,
        form: &Form,
        filter: &mut Filter,
    ) -> Result<Self, Problem> {
        let typed = form.filled("owner_name").map(|typed| typed.trim().to_owned());
        let reader = app.store().reader();
        let query =
            ContactQuery { search: typed.clone(), limit: CONTACTS_MAX, ..ContactQuery::default() };
        let page = contact_directory::list(reader, who.ledger(), &query).await?;
        let is_chosen = |entry: &ContactEntry| entry.id.to_string() == filter.owner;
        let settled = match (&typed, page.items.as_slice()) {
            (None, _) => Settled::AsChosen,
            (Some(_), []) => Settled::Nobody,
            (Some(_), [one]) => Settled::On(one.id),
            (Some(_), several) if several.iter().any(is_chosen) => Settled::AsChosen,
            (Some(_), _several) => Settled::Several,
        };
        let (typed, hint) = match settled {
            Settled::AsChosen | Settled::On(_) if page.next.is_some() => (None, NOT_ALL),
            Settled::AsChosen | Settled::On(_) => (None, ""),
            Settled::Nobody => (typed, "Nobody in the book has such a name."),
            Settled::Several => (typed, "Several contacts fit: choose one."),
        };
        match settled {
            Settled::On(contact) => filter.owner = contact.to_string(),
            Settled::Several => filter.owner.clear(),
            Settled::AsChosen | Settled::Nobody => {}
        }
        let mut menu = Self {
            options: page.items.iter().map(|entry| (entry.id.to_string(), named(entry))).collect(),
            typed: typed.unwrap_or_default(),
            hint,
            name: None,
        };
        menu.name_chosen(app, who, filter).await?;
        menu.options.insert(0, (String::new(), "Anybody".to_owned()));
        Ok(menu)
    }

    /// Whoever is chosen is among the options, also beyond the first of a long book.
    async fn name_chosen(
        &mut self,
        app: &AppState,
        who: &Staff,
        filter: &Filter,
    ) -> Result<(), Problem> {
        let Ok(chosen) = filter.owner.parse::<Uuid>() else { return Ok(()) };
        let ledger = who.ledger();
        let known = contact_directory::several(app.store().reader(), ledger, &[chosen]).await?;
        let Some(entry) = known.get(&chosen) else { return Ok(()) };
        self.name = Some(entry.name.clone());
        if !self.options.iter().any(|(id, _)| *id == filter.owner) {
            self.options.insert(0, (filter.owner.clone(), named(entry)));
        }
        Ok(())
    }

    /// Whether somebody has to look at it.
    pub(super) fn is_open(&self) -> bool {
        !self.typed.is_empty()
    }

    /// Its fields.
    pub(super) fn shown(&self, filter: &Filter, complaints: &Complaints) -> Markup {
        html! {
            (Input::search("owner_name", "Find an owner by name").value(&self.typed)
                .shown(complaints))
            (Select::new("owner", "Owner", &self.options).chosen(&filter.owner).hint(self.hint)
                .shown(complaints))
        }
    }
}

/// A contact's name, with what tells it from others of the name.
fn named(entry: &ContactEntry) -> String {
    match &entry.primary_email {
        Some(email) => format!("{} ({email})", entry.name),
        None => entry.name.clone(),
    }
}
