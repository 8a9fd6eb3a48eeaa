//! Ways out where a primary email is another contact's (R25 to R31).

use crate::endpoints::CONTACT_DIRECTORY;
use crate::error::Problem;
use crate::pages::form::{button, hidden, quiet_button};
use crate::pages::visit::Staff;
use crate::state::AppState;
use domain::{ContactId, JobId};
use maud::{Markup, html};
use projections::contact_directory::{self, ContactEntry};

/// The refusals that name the contact that has the email.
const NAMES_THE_HOLDER: [&str; 2] = ["primary_email_on_activated_owner", "primary_email_claimed"];

/// The contact that has the email, where that is why.
async fn holder(
    app: &AppState,
    who: &Staff,
    problem: &Problem,
) -> Result<Option<ContactEntry>, Problem> {
    if !NAMES_THE_HOLDER.contains(&problem.body.code) {
        return Ok(None);
    }
    let Some(holder) = problem.body.holder else { return Ok(None) };
    who.ready(app, &[CONTACT_DIRECTORY]).await?;
    Ok(contact_directory::get(app.store().reader(), who.ledger(), ContactId(holder)).await?)
}

/// For a contact that is not on the job yet: take the one that has the email (R26). `known` is the
/// contact, where it is in the book.
pub(super) async fn instead(
    app: &AppState,
    who: &Staff,
    job: JobId,
    problem: &Problem,
    known: Option<&ContactEntry>,
) -> Result<Markup, Problem> {
    let Some(holder) = holder(app, who, problem).await? else { return Ok(html! {}) };
    Ok(html! {
        section .plain .remedies {
            h2 { "Who has this email" }
            p {
                a href=(format!("/contacts/{}", holder.id)) { (holder.name) }
                @if let Some(email) = &holder.primary_email { ", " (email) }
            }
            form method="post" action=(format!("/jobs/{job}/owners")) {
                (hidden("contact", &holder.id.to_string()))
                (button("put", "Add this existing contact to the job"))
            }
            @match known {
                Some(contact) => (others(contact, &holder)),
                None => p { "Or change the primary email below to one that is unique." }
            }
        }
    })
}

/// For a contact on the job that cannot be invited: the three remedies (R28 to R31).
pub(super) async fn three(
    app: &AppState,
    who: &Staff,
    contact: &ContactEntry,
    problem: &Problem,
) -> Result<Markup, Problem> {
    let Some(holder) = holder(app, who, problem).await? else { return Ok(html! {}) };
    Ok(html! {
        section .plain .remedies {
            h2 { "What you can do" }
            h3 { "It should have been the other one" }
            p {
                "Take this contact off the job, and put "
                a href=(format!("/contacts/{}", holder.id)) { (holder.name) } " on it."
            }
            form method="post" {
                (hidden("holder", &holder.id.to_string()))
                (quiet_button("replace", "Remove this one and add the other"))
            }
            (others(contact, &holder))
            @for email in &contact.additional_emails {
                form method="post" {
                    (hidden("swap", email))
                    (quiet_button("swap", &format!("Make {email} the primary email")))
                }
            }
        }
    })
}

/// What is done in the book: merging the two, or another primary email.
fn others(contact: &ContactEntry, holder: &ContactEntry) -> Markup {
    let merge = format!("/contacts/merge?contact={}&contact={}", holder.id, contact.id);
    html! {
        h3 { "Both are the same person" }
        p { a href=(merge) { "Merge the two contacts" } }
        h3 { "They are two people" }
        p {
            a href=(format!("/contacts/{}", contact.id)) {
                "Change the primary email to one that is unique"
            }
        }
    }
}
