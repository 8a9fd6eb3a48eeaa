use super::badge;
use crate::endpoints::subcontractors::VIEWS;
use crate::endpoints::subcontractors::list::{STATUSES, SubcontractorParams};
use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input, Select, checkbox};
use crate::pages::layout::{Desk, Page};
use crate::pages::visit::{Staff, Visit};
use crate::pages::words::sentence;
use crate::state::AppState;
use axum::extract::State;
use maud::{Markup, html};
use projections::subcontractors::{self, SubcontractorEntry};

const LABELS: [(&str, &str); 2] = [("search", "Search"), ("status", "Status")];

/// The account's subcontractors: search, status, and those whose invitations must be sent again (R83).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let Visit { who, query, .. } = visit;
    who.ready(&app, &VIEWS).await?;
    let (reader, now) = (app.store().reader(), app.store().now());
    let (found, complaints) = match asked(&query).query() {
        Ok(asked) => {
            let page = subcontractors::list(reader, who.ledger(), &asked, now).await?;
            (Some(page), Complaints::NONE)
        }
        Err(problem) => (None, Complaints::about(problem)?),
    };
    let items = found.as_ref().map_or(&[][..], |page| page.items.as_slice());
    let content = html! {
        (complaints.above(&LABELS))
        @if who.changes() { p { a .main href="/subcontractors/new" { "New subcontractor" } } }
        (filter(&query, &complaints))
        @if items.is_empty() { p { "No subcontractor yet, or none that is like this." } }
        @else { (table(items)) }
        @if let Some(next) = found.as_ref().and_then(|page| page.next.as_ref()) {
            p .pager { a href=(more(&query, next)) rel="next" { "More subcontractors" } }
        }
    };
    let page = Page::new("Subcontractors", content).status(complaints.status());
    Ok(page.desk(&who, Desk::Subcontractors).done(query.text("done")))
}

/// The same as the parameters of the API's list.
fn asked(query: &Form) -> SubcontractorParams {
    let filled = |field: &str| query.filled(field).map(str::to_owned);
    SubcontractorParams {
        search: filled("search"),
        status: filled("status"),
        stale: filled("stale"),
        cursor: filled("cursor"),
        limit: None,
    }
}

fn filter(query: &Form, complaints: &Complaints) -> Markup {
    let mut statuses = vec![(String::new(), "Any".to_owned())];
    statuses.extend(STATUSES.map(|word| (word.to_owned(), sentence(word))));
    html! {
        form .bar method="get" role="search" {
            (Input::search("search", "Company, or primary contact").value(query.text("search"))
                .shown(complaints))
            (Select::new("status", "Status", &statuses).chosen(query.text("status")).shown(complaints))
            (checkbox("stale", "true", "Only with invitations to send again", query.text("stale") == "true"))
            button .main type="submit" { "Show" }
        }
    }
}

fn more(query: &Form, next: &str) -> String {
    let mut address = form_urlencoded::Serializer::new(String::new());
    for field in ["search", "status", "stale"] {
        if let Some(value) = query.filled(field) {
            address.append_pair(field, value);
        }
    }
    format!("?{}", address.append_pair("cursor", next).finish())
}

fn table(subcontractors: &[SubcontractorEntry]) -> Markup {
    html! {
        table .cards {
            thead { tr {
                th scope="col" { "Company" }
                th scope="col" { "Primary contact" }
                th scope="col" { "Status" }
                th scope="col" { "Projects" }
            } }
            tbody { @for one in subcontractors {
                tr {
                    th scope="row" { a href=(format!("/subcontractors/{}", one.id)) { (one.name) } }
                    td data-label="Primary contact" {
                        (one.primary_contact.name.as_deref().unwrap_or("Erased person"))
                        @if let Some(email) = &one.primary_contact.email { br; (email) }
                    }
                    td data-label="Status" {
                        (badge(&one.status))
                        @if one.needs_resend > 0 {
                            " " span .badge .late { (one.needs_resend) " to send again" }
                        }
                        @if one.open_requests > 0 {
                            " " span .badge .late { "Asks for another contact" }
                        }
                    }
                    td data-label="Projects" {
                        (one.projects)
                        @if one.pending > 0 { " · " (one.pending) " pending" }
                    }
                }
            } }
        }
    }
}
