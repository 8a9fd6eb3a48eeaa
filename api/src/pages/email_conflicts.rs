//! Owners who wanted a primary email that another contact has, and who were told to talk to the builder (R32,
//! H4): all of them here, and each on the pages of both contacts and of the owner's jobs. Every form of it is
//! taken here, and leads back to where it stood.

use super::Pages;
use super::form::{Complaints, Form, button, hidden, no_such_button, quiet_button};
use super::layout::{Desk, Page, further, to};
use super::once::{keyed, once_field};
use super::visit::{Sent, Staff, Visit};
use super::words::{access_badge, time};
use crate::endpoints::email_conflicts::replace::replace;
use crate::endpoints::email_conflicts::set_aside::set_aside;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, cursor, id};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{ContactId, Grant, JobId};
use maud::{Markup, html};
use projections::email_conflicts::{self, ConflictParty, EmailConflictEntry, EmailConflictQuery};

/// The views that it is read from.
pub(super) use projections::email_conflicts::READS;

const PATH: &str = "/email-conflicts";
/// How many stand on a page, and how many at most on a contact's or a job's.
const SHOWN: u32 = 25;

pub(super) fn add(pages: Pages) -> Pages {
    pages.shows(PATH, show).takes(PATH, send)
}

/// What has just been done, by the word in the page's query.
pub(super) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "conflict-replaced" => {
            "The contact is on the jobs in the owner's place. Nobody was invited."
        }
        "conflict-set-aside" => "Set aside. Should the owner ask again, it is here again.",
        _ => return None,
    })
}

/// On which page the forms stand, and so where they lead back to.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    /// On the list of all.
    List,
    /// On the page of one of the two.
    Contact(ContactId),
    /// On a job of the owner's, about which alone it is.
    Job(JobId),
}

impl At {
    /// As the form says, in fields that nobody sees.
    fn of(form: &Form, door: &mut Door) -> Option<Self> {
        let contact = door.take_if("at_contact", form.filled("at_contact"), id);
        let job = door.take_if("job", form.filled("job"), id);
        Some(match (contact?, job?) {
            (_, Some(job)) => Self::Job(job),
            (Some(contact), None) => Self::Contact(contact),
            (None, None) => Self::List,
        })
    }

    fn fields(self) -> Markup {
        match self {
            Self::List => html! {},
            Self::Contact(contact) => hidden("at_contact", &contact.to_string()),
            Self::Job(job) => hidden("job", &job.to_string()),
        }
    }

    fn back(self, done: &str) -> String {
        match self {
            Self::List => format!("{PATH}?done={done}"),
            Self::Contact(contact) => format!("/contacts/{contact}?done={done}"),
            Self::Job(job) => format!("/jobs/{job}/owners?done={done}"),
        }
    }

    fn query(self) -> EmailConflictQuery {
        let query = EmailConflictQuery { limit: SHOWN, ..EmailConflictQuery::default() };
        match self {
            Self::List => query,
            Self::Contact(contact) => EmailConflictQuery { contact: Some(contact), ..query },
            Self::Job(job) => EmailConflictQuery { job: Some(job), ..query },
        }
    }
}

/// All who wait, newest first.
async fn show(State(app): State<AppState>, visit: Visit<Staff, ()>) -> Result<Page, Problem> {
    let (who, query) = (&visit.who, &visit.query);
    Ok(page(&app, who, query, &Complaints::NONE).await?.done(query.text("done")))
}

async fn page(
    app: &AppState,
    who: &Staff,
    query: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let mut door = Door::default();
    let from = door.take_if("cursor", query.filled("cursor"), cursor);
    let cursor = door.build(|| from)?;
    who.ready(app, &READS).await?;
    let asked = EmailConflictQuery { cursor, ..At::List.query() };
    let found = email_conflicts::list(app.store().reader(), who.ledger(), &asked).await?;
    let content = html! {
        (complaints.above(&[]))
        p {
            "These owners wanted to change their primary email to one that another of your contacts \
             has. They were told to work with you, and not whose it is."
        }
        @if found.items.is_empty() {
            p .plain { "No owner waits for you." }
        }
        @for entry in &found.items { (card(who, entry, At::List)) }
        (further(PATH, query, &[], found.next.as_deref(), "More owners who wait"))
        p { a href="/contacts" { "All contacts" } }
    };
    Ok(Page::new("Owners who wait for you", content).desk(who, Desk::Contacts))
}

