//! A contact, a job or a lead as it was at any moment: a slider over its revisions, the way to the one
//! before and the one after, a field for a time, and the sheet as it was, with its title block drawn
//! large.

use super::facts;
use super::subject::{Subject, reads};
use super::title_block::Sheet;
use crate::endpoints::{AUDIT_TRAIL, CONTACT_DIRECTORY, JOB_LIST, LEAD_VIEW};
use crate::error::Problem;
use crate::extract::as_of::point;
use crate::pages::form::{Complaints, Form};
use crate::pages::layout::Page;
use crate::pages::visit::{Staff, Visit};
use crate::pages::words::time;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{ContactId, JobId, LeadId, LedgerId, Timestamp};
use maud::{Markup, html};
use projections::as_of::{self, AsOf, Moment};
use projections::called;
use projections::revisions::{self, Revisions};

/// How many revisions stand in the title block before and after the one that is looked at.
const AROUND: usize = 4;

pub(super) async fn contact(
    State(app): State<AppState>,
    visit: Visit<Staff, ContactId>,
) -> Result<Page, Problem> {
    show(&app, &visit.who, &visit.query, Subject::Contact(visit.path)).await
}

pub(super) async fn job(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    show(&app, &visit.who, &visit.query, Subject::Job(visit.path)).await
}

pub(super) async fn lead(
    State(app): State<AppState>,
    visit: Visit<Staff, LeadId>,
) -> Result<Page, Problem> {
    show(&app, &visit.who, &visit.query, Subject::Lead(visit.path)).await
}

async fn show(
    app: &AppState,
    who: &Staff,
    query: &Form,
    subject: Subject,
) -> Result<Page, Problem> {
    reads(who)?;
    who.ready(app, &[AUDIT_TRAIL, CONTACT_DIRECTORY, JOB_LIST, LEAD_VIEW]).await?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let revisions = revisions::of(reader, ledger, subject.uuid(), subject.kind()).await?;
    let revisions = revisions.ok_or_else(Problem::not_found)?;
    let (at, complaints) = match asked(app, ledger, query, &revisions).await {
        Ok(at) => (at, Complaints::NONE),
        Err(problem) => {
            let newest = point(app, ledger, newest(&revisions), "position").await?;
            (newest, Complaints::about(problem)?)
        }
    };
    let number = revisions.at(at.position);
    let around = number.saturating_sub(AROUND)..=number.saturating_add(AROUND);
    let around = revisions.read(reader, ledger, around).await?;
    let entries = around.iter().map(|revision| &revision.entry);
    let called = called::in_entries(reader, ledger, entries, [subject.uuid()]).await?;
    let then = as_it_was(app, ledger, subject, at).await?;
    let there = then.is_some();
    let (name, state) = then.unwrap_or_else(|| {
        let name = called.thing(subject.uuid()).map_or("Not yet there", |thing| &thing.name);
        (name.to_owned(), html! { p .plain { "At that moment it was not there yet." } })
    });
    let path = subject.as_of();
    let sheet = Sheet {
        name: &name,
        revisions: &around,
        called: &called,
        number,
        count: revisions.count(),
        path: &path,
    };
    let content = html! {
        p { a href=(subject.path()) { "As it is now" } " · " a href=(subject.history()) { "History" } }
        (complaints.above(&[(AT, AT_LABEL)]))
        div .moments {
            (slider(&sheet))
            (moment(query.text(AT), &complaints))
        }
        div data-slid {
            (steps(&sheet, &revisions))
            p role="status" { "As of " (when(at)) ", revision " (number) " of " (sheet.count) }
            (state)
            (sheet.drawn())
        }
    };
    let status = if there { complaints.status() } else { StatusCode::NOT_FOUND };
    Ok(Page::new(format!("{name}, as it was"), content).desk(who, subject.desk()).status(status))
}

/// The field of a time.
const AT: &str = "at";
const AT_LABEL: &str = "Date and time (UTC)";

