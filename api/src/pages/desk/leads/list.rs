use super::stage_word;
use crate::endpoints::{CONTACT_DIRECTORY, LEAD_VIEW};
use crate::error::Problem;
use crate::input::{Door, LIMIT_DEFAULT, cursor, one_of, search};
use crate::pages::desk::parts::options;
use crate::pages::form::{Complaints, Form, Input, Select};
use crate::pages::layout::{Desk, Page, further};
use crate::pages::visit::{Staff, Visit};
use crate::pages::words::{access_badge, time};
use crate::state::AppState;
use axum::extract::State;
use domain::lead::Stage;
use maud::{Markup, html};
use projections::lead_view::{self, LeadEntry, LeadQuery, LeadSort};

/// All leads, by stage and by words of them or of their contacts.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let Visit { who, query, .. } = visit;
    let wanted = wanted(&query)?;
    who.ready(&app, &[LEAD_VIEW, CONTACT_DIRECTORY]).await?;
    let found = lead_view::list(app.store().reader(), who.ledger(), &wanted).await?;
    let filtered = wanted.search.is_some() || wanted.stage.is_some();
    let content = html! {
        @if who.changes() { p { a .main href="/leads/new" { "New lead" } } }
        (filter(&query))
        @if found.items.is_empty() { (nothing(filtered)) } @else {
            ul .leads { @for lead in &found.items { (row(lead)) } }
        }
        (further("/leads", &query, &["search", "stage"], found.next.as_deref(), "More leads"))
    };
    let page = Page::new("Leads", content).desk(&who, Desk::Leads);
    Ok(page.done(query.text("done")))
}

/// What the filter asks for; a field left empty asks for nothing.
fn wanted(query: &Form) -> Result<LeadQuery, Problem> {
    let mut door = Door::default();
    let search = door.take_if("search", query.filled("search"), search);
    let stage = |typed: &str| one_of(typed, &Stage::WORDS).map(str::to_owned);
    let stage = door.take_if("stage", query.filled("stage"), stage);
    let cursor = door.take_if("cursor", query.filled("cursor"), cursor);
    door.build(|| {
        Some(LeadQuery {
            contact: None,
            stage: stage?,
            search: search?,
            sort: LeadSort::Created,
            descending: true,
            cursor: cursor?,
            limit: LIMIT_DEFAULT,
        })
    })
}

fn filter(query: &Form) -> Markup {
    let stages = options([("", "Any"), ("open", "Open"), ("won", "Won"), ("lost", "Lost")]);
    html! {
        form .bar method="get" action="/leads" role="search" {
            (Input::search("search", "Title, or the contact's name, email or phone")
                .value(query.text("search")).shown(&Complaints::NONE))
            (Select::new("stage", "Stage", &stages).chosen(query.text("stage")).shown(&Complaints::NONE))
            button .quiet type="submit" { "Show" }
        }
    }
}

fn nothing(filtered: bool) -> Markup {
    html! {
        p .plain {
            @if filtered {
                "No lead is like that. " a href="/leads" { "Show all leads" }
            } @else {
                "There are no leads yet. A lead is somebody who may become a customer; when they do, \
                 it is won into a job."
            }
        }
    }
}

fn row(lead: &LeadEntry) -> Markup {
    html! {
        li .entry {
            h2 { a href=(format!("/leads/{}", lead.id)) { (lead.title) } }
            p {
                span .badge .(lead.stage) { (stage_word(&lead.stage)) }
                @if let Some(contact) = &lead.contact {
                    " " (contact.name) " " (access_badge(&contact.access))
                } @else { " No contact yet" }
            }
            p .hint { "Added " (time(lead.created_at)) }
        }
    }
}
