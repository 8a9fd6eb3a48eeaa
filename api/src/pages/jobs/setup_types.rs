use super::setup::{by_line, complaints, lines, of_version, version};
use crate::endpoints::job_setup::set_types::set;
use crate::error::Problem;
use crate::pages::form::{Complaints, Input, button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::settings::{Setting, tabs};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Outcome;
use maud::html;
use projections::job_setup::{self, JobSetupEntry};

/// The types that jobs may have (R56).
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let setup = setup_of(&app, &visit.who).await?;
    let page = page(&visit.who, &setup, &setup.types.join("\n"), &Complaints::NONE);
    Ok(page.done(visit.query.text("done")))
}

/// Make the list another.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let made = async {
        let order = order.at_version(version(&form)?);
        set(&app, &order, &lines(form.text("types"))).await
    };
    match made.await {
        Ok(applied) if applied.outcome == Outcome::Unchanged => {
            Ok(to("/settings/job-types?done=unchanged"))
        }
        Ok(_) => Ok(to("/settings/job-types?done=types-set")),
        Err(problem) => {
            let complaints = complaints(by_line(problem, &["types"]))?;
            let setup = setup_of(&app, &who).await?;
            Ok(page(&who, &setup, form.text("types"), &complaints).into_response())
        }
    }
}

pub(super) async fn setup_of(app: &AppState, who: &Staff) -> Result<JobSetupEntry, Problem> {
    let setup = job_setup::get(app.store().reader(), who.ledger()).await?;
    setup.ok_or_else(Problem::not_found)
}

fn page(who: &Staff, setup: &JobSetupEntry, typed: &str, complaints: &Complaints) -> Page {
    let content = html! {
        (tabs(who, Setting::JobTypes))
        (complaints.above(&[("types", "Job types")]))
        @if who.changes() {
            form .narrow method="post" novalidate {
                (of_version(setup.version))
                (Input::text("types", "Job types").lines(10).value(typed)
                    .hint("One a line, in the order in which they are offered.")
                    .shown(complaints))
                p .hint {
                    "A job keeps a type that leaves the list. A type that a template has stays on it."
                }
                (button("save", "Save"))
            }
        }
        @if !who.changes() || complaints.status().is_client_error() {
            h2 { "On the list now" }
            @if setup.types.is_empty() { p { "No type yet." } } @else {
                ul { @for listed in &setup.types { li { (listed) } } }
            }
        }
    };
    Page::new("Job types", content).status(complaints.status()).desk(who, Desk::Settings)
}
