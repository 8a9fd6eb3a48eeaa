//! Who has the job built: its owners, how one is added, and what may be done about the access of
//! each.

pub(super) mod existing;
pub(super) mod new;
pub(super) mod owner;
mod remedies;
mod security;
mod why;

use super::{Tab, changes, job, sheet};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id};
use crate::pages::email_conflicts::{self, At};
use crate::pages::form::{Complaints, Form, no_such_button};
use crate::pages::layout::{Page, to};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::access_badge;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::job::JobCommand;
use domain::{Command, ContactId, JobId};
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::job_owners::{self, JobOwner};

/// The owners of a job.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, visit.path, &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Put a contact that is in the book on the job, without an invite (R4, R26).
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, id) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    match put(&app, &order, &form).await {
        Ok(()) => Ok(to(&Tab::Owners.done(id, "owner-put"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, id, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn put(app: &AppState, order: &Order<JobId, ()>, form: &Form) -> Result<(), Problem> {
    if form.text("action") != "put" {
        return Err(no_such_button());
    }
    let mut door = Door::default();
    let contact = door.take("contact", id::<ContactId>(form.text("contact")));
    let contact = door.build(|| contact)?;
    let add = JobCommand::AddOwner(contact, None);
    order.execute(app, Command::Job(order.path, add)).await?;
    Ok(())
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let owners = job_owners::get(app.store().reader(), who.ledger(), id).await?;
    let owners = owners.map(|owners| owners.items).unwrap_or_default();
    who.ready(app, &email_conflicts::READS).await?;
    let waiting = if job.job.archived {
        html! {}
    } else {
        email_conflicts::section(app, who, At::Job(id)).await?
    };
    let content = html! {
        (complaints.above(&[]))
        (waiting)
        @if changes(who, &job) { (add_owner(id)) }
        @if owners.is_empty() {
            p .plain {
                "This job has no owner yet. A job may have as many as you like; none of them is the \
                 first, and all of them see the same but for To-Dos and messages."
            }
        } @else {
            (list(&job, &owners))
            p .hint {
                "All owners see the same and have the same powers; To-Dos and messages are each \
                 owner's own. There is no primary owner."
            }
        }
    };
    Ok(sheet(who, &job, Tab::Owners, &content))
}

/// The two ways to put an owner on a job (R2, R12, R57).
fn add_owner(job: JobId) -> Markup {
    html! {
        section .plain {
            h2 { "Add Owner" }
            p {
                a .main href=(format!("/jobs/{job}/owners/new")) { "New Contact" }
                a .other href=(format!("/jobs/{job}/owners/existing")) { "Choose from Existing Contacts" }
            }
        }
    }
}

fn list(job: &JobPage, owners: &[JobOwner]) -> Markup {
    let id = job.job.id;
    html! {
        table .cards {
            caption { (owners.len()) @if owners.len() == 1 { " owner" } @else { " owners" } }
            thead { tr {
                th scope="col" { "Name" } th scope="col" { "Email" } th scope="col" { "Phone" }
                th scope="col" { "Access" }
            } }
            tbody { @for owner in owners {
                tr {
                    th scope="row" {
                        a href=(format!("/jobs/{id}/owners/{}", owner.id)) { (owner.name) }
                    }
                    td data-label="Email" { (owner.primary_email.as_deref().unwrap_or("–")) }
                    td data-label="Phone" {
                        @if owner.phones.is_empty() { "–" } (owner.phones.join(", "))
                    }
                    td data-label="Access" { (access_badge(&owner.access)) }
                }
            } }
        }
    }
}