/// What is done about one of them.
async fn send(State(app): State<AppState>, sent: Sent<Staff, ()>) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    match carried_out(&app, keyed(order, &form), &form).await {
        Ok(back) => Ok(to(&back)),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &Form::default(), &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn carried_out(app: &AppState, order: Order<(), ()>, form: &Form) -> Result<String, Problem> {
    let mut door = Door::default();
    let holder = door.take("holder", id::<ContactId>(form.text("holder")));
    let owner = door.take("owner", id::<ContactId>(form.text("owner")));
    let at = At::of(form, &mut door);
    let (pair, at) = door.build(|| Some(((holder?, owner?), at?)))?;
    match form.text("action") {
        "replace" => {
            let jobs = if let At::Job(job) = at { vec![job] } else { Vec::new() };
            replace(app, &order, pair, jobs).await?;
            Ok(at.back("conflict-replaced"))
        }
        "set-aside" => {
            set_aside(app, &order, pair).await?;
            Ok(at.back("conflict-set-aside"))
        }
        _ => Err(no_such_button()),
    }
}

/// Those of a contact or of a job, for its own page; nothing where nobody waits. The page waits for
/// [`READS`] first.
pub(super) async fn section(app: &AppState, who: &Staff, at: At) -> Result<Markup, Problem> {
    let found = email_conflicts::list(app.store().reader(), who.ledger(), &at.query()).await?;
    Ok(html! { @for entry in &found.items { (card(who, entry, at)) } })
}

/// That somebody waits, above the lists of contacts and of jobs.
pub(super) async fn hint(app: &AppState, who: &Staff) -> Result<Markup, Problem> {
    let asked = EmailConflictQuery { limit: 1, ..EmailConflictQuery::default() };
    let found = email_conflicts::list(app.store().reader(), who.ledger(), &asked).await?;
    Ok(html! {
        @if !found.items.is_empty() {
            p .plain {
                "An owner wanted an email that another contact has. "
                a href=(PATH) { "Owners who wait for you" }
            }
        }
    })
}

fn card(who: &Staff, entry: &EmailConflictEntry, at: At) -> Markup {
    let EmailConflictEntry { holder, owner, .. } = entry;
    html! {
        section .plain .conflict {
            h2 { (owner.name) " wanted the email of " (holder.name) }
            p {
                (party(owner)) " is the owner. " (party(holder)) " has the email. Asked "
                (time(entry.reported_at)) "."
            }
            @if who.changes() { (replacement(entry, at)) }
            @if who.may(Grant::ManageAccess) { (merge(entry)) }
            @if who.changes() {
                form method="post" action=(PATH) {
                    (pair(entry)) (at.fields())
                    (quiet_button("set-aside", "Set aside"))
                }
            }
        }
    }
}

fn party(party: &ConflictParty) -> Markup {
    html! {
        a href=(format!("/contacts/{}", party.id)) { (party.name) } " " (access_badge(&party.status))
    }
}

fn pair(entry: &EmailConflictEntry) -> Markup {
    html! {
        (hidden("holder", &entry.holder.id.to_string()))
        (hidden("owner", &entry.owner.id.to_string()))
    }
}

/// One click: the contact that has the email takes the owner's place.
fn replacement(entry: &EmailConflictEntry, at: At) -> Markup {
    let EmailConflictEntry { holder, owner, jobs, jobs_total, .. } = entry;
    let more = jobs_total.saturating_sub(u64::try_from(jobs.len()).unwrap_or(u64::MAX));
    let label = match (at, *jobs_total) {
        (_, 0) => return html! { p { (owner.name) " is on no open job." } },
        (At::Job(_), _) => format!("Put {} on this job in place of {}", holder.name, owner.name),
        (At::List | At::Contact(_), 1) => {
            format!("Put {} on the job in place of {}", holder.name, owner.name)
        }
        (At::List | At::Contact(_), many) => {
            format!("Put {} on these {many} jobs in place of {}", holder.name, owner.name)
        }
    };
    html! {
        form method="post" action=(PATH) {
            (pair(entry)) (at.fields()) (once_field(&Form::default()))
            @if !matches!(at, At::Job(_)) {
                ul { @for job in jobs {
                    li {
                        a href=(format!("/jobs/{}/owners", job.id)) { (job.name) }
                        @if job.shared { ", where " (holder.name) " is an owner already" }
                    }
                } @if more > 0 { li { "and " (more) " more" } } }
            }
            p .hint {
                "Tasks of " (owner.name) " go along; To-Dos and messages stay " (owner.name)
                "'s alone. Nobody is invited."
            }
            (button("replace", &label))
        }
    }
}

/// H2: the owner's contact stays.
fn merge(entry: &EmailConflictEntry) -> Markup {
    let EmailConflictEntry { holder, owner, mergeable, .. } = entry;
    html! {
        @if *mergeable {
            p {
                "Are they one person? "
                a href=(format!("/contacts/merge?contact={}&contact={}", owner.id, holder.id)) {
                    "Merge the two contacts" span .unseen { " " (owner.name) " and " (holder.name) }
                }
            }
        } @else {
            p .hint { "Both have an owner of their own, so they cannot be merged before one is deactivated." }
        }
    }
}
