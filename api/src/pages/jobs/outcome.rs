//! What became of a bulk edit, job by job and contact by contact (H12).

use super::chosen::Chosen;
use super::filter::Filter;
use crate::endpoints::jobs::bulk_owners::{BulkAnswer, BulkMode, PairAnswer};
use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST};
use crate::error::Problem;
use crate::pages::form::Form;
use crate::pages::layout::{Desk, Page};
use crate::pages::visit::Staff;
use crate::state::AppState;
use domain::ledger::OwnerResult;
use maud::{Markup, html};
use projections::contact_directory::{self, ContactEntry};
use projections::job_glance;
use std::collections::HashMap;
use uuid::Uuid;

/// Names of what the answer tells by ids.
struct Names {
    jobs: HashMap<Uuid, String>,
    contacts: HashMap<Uuid, ContactEntry>,
}

impl Names {
    async fn of(app: &AppState, who: &Staff, answer: &BulkAnswer) -> Result<Self, Problem> {
        let (reader, ledger) = (app.store().reader(), who.ledger());
        let unique = |ids: fn(&PairAnswer) -> Uuid| {
            let mut ids: Vec<Uuid> = answer.results.iter().map(ids).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let (jobs, contacts) = (unique(|pair| pair.job_id), unique(|pair| pair.contact_id));
        let jobs = job_glance::listed(reader, ledger, &jobs).await?;
        let contacts = contact_directory::several(reader, ledger, &contacts).await?;
        Ok(Self { jobs: jobs.into_iter().map(|job| (job.id, job.name)).collect(), contacts })
    }
}

/// The page after the bulk edit.
pub(super) async fn page(
    app: &AppState,
    who: &Staff,
    form: &Form,
    mode: BulkMode,
    answer: &BulkAnswer,
) -> Result<Page, Problem> {
    who.ready(app, &[JOB_LIST, CONTACT_DIRECTORY]).await?;
    let names = Names::of(app, who, answer).await?;
    let (filter, chosen) = (Filter::of(form), Chosen::of(form)?);
    let left: Vec<Uuid> =
        answer.results.iter().filter(|pair| pair.last_owner_left).map(|pair| pair.job_id).collect();
    let content = html! {
        p .notice role="status" { (told(mode, answer)) }
        @if !left.is_empty() { (without_owner(&left, &names)) }
        (pairs(answer, &names))
        p { a .main href=(filter.path()) { "Back to the jobs" } }
        form method="get" action="/jobs/edit" {
            (filter.carried())
            (chosen.carried())
            button .quiet type="submit" { "Edit these jobs again" }
        }
    };
    let title = match mode {
        BulkMode::Add => "Owners added",
        BulkMode::Remove => "Owners removed",
    };
    let title = if answer.changed == 0 { "Nothing was changed" } else { title };
    Ok(Page::new(title, content).desk(who, Desk::Jobs))
}

/// The whole of it in a sentence or two.
fn told(mode: BulkMode, answer: &BulkAnswer) -> String {
    let count =
        |is: fn(OwnerResult) -> bool| answer.results.iter().filter(|pair| is(pair.result)).count();
    let so_already =
        count(|result| matches!(result, OwnerResult::AlreadyThere | OwnerResult::WasNotThere));
    let refused = count(|result| reason(result).is_some());
    let done = match mode {
        BulkMode::Add => "added, nobody invited",
        BulkMode::Remove => "removed",
    };
    let mut told = format!("{} {done}.", answer.changed);
    if so_already > 0 {
        told.push_str(&format!(" {so_already} so already."));
    }
    if refused > 0 {
        told.push_str(&format!(" {refused} refused; each says why below."));
    }
    told
}

/// R64: what follows for jobs that have no owner any more.
fn without_owner(jobs: &[Uuid], names: &Names) -> Markup {
    html! {
        section .complaints {
            h2 { "No owner any more" }
            ul {
                @for job in jobs {
                    li {
                        a href=(format!("/jobs/{job}")) {
                            (names.jobs.get(job).map_or("A job", String::as_str))
                        }
                    }
                }
            }
            p { "Nobody can look at them through an owner's eyes until they have an owner again." }
            p .rule { "Rule R64" }
        }
    }
}

/// Job by job.
fn pairs(answer: &BulkAnswer, names: &Names) -> Markup {
    html! {
        table .cards role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    th scope="col" role="columnheader" { "Job" }
                    th scope="col" role="columnheader" { "What became of it" }
                }
            }
            tbody role="rowgroup" {
                @for pairs in answer.results.chunk_by(|a, b| a.job_id == b.job_id) {
                    (job(pairs, names))
                }
            }
        }
    }
}

fn job(pairs: &[PairAnswer], names: &Names) -> Markup {
    let Some(first) = pairs.first() else { return html! {} };
    html! {
        tr role="row" {
            th scope="row" role="rowheader" {
                @match names.jobs.get(&first.job_id) {
                    Some(name) => a href=(format!("/jobs/{}", first.job_id)) { (name) },
                    None => "A job that is not there",
                }
            }
            td role="cell" data-label="What became of it" {
                ul .owners { @for pair in pairs {
                    li {
                        @match names.contacts.get(&pair.contact_id) {
                            Some(contact) => {
                                a href=(format!("/contacts/{}", contact.id)) { (contact.name) }
                            }
                            None => "A contact that is not in the book",
                        }
                        ": "
                        @match reason(pair.result) {
                            Some(reason) => { strong { "refused" } ", " (reason) }
                            None => (so(pair.result)),
                        }
                    }
                } }
            }
        }
    }
}

/// What became of a pair that nothing stood against.
const fn so(result: OwnerResult) -> &'static str {
    match result {
        OwnerResult::Added => "added",
        OwnerResult::AlreadyThere => "was an owner already",
        OwnerResult::Removed => "removed",
        OwnerResult::WasNotThere => "was no owner",
        OwnerResult::UnknownJob
        | OwnerResult::UnknownContact
        | OwnerResult::TooManyOwners
        | OwnerResult::JobArchived => "refused",
    }
}

/// Why a pair was refused, and what to do about it.
const fn reason(result: OwnerResult) -> Option<&'static str> {
    match result {
        OwnerResult::UnknownJob => Some("because the job is not there."),
        OwnerResult::UnknownContact => {
            Some("because the contact is not in the book any more: restore it first.")
        }
        OwnerResult::TooManyOwners => Some("because the job has 500 owners, and takes no more."),
        OwnerResult::JobArchived => Some("because the job is archived: reopen it first."),
        OwnerResult::Added
        | OwnerResult::AlreadyThere
        | OwnerResult::Removed
        | OwnerResult::WasNotThere => None,
    }
}
