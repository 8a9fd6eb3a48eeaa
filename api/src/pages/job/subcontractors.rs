//! The companies that build on the job (R71): who was invited, where each stands, and what it is to do.

use super::comments::{company, said};
use super::{Tab, changes, job, sheet};
use crate::endpoints::jobs::subcontractors::{SubcontractorOnJob, on_job};
use crate::endpoints::subcontractors::VIEWS;
use crate::endpoints::subcontractors::invite::invite;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id};
use crate::pages::form::{Complaints, Form, Select, button, hidden, no_such_button};
use crate::pages::layout::{Page, to};
use crate::pages::once::keyed;
use crate::pages::subcontractors::{badge, buttons, command, deeds};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{day, time};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Command, JobId, SubcontractorId};
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::job_detail::{AssigneeEntry, TaskEntry};
use projections::subcontractors::{self, SubcontractorEntry, SubcontractorQuery};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How many companies are offered at once.
const OFFERED_MAX: u32 = 200;

/// What stands before the id of one of the job's subcontractors.
pub(super) const TRADE: &str = "trade:";

const LABELS: [(&str, &str); 2] = [("subcontractor", "Subcontractor"), ("job", "Job")];

/// A job's subcontractors.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, visit.path, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Invite one to this project, send an invitation again, take it back, or take the project away.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, id) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let order = keyed(order, &form);
    match change(&app, order, &form).await {
        Ok(word) => Ok(to(&Tab::Subcontractors.done(id, word))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, id, &form, &complaints).await?;
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
    let subcontractor = form.text("subcontractor");
    let subcontractor = door.take("subcontractor", id::<SubcontractorId>(subcontractor));
    let subcontractor = door.build(|| subcontractor)?;
    match form.text("action") {
        "invite" => {
            invite(app, &order, subcontractor, order.path).await?;
            Ok("trade-invited")
        }
        "" => Err(no_such_button()),
        deed => {
            let (command, word) = command(deed, form)?;
            order.execute(app, Command::Subcontractor(subcontractor, command)).await?;
            Ok(word)
        }
    }
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    who.ready(app, &VIEWS).await?;
    let on_job = on_job(app, who.ledger(), id).await?;
    let may = changes(who, &job);
    let offered = if may { offered(app, who, &on_job).await? } else { Offered::default() };
    let content = html! {
        (complaints.above(&LABELS))
        p .hint {
            "Each of a subcontractor's users sees the project's name, its deadline and their company's own \
             tasks; never budget, notes, owners or other subcontractors."
        }
        @if on_job.is_empty() { p { "No subcontractor has been invited to this project yet." } }
        @for one in &on_job { (trade(&job, one, who.changes())) }
        @if may { (inviting(&offered, form, complaints)) }
    };
    Ok(sheet(who, &job, Tab::Subcontractors, &content))
}

/// Whom to invite.
#[derive(Default)]
struct Offered {
    companies: Vec<SubcontractorEntry>,
    /// Whether there are others.
    more: bool,
}

/// Those that are not on the job already.
async fn offered(
    app: &AppState,
    who: &Staff,
    on_job: &[SubcontractorOnJob],
) -> Result<Offered, Problem> {
    let (reader, now) = (app.store().reader(), app.store().now());
    let open = on_job.iter().map(|one| &one.subcontractor).filter(|one| one.invitation.is_open());
    let there: BTreeSet<Uuid> = open.map(|one| one.subcontractor.id).collect();
    // So many that those on the job take no other's place.
    let limit = OFFERED_MAX.saturating_add(u32::try_from(there.len()).unwrap_or(0));
    let asked = SubcontractorQuery { limit, ..SubcontractorQuery::default() };
    let page = subcontractors::list(reader, who.ledger(), &asked, now).await?;
    let more = page.next.is_some();
    let companies = page.items.into_iter().filter(|one| !there.contains(&one.id)).collect();
    Ok(Offered { companies, more })
}

fn trade(job: &JobPage, one: &SubcontractorOnJob, may: bool) -> Markup {
    let SubcontractorOnJob { subcontractor, tasks } = one;
    let (invitation, company) = (&subcontractor.invitation, &subcontractor.subcontractor);
    html! {
        section .plain {
            h2 {
                a href=(format!("/subcontractors/{}", company.id)) { (company.name) } " "
                (badge(&invitation.stage))
            }
            p .hint {
                (company.primary_contact.name.as_deref().unwrap_or("Erased person"))
                " · invitation sent " (time(invitation.sent_at))
                @if let Some(until) = invitation.expires_at { " · until " (time(until)) }
            }
            @if tasks.is_empty() { p .hint { "No task of this job is for them." } }
            ul .rows { @for task in tasks { (row(job, task)) } }
            @if may && !deeds(invitation).is_empty() {
                form method="post" .deeds {
                    (hidden("subcontractor", &company.id.to_string()))
                    (buttons(invitation, &company.name))
                }
            }
        }
    }
}

fn row(job: &JobPage, task: &TaskEntry) -> Markup {
    let comments = said(task);
    html! {
        li .done[task.done] {
            div {
                p { (task.title) }
                p .hint {
                    @if task.done { "Done" } @else { "Open" }
                    @if let Some(due) = task.due { " · due " (day(&due.to_string())) }
                    " · "
                    a href=(format!("/jobs/{}/tasks?comments={}", job.job.id, task.id))
                        aria-label=(format!("{comments} on {}", task.title)) { (comments) }
                }
            }
        }
    }
}

fn inviting(offered: &Offered, form: &Form, complaints: &Complaints) -> Markup {
    let options: Vec<(String, String)> = offered
        .companies
        .iter()
        .map(|one| {
            let contact = one.primary_contact.name.as_deref().unwrap_or("nobody");
            (one.id.to_string(), format!("{} ({contact})", one.name))
        })
        .collect();
    html! {
        section .plain {
            h2 { "Invite to this project" }
            @if options.is_empty() {
                p { "Every subcontractor that you have noted is on this job, or there is none yet." }
            } @else {
                form method="post" novalidate {
                    (Select::new("subcontractor", "Subcontractor", &options)
                        .chosen(form.text("subcontractor"))
                        .hint("The invitation goes to the primary contact.").shown(complaints))
                    (button("invite", "Send invitation"))
                }
            }
            @if offered.more {
                p {
                    "There are more: " a href="/subcontractors" { "search all subcontractors" }
                    " and invite from their page."
                }
            }
            p { a href="/subcontractors/new" { "New subcontractor" } }
        }
    }
}

/// The subcontractors of the job, whom a task may be for, by value and words; and those whom one is for.
pub(super) async fn trades(
    app: &AppState,
    who: &Staff,
    job: &JobPage,
) -> Result<Vec<(String, String)>, Problem> {
    let (reader, now) = (app.store().reader(), app.store().now());
    let on_job = subcontractors::of_job(reader, who.ledger(), JobId(job.job.id), now).await?;
    let open = on_job.into_iter().filter(|one| one.invitation.is_open());
    let mut names: BTreeMap<Uuid, String> =
        open.map(|one| (one.subcontractor.id, one.subcontractor.name)).collect();
    for task in &job.detail.tasks {
        if let Some(AssigneeEntry::Trade(id)) = task.assignee {
            names.entry(id).or_insert_with(|| company(job, id).to_owned());
        }
    }
    let mut trades: Vec<(String, String)> = names
        .into_iter()
        .map(|(id, name)| (format!("{TRADE}{id}"), format!("Subcontractor: {name}")))
        .collect();
    trades.sort_by(|(_, one), (_, other)| one.cmp(other));
    Ok(trades)
}
