use super::contact_add::LABELS;
use super::{info_is_open, levels, or_dash};
use crate::endpoints::me::customers::edit_contact::{EditMemberContact, edit};
use crate::endpoints::me::customers::{MemberContact, contact_of};
use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input, button, hidden};
use crate::pages::layout::{Page, Place, to};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::customer::Feature;
use domain::{ContactId, CustomerId};
use maud::{Markup, html};

/// Shows what can be edited of a contact (R121); of an active one that is its title and what it may, and
/// for admins alone (G13).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, (CustomerId, ContactId)>,
) -> Result<Page, Problem> {
    let (customer, contact) = visit.path;
    let member = Member::reaching(&app, visit.who.asker(), customer, Feature::Contacts).await?;
    let contact = contact_of(&app, &member, contact).await?;
    Ok(page(&member, &contact, None, &Complaints::NONE))
}

/// Save it.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, (CustomerId, ContactId)>,
) -> Result<Response, Problem> {
    let path = sent.path;
    let (order, form) = sent.order();
    match edit(&app, &order, path, &typed(&form)).await {
        Ok(_) => {
            let (customer, contact) = path;
            let seen = format!("/me/customers/{customer}/contacts/{contact}");
            Ok(to(&format!("{seen}?done=member-saved")))
        }
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let member = Member::reaching(&app, &order.asker, path.0, Feature::Contacts).await?;
            let contact = contact_of(&app, &member, path.1).await?;
            let page = page(&member, &contact, Some(&form), &complaints);
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

/// What the form had: a field that it did not show stays as it is, and a part that has been locked since
/// is refused, and not passed over.
fn typed(form: &Form) -> EditMemberContact {
    let had = |part: &str| form.filled(part).is_some();
    EditMemberContact {
        title: had(TITLE).then(|| form.filled("title").map(str::to_owned)),
        name: had(INFO).then(|| form.text("name").to_owned()),
        phones: had(INFO).then(|| Some(form.each_filled("phones"))),
        primary_email: Some(form.text("primary_email").to_owned())
            .filter(|typed| had(EMAIL) || (had(INFO) && !typed.trim().is_empty())),
        permissions: had(LEVELS).then(|| form.each_filled("permissions")),
    }
}

/// Says that the form has the title.
const TITLE: &str = "with_title";
/// Says that it has name, phones and email.
const INFO: &str = "with_info";
/// Says that it had an email in it, which another can take the place of and nothing cannot (R17).
const EMAIL: &str = "with_email";
/// Says that it has the permission levels.
const LEVELS: &str = "with_levels";

fn page(
    member: &Member,
    contact: &MemberContact,
    form: Option<&Form>,
    complaints: &Complaints,
) -> Page {
    let is_admin = member.reaches(Feature::ManageContacts);
    let info = info_is_open(contact);
    let entitles = info || (is_admin && contact.status == "active");
    let permits = is_admin && !contact.yourself;
    let title = contact.title.as_deref().unwrap_or_default();
    let ticked =
        form.map_or_else(|| contact.permissions.clone(), |form| form.each_filled("permissions"));
    let view = format!("/me/customers/{}/contacts/{}", member.customer, contact.id);
    let content = html! {
        (complaints.above(&LABELS))
        @if !info { (locked(contact)) }
        @if entitles || permits {
            form method="post" novalidate {
                @if entitles {
                    (hidden(TITLE, "yes"))
                    (Input::text("title", "Title").value(form.map_or(title, |form| form.text("title")))
                        .shown(complaints))
                }
                @if info { (of_info(contact, form, complaints)) }
                @if permits { (hidden(LEVELS, "yes")) (levels(&ticked, "")) }
                (button("save", "Save"))
            }
        }
        p { a href=(view) { "Back to the contact" } }
    };
    Page::new("Edit Contact", content).at(Place::Customers)
}

fn of_info(contact: &MemberContact, form: Option<&Form>, complaints: &Complaints) -> Markup {
    let email = contact.primary_email.as_deref().unwrap_or_default();
    let phones = form.map_or_else(|| contact.phones.clone(), |form| form.each_filled("phones"));
    html! {
        (hidden(INFO, "yes"))
        (Input::text("name", "Name").value(form.map_or(&contact.name, |form| form.text("name")))
            .shown(complaints))
        @for index in 0..=phones.len() {
            (Input::phone("phones", "Phone", index)
                .value(phones.get(index).map_or("", String::as_str)).shown(complaints))
        }
        @let hint = if email.is_empty() {
            "An invitation would go there."
        } else {
            "Another one can take its place; it cannot be left empty."
        };
        @if !email.is_empty() { (hidden(EMAIL, "yes")) }
        (Input::email("primary_email", "Email").filled_as("off").hint(hint)
            .value(form.map_or(email, |form| form.text("primary_email"))).shown(complaints))
    }
}

/// Why name, phones and email are not open, with what they are.
fn locked(contact: &MemberContact) -> Markup {
    html! {
        section .plain {
            dl .facts {
                div { dt { "Name" } dd { (contact.name) } }
                div { dt { "Phone" } dd { (or_dash(&contact.phones.join(", "))) } }
                div { dt { "Email" } dd { (contact.primary_email.as_deref().unwrap_or("–")) } }
            }
            p .hint {
                @match &*contact.status {
                    "active" => "They have a login, and say themselves what they are called and how \
                                 they are reached.",
                    "pending" => "They are invited. Take the invitation back to change these, and \
                                  send it again.",
                    _ => "Their access is closed for now. Open it again to change these.",
                }
            }
        }
    }
}
