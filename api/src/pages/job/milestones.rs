use super::{Tab, changes, edited, job, sheet};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id};
use crate::pages::form::{
    Complaints, Form, Input, Select, button, hidden, no_such_button, quiet_button,
};
use crate::pages::layout::{Page, to};
use crate::pages::once::{once, once_of};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{day, sentence};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::job::{JobCommand, MilestoneDetails, MilestoneEdit, MilestoneStatus};
use domain::text::Title;
use domain::{Command, Day, JobId, MilestoneId};
use maud::{Markup, html};
use projections::job_detail::MilestoneEntry;

const LABELS: [(&str, &str); 3] =
    [("title", "What will have been reached"), ("due", "Day"), ("status", "Status")];

/// A job's milestones.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let editing = visit.query.text("edit").to_owned();
    let (form, none) = (Form::default(), Complaints::NONE);
    let page = page(&app, &visit.who, visit.path, &editing, &form, &none).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Add a milestone, edit it or say where it stands, or take it away.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, id) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    match change(&app, order, &form).await {
        Ok(word) => Ok(to(&Tab::Milestones.done(id, word))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let editing = if form.text("action") == "save" { form.text("milestone") } else { "" };
            let page = page(&app, &who, id, editing, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn change(
    app: &AppState,
    order: Order<JobId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let mut door = Door::default();
    let (command, word) = match form.text("action") {
        "add" => {
            let title = door.take("title", Title::parse(form.text("title")));
            let due = door.take_if("due", form.filled("due"), Day::parse);
            let details = door.build(|| Some(MilestoneDetails { title: title?, due: due? }))?;
            let command = |order: &Order<JobId, ()>| {
                let milestone = MilestoneId(order.new_id(app, "milestone"));
                Command::Job(order.path, JobCommand::AddMilestone(milestone, details.clone()))
            };
            once(app, order, form, command).await?;
            return Ok("milestone-added");
        }
        "save" => {
            let milestone = door.take("milestone", id(form.text("milestone")));
            let title = door.take_if("title", edited(form, "title"), Title::parse);
            let due = match edited(form, "due") {
                None => Some(None),
                Some(_) => door.take_if("due", form.filled("due"), Day::parse).map(Some),
            };
            let status = door.take_if("status", edited(form, "status"), MilestoneStatus::parse);
            let command = door.build(|| {
                let edit = MilestoneEdit { title: title?, due: due?, status: status? };
                Some(JobCommand::EditMilestone(milestone?, edit))
            })?;
            (command, "milestone-saved")
        }
        "remove" => {
            let milestone = door.take("milestone", id(form.text("milestone")));
            (JobCommand::RemoveMilestone(door.build(|| milestone)?), "milestone-removed")
        }
        _ => return Err(no_such_button()),
    };
    order.execute(app, Command::Job(order.path, command)).await?;
    Ok(word)
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    editing: &str,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let may = changes(who, &job);
    let milestones = &job.detail.milestones;
    let edits = milestones.iter().find(|entry| may && entry.id.to_string() == editing);
    let content = html! {
        (complaints.above(&LABELS))
        @if let Some(milestone) = edits { (edit_form(id, milestone, form, complaints)) } @else {
            p { "Owners see the milestones, and where each stands." }
            @if milestones.is_empty() { p .plain { "There are none yet." } }
            ul .rows { @for milestone in milestones {
                li class=(milestone.status.word()) {
                    div {
                        p { (milestone.title) }
                        p .hint {
                            (sentence(milestone.status.word()))
                            @if let Some(due) = milestone.due { " · " (day(&due.to_string())) }
                        }
                    }
                    @if may {
                        p .deeds {
                            a href=(format!("?edit={}", milestone.id))
                                aria-label=(format!("Edit {}", milestone.title)) { "Edit" }
                        }
                    }
                }
            } }
            @if may { (add_form(form, complaints)) }
        }
    };
    Ok(sheet(who, &job, Tab::Milestones, &content))
}

fn add_form(form: &Form, complaints: &Complaints) -> Markup {
    let adding = form.text("action") == "add";
    let typed = |field| if adding { form.text(field) } else { "" };
    let none = Complaints::NONE;
    let complaints = if adding { complaints } else { &none };
    html! {
        section .plain {
            h2 { "Add a milestone" }
            form method="post" novalidate {
                (once_of(form, "add"))
                (Input::text("title", "What will have been reached").value(typed("title"))
                    .shown(complaints))
                (Input::date("due", "Day").value(typed("due")).shown(complaints))
                (button("add", "Add the milestone"))
            }
        }
    }
}

fn edit_form(
    job: JobId,
    milestone: &MilestoneEntry,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let sent = form.text("action") == "save";
    let due = milestone.due.map(|due| due.to_string()).unwrap_or_default();
    let now = |field: &str| match field {
        "title" => milestone.title.clone(),
        "due" => due.clone(),
        _ => milestone.status.word().to_owned(),
    };
    let typed = |field: &str| if sent { form.text(field).to_owned() } else { now(field) };
    let shown = |field: &str| {
        let name = format!("{field}_shown");
        let shown = if sent { form.text(&name).to_owned() } else { now(field) };
        hidden(&name, &shown)
    };
    let statuses: Vec<_> = MilestoneStatus::ALL
        .iter()
        .map(|status| (status.word().to_owned(), sentence(status.word())))
        .collect();
    html! {
        section .plain {
            h2 { "Edit the milestone" }
            form method="post" novalidate {
                (hidden("milestone", &milestone.id.to_string()))
                (shown("title")) (shown("due")) (shown("status"))
                (Input::text("title", "What will have been reached").value(&typed("title"))
                    .shown(complaints))
                (Select::new("status", "Status", &statuses).chosen(&typed("status"))
                    .shown(complaints))
                (Input::date("due", "Day").value(&typed("due")).shown(complaints))
                (button("save", "Save"))
                (quiet_button("remove", "Remove the milestone"))
            }
            p { a href=(Tab::Milestones.path(job)) { "Back to all milestones" } }
        }
    }
}