/// The point that is asked for: a time, a revision or a position; the newest revision otherwise.
async fn asked(
    app: &AppState,
    ledger: LedgerId,
    query: &Form,
    revisions: &Revisions,
) -> Result<AsOf, Problem> {
    if let Some(typed) = query.filled(AT) {
        let time =
            time_of(typed).ok_or_else(|| Problem::unreadable(AT, "must be a date and a time"))?;
        return point(app, ledger, Moment::Time(time), AT).await;
    }
    let number = |typed: &str| typed.parse().ok().and_then(|number| revisions.position(number));
    let moment = match (query.filled("rev"), query.filled("position")) {
        (Some(typed), _) => {
            let position = number(typed).map(Moment::Position);
            position
                .ok_or_else(|| Problem::unreadable("rev", "must be the number of a revision"))?
        }
        (None, Some(typed)) => Moment::parse(typed)
            .filter(|moment| matches!(moment, Moment::Position(_)))
            .ok_or_else(|| Problem::unreadable("position", "must be a place in the history"))?,
        (None, None) => newest(revisions),
    };
    point(app, ledger, moment, "position").await
}

fn newest(revisions: &Revisions) -> Moment {
    Moment::Position(revisions.position(revisions.count()).unwrap_or(0))
}

/// What a field of date and time sends; with or without seconds, and in UTC, as its label says.
fn time_of(typed: &str) -> Option<Timestamp> {
    let forms = [typed.to_owned(), format!("{typed}Z"), format!("{typed}:00Z")];
    forms.iter().find_map(|text| Timestamp::parse(text).ok())
}

/// Its name and what was on its sheet; none when there was none yet.
async fn as_it_was(
    app: &AppState,
    ledger: LedgerId,
    subject: Subject,
    at: AsOf,
) -> Result<Option<(String, Markup)>, Problem> {
    let reader = app.store().reader();
    Ok(match subject {
        Subject::Contact(id) => as_of::contact(reader, ledger, id, at)
            .await?
            .map(|then| (then.entry.name.clone(), facts::contact(&then.entry))),
        Subject::Job(id) => as_of::job(reader, ledger, id, at)
            .await?
            .map(|then| (then.entry.job.name.clone(), facts::job(&then.entry))),
        Subject::Lead(id) => as_of::lead(reader, ledger, id, at)
            .await?
            .map(|then| (then.entry.title.clone(), facts::lead(&then.entry))),
    })
}

/// The slider. With our script it shows each revision as it is moved; without, when it is sent.
fn slider(sheet: &Sheet<'_>) -> Markup {
    html! {
        form .slide method="get" data-slide {
            label for="rev" { "Revision " output for="rev" { (sheet.number) } " of " (sheet.count) }
            input #rev type="range" name="rev" min="1" max=(sheet.count) step="1"
                value=(sheet.number.max(1));
            button .quiet type="submit" { "Show this revision" }
        }
    }
}

fn moment(typed: &str, complaints: &Complaints) -> Markup {
    let wrong = complaints.status().is_client_error();
    html! {
        form .moment method="get" novalidate {
            div .field .wrong[wrong] {
                label for=(AT) { (AT_LABEL) }
                input id=(AT) type="datetime-local" name=(AT) step="1" value=(typed)
                    aria-invalid=[wrong.then_some("true")];
            }
            button .quiet type="submit" { "Show that moment" }
        }
    }
}

/// The ways to the revision before and the one after.
fn steps(sheet: &Sheet<'_>, revisions: &Revisions) -> Markup {
    let way = |number: usize, rel: &'static str, label: &'static str| {
        let position = revisions.position(number);
        html! {
            @if let Some(position) = position {
                a .main rel=(rel) href=(format!("{}?position={position}", sheet.path)) { (label) }
            }
        }
    };
    html! {
        nav .steps aria-label="Revisions" {
            (way(sheet.number.saturating_sub(1), "prev", "Previous"))
            (way(sheet.number.saturating_add(1), "next", "Next"))
        }
    }
}

fn when(at: AsOf) -> Markup {
    html! {
        @match at.recorded_at {
            Some(recorded_at) => (time(recorded_at)),
            None => "the very beginning",
        }
    }
}
