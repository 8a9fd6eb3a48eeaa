//! What a contact is part of: its jobs and its leads (R1, R45 to R47).

use crate::error::Problem;
use crate::pages::words::sentence;
use crate::state::AppState;
use domain::{ContactId, LedgerId};
use maud::{Markup, html};
use projections::job_list::{self, JobEntry, JobQuery};
use projections::lead_view::{self, LeadEntry, LeadQuery};

/// How many of each are named.
const NAMED: u32 = 50;

pub(super) async fn jobs_and_leads(
    app: &AppState,
    ledger: LedgerId,
    contact: ContactId,
) -> Result<Markup, Problem> {
    let reader = app.store().reader();
    let query =
        JobQuery { owner: Some(contact), archived: true, limit: NAMED, ..JobQuery::default() };
    let jobs = job_list::list(reader, ledger, &query).await?;
    let query = LeadQuery { contact: Some(contact), limit: NAMED, ..LeadQuery::default() };
    let leads = lead_view::list(reader, ledger, &query).await?;
    let more_jobs = jobs.next.map(|_| format!("/jobs?owner={contact}"));
    Ok(html! {
        section .plain #jobs {
            h2 { "Jobs and leads" }
            @if jobs.items.is_empty() && leads.items.is_empty() { p { "It is on no job and no lead." } }
            @if !jobs.items.is_empty() {
                h3 { "Owner of" }
                ul { @for entry in &jobs.items { (job(entry, contact)) } }
                @if let Some(more) = more_jobs { p { a href=(more) { "All of its jobs" } } }
            }
            @if !leads.items.is_empty() {
                h3 { "Leads" }
                ul { @for entry in &leads.items { (lead(entry)) } }
                @if leads.next.is_some() { p .hint { "And more." } }
            }
        }
    })
}

fn job(job: &JobEntry, contact: ContactId) -> Markup {
    let others: Vec<&str> =
        job.owners.iter().filter(|owner| owner.id != contact.0).map(|owner| &*owner.name).collect();
    html! {
        li {
            a href=(format!("/jobs/{}", job.id)) { (job.name) }
            @if job.archived { " (archived)" }
            @if !others.is_empty() { span .hint { " with " (others.join(", ")) } }
        }
    }
}

fn lead(lead: &LeadEntry) -> Markup {
    html! {
        li {
            a href=(format!("/leads/{}", lead.id)) { (lead.title) }
            span .hint { " " (sentence(&lead.stage)) }
        }
    }
}
