//! The history of a contact, a job, a lead or a subcontractor, as the builder's people read it.

use super::subject::{Subject, reads};
use super::timeline::Timeline;
use super::title_block::foot;
use crate::endpoints::audit::AskedHistory;
use crate::endpoints::{
    AUDIT_TRAIL, CONTACT_DIRECTORY, JOB_LIST, LEAD_VIEW, MAIL_LOG, OWNER_ITEMS, contacts, jobs,
    leads, subcontractors,
};
use crate::error::Problem;
use crate::input::{Door, cursor};
use crate::pages::form::Form;
use crate::pages::layout::{Desk, Page, further};
use crate::pages::visit::{Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use domain::{ContactId, JobId, LeadId, SubcontractorId};
use maud::{Markup, html};
use projections::{called, history};

/// How many entries stand on a page.
pub(super) const ENTRIES: u32 = 25;
/// The views that histories, and the names in them, are read from.
pub(super) const VIEWS: &[&str] =
    &[AUDIT_TRAIL, CONTACT_DIRECTORY, JOB_LIST, LEAD_VIEW, MAIL_LOG, OWNER_ITEMS];

pub(super) async fn contact(
    State(app): State<AppState>,
    visit: Visit<Staff, ContactId>,
) -> Result<Page, Problem> {
    show(&app, &visit.who, &visit.query, Subject::Contact(visit.path)).await
}

pub(super) async fn job(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    show(&app, &visit.who, &visit.query, Subject::Job(visit.path)).await
}

pub(super) async fn lead(
    State(app): State<AppState>,
    visit: Visit<Staff, LeadId>,
) -> Result<Page, Problem> {
    show(&app, &visit.who, &visit.query, Subject::Lead(visit.path)).await
}

/// The history of a subcontractor: what is said of it, and what its users did about its invitations.
pub(super) async fn subcontractor(
    State(app): State<AppState>,
    visit: Visit<Staff, SubcontractorId>,
) -> Result<Page, Problem> {
    let Visit { who, path, query } = visit;
    reads(&who)?;
    who.ready(&app, VIEWS).await?;
    who.ready(&app, &subcontractors::VIEWS).await?;
    let asked = asked(&query)?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let found = subcontractors::present(&app, ledger, path).await?.subcontractor;
    let page = history::of(reader, ledger, path.0, asked.cursor.as_deref(), ENTRIES).await?;
    let called = called::in_entries(reader, ledger, &page.items, []).await?;
    let timeline = Timeline { entries: &page.items, called: &called, of: Some((path.0, None)) };
    let content = html! {
        p { a href=(format!("/subcontractors/{path}")) { "As it is now" } }
        (timeline.shown())
        (further(&format!("/subcontractors/{path}/history"), &query, &[], page.next.as_deref(), "Earlier entries"))
    };
    let title = format!("History of {}", found.name);
    Ok(Page::new(title, content).desk(&who, Desk::Subcontractors))
}

async fn show(
    app: &AppState,
    who: &Staff,
    query: &Form,
    subject: Subject,
) -> Result<Page, Problem> {
    reads(who)?;
    who.ready(app, VIEWS).await?;
    let asked = asked(query)?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let page = match subject {
        Subject::Contact(id) => contacts::history::entries(app, ledger, id, &asked).await?,
        Subject::Job(id) => jobs::history::entries(app, ledger, id, &asked).await?,
        Subject::Lead(id) => leads::history::entries(app, ledger, id, &asked).await?,
    };
    let called = called::in_entries(reader, ledger, &page.items, [subject.uuid()]).await?;
    let name = called.thing(subject.uuid()).map_or("", |thing| &thing.name);
    let as_of = subject.as_of();
    let of = Some((subject.uuid(), Some(&*as_of)));
    let timeline = Timeline { entries: &page.items, called: &called, of };
    let more = if asked.oldest_first { "Later entries" } else { "Earlier entries" };
    let content = html! {
        p { a href=(subject.path()) { "As it is now" } " · " a href=(as_of) { "As it was at any moment" } }
        (ways(subject, asked.oldest_first))
        (timeline.shown())
        (further(&subject.history(), query, &["order"], page.next.as_deref(), more))
        (foot(app, who, subject).await?)
    };
    Ok(Page::new(format!("History of {name}"), content).desk(who, subject.desk()))
}

fn asked(query: &Form) -> Result<AskedHistory, Problem> {
    let mut door = Door::default();
    let cursor = door.take_if("cursor", query.filled("cursor"), cursor);
    let oldest_first = query.text("order") == "oldest";
    door.build(|| Some(AskedHistory { cursor: cursor?, limit: ENTRIES, oldest_first }))
}

/// Which end to begin at.
fn ways(subject: Subject, oldest_first: bool) -> Markup {
    let way = |to: String, label: &str, here: bool| {
        html! { li { a href=(to) aria-current=[here.then_some("true")] { (label) } } }
    };
    html! {
        nav .tabs aria-label="Order" {
            ul {
                (way(subject.history(), "Newest first", !oldest_first))
                (way(format!("{}?order=oldest", subject.history()), "Oldest first", oldest_first))
            }
        }
    }
}
