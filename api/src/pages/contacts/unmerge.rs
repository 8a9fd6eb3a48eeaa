//! Taking a merge back, and what could not be taken back (H2).

use crate::endpoints::contacts::unmerge::{KeptAnswer, part};
use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST, LEAD_VIEW};
use crate::error::Problem;
use crate::pages::form::Form;
use crate::pages::layout::{address, to};
use crate::pages::visit::{Sent, Staff};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use domain::contact::Kept;
use domain::{ContactId, JobId, LeadId};
use maud::{Markup, html};
use projections::{contact_directory, custom_fields, job_list, lead_view};
use uuid::Uuid;

/// The most of them that an address takes along; more are said to be there.
const KEPT_MAX: usize = 40;

const ALL: [Kept; 13] = [
    Kept::Name,
    Kept::Title,
    Kept::Phones,
    Kept::Address,
    Kept::PrimaryEmail,
    Kept::AdditionalEmail,
    Kept::CustomField,
    Kept::PrimaryEmailClaim,
    Kept::JobOwnerRemoved,
    Kept::JobIsFull,
    Kept::JobArchived,
    Kept::LeadContactChanged,
    Kept::Customer,
];

/// As an address has it.
const fn word(kept: Kept) -> &'static str {
    match kept {
        Kept::Name => "name",
        Kept::Title => "title",
        Kept::Phones => "phones",
        Kept::Address => "address",
        Kept::PrimaryEmail => "primary-email",
        Kept::AdditionalEmail => "additional-email",
        Kept::CustomField => "custom-field",
        Kept::PrimaryEmailClaim => "claim",
        Kept::JobOwnerRemoved => "job-removed",
        Kept::JobIsFull => "job-full",
        Kept::JobArchived => "job-archived",
        Kept::LeadContactChanged => "lead",
        Kept::Customer => "customer",
    }
}

/// Let the contact stand for itself again. What could not be undone is told on its page.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ContactId>,
) -> Result<Response, Problem> {
    let (who, contact) = (sent.who.clone(), sent.path);
    let (order, _) = sent.order();
    who.ready(&app, &[CONTACT_DIRECTORY]).await?;
    let before = contact_directory::get(app.store().reader(), who.ledger(), contact).await?;
    let survivor = before.and_then(|entry| entry.merged_into);
    let (_, kept) = part(&app, &order).await?;
    let kept: Vec<String> = kept.iter().take(KEPT_MAX).map(written).collect();
    let survivor = survivor.map(|survivor| survivor.to_string());
    let told = survivor.iter().map(|survivor| ("from", &**survivor));
    let told = told.chain(kept.iter().map(|kept| ("kept", &**kept)));
    let path = format!("/contacts/{contact}");
    Ok(to(&address(&path, std::iter::once(("done", "contact-unmerged")).chain(told))))
}

/// `name`, or `job-full.` and which job.
fn written(kept: &KeptAnswer) -> String {
    let of = kept.job.or(kept.lead).map(|id| id.to_string()).or_else(|| kept.field.clone());
    let word = word(kept.what);
    of.map_or_else(|| word.to_owned(), |of| format!("{word}.{of}"))
}

/// What the page of the contact says of it. The address names it by words of ours and ids; what has
/// another word, or is of another account, says nothing.
pub(super) async fn kept(app: &AppState, who: &Staff, query: &Form) -> Result<Markup, Problem> {
    let told = query.each_filled("kept");
    if told.is_empty() {
        return Ok(html! {});
    }
    who.ready(app, &[CONTACT_DIRECTORY, JOB_LIST, LEAD_VIEW]).await?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let survivor = match query.text("from").parse() {
        Ok(id) => contact_directory::get(reader, ledger, ContactId(id)).await?,
        Err(_no_id) => None,
    };
    let name = survivor.as_ref().map_or("the other contact", |entry| &entry.name);
    let mut sentences = Vec::new();
    for told in told.iter().take(KEPT_MAX) {
        let (written, of) = told.split_once('.').unwrap_or((told, ""));
        let Some(what) = ALL.into_iter().find(|kept| word(*kept) == written) else { continue };
        let of = named(app, who, what, of).await?;
        sentences.extend(sentence(what, name, of.as_deref()));
    }
    Ok(html! {
        @if !sentences.is_empty() {
            section .plain {
                h2 { "What could not be taken back" }
                ul { @for sentence in &sentences { li { (sentence) } } }
                @if let Some(survivor) = &survivor {
                    p { a href=(format!("/contacts/{}", survivor.id)) { "Look at " (survivor.name) } }
                }
            }
        }
    })
}

