use super::pick::{self, Offered, chosen};
use crate::endpoints::leads::create::CreateLead;
use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input, button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::AggregateId;
use maud::html;

/// Write a lead down, with the form.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    if !visit.who.changes() {
        return Err(Problem::not_permitted("an admin, or the role staff"));
    }
    page(&app, &visit.who, &visit.query, &Complaints::NONE).await
}

/// Write it down, with somebody of the book, with somebody new, or with nobody yet (R2, R4).
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    if form.text("action") == "find" {
        return Ok(page(&app, &who, &form, &Complaints::NONE).await?.into_response());
    }
    let (contact_id, new_contact) = chosen(&form);
    let lead = CreateLead { title: form.text("title").to_owned(), contact_id, new_contact };
    let created = match lead.command() {
        Ok(command) => order.execute(&app, command).await,
        Err(problem) => Err(problem),
    };
    match created {
        Ok(applied) => {
            let lead = applied.versions.iter().find_map(|(id, _)| match id {
                AggregateId::Lead(lead) => Some(*lead),
                AggregateId::Installation
                | AggregateId::OwnerItem(_)
                | AggregateId::Subcontractor(_)
                | AggregateId::SubcontractorOrg(_)
                | AggregateId::Person(_)
                | AggregateId::Notification(_)
                | AggregateId::BuilderAccount(_)
                | AggregateId::Contact(_)
                | AggregateId::Customer(_)
                | AggregateId::WorkOrder(_)
                | AggregateId::Job(_) => None,
            });
            let lead = lead.ok_or_else(Problem::internal)?;
            Ok(to(&format!("/leads/{lead}?done=lead-created")))
        }
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn page(
    app: &AppState,
    who: &Staff,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let offered = Offered::of(app, who, form).await?;
    let labels: Vec<(&str, &str)> =
        std::iter::once(("title", "Title")).chain(pick::LABELS).collect();
    let content = html! {
        (complaints.above(&labels))
        form method="post" action="/leads/new" novalidate {
            (Input::text("title", "Title").value(form.text("title"))
                .hint("What it is about, such as: Kitchen, 12 Elm Street.").shown(complaints))
            (offered.shown(form, "Nobody yet", complaints))
            (button("create", "Write it down"))
        }
        p { a href="/leads" { "Back to the leads" } }
    };
    Ok(Page::new("New lead", content).desk(who, Desk::Leads))
}
