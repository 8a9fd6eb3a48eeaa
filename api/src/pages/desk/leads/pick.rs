//! Choosing somebody of the book, or writing somebody new into it, beside whatever else a form asks.
//!
//! Without a script a list of thousands cannot be searched in place: the button "Find" sends the form
//! back with the names that fit, and with all that was typed.

use crate::endpoints::CONTACT_DIRECTORY;
use crate::endpoints::contacts::NewContact;
use crate::error::Problem;
use crate::input::{Door, search};
use crate::pages::desk::parts::options;
use crate::pages::form::{Complaints, Form, Input, Select, quiet_button};
use crate::pages::visit::Staff;
use crate::state::AppState;
use maud::{Markup, html};
use projections::contact_directory::{self, ContactEntry, ContactQuery};

/// The most names that are offered at once.
const NAMES_MAX: u32 = 50;
/// What the choice holds when somebody new is meant.
const NEW: &str = "new";
/// The field of the choice; the endpoint's own name for it.
pub(super) const CHOICE: &str = "contact_id";
/// The field of what is looked for.
const FIND: &str = "find";

/// What people call the fields.
pub(super) const LABELS: [(&str, &str); 6] = [
    (CHOICE, "Contact"),
    (FIND, "Find in your book"),
    ("new_contact.name", "Name"),
    ("new_contact.primary_email", "Primary email"),
    ("new_contact.phones", "Phone"),
    ("new_contact.address", "Address"),
];

/// Those who are offered.
pub(super) struct Offered {
    found: Vec<ContactEntry>,
    more: bool,
    /// Why nobody was looked for.
    pub(super) wrong: Complaints,
}

impl Offered {
    /// Those in the book whom the typed words fit, the first by name.
    pub(super) async fn of(app: &AppState, who: &Staff, form: &Form) -> Result<Self, Problem> {
        who.ready(app, &[CONTACT_DIRECTORY]).await?;
        let (search, wrong) = sought(FIND, form)?;
        let limit = NAMES_MAX;
        let query = ContactQuery { search, limit, ..ContactQuery::default() };
        let found = contact_directory::list(app.store().reader(), who.ledger(), &query).await?;
        let more = found.next.is_some();
        let found = found.items.into_iter().filter(|contact| contact.life == "live").collect();
        Ok(Self { found, more, wrong })
    }

    /// The choice, and the fields of somebody new. `nobody` says what leaving it open means.
    pub(super) fn shown(&self, form: &Form, nobody: &str, complaints: &Complaints) -> Markup {
        let mut choices = options([("", nobody), (NEW, "Somebody new, see below")]);
        let found = self.found.iter();
        choices.extend(found.map(|contact| (contact.id.to_string(), described(contact))));
        let is_new = form.text(CHOICE) == NEW;
        html! {
            fieldset {
                legend { "Whom it is about" }
                div .bar {
                    (Input::search(FIND, LABELS[1].1).value(form.text(FIND))
                        .hint("A name, an email or a phone.").shown(&self.wrong))
                    (quiet_button("find", "Find"))
                }
                (Select::new(CHOICE, LABELS[0].1, &choices).chosen(form.text(CHOICE))
                    .shown(complaints))
                @if self.more {
                    p .hint { "These are the first " (NAMES_MAX) "; find others by their name." }
                }
                details open[is_new] {
                    summary { "Somebody new" }
                    (Input::text(LABELS[2].0, LABELS[2].1).value(form.text(LABELS[2].0))
                        .shown(complaints))
                    (Input::email(LABELS[3].0, LABELS[3].1).filled_as("off")
                        .value(form.text(LABELS[3].0)).shown(complaints))
                    (Input::phone(LABELS[4].0, LABELS[4].1, 0).filled_as("off")
                        .value(form.text(LABELS[4].0)).shown(complaints))
                    (Input::text(LABELS[5].0, LABELS[5].1).lines(3)
                        .value(form.text(LABELS[5].0)).shown(complaints))
                    p .hint { "They are written into your book, and not invited by it." }
                }
            }
        }
    }
}

/// The words that are looked for; those that no search takes find everybody, and it is said why.
pub(super) fn sought(field: &str, form: &Form) -> Result<(Option<String>, Complaints), Problem> {
    let mut door = Door::default();
    let words = door.take_if(field, form.filled(field), search);
    match door.build(|| words) {
        Ok(words) => Ok((words, Complaints::NONE)),
        Err(problem) => Ok((None, Complaints::about(problem)?)),
    }
}

/// Who was chosen: an existing contact's id, or somebody new.
pub(super) fn chosen(form: &Form) -> (Option<String>, Option<NewContact>) {
    let typed = |name| form.filled(name).map(str::to_owned);
    match form.text(CHOICE) {
        "" => (None, None),
        NEW => {
            let new = NewContact {
                name: form.text(LABELS[2].0).to_owned(),
                title: None,
                primary_email: typed(LABELS[3].0),
                additional_emails: Vec::new(),
                phones: form.each_filled(LABELS[4].0),
                address: typed(LABELS[5].0),
            };
            (None, Some(new))
        }
        contact => (Some(contact.to_owned()), None),
    }
}

/// Enough to tell two of one name apart.
fn described(contact: &ContactEntry) -> String {
    let reached = contact.primary_email.as_ref().or(contact.phones.first());
    let access = contact.access.replace('_', " ");
    match reached {
        Some(reached) => format!("{}, {reached} ({access})", contact.name),
        None => format!("{} ({access})", contact.name),
    }
}
