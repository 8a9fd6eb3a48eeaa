//! What somebody who is invited has with another builder, beside what the inviting one has written: which
//! of the two stands from now on, they decide (RULES.md 2.1).

use super::form::{Form, radio};
use crate::error::Problem;
use crate::persons::links::{self, Link};
use crate::state::AppState;
use domain::contact::{Contact, InfoEdit};
use domain::text::{Honorific, PersonName, PostalAddress};
use domain::{PersonId, Personal};
use maud::{Markup, html};

/// The value of the choice that takes their own.
const OWN: &str = "own";

/// Somebody's info with a builder of theirs.
pub(super) struct OwnInfo {
    builder: String,
    contact: Contact,
}

impl OwnInfo {
    /// What the first of somebody's builders has, as the page of their details shows it; none where no
    /// builder is theirs.
    pub(super) async fn of(app: &AppState, person: PersonId) -> Result<Option<Self>, Problem> {
        let person = links::person(app, person).await?;
        let first = links::of(app, &person).await?.into_iter().find(|link| link.open);
        Ok(first.map(|Link { builder, contact, .. }| Self { builder, contact }))
    }

    /// Beside what the inviting builder has on file.
    pub(super) fn shown(&self) -> Markup {
        html! {
            section .plain {
                h2 { "What you have with " (self.builder) }
                dl .facts { (facts(&self.contact)) }
            }
        }
    }

    /// The edit that makes it stand.
    fn edit(&self) -> InfoEdit {
        let Contact { title, name, phones, address, .. } = &self.contact;
        let phones = phones.as_ref().and_then(Personal::value);
        InfoEdit {
            name: name.value().cloned(),
            title: Some(title.as_ref().and_then(Personal::value).cloned()),
            phones: Some(phones.cloned().unwrap_or_default()),
            address: Some(address.as_ref().and_then(Personal::value).cloned()),
            primary_email: None,
        }
    }
}

/// Name, phones and address of a contact, as a list of facts has them.
pub(super) fn facts(contact: &Contact) -> Markup {
    let title = contact.title.as_ref().and_then(Personal::value).map(Honorific::as_str);
    let phones = contact.phones.as_ref().and_then(Personal::value);
    let phones = phones.map(Vec::as_slice).unwrap_or_default();
    let address = contact.address.as_ref().and_then(Personal::value).map(PostalAddress::as_str);
    html! {
        @if let Some(name) = contact.name.value().map(PersonName::as_str) {
            dt { "Name" }
            dd { @if let Some(title) = title { (title) " " } (name) }
        }
        @for phone in phones { dt { "Phone" } dd { (phone.typed()) } }
        @if let Some(address) = address { dt { "Address" } dd .lines { (address) } }
    }
}

/// Asks which of the two stands, in the form with this button; the builder's, where nobody chooses.
pub(super) fn choice(action: &str, builder: &str) -> Markup {
    let name = field(action);
    html! {
        fieldset {
            legend { "Name, phones and address" }
            (radio(&name, "builders", &format!("As {builder} has written them"), true))
            (radio(&name, OWN, "As my other builders have them", false))
        }
    }
}

/// What was chosen with this button: the edit where their own is to stand.
pub(super) async fn chosen(
    app: &AppState,
    person: PersonId,
    action: &str,
    form: &Form,
) -> Result<Option<InfoEdit>, Problem> {
    if form.text(&field(action)) != OWN {
        return Ok(None);
    }
    Ok(OwnInfo::of(app, person).await?.map(|own| own.edit()))
}

/// Each form of the page has a field of its own, so that no two have one label.
fn field(action: &str) -> String {
    format!("info_{action}")
}
