//! One job, as its builder works on it. Each tab is a page of its own, so that every one of them has
//! an address, works without a script, and says who changed what on its own form alone.

mod comments;
mod eyes;
mod milestones;
mod notes;
mod overview;
mod owners;
mod portal_links;
mod subcontractors;
mod tasks;
mod todos;

use super::Pages;
use super::form::Form;
use super::layout::{Desk, Page};
use super::visit::Staff;
use crate::endpoints::jobs::get::present;
use crate::endpoints::{CONTACT_DIRECTORY, JOB_DETAIL, JOB_LIST, SUBCONTRACTORS};
use crate::error::Problem;
use crate::state::AppState;
use domain::{Grant, JobId};
use maud::{Markup, html};
use projections::as_of::JobPage;

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/jobs/{job}", overview::show)
        .takes("/jobs/{job}", overview::send)
        .shows("/jobs/{job}/owners", owners::show)
        .takes("/jobs/{job}/owners", owners::send)
        .shows("/jobs/{job}/owners/new", owners::new::show)
        .takes("/jobs/{job}/owners/new", owners::new::send)
        .shows("/jobs/{job}/owners/existing", owners::existing::show)
        .takes("/jobs/{job}/owners/existing", owners::existing::send)
        .shows("/jobs/{job}/owners/{contact}", owners::owner::show)
        .takes("/jobs/{job}/owners/{contact}", owners::owner::send)
        .shows("/jobs/{job}/tasks", tasks::show)
        .takes("/jobs/{job}/tasks", tasks::send)
        .shows("/jobs/{job}/subcontractors", subcontractors::show)
        .takes("/jobs/{job}/subcontractors", subcontractors::send)
        .shows("/jobs/{job}/milestones", milestones::show)
        .takes("/jobs/{job}/milestones", milestones::send)
        .shows("/jobs/{job}/todos", todos::show)
        .takes("/jobs/{job}/todos", todos::send)
        .shows("/jobs/{job}/notes", notes::show)
        .takes("/jobs/{job}/notes", notes::send)
        .shows("/jobs/{job}/portal-links", portal_links::show)
        .takes("/jobs/{job}/portal-links", portal_links::send)
        .shows("/jobs/{job}/view-as-owner", eyes::show)
        .takes("/jobs/{job}/view-as-owner", eyes::send)
        .shows("/jobs/{job}/view-as-owner/now", eyes::look)
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "job-renamed" => "The job has its new name.",
        "job-type" => "The type is set.",
        "job-deadline" => "The deadline is set.",
        "job-archived" => "The job is archived. Nothing about it changes until it is reopened.",
        "job-reopened" => "The job is open again.",
        "owner-added" => "Saved. The owner is on the job, and has not been invited.",
        "owner-put" => "Saved. The owner is on the job.",
        "owner-invited" => {
            "Saved. The invite is on its way to the primary email, and is pending until it is \
             accepted."
        }
        "owner-removed" => "The contact is an owner of this job no more.",
        "owner-replaced" => "The other contact is on the job in its place.",
        "owners-invite-resent" => {
            "The invite is sent again, with a new link. The old link is dead."
        }
        "owners-invite-cancelled" => {
            "The invite is cancelled. The contact's info can be edited again."
        }
        "owners-invite-redirected" => "The invite is on its way to the corrected address.",
        "owners-access-disabled" => "The access is closed for now.",
        "owners-access-enabled" => "The access is open again, as it was.",
        "owners-access-ended" => {
            "The owner is deactivated. Their info can be edited; only a new invite opens the access \
             again."
        }
        "emails-swapped" => "The two emails have changed places. You can send the invite now.",
        "task-added" => "The task is added.",
        "task-saved" => "The task is saved.",
        "task-done" => "The task is done.",
        "task-reopened" => "The task is open again.",
        "task-removed" => "The task is removed.",
        "task-commented" => "Your comment is sent.",
        "milestone-added" => "The milestone is added.",
        "milestone-saved" => "The milestone is saved.",
        "milestone-removed" => "The milestone is removed.",
        "owners-todo-added" => "The To-Do is added, and its owner is told by mail.",
        "owners-todo-saved" => "The To-Do is saved.",
        "owners-todo-done" => "The To-Do is done.",
        "owners-todo-reopened" => "The To-Do is open again.",
        "owners-todo-removed" => "The To-Do is removed.",
        "message-sent" => "The message is sent, and its owner is told by mail that there is one.",
        "note-added" => "The note is added.",
        "budget-saved" => "The budget is saved.",
        "portal-member-invited" => "The link to the portal is on its way to this address.",
        "link-revoked" => "The link opens nothing any more.",
        "look-ended" => "You look through the owner's eyes no more.",
        _ => return None,
    })
}

