use super::Place;
use crate::endpoints::jobs::send_message::MessageBody;
use crate::endpoints::org::org_of;
use crate::endpoints::org::projects::deed;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::id;
use crate::pages::form::{Complaints, Form, button, hidden, no_such_button, quiet_button};
use crate::pages::layout::{Page, to};
use crate::pages::once::{keyed, once_if};
use crate::pages::visit::{OrgUser, Sent, Visit};
use crate::pages::words::{day, sentence, time};
use crate::persons::trades::projects::{OrgProjectInFull, OrgTask, project};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::subcontractor::TradeDeed;
use domain::{CommentId, JobId, TaskId};
use maud::{Markup, html};

/// What people call the fields.
const LABELS: [(&str, &str); 1] = [("text", "Comment")];

/// A project, with the tasks that are the organisation's own.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<OrgUser, JobId>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, visit.path, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Say that a task is done, or is not after all, or something about it.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<OrgUser, JobId>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let order = keyed(order, &form);
    let job = order.path;
    match change(&app, &order, &form).await {
        Ok(done) => Ok(to(&format!("/org/projects/{job}?done={done}"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, job, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn change(
    app: &AppState,
    order: &Order<JobId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    // What is no id is one that nobody has.
    let task = || id::<TaskId>(form.text("task")).map_err(|_not_an_id| Problem::not_found());
    let (what, done) = match form.text("action") {
        "complete" => (TradeDeed::Complete, "org-task-done"),
        "reopen" => (TradeDeed::Reopen, "org-task-reopened"),
        "comment" => {
            let text = MessageBody::from(form.text("text").to_owned()).read()?;
            let comment = CommentId(order.new_id(app, "comment"));
            (TradeDeed::Comment { comment, text }, "org-commented")
        }
        _ => return Err(no_such_button()),
    };
    deed(app, order, (order.path, task()?), what).await?;
    Ok(done)
}

async fn page(
    app: &AppState,
    who: &OrgUser,
    job: JobId,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let project = project(app, org_of(who.asker()), job).await?;
    let content = html! {
        p .over { (project.general_contractor) }
        @if let Some(deadline) = &project.deadline { p { "To be finished by " (day(deadline)) "." } }
        (complaints.above(&LABELS))
        h2 { "Your tasks" }
        @if project.tasks.is_empty() {
            p .plain { "The general contractor has assigned no task of this project to you yet." }
        }
        @for one in &project.tasks { (task(&project, one, form, complaints)) }
        p { a href=(Place::Projects.path()) { "All projects" } }
    };
    Ok(Page::new(project.name.clone(), content).org(who, Place::Projects))
}

fn task(
    project: &OrgProjectInFull,
    task: &OrgTask,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let path = format!("/org/projects/{}", project.id);
    let (own, none) = (task.id.to_string(), Complaints::NONE);
    let meant = form.text("task") == own;
    let said = meant && form.text("action") == "comment";
    let (typed, wrong) = if meant { (form.text("text"), complaints) } else { ("", &none) };
    html! {
        article .entry .done[task.done] {
            h3 { (task.title) }
            p .hint {
                (sentence(&task.phase))
                @if let Some(due) = &task.due { " · by " (day(due)) }
                @if task.done { " · " strong { "done" } }
            }
            (comments(project, task))
            form method="post" action=(path) {
                (hidden("task", &own))
                @if task.done { (quiet_button("reopen", "Not done after all")) }
                @else { (button("complete", "Done")) }
            }
            details open[said] {
                summary { "Comment" }
                form method="post" action=(path) novalidate {
                    (hidden("task", &own))
                    (once_if(said, form))
                    (comment_field(task, typed, wrong))
                    (quiet_button("comment", "Send the comment"))
                }
            }
        }
    }
}

/// One of several alike on the page, so its id holds the task's.
fn comment_field(task: &OrgTask, typed: &str, complaints: &Complaints) -> Markup {
    let id = format!("text-{}", task.id);
    let why_id = format!("{id}-wrong");
    let wrong = complaints.at("text", LABELS[0].1);
    let described = wrong.as_ref().map(|_| why_id.as_str());
    html! {
        div .field .wrong[wrong.is_some()] {
            label for=(id) { "Comment on " (task.title) }
            p .hint { "The general contractor's people read it; its customers do not." }
            @if let Some(sentence) = &wrong { p .why id=(why_id) { (sentence) } }
            textarea id=(id) name="text" rows="3" autocomplete="off" aria-describedby=[described]
                aria-invalid=[wrong.as_ref().map(|_| "true")] { "\n" (typed) }
        }
    }
}

fn comments(project: &OrgProjectInFull, task: &OrgTask) -> Markup {
    html! {
        @if !task.comments.is_empty() {
            ol .messages { @for comment in &task.comments {
                @let mine = comment.from == "organisation";
                li .mine[mine] {
                    p .hint {
                        strong { @if mine { "Your organisation" } @else { (project.general_contractor) } }
                        " · " (time(comment.at))
                    }
                    p .lines { (comment.text.as_deref().unwrap_or("Erased")) }
                }
            } }
        }
    }
}
