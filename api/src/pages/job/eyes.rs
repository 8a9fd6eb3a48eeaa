//! Looking through an owner's eyes (R64, H13): who does, and what they see.
//!
//! What starts it makes a secret, which this browser keeps in a cookie of its own. Of the pages it opens
//! this one alone, and that beside the work session of the one who started it. It is read where that work
//! ends, too, by signing out or in: then the look ends with it, and the browser forgets it. Nothing is
//! changed with it: a form from this page is sent in the name of whoever is at work.

use super::overview::actor;
use super::{Tab, job, sheet};
use crate::credential::Secret;
use crate::endpoints::IMPERSONATIONS;
use crate::endpoints::jobs::list_impersonations::impersonations_of;
use crate::endpoints::jobs::start_impersonation::{Look, start};
use crate::endpoints::me::job::get::{OwnJobInFull, in_full};
use crate::endpoints::me::job::{OwnJobNow, Part};
use crate::error::Problem;
use crate::extract::Order;
use crate::extract::asker::Asker;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id};
use crate::pages::cookie;
use crate::pages::form::{
    Complaints, Form, Input, Select, button, hidden, no_such_button, quiet_button,
};
use crate::pages::layout::{Page, further, to, with_cookie};
use crate::pages::once::{keyed, once_of};
use crate::pages::portal::sheet::{items, sheet as portal_sheet};
use crate::pages::visit::{Comes, Sent, Staff, Visit};
use crate::pages::words::{day, sentence, time};
use crate::state::AppState;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::job::impersonation::{ImpersonationCommand, ImpersonationMinutes};
use domain::{Command, ContactId, Grant, ImpersonationId, JobId, Reason};
use event_store::OpenImpersonation;
use maud::{Markup, html};
use projections::Page as PageOf;
use projections::as_of::JobPage;
use projections::impersonations::{ImpersonationEntry, ImpersonationQuery};

const LABELS: [(&str, &str); 3] =
    [("contact", "Through whose eyes"), ("reason", "Reason"), ("minutes", "Minutes")];

/// Who looks, or looked, and the form to begin.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let (query, none) = (&visit.query, Complaints::NONE);
    let page = page(&app, &visit.who, visit.path, query, &Form::default(), &none).await?;
    Ok(page.done(query.text("done")))
}