/// The tabs of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    Owners,
    Tasks,
    Subcontractors,
    Milestones,
    Todos,
    Notes,
    PortalLinks,
    Eyes,
    /// The history has a page of its own.
    History,
}

impl Tab {
    const ALL: [Self; 10] = [
        Self::Overview,
        Self::Owners,
        Self::Tasks,
        Self::Subcontractors,
        Self::Milestones,
        Self::Todos,
        Self::Notes,
        Self::PortalLinks,
        Self::Eyes,
        Self::History,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Owners => "Owners",
            Self::Tasks => "Tasks",
            Self::Subcontractors => "Subcontractors",
            Self::Milestones => "Milestones",
            Self::Todos => "To-Dos and messages",
            Self::Notes => "Notes and budget",
            Self::PortalLinks => "Portal links",
            Self::Eyes => "View as owner",
            Self::History => "History",
        }
    }

    fn path(self, job: JobId) -> String {
        let below = match self {
            Self::Overview => "",
            Self::Owners => "/owners",
            Self::Tasks => "/tasks",
            Self::Subcontractors => "/subcontractors",
            Self::Milestones => "/milestones",
            Self::Todos => "/todos",
            Self::Notes => "/notes",
            Self::PortalLinks => "/portal-links",
            Self::Eyes => "/view-as-owner",
            Self::History => "/history",
        };
        format!("/jobs/{job}{below}")
    }

    /// Whether somebody is shown the way there.
    fn is_for(self, staff: &Staff) -> bool {
        match self {
            Self::Eyes => {
                staff.may(Grant::Impersonate) || staff.asker().credential.reads_impersonations()
            }
            Self::History => staff.reads_audit(),
            Self::Overview
            | Self::Owners
            | Self::Tasks
            | Self::Subcontractors
            | Self::Milestones
            | Self::Todos
            | Self::Notes
            | Self::PortalLinks => true,
        }
    }

    /// Where a form of this tab leads when it was taken.
    fn done(self, job: JobId, word: &str) -> String {
        format!("{}?done={word}", self.path(job))
    }
}

/// The job as it is, when all that has happened is shown; what is another account's is not there.
async fn job(app: &AppState, staff: &Staff, id: JobId) -> Result<JobPage, Problem> {
    staff.ready(app, &[JOB_LIST, JOB_DETAIL, CONTACT_DIRECTORY, SUBCONTRACTORS]).await?;
    present(app, staff.ledger(), id).await
}

/// Whether somebody may change something about the job now.
fn changes(staff: &Staff, job: &JobPage) -> bool {
    staff.changes() && !job.job.archived
}

/// A page of the job, with the ways to its others.
fn sheet(staff: &Staff, job: &JobPage, here: Tab, content: &Markup) -> Page {
    let id = JobId(job.job.id);
    let name = &job.job.name;
    let title =
        if here == Tab::Overview { name.clone() } else { format!("{}: {name}", here.label()) };
    let content = html! {
        nav .tabs aria-label="This job" {
            ul {
                @for tab in Tab::ALL.into_iter().filter(|tab| tab.is_for(staff)) {
                    li {
                        a href=(tab.path(id)) aria-current=[(tab == here).then_some("page")] {
                            (tab.label())
                        }
                    }
                }
            }
        }
        @if job.job.archived {
            p .plain {
                "This job is archived; nothing about it changes. "
                @if staff.changes() { "Reopen it on its " a href=(Tab::Overview.path(id)) { "overview" } "." }
            }
        }
        div .of-job { (content) }
    };
    Page::new(title, content).desk(staff, Desk::Jobs)
}

/// What was typed into a field, if it is not what the form had shown there. Somebody else may have
/// changed the field since; what was not edited here stays as they left it.
fn edited<'a>(form: &'a Form, field: &str) -> Option<&'a str> {
    let typed = form.text(field);
    (typed != form.text(&format!("{field}_shown"))).then_some(typed)
}

/// The same refusal, about another field: where two forms of a page ask for the same thing, their
/// inputs have names of their own.
fn about(mut problem: Problem, from: &str, to: &str) -> Problem {
    if problem.body.field.as_deref() == Some(from) {
        problem.body.field = Some(to.to_owned());
        let reason = problem.body.detail.strip_prefix(from).map(|rest| format!("{to}{rest}"));
        if let Some(detail) = reason {
            problem.body.detail = detail;
        }
    }
    problem
}
