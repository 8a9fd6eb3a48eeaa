use crate::endpoints::me::customers::audit::{MemberAuditParams, entries_of};
use crate::endpoints::me::customers::list::name;
use crate::error::Problem;
use crate::pages::history::timeline::changes;
use crate::pages::layout::{Page, Place};
use crate::pages::visit::{Owner, Visit};
use crate::pages::words::{event, time};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use domain::customer::Feature;
use domain::{ContactId, CustomerId};
use maud::{Markup, html};
use projections::member_audit::{MemberAuditActor, MemberAuditEntry};

/// Who did what to the contacts of the customer, for those with Admin Access (2.8).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, CustomerId>,
) -> Result<Page, Problem> {
    let (asker, customer) = (visit.who.asker(), visit.path);
    let member = Member::reaching(&app, asker, customer, Feature::Audit).await?;
    let typed = |field| visit.query.filled(field).map(str::to_owned);
    let (contact, cursor) = (typed("contact"), typed("cursor"));
    let params = MemberAuditParams { contact: contact.clone(), cursor, limit: None };
    let page = entries_of(&app, &member, &params).await?;
    let base = format!("/me/customers/{customer}");
    let older = page.next.map(|next| match &contact {
        Some(contact) => format!("{base}/audit?contact={contact}&cursor={next}"),
        None => format!("{base}/audit?cursor={next}"),
    });
    let content = html! {
        p .over { (name(&app, &member).await?) " · " (member.builder) }
        @if contact.is_some() { p { a href=(format!("{base}/audit")) { "About all contacts" } } }
        @if page.items.is_empty() { p { "Nothing here." } }
        ol .history { @for happened in &page.items { (entry(happened, &member)) } }
        @if let Some(older) = older { p { a href=(older) rel="next" { "Older entries" } } }
    };
    Ok(Page::new("Who did what", content).at(Place::Customers))
}

fn entry(happened: &MemberAuditEntry, member: &Member) -> Markup {
    let path = format!("/me/customers/{}/audit?contact={}", member.customer, happened.contact_id);
    html! {
        li {
            p .over { (time(happened.at)) " · " (who(&happened.by, member)) }
            h2 { (what(&happened.event)) }
            p { a href=(path) { (happened.contact_name) } }
            (changes(&happened.changes))
            @if let Some(reason) = &happened.reason { p { "Why: " (reason) } }
        }
    }
}

/// What happened, as the contact's household or company reads it.
fn what(stored_type: &str) -> String {
    match stored_type {
        "contact.joined_customer" => "Put with your household or company".to_owned(),
        other => event(other),
    }
}

/// Who it was, as far as the one who reads it may know.
fn who(by: &MemberAuditActor, member: &Member) -> String {
    match (&*by.kind, &by.contact_id, &by.contact_name) {
        ("member", Some(id), _) if member.is(ContactId(*id)) => "You".to_owned(),
        ("member", _, Some(name)) => name.clone(),
        ("member", _, None) => "Somebody who belongs here no more".to_owned(),
        ("builder", ..) => member.builder.clone(),
        ("support", ..) => "Support".to_owned(),
        _ => "Titleblock".to_owned(),
    }
}