/// The name of the job, the lead or the field that something is about.
async fn named(
    app: &AppState,
    who: &Staff,
    what: Kept,
    of: &str,
) -> Result<Option<String>, Problem> {
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let id = of.parse::<Uuid>().ok();
    Ok(match (what, id) {
        (Kept::JobOwnerRemoved | Kept::JobIsFull | Kept::JobArchived, Some(id)) => {
            job_list::get(reader, ledger, JobId(id)).await?.map(|job| job.name)
        }
        (Kept::LeadContactChanged, Some(id)) => {
            lead_view::get(reader, ledger, LeadId(id)).await?.map(|lead| lead.title)
        }
        (Kept::CustomField, _) => {
            let fields = custom_fields::get(reader, ledger).await?.map(|all| all.fields);
            let mut fields = fields.unwrap_or_default().into_iter();
            fields.find(|field| field.name == of).map(|field| field.label)
        }
        (
            Kept::Name
            | Kept::Title
            | Kept::Phones
            | Kept::Address
            | Kept::PrimaryEmail
            | Kept::AdditionalEmail
            | Kept::PrimaryEmailClaim
            | Kept::JobOwnerRemoved
            | Kept::JobIsFull
            | Kept::JobArchived
            | Kept::LeadContactChanged
            | Kept::Customer,
            _,
        ) => None,
    })
}

/// In words; none where what it is about is not known here.
fn sentence(what: Kept, survivor: &str, of: Option<&str>) -> Option<String> {
    Some(match (what, of) {
        (Kept::Name, _) => format!("{survivor} keeps the name of this contact."),
        (Kept::Title, _) => format!("{survivor} keeps the title of this contact."),
        (Kept::Phones, _) => format!("{survivor} keeps the phones of this contact."),
        (Kept::Address, _) => format!("{survivor} keeps the address of this contact."),
        (Kept::PrimaryEmail, _) => {
            format!("{survivor} keeps the primary email of this contact as its own.")
        }
        (Kept::AdditionalEmail, _) => format!(
            "{survivor} keeps an additional email of this contact; its owner alone removes it."
        ),
        (Kept::Customer, _) => format!("{survivor} keeps the customer of this contact."),
        (Kept::CustomField, Some(of)) => {
            format!("{survivor} keeps the field {of} of this contact.")
        }
        (Kept::PrimaryEmailClaim, _) => {
            "Another contact is invited with the primary email by now.".to_owned()
        }
        (Kept::JobOwnerRemoved, Some(of)) => {
            format!("{of}: {survivor} was taken off it since, so nobody was put back.")
        }
        (Kept::JobIsFull, Some(of)) => format!("{of}: the job takes no more owners."),
        (Kept::JobArchived, Some(of)) => {
            format!("{of}: the job is archived, and nobody is added to it.")
        }
        (Kept::LeadContactChanged, Some(of)) => {
            format!("{of}: the lead was given another contact since, or none.")
        }
        (
            Kept::CustomField
            | Kept::JobOwnerRemoved
            | Kept::JobIsFull
            | Kept::JobArchived
            | Kept::LeadContactChanged,
            None,
        ) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_has_a_word_of_its_own_and_a_sentence() {
        let words: BTreeSet<&str> = ALL.into_iter().map(word).collect();
        assert_eq!(words.len(), ALL.len());
        assert!(words.iter().all(|word| !word.contains('.')));
        assert!(ALL.into_iter().all(|kept| sentence(kept, "Ada", Some("Elm")).is_some()));
    }
}
