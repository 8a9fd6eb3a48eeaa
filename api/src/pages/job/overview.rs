use super::{Tab, job, sheet};
use crate::endpoints::AUDIT_TRAIL;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::Door;
use crate::pages::form::{Complaints, Form, Input, Select, button, no_such_button, quiet_button};
use crate::pages::layout::{Page, to};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{access_badge, day, days_left, sentence, time};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::job::JobCommand;
use domain::{Command, Day, JobId, JobName, JobType, Timestamp};
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::history::{self, ActorEntry};
use projections::job_setup;
use projections::owner_portal::SectionEntry;

/// How many owners stand on the overview.
const OWNERS: usize = 12;
/// Among how many of the newest entries the last change is looked for; the others are what was
/// refused.
const NEWEST: u32 = 20;

const LABELS: [(&str, &str); 3] = [("name", "Name"), ("type", "Type"), ("deadline", "Deadline")];

/// A job at a glance.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, visit.path, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Rename it, set its type or its deadline, archive it or reopen it.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, id) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    match change(&app, &order, &form).await {
        Ok(word) => Ok(to(&Tab::Overview.done(id, word))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, id, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn change(
    app: &AppState,
    order: &Order<JobId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let (id, mut door) = (order.path, Door::default());
    let (command, word) = match form.text("action") {
        "rename" => {
            let name = door.take("name", JobName::parse(form.text("name")));
            (Command::Job(id, JobCommand::Rename(door.build(|| name)?)), "job-renamed")
        }
        "type" => {
            let to = door.take_if("type", form.filled("type"), JobType::parse);
            let to = door.build(|| to)?;
            (Command::SetJobType { account: order.account(), job: id, to }, "job-type")
        }
        "deadline" => {
            let deadline = door.take_if("deadline", form.filled("deadline"), Day::parse);
            let deadline = door.build(|| deadline)?;
            (Command::Job(id, JobCommand::SetDeadline(deadline)), "job-deadline")
        }
        "archive" => (Command::Job(id, JobCommand::Archive), "job-archived"),
        "reopen" => (Command::Job(id, JobCommand::Reopen), "job-reopened"),
        _ => return Err(no_such_button()),
    };
    order.execute(app, command).await?;
    Ok(word)
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let last = last_change(app, who, &job).await?;
    let types = job_setup::get(app.store().reader(), who.ledger()).await?;
    let types = types.map(|setup| setup.types).unwrap_or_default();
    let today = Day::of(app.store().now());
    let content = html! {
        (complaints.above(&LABELS))
        div .overview {
            section .plain {
                h2 { "How far it is" }
                (standing(&job, today))
                (sections(&job.detail.sections))
                p { a href=(Tab::Tasks.path(id)) { "All tasks" } }
            }
            section .plain {
                h2 { "Owners" }
                (owners(&job))
                p { a href=(Tab::Owners.path(id)) { "All about the owners" } }
            }
            section .plain {
                h2 { "The job" }
                (facts(&job))
                @if who.changes() { (forms(&job, &types, form, complaints)) }
            }
            (record(&job, last.as_ref(), who))
        }
    };
    Ok(sheet(who, &job, Tab::Overview, &content))
}

fn standing(job: &JobPage, today: Day) -> Markup {
    let deadline = job.detail.deadline.as_deref();
    let left = deadline.and_then(|day| Day::parse(day).ok()).map(|day| day.days_since(today));
    html! {
        p .standing {
            @match job.detail.percent {
                Some(percent) => { strong { (percent) " %" } " done" }
                None => "No tasks yet"
            }
            @if let (Some(deadline), Some(days)) = (deadline, left) {
                " · " span .badge .late[days < 0] { (days_left(days)) }
                " · by " (day(deadline))
            }
        }
        @if let Some(percent) = job.detail.percent {
            progress max="100" value=(percent) aria-label="How much of the job is done" {}
        }
    }
}

/// How far each phase is (R95, G19).
pub(super) fn sections(sections: &[SectionEntry]) -> Markup {
    html! {
        dl .sections {
            @for section in sections {
                @let phase = sentence(section.phase.word());
                div {
                    dt { (phase) }
                    dd {
                        @match section.percent {
                            Some(percent) => {
                                progress max="100" value=(percent) aria-label=(phase) {}
                                span { (section.done) " of " (section.total) }
                            }
                            None => span { "–" }
                        }
                    }
                }
            }
        }
    }
}

fn owners(job: &JobPage) -> Markup {
    let id = JobId(job.job.id);
    let more = job.job.owners.len().saturating_sub(OWNERS);
    html! {
        @if job.job.owners.is_empty() { p { "Nobody yet." } }
        ul .people {
            @for owner in job.job.owners.iter().take(OWNERS) {
                li {
                    a href=(format!("/jobs/{id}/owners/{}", owner.id)) { (owner.name) }
                    " " (access_badge(&owner.access))
                }
            }
        }
        @if more > 0 { p .hint { "And " (more) " more." } }
    }
}

fn facts(job: &JobPage) -> Markup {
    html! {
        dl .facts {
            dt { "Status" } dd { @if job.job.archived { "Archived" } @else { "Open" } }
            dt { "Type" } dd { (job.detail.job_type.as_deref().unwrap_or("–")) }
            @if let Some(reference) = &job.job.reference { dt { "Reference" } dd { (reference) } }
            @if let Some(site) = &job.job.site { dt { "Site" } dd .lines { (site) } }
            @if let Some(template) = &job.detail.template {
                dt { "Made from" } dd { (template.name) }
            }
            dt { "Opened" } dd { (time(job.job.created_at)) }
        }
    }
}

/// What may be changed, each by a button of its own.
fn forms(job: &JobPage, kinds: &[String], form: &Form, complaints: &Complaints) -> Markup {
    if job.job.archived {
        return html! { form method="post" { (button("reopen", "Reopen the job")) } };
    }
    let sent = |action: &str| form.text("action") == action;
    let typed = |field: &'static str, now: &str| {
        let typed = sent(match field {
            "name" => "rename",
            other => other,
        });
        if typed { form.text(field).to_owned() } else { now.to_owned() }
    };
    let now = job.detail.job_type.clone().unwrap_or_default();
    let mut options = vec![(String::new(), "None".to_owned())];
    // A type that was taken off the list stays with the jobs that have it.
    let mut listed: Vec<&String> = kinds.iter().collect();
    if !now.is_empty() && !kinds.contains(&now) {
        listed.push(&now);
    }
    options.extend(listed.into_iter().map(|name| (name.clone(), name.clone())));
    let (name, chosen) = (typed("name", &job.job.name), typed("type", &now));
    let deadline = typed("deadline", job.detail.deadline.as_deref().unwrap_or_default());
    html! {
        details open[["rename", "type", "deadline"].into_iter().any(sent)] {
            summary { "Change name, type or deadline" }
            form method="post" novalidate {
                (Input::text("name", "Name").value(&name).shown(complaints))
                (quiet_button("rename", "Rename"))
            }
            form method="post" novalidate {
                (Select::new("type", "Type", &options).chosen(&chosen).shown(complaints))
                (quiet_button("type", "Set the type"))
            }
            form method="post" novalidate {
                (Input::date("deadline", "Deadline").value(&deadline)
                    .hint("Owners see how many days are left. Empty: none.").shown(complaints))
                (quiet_button("deadline", "Set the deadline"))
            }
        }
        details {
            summary { "Archive the job" }
            form method="post" {
                p { "It leaves the jobs list and its owners' pages. It can be reopened at any time." }
                (quiet_button("archive", "Archive"))
            }
        }
    }
}

