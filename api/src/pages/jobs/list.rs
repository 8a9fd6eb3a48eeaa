use super::chosen::{Chosen, JOBS_MAX};
use super::filter::{Filter, orders};
use super::owner_menu::OwnerMenu;
use super::table::Table;
use crate::endpoints::{CONTACT_DIRECTORY, JOB_DETAIL, JOB_LIST};
use crate::error::Problem;
use crate::pages::email_conflicts;
use crate::pages::form::{Complaints, Input, Select, checkbox};
use crate::pages::layout::{Desk, Page};
use crate::pages::visit::{Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use domain::Day;
use maud::{Markup, html};
use projections::job_glance::{self, JobGlance};
use projections::job_list::{self, JobEntry};
use std::collections::HashMap;
use uuid::Uuid;

/// A page of the list, with all that it shows.
#[derive(Default)]
struct Found {
    jobs: Vec<JobEntry>,
    glances: HashMap<Uuid, JobGlance>,
    next: Option<String>,
}

/// The jobs list (R48, R53, R54): jobs with their owners, to search, filter, sort, page and tick.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let Visit { who, query, .. } = visit;
    let mut filter = Filter::of(&query);
    let chosen = Chosen::of(&query)?;
    who.ready(&app, &[JOB_LIST, JOB_DETAIL, CONTACT_DIRECTORY]).await?;
    let menu = OwnerMenu::of(&app, &who, &query, &mut filter).await?;
    let cursor = query.filled("cursor");
    let (found, complaints) = match find(&app, &who, &filter, cursor).await {
        Ok(found) => (found, Complaints::NONE),
        Err(problem) => (Found::default(), Complaints::about(problem)?),
    };
    let today = Day::of(app.store().now());
    let shown: Vec<Uuid> = found.jobs.iter().map(|job| job.id).collect();
    let elsewhere = chosen.beyond(&shown);
    let table = Table {
        jobs: &found.jobs,
        glances: &found.glances,
        filter: &filter,
        chosen: &chosen,
        ticked: who.changes(),
        today,
    };
    let labels = [("search", "Search"), ("owner", "Owner"), ("cursor", "Page")];
    let content = html! {
        (complaints.above(&labels))
        @if who.changes() { p { a .main href="/jobs/new" { "New job" } } }
        // The jobs do not wait for this.
        (email_conflicts::hint(&app, &who).await?)
        form .list method="get" action="/jobs" {
            (sought(&filter, &menu, &complaints))
            (elsewhere.carried())
            @if let Some(name) = &menu.name {
                p .narrowed { "Jobs of " strong { (name) } " · "
                    a href=(filter.path_of_anybody()) { "of anybody" } }
            }
            @if found.jobs.is_empty() { (nothing(&filter, &who, cursor.is_some())) } @else {
                @if who.changes() { (ticking(elsewhere.ids().len())) }
                (table.shown())
                (pages(&filter, cursor, found.next.as_deref()))
            }
        }
    };
    let page = Page::new("Jobs", content).status(complaints.status());
    Ok(page.desk(&who, Desk::Jobs).done(query.text("done")))
}

/// One question for the jobs, one for their owners' names, one for what else is shown of them.
async fn find(
    app: &AppState,
    who: &Staff,
    filter: &Filter,
    cursor: Option<&str>,
) -> Result<Found, Problem> {
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let query = filter.params(cursor).query()?;
    let page = job_list::list(reader, ledger, &query).await?;
    let ids: Vec<Uuid> = page.items.iter().map(|job| job.id).collect();
    let glances = job_glance::of(reader, ledger, &ids).await?;
    Ok(Found { jobs: page.items, glances, next: page.next })
}

/// What is searched for, and the filter menu (R54).
fn sought(filter: &Filter, menu: &OwnerMenu, complaints: &Complaints) -> Markup {
    let hint = "Names of jobs and owners, references, sites";
    html! {
        div .bar .sought {
            (Input::search("search", "Search").value(&filter.search).hint(hint).shown(complaints))
            button .main type="submit" { "Search" }
        }
        details .filter open[filter.is_set() || menu.is_open()] {
            summary { "Filter and order" }
            div .bar {
                (menu.shown(filter, complaints))
                (Select::new("by", "Order", &orders()).chosen(filter.by()).shown(complaints))
                (checkbox("archived", "true", "Archived jobs too", filter.archived))
                button .quiet type="submit" { "Apply" }
            }
        }
    }
}

/// What is done with the jobs that are ticked (R49).
fn ticking(elsewhere: usize) -> Markup {
    html! {
        div .ticking {
            button .quiet type="submit" formaction="/jobs/edit" { "Edit ticked jobs" }
            span .hint {
                @match elsewhere {
                    0 => "Tick jobs to add owners to all of them, or to remove owners.",
                    1 => "1 more is ticked on another page.",
                    more => { (more) " more are ticked on other pages." }
                }
                " At most " (JOBS_MAX) " at once."
            }
        }
    }
}

/// The way to the next page is a button of the form, so that ticks come along.
fn pages(filter: &Filter, cursor: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        @if cursor.is_some() || next.is_some() {
            nav .pager aria-label="Pages of the list" {
                @if cursor.is_some() { a href=(filter.path()) { "First page" } }
                @if let Some(next) = next {
                    button .quiet type="submit" formaction="/jobs" name="cursor" value=(next) {
                        "Next page"
                    }
                }
            }
        }
    }
}

/// What somebody reads who finds no job, and what they do next.
fn nothing(filter: &Filter, who: &Staff, is_beyond: bool) -> Markup {
    html! {
        div .plain {
            @if filter.is_narrow() || is_beyond {
                p { "No job fits that." }
                p { a href="/jobs" { "Show all jobs" } }
            } @else if who.changes() {
                p { "There are no jobs yet." }
                p {
                    a href="/jobs/new" { "Make the first one" } ", or "
                    a href="/imports" { "bring jobs and owners in from a file" } "."
                }
            } @else {
                p { "There are no jobs yet. Whoever may change things makes them." }
            }
        }
    }
}