/// Begin to look through an owner's eyes, or end that.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, id) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let done = match form.text("action") {
        "look" => begin(&app, order, &form).await.map(|(secret, minutes)| {
            let carried = cookie::look_carrying(&secret, minutes, app.site());
            with_cookie(to(&format!("/jobs/{id}/view-as-owner/now")), carried)
        }),
        "end" => end(&app, &order, &form).await.map(|()| {
            // Whoever ends another's look keeps their own.
            let own = !form.text("own").is_empty();
            let forgotten = own.then(|| cookie::look_forgotten(app.site())).flatten();
            with_cookie(to(&Tab::Eyes.done(id, "look-ended")), forgotten)
        }),
        _ => Err(no_such_button()),
    };
    match done {
        Ok(response) => Ok(response),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, id, &Form::default(), &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

/// The secret, and for how many minutes it is good at most.
async fn begin(
    app: &AppState,
    mut order: Order<JobId, ()>,
    form: &Form,
) -> Result<(Secret, u8), Problem> {
    let mut door = Door::default();
    let contact = door.take("contact", id::<ContactId>(form.text("contact")));
    let reason = door.take_if("reason", form.filled("reason"), Reason::parse);
    let number = form.text("minutes").trim().parse().ok();
    let minutes = number.and_then(|number: u8| Some((number, ImpersonationMinutes::new(number)?)));
    let minutes = door.take("minutes", minutes.ok_or("must be a number from 1 to 60"));
    let (contact, reason, (number, minutes)) =
        door.build(|| Some((contact?, reason?, minutes?)))?;
    order.reason = reason;
    let order = keyed(order, form);
    let started = start(app, &order, order.path, Look { contact, minutes }).await?;
    Ok((started.secret, number))
}

async fn end(app: &AppState, order: &Order<JobId, ()>, form: &Form) -> Result<(), Problem> {
    let mut door = Door::default();
    let looks = door.take("impersonation", id::<ImpersonationId>(form.text("impersonation")));
    let end = ImpersonationCommand::End(door.build(|| looks)?);
    order.execute(app, Command::Impersonation(order.path, end)).await?;
    Ok(())
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    query: &Form,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let mut door = Door::default();
    let cursor = door.take_if("cursor", query.filled("cursor"), cursor);
    let cursor = door.build(|| cursor)?;
    let found = if Tab::Eyes.is_for(who) {
        Some(impersonations(app, who, id, cursor).await?)
    } else {
        None
    };
    let content = html! {
        (complaints.above(&LABELS))
        @if who.may(Grant::Impersonate) && !job.job.archived {
            @if job.job.owners.is_empty() {
                p .plain {
                    "The job will need a contact assigned for the ability to impersonate. "
                    a href=(Tab::Owners.path(id)) { "Add an owner" }
                    span .rule { " Rule R64" }
                }
            } @else { (begin_form(&job, form, complaints)) }
        }
        h2 { "Who looked through an owner's eyes" }
        @match &found {
            None => p .hint { "Only those see this who may look, or read who did what." }
            Some(found) => {
                @if found.items.is_empty() { p .hint { "Nobody has." } }
                ul .rows { @for entry in &found.items { (looked(entry, who.may(Grant::Impersonate))) } }
                (further(&Tab::Eyes.path(id), query, &[], found.next.as_deref(), "Earlier ones"))
            }
        }
    };
    Ok(sheet(who, &job, Tab::Eyes, &content))
}

async fn impersonations(
    app: &AppState,
    who: &Staff,
    job: JobId,
    cursor: Option<String>,
) -> Result<PageOf<ImpersonationEntry>, Problem> {
    who.ready(app, &[IMPERSONATIONS]).await?;
    let query = ImpersonationQuery { job, cursor, limit: LIMIT_DEFAULT };
    impersonations_of(app, who.asker(), query).await
}

fn begin_form(job: &JobPage, form: &Form, complaints: &Complaints) -> Markup {
    let owners: Vec<(String, String)> =
        job.job.owners.iter().map(|owner| (owner.id.to_string(), owner.name.clone())).collect();
    let minutes = form.filled("minutes").unwrap_or("15");
    html! {
        section .plain {
            h2 { "See what an owner sees" }
            p {
                "You read what they read, and change nothing. They find in their own history that it \
                 was you, when, and why."
            }
            form method="post" novalidate {
                (once_of(form, "look"))
                (Select::new("contact", "Through whose eyes", &owners).chosen(form.text("contact"))
                    .hint("They differ in To-Dos and messages.").shown(complaints))
                (Input::text("reason", "Reason").value(form.text("reason"))
                    .hint("The owner can read it.").shown(complaints))
                (Input::number("minutes", "Minutes").value(minutes).hint("60 at most.")
                    .shown(complaints))
                (button("look", "View as owner"))
            }
        }
    }
}

fn looked(entry: &ImpersonationEntry, may_end: bool) -> Markup {
    html! {
        li {
            div {
                p {
                    (actor(&entry.by)) " as "
                    strong { (entry.contact_name.as_deref().unwrap_or("an owner")) }
                }
                p .hint {
                    "From " (time(entry.started_at))
                    @match &entry.ended {
                        Some(ended) => { " to " (time(ended.at)) " · " (sentence(&ended.how)) }
                        None => { " until " (time(entry.until)) @if entry.open { " · open" } }
                    }
                }
                @if let Some(reason) = &entry.reason { p { "Why: " (reason) } }
            }
            @if entry.open && may_end { (end_form(None, ImpersonationId(entry.id))) }
        }
    }
}

/// Ends a look; `job` is said where it is one's own, on the page that shows it.
fn end_form(job: Option<JobId>, impersonation: ImpersonationId) -> Markup {
    let action = job.map(|job| Tab::Eyes.path(job));
    html! {
        form .deeds method="post" action=[action] {
            (hidden("impersonation", &impersonation.to_string()))
            @if job.is_some() { (hidden("own", "yes")) }
            (quiet_button("end", "End"))
        }
    }
}

/// Somebody at work, who may be looking through an owner's eyes.
#[derive(Debug)]
pub(crate) struct Looker {
    staff: Staff,
    /// With what they look, and through whose eyes.
    eyes: Option<(Asker, OpenImpersonation)>,
}

impl Comes for Looker {
    /// A look that is over, or was begun by somebody else, is none.
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Response> {
        let staff = Staff::of(parts, app).await?;
        let Some(secret) = cookie::look(&parts.headers, app.site()) else {
            return Ok(Self { staff, eyes: None });
        };
        let eyes = Asker::with(&secret, parts, app).await.map_err(IntoResponse::into_response)?;
        let eyes = eyes.and_then(|eyes| Some((eyes.credential.looks?, eyes)));
        let theirs = eyes.filter(|(looks, eyes)| {
            looks.by == staff.asker().credential.actor() && eyes.ledger() == staff.ledger()
        });
        Ok(Self { staff, eyes: theirs.map(|(looks, eyes)| (eyes, looks)) })
    }
}

/// The job as the owner sees it, with what is theirs alone.
pub(super) async fn look(
    State(app): State<AppState>,
    visit: Visit<Looker, JobId>,
) -> Result<Page, Problem> {
    let Visit { who: Looker { staff, eyes }, path: id, .. } = visit;
    let job = job(&app, &staff, id).await?;
    let Some((eyes, looks)) = eyes.filter(|(_, looks)| looks.job == id) else {
        let content = html! {
            p .plain {
                "You look through nobody's eyes on this job, or no more. "
                a href=(Tab::Eyes.path(id)) { "View as owner" }
            }
        };
        return Ok(sheet(&staff, &job, Tab::Eyes, &content));
    };
    let owner = job.job.owners.iter().find(|owner| owner.id == looks.contact.0);
    let name = owner.map_or("the owner", |owner| &*owner.name);
    let own = OwnJobNow::find(&app, &eyes, id).await?;
    let own = in_full(&app, &own, Part::default(), Part::default()).await?;
    let content = html! {
        div .of-job {
            section .banner aria-label="You look through an owner's eyes" {
                p {
                    strong { "You see what " (name) " sees." }
                    " You change nothing. It ends by itself: " (time(looks.until)) "."
                }
                (end_form(Some(id), looks.impersonation))
            }
            (seen(&own))
        }
    };
    Ok(Page::new(format!("{}, as {name} sees it", own.job.name), content))
}

fn seen(own: &OwnJobInFull) -> Markup {
    html! {
        p .over { (own.builder) }
        (portal_sheet(&own.job))
        @if !own.approvals.is_empty() {
            h2 { "Approvals of the job" }
            (items(&own.approvals, |_| html! {}))
        }
        @if !own.todos.items.is_empty() {
            h2 { "To-Dos" }
            ul .waits { @for todo in &own.todos.items {
                li .done[todo.done] {
                    (todo.title.as_deref().unwrap_or("erased"))
                    @if let Some(due) = todo.due { span .hint { " · by " (day(&due.to_string())) } }
                }
            } }
        }
        @if !own.messages.items.is_empty() {
            h2 { "Messages" }
            ol .messages { @for message in &own.messages.items {
                li .theirs[message.author == "owner"] {
                    p .over { (time(message.sent_at)) " · " (sentence(&message.author)) }
                    p .lines { (message.text.as_deref().unwrap_or("erased")) }
                }
            } }
        }
    }
}