/// The box in the corner of the drawing: who changed the job last, and when.
fn record(job: &JobPage, last: Option<&(Timestamp, String)>, who: &Staff) -> Markup {
    html! {
        dl .titleblock .record {
            @if let Some((at, name)) = last {
                div { dt { "Changed last by" } dd { (name) } }
                div { dt { "On" } dd { (time(*at)) } }
            } @else {
                div .wide { dt { "Changed last" } dd { (time(job.job.updated_at)) } }
            }
            @if Tab::History.is_for(who) {
                div .wide {
                    dt { "Record" }
                    dd { a href=(Tab::History.path(JobId(job.job.id))) { "Who changed what, and when" } }
                }
            }
        }
    }
}

/// Who changed the job last, for those who may read who did what; others see when.
async fn last_change(
    app: &AppState,
    who: &Staff,
    job: &JobPage,
) -> Result<Option<(Timestamp, String)>, Problem> {
    if !who.reads_audit() {
        return Ok(None);
    }
    who.ready(app, &[AUDIT_TRAIL]).await?;
    let newest = history::of(app.store().reader(), who.ledger(), job.job.id, None, NEWEST).await?;
    let last = newest.items.into_iter().find(|entry| entry.position.is_some());
    Ok(last.map(|entry| (entry.at, actor(&entry.actor))))
}

/// Who it was, as the company knows them.
pub(super) fn actor(actor: &ActorEntry) -> String {
    match (&*actor.kind, &actor.label) {
        ("system", _) => "Titleblock".to_owned(),
        ("owner", None) => "An owner".to_owned(),
        ("builder_staff", Some(label)) => format!("Key {label}"),
        ("builder_staff", None) => "An API key".to_owned(),
        (_, Some(label)) => label.clone(),
        (other, None) => sentence(other),
    }
}
