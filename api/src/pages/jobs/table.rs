//! The jobs as a table, which is a card a job on a phone.

use super::chosen::{Chosen, TICKED};
use super::filter::Filter;
use crate::pages::words::{access_badge, day, days_left, time};
use domain::Day;
use maud::{Markup, html};
use projections::job_glance::JobGlance;
use projections::job_list::{JobEntry, OwnerEntry};
use std::collections::HashMap;
use uuid::Uuid;

/// The most owners of a job that its row shows; a job may have hundreds.
const OWNERS_SHOWN_MAX: usize = 6;

/// A page of jobs.
pub(super) struct Table<'a> {
    pub(super) jobs: &'a [JobEntry],
    pub(super) glances: &'a HashMap<Uuid, JobGlance>,
    pub(super) filter: &'a Filter,
    pub(super) chosen: &'a Chosen,
    /// Whether jobs can be ticked.
    pub(super) ticked: bool,
    pub(super) today: Day,
}

impl Table<'_> {
    /// The whole of it. The roles are said once more, because a table that is laid out as cards is no
    /// table any more to some screen readers.
    pub(super) fn shown(&self) -> Markup {
        html! {
            table .cards .jobs role="table" {
                caption { (counted(self.jobs.len())) }
                thead role="rowgroup" {
                    tr role="row" {
                        @if self.ticked {
                            th scope="col" role="columnheader" { span .unseen { "Ticked" } }
                        }
                        (self.heading("name", "Name"))
                        th scope="col" role="columnheader" { "Job type" }
                        (self.heading("owner", "Owners"))
                        th scope="col" role="columnheader" { "Progress" }
                        th scope="col" role="columnheader" { "Deadline" }
                        (self.heading("created", "Created"))
                    }
                }
                tbody role="rowgroup" { @for job in self.jobs { (self.row(job)) } }
            }
        }
    }

    /// A heading that sorts; it is a button of the form around, so that ticks are kept.
    fn heading(&self, sort: &str, label: &str) -> Markup {
        let (next, here) = self.filter.turned(sort);
        html! {
            th scope="col" role="columnheader" aria-sort=[here] {
                button .heading type="submit" formaction="/jobs" name="order" value=(next) {
                    (label)
                    @match here {
                        Some("descending") => span aria-hidden="true" { " ↓" },
                        Some(_) => span aria-hidden="true" { " ↑" },
                        None => "",
                    }
                }
            }
        }
    }

    fn row(&self, job: &JobEntry) -> Markup {
        let glance = self.glances.get(&job.id).cloned().unwrap_or_default();
        html! {
            tr role="row" {
                @if self.ticked {
                    td role="cell" .tick {
                        label {
                            input type="checkbox" name=(TICKED) value=(job.id)
                                checked[self.chosen.has(job.id)];
                            span .unseen { "Tick " (job.name) }
                        }
                    }
                }
                th scope="row" role="rowheader" {
                    a href=(format!("/jobs/{}", job.id)) { (job.name) }
                    @if job.archived { " " span .badge { "Archived" } }
                    @if let Some(reference) = &job.reference { span .hint .line { (reference) } }
                    @if let Some(site) = &job.site { span .hint .line { (site) } }
                }
                td role="cell" data-label="Job type" { (glance.job_type.as_deref().unwrap_or("–")) }
                td role="cell" data-label="Owners" { (self.owners(job)) }
                td role="cell" data-label="Progress" { (progress(job, &glance)) }
                td role="cell" data-label="Deadline" { (self.deadline(&glance)) }
                td role="cell" data-label="Created" { (time(job.created_at)) }
            }
        }
    }

    /// Owners by name, each with how far they are; whom the list is filtered by is among them.
    fn owners(&self, job: &JobEntry) -> Markup {
        let is_wanted = |owner: &&OwnerEntry| owner.id.to_string() == self.filter.owner;
        let mut shown: Vec<&OwnerEntry> = job.owners.iter().take(OWNERS_SHOWN_MAX).collect();
        let beyond = job.owners.iter().skip(OWNERS_SHOWN_MAX).find(is_wanted);
        shown.extend(beyond);
        let others = job.owners.len() - shown.len();
        html! {
            @if job.owners.is_empty() { span .hint { "No owner" } } @else {
                ul .owners {
                    @for owner in shown {
                        li {
                            a href=(format!("/contacts/{}", owner.id)) { (owner.name) }
                            " " (access_badge(&owner.access))
                        }
                    }
                    @if others > 0 {
                        li { a href=(format!("/jobs/{}", job.id)) { "and " (others) " more" } }
                    }
                }
            }
        }
    }

    fn deadline(&self, glance: &JobGlance) -> Markup {
        let Some(deadline) = glance.deadline else { return html! { "–" } };
        let days = deadline.days_since(self.today);
        let is_done = glance.percent == Some(100);
        html! {
            (day(&deadline.to_string()))
            @if days < 0 && !is_done { " " span .badge .late { (days_left(days)) } }
        }
    }
}

fn progress(job: &JobEntry, glance: &JobGlance) -> Markup {
    html! {
        @match glance.percent {
            Some(percent) => {
                span { (percent) " %" }
                progress max="100" value=(percent) aria-label=(format!("{}, done", job.name)) {}
            }
            None => "–",
        }
    }
}

fn counted(jobs: usize) -> String {
    match jobs {
        1 => "1 job".to_owned(),
        jobs => format!("{jobs} jobs"),
    }
}
