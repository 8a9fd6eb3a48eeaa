//! What is said about a task between the builder and the subcontractor whose task it is. Owners never see
//! any of it (R97, R98).

use super::Tab;
use crate::pages::form::{Complaints, Form, Input, button, hidden};
use crate::pages::once::once_field;
use crate::pages::words::time;
use domain::JobId;
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::job_detail::{AssigneeEntry, CommentEntry, TaskEntry};
use uuid::Uuid;

/// How much is said about a task.
pub(super) fn said(task: &TaskEntry) -> String {
    match task.comments.len() {
        0 => "Comment".to_owned(),
        1 => "1 comment".to_owned(),
        more => format!("{more} comments"),
    }
}

/// The way to what is said about a task, where anything may be.
pub(super) fn way(job: &JobPage, task: &TaskEntry) -> Markup {
    let words = said(task);
    html! {
        @if trade(job, task).is_some() || !task.comments.is_empty() {
            a href=(format!("{}?comments={}", Tab::Tasks.path(JobId(job.job.id)), task.id))
                aria-label=(format!("{words} on {}", task.title)) { (words) }
        }
    }
}

/// What was said about a task, and the form to say more.
pub(super) fn comments(
    job: &JobPage,
    task: &TaskEntry,
    form: &Form,
    complaints: &Complaints,
    may: bool,
) -> Markup {
    let trade = trade(job, task);
    let label = format!("To {}", trade.unwrap_or("the subcontractor"));
    html! {
        section .plain {
            h2 { "Comments on " (task.title) }
            @if task.comments.is_empty() { p .hint { "Nothing has been said yet." } }
            ul .messages { @for comment in &task.comments {
                @let theirs = comment.by == CommentEntry::TRADE;
                @let company = company(job, comment.subcontractor);
                li .theirs[theirs] {
                    p .over {
                        @if theirs { (company) } @else { "Your company, to " (company) }
                        ", " (time(comment.at))
                    }
                    p .lines { (comment.text.as_deref().unwrap_or("Erased")) }
                }
            } }
            @if may && trade.is_some() {
                form method="post" novalidate {
                    (once_field(form))
                    (hidden("task", &task.id.to_string()))
                    (Input::text("text", &label).lines(3).value(form.text("text"))
                        .hint("Every user of the subcontractor reads it; owners never do.")
                        .shown(complaints))
                    (button("comment", "Send"))
                }
            }
            p { a href=(Tab::Tasks.path(JobId(job.job.id))) { "Back to all tasks" } }
        }
    }
}

/// What the company is called whose task it is, if it is one's.
fn trade<'a>(job: &'a JobPage, task: &TaskEntry) -> Option<&'a str> {
    match &task.assignee {
        Some(AssigneeEntry::Trade(id)) => Some(company(job, *id)),
        Some(
            AssigneeEntry::Owner(_) | AssigneeEntry::Staff(_) | AssigneeEntry::Subcontractor(_),
        )
        | None => None,
    }
}

/// What a company is called.
pub(super) fn company(job: &JobPage, id: Uuid) -> &str {
    let found = job.detail.trades.iter().find(|trade| trade.id == id);
    found.map_or("a subcontractor", |trade| &trade.name)
}
