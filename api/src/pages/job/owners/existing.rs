use super::security::{STAGE, UNSTAGE, prompt, section, staged, staged_by};
use super::{Tab, changes, job, remedies, sheet};
use crate::endpoints::jobs::add_owner::{Becomes, adding};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, cursor, id, search};
use crate::pages::form::{Complaints, Form, Input, button, hidden, no_such_button};
use crate::pages::layout::{Page, further, to};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{access_badge, sentence};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{ContactId, JobId};
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::contact_directory::{self, ContactEntry, ContactQuery};

/// How many contacts stand on a page.
const CONTACTS: u32 = 20;

/// Choose an owner from the contacts in the book: first whom, then whether to invite.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    match chosen(&visit.query)? {
        Some(contact) => {
            page_of(&app, &visit.who, visit.path, contact, &Form::default(), None).await
        }
        None => choice(&app, &visit.who, visit.path, &visit.query).await,
    }
}

/// Save the contact as an owner, and send the invite if it is staged, both or neither.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, job) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let contact = chosen(&form)?.ok_or_else(Problem::not_found)?;
    if [STAGE, UNSTAGE].contains(&form.text("action")) {
        return Ok(page_of(&app, &who, job, contact, &form, None).await?.into_response());
    }
    match save(&app, &order, contact, &form).await {
        Ok(()) => {
            let word = if staged(&form) { "owner-invited" } else { "owner-put" };
            Ok(to(&Tab::Owners.done(job, word)))
        }
        Err(problem) => {
            let page = page_of(&app, &who, job, contact, &form, Some(problem)).await?;
            Ok(page.into_response())
        }
    }
}

/// The contact that a query or a form names.
fn chosen(form: &Form) -> Result<Option<ContactId>, Problem> {
    let mut door = Door::default();
    let contact = door.take_if("contact", form.filled("contact"), id::<ContactId>);
    door.build(|| contact)
}

async fn save(
    app: &AppState,
    order: &Order<JobId, ()>,
    contact: ContactId,
    form: &Form,
) -> Result<(), Problem> {
    if form.text("action") != "save" {
        return Err(no_such_button());
    }
    let command = adding(order.path, Becomes::Existing(contact), staged(form));
    order.execute(app, command).await.map(|_| ())
}

/// Whom to choose.
async fn choice(app: &AppState, who: &Staff, id: JobId, query: &Form) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let mut door = Door::default();
    let wanted = door.take_if("search", query.filled("search"), search);
    let cursor = door.take_if("cursor", query.filled("cursor"), cursor);
    let asked = door.build(|| {
        let (search, cursor) = (wanted?, cursor?);
        Some(ContactQuery { search, cursor, limit: CONTACTS, ..ContactQuery::default() })
    });
    let (found, complaints) = match asked {
        Ok(asked) => {
            let found = contact_directory::list(app.store().reader(), who.ledger(), &asked).await?;
            (Some(found), Complaints::NONE)
        }
        Err(problem) => (None, Complaints::about(problem)?),
    };
    let content = html! {
        (complaints.above(&[("search", "Name, email or phone")]))
        h2 { "Choose from Existing Contacts" }
        form .bar method="get" role="search" {
            (Input::search("search", "Name, email or phone").value(query.text("search"))
                .shown(&complaints))
            button .quiet type="submit" { "Search" }
        }
        @if let Some(found) = &found {
            @if found.items.is_empty() { p { "Nobody in the book fits that." } }
            ul .people .found {
                @for contact in &found.items { (offered(&job, contact, changes(who, &job))) }
            }
            (further(
                &format!("/jobs/{id}/owners/existing"), query, &["search"], found.next.as_deref(),
                "More contacts",
            ))
        }
        p { a href=(format!("/jobs/{id}/owners/new")) { "New Contact instead" } }
    };
    Ok(sheet(who, &job, Tab::Owners, &content).status(complaints.status()))
}

/// A contact that may be chosen, or is there already.
fn offered(job: &JobPage, contact: &ContactEntry, changes: bool) -> Markup {
    let there = job.job.owners.iter().any(|owner| owner.id == contact.id);
    let choose = format!("/jobs/{}/owners/existing?contact={}", job.job.id, contact.id);
    html! {
        li {
            div {
                strong { (contact.name) } " " (access_badge(&contact.access))
                p .hint {
                    ([contact.primary_email.clone(), contact.phones.first().cloned()]
                        .into_iter().flatten().collect::<Vec<_>>().join(" · "))
                }
            }
            @if there {
                span .hint { "On this job already" }
            } @else if changes {
                a .other href=(choose) aria-label=(format!("Choose {}", contact.name)) { "Choose" }
            }
        }
    }
}

/// The chosen one, with what Save does.
async fn page_of(
    app: &AppState,
    who: &Staff,
    id: JobId,
    contact: ContactId,
    form: &Form,
    refused: Option<Problem>,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let contact = contact_directory::get(app.store().reader(), who.ledger(), contact).await?;
    let contact = contact.filter(|contact| contact.life == "live");
    let contact = contact.ok_or_else(Problem::not_found)?;
    let instead = if let Some(problem) = &refused {
        remedies::instead(app, who, id, problem, Some(&contact)).await?
    } else {
        html! {}
    };
    let complaints = match refused {
        Some(problem) => Complaints::about(problem)?,
        None => Complaints::NONE,
    };
    let can_invite = ["not_invited", "deactivated"].contains(&&*contact.access);
    let staged = staged_by(form) && can_invite;
    let content = html! {
        (prompt(staged))
        (complaints.above(&[("contact", "Contact")]))
        (instead)
        section .plain {
            h2 { (contact.name) }
            dl .facts {
                dt { "Primary email" } dd { (contact.primary_email.as_deref().unwrap_or("–")) }
                @if !contact.phones.is_empty() { dt { "Phone" } dd { (contact.phones.join(", ")) } }
                dt { "Access" } dd { (access_badge(&contact.access)) }
            }
            @if changes(who, &job) {
                form method="post" {
                    (hidden("contact", &contact.id.to_string()))
                    @if can_invite { (section(&sentence(&contact.access), staged)) }
                    (button("save", "Save"))
                }
            }
        }
        p { a href=(format!("/jobs/{id}/owners/existing")) { "Choose somebody else" } }
    };
    Ok(sheet(who, &job, Tab::Owners, &content).status(complaints.status()))
}
