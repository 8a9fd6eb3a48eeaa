use super::full_name;
use super::told::Told;
use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST};
use crate::error::Problem;
use crate::pages::form::{Form, button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::contact::ContactCommand;
use domain::{Command, ContactId};
use maud::{Markup, html};
use projections::contact_directory;
use projections::job_list::{self, JobQuery};

/// How many of its jobs are named.
const JOBS_NAMED: u32 = 20;

/// What deleting a contact means, before it is done (R124, H7).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ContactId>,
) -> Result<Page, Problem> {
    page(&app, &visit.who, visit.path, &Told::default()).await
}

/// Delete it.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ContactId>,
) -> Result<Response, Problem> {
    let (who, contact) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let confirmed = form.text("action") == "delete";
    let command = Command::Contact(contact, ContactCommand::Delete { confirmed });
    match order.execute(&app, command).await {
        Ok(_) => Ok(to(&format!("/contacts/{contact}?done=contact-deleted"))),
        Err(problem) => refused(&app, &who, contact, form, problem).await,
    }
}

async fn refused(
    app: &AppState,
    who: &Staff,
    contact: ContactId,
    form: Form,
    problem: Problem,
) -> Result<Response, Problem> {
    let told = Told::refused(form, problem)?;
    let page = page(app, who, contact, &told).await?;
    Ok(page.status(told.status()).into_response())
}

async fn page(
    app: &AppState,
    who: &Staff,
    contact: ContactId,
    told: &Told,
) -> Result<Page, Problem> {
    who.ready(app, &[CONTACT_DIRECTORY, JOB_LIST]).await?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let entry = contact_directory::get(reader, ledger, contact).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    let query =
        JobQuery { owner: Some(contact), archived: true, limit: JOBS_NAMED, ..JobQuery::default() };
    let jobs = job_list::list(reader, ledger, &query).await?;
    let names: Vec<&str> = jobs.items.iter().map(|job| &*job.name).collect();
    let more = if jobs.next.is_some() { " and others" } else { "" };
    let name = full_name(&entry);
    let content: Markup = html! {
        (told.above(app, who, Some(contact), &[]).await?)
        section .plain {
            p { strong { (name) } " leaves the book." }
            ul {
                @if names.is_empty() { li { "It is on no job." } } @else {
                    li { "It is taken off: " (names.join(", ")) (more) "." }
                }
                li { "Leads about it have no contact any more." }
                @if entry.access == "pending" { li { "Its invitation is taken back." } }
                @if entry.access == "active" { li { "Its owner sees nothing of your jobs any more." } }
                li { "Its primary email is free for another contact." }
            }
            p { "Nothing is lost: it can be restored, and its history stays." }
            form method="post" {
                (button("delete", "Yes, delete this contact"))
                a href=(format!("/contacts/{contact}")) { "No, keep it" }
            }
        }
    };
    Ok(Page::new(format!("Delete {name}?"), content).desk(who, Desk::Contacts))
}
