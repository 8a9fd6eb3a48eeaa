//! Every mail that the account ordered and what became of it (R68).

use super::life::ENTRIES;
use crate::endpoints::mail::list::{STATUSES, mails};
use crate::endpoints::{CONTACT_DIRECTORY, MAIL_LOG};
use crate::error::Problem;
use crate::input::{Door, cursor, id, one_of};
use crate::pages::form::Form;
use crate::pages::layout::{Desk, Page, address};
use crate::pages::visit::{Staff, Visit};
use crate::pages::words::{sentence, time};
use crate::state::AppState;
use axum::extract::State;
use domain::ContactId;
use maud::{Markup, html};
use projections::mail_log::{MailEntry, MailQuery};

pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    visit.who.ready(&app, &[MAIL_LOG, CONTACT_DIRECTORY]).await?;
    let query = asked(&visit.query)?;
    let page = mails(&app, visit.who.ledger(), &query).await?;
    let whose =
        query.contact.zip(page.items.first()).and_then(|(_, mail)| mail.contact_name.clone());
    let more = page.next.map(|next| path(&query, query.status.as_deref(), Some(&next)));
    let content = html! {
        @if query.contact.is_some() {
            p { "Mail to " (whose.as_deref().unwrap_or("one contact")) ". " a href="/mail" { "All mail" } }
        }
        nav .tabs aria-label="State" {
            ul {
                (tab(&query, None, "All"))
                @for status in STATUSES { (tab(&query, Some(status), label(status))) }
            }
        }
        @if page.items.is_empty() { p { "No mail." } }
        ol .history .mails { @for mail in &page.items { (entry(mail)) } }
        @if let Some(more) = more { p { a href=(more) { "Earlier mail" } } }
    };
    Ok(Page::new("Mail", content).desk(&visit.who, Desk::Mail))
}

fn asked(query: &Form) -> Result<MailQuery, Problem> {
    let mut door = Door::default();
    let contact = door.take_if("contact", query.filled("contact"), id::<ContactId>);
    let status = |typed: &str| one_of(typed, &STATUSES).map(str::to_owned);
    let status = door.take_if("status", query.filled("status"), status);
    let cursor = door.take_if("cursor", query.filled("cursor"), cursor);
    door.build(|| {
        Some(MailQuery { contact: contact?, status: status?, cursor: cursor?, limit: ENTRIES })
    })
}

fn path(query: &MailQuery, status: Option<&str>, cursor: Option<&str>) -> String {
    let contact = query.contact.map(|contact| contact.to_string());
    let asked = [("contact", contact.as_deref()), ("status", status), ("cursor", cursor)];
    address("/mail", asked.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

fn tab(query: &MailQuery, status: Option<&'static str>, label: &str) -> Markup {
    let here = query.status.as_deref() == status;
    html! {
        li { a href=(path(query, status, None)) aria-current=[here.then_some("true")] { (label) } }
    }
}

fn label(status: &str) -> &str {
    match status {
        "waiting" => "Waiting",
        "sent" => "Sent",
        "failed" => "Given up",
        "bounced" => "Came back",
        other => other,
    }
}

fn entry(mail: &MailEntry) -> Markup {
    let state = &mail.state;
    let trouble = state.status == "failed" || state.status == "bounced";
    html! {
        li .refused[trouble] {
            p .over { (time(mail.queued_at)) }
            h2 {
                (sentence(&mail.kind).replace("todo", "To-Do"))
                // Not every mail goes to a contact: some go to the staff.
                @if let Some(name) = &mail.contact_name {
                    " to " a href=(format!("/contacts/{}", mail.contact_id)) { (name) }
                }
            }
            @if let Some(to) = &mail.to { p { (to) } }
            p {
                span .badge .late[trouble] { (label(&state.status)) }
                @if let Some(at) = state.sent_at { " Sent " (time(at)) "." }
                @if let Some(at) = state.failed_at { " Given up " (time(at)) "." }
                @if let Some(at) = state.bounced_at { " Came back " (time(at)) "." }
            }
            @if let Some(cause) = &state.cause { p { "Why: " (why(cause)) } }
            @if let Some(status) = &state.bounce_status { p { "Why: " (bounce(status)) } }
            @if mail.attempts > 1 { p .hint { "Attempts: " (mail.attempts) } }
        }
    }
}

/// Why a mail was given up.
fn why(cause: &str) -> &str {
    match cause {
        "refused" => "the mail server did not take it",
        "deferred" => "the mail server put it off for too long",
        "unreachable" => "the mail server could not be reached for too long",
        "superseded" => "its link was void before it could be sent",
        "unsendable" => "it could not be written",
        other => other,
    }
}

/// Why a mail came back, by the class of its code (RFC 3463).
fn bounce(status: &str) -> String {
    let class = match status.get(..4).unwrap_or(status) {
        "5.1." => "there is no such address",
        "5.2." | "4.2." => "the mailbox does not take it",
        "5.7." => "the other side does not want it",
        _ if status.starts_with('4') => "it could not be delivered in time",
        _ => "it could not be delivered",
    };
    format!("{class} ({status})")
}
