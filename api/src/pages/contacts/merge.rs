//! Merging contacts that are the same person (R29, H2): a look at what it would do, by the very code
//! that does it, and then the merge.

use super::full_name;
use super::merge_choices::Choices;
use super::told::Told;
use crate::endpoints::CONTACT_DIRECTORY;
use crate::endpoints::contacts::merge::{
    CONTACTS_MAX, MergePreview, PreviewChange, merge_all, rehearsed,
};
use crate::endpoints::contacts::permissions::of_contact;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id};
use crate::pages::form::{Form, button, no_such_button, quiet_button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{field, value};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::contact::ContactRejection;
use domain::{ContactId, Grant, Rejection};
use maud::{Markup, html};
use projections::contact_directory::{self, ContactEntry};
use projections::custom_fields;
use uuid::Uuid;

const LABELS: [(&str, &str); 3] = [
    ("survivor", "Who stays"),
    ("additional_emails", "Emails that are kept"),
    ("contact", "Contact"),
];

/// What merging the contacts in the address would do.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Response, Problem> {
    if visit.query.each_filled("contact").is_empty() {
        let page = Page::new("Merge contacts", nothing_ticked());
        return Ok(page.desk(&visit.who, Desk::Contacts).into_response());
    }
    look(&app, &visit.who, visit.query, None).await
}

/// Merge them, or look again with other choices.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    match form.text("action") {
        "look" => look(&app, &who, form, None).await,
        "merge" => merge(&app, &who, &order, form).await,
        _ => Err(no_such_button()),
    }
}

async fn merge(
    app: &AppState,
    who: &Staff,
    order: &Order<(), ()>,
    form: Form,
) -> Result<Response, Problem> {
    let choices = match choices(app, who, form.clone()).await {
        Ok(choices) => choices,
        Err(problem) => return too_few(app, who, form, problem).await,
    };
    // Whoever lets another one stay sees first what that does.
    if !choices.are_as_shown() {
        return look(app, who, form, None).await;
    }
    match merge_all(app, order, &choices.body()).await {
        Ok(_) => Ok(to(&format!("/contacts/{}?done=contacts-merged", choices.survivor))),
        Err(problem) => look(app, who, form, Some(problem)).await,
    }
}

/// The page, with what a merge was refused for, or would be.
async fn look(
    app: &AppState,
    who: &Staff,
    form: Form,
    refused: Option<Problem>,
) -> Result<Response, Problem> {
    let mut choices = match choices(app, who, form.clone()).await {
        Ok(choices) => choices,
        Err(problem) => return too_few(app, who, form, problem).await,
    };
    let mut outlook = rehearsed(app, who.asker(), &choices.body()).await;
    if let Err(problem) = &outlook
        && let (false, Some(active)) = (form.filled("survivor").is_some(), must_stay(problem))
    {
        // Nobody has chosen yet: whose owner is active stays (H2).
        choices.survivor = active;
        choices.locked = locked(app, who, active).await?;
        outlook = rehearsed(app, who.asker(), &choices.body()).await;
    }
    let (told, preview) = match (refused, outlook) {
        (Some(problem), _) | (None, Err(problem)) => (Told::refused(form, problem)?, None),
        (None, Ok(preview)) => (Told::default(), Some(preview)),
    };
    let above = told.above(app, who, None, &LABELS).await?;
    let content = html! {
        (above)
        form method="post" novalidate {
            (choices.shown(told.complaints()))
            @if let Some(preview) = &preview { (would(preview, &choices)) }
            @if who.may(Grant::ManageAccess) {
                p .buttons {
                    (quiet_button("look", "Look again with these choices"))
                    (button("merge", "Merge"))
                }
            }
        }
        p { a href="/contacts" { "Don't merge" } }
    };
    let page = Page::new("Merge contacts", content).desk(who, Desk::Contacts);
    Ok(page.status(told.status()).into_response())
}

fn must_stay(problem: &Problem) -> Option<Uuid> {
    problem.body.holder.filter(|_| problem.body.code == "merge_survivor_must_be_active")
}

/// Why the info of whoever stays is not changed by a merge.
async fn locked(
    app: &AppState,
    who: &Staff,
    survivor: Uuid,
) -> Result<Option<crate::endpoints::contacts::permissions::WhyNot>, Problem> {
    let permissions = of_contact(app, who.asker(), ContactId(survivor)).await?;
    let why = permissions.into_refusal("EditContactInfo");
    Ok(why.filter(|why| why.code.starts_with("contact_locked")))
}

/// What was chosen; refused where there are fewer contacts than two, or too many.
async fn choices(app: &AppState, who: &Staff, form: Form) -> Result<Choices, Problem> {
    let mut door = Door::default();
    let typed = form.each_filled("contact");
    let ids = door.take_all("contact", &typed, CONTACTS_MAX, id::<ContactId>);
    let mut ids = door.build(|| ids)?;
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    let (Some(first), true) = (ids.first().copied(), ids.len() > 1) else {
        return Err(Rejection::from(ContactRejection::MergeWithItself).into());
    };
    who.ready(app, &[CONTACT_DIRECTORY]).await?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let mut entries: Vec<ContactEntry> = Vec::new();
    for id in &ids {
        let entry = contact_directory::get(reader, ledger, *id).await?;
        entries.push(entry.ok_or_else(Problem::not_found)?);
    }
    let chosen = form.text("survivor");
    let chosen = entries.iter().map(|entry| entry.id).find(|id| id.to_string() == chosen);
    let survivor = chosen.unwrap_or(first.0);
    let fields = custom_fields::get(reader, ledger).await?.map(|all| all.fields);
    Ok(Choices {
        entries,
        survivor,
        locked: locked(app, who, survivor).await?,
        form,
        fields: fields.unwrap_or_default(),
    })
}

/// There is nothing to look at: one contact, or none, or more than a merge takes.
async fn too_few(
    app: &AppState,
    who: &Staff,
    form: Form,
    problem: Problem,
) -> Result<Response, Problem> {
    if problem.status == axum::http::StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let told = Told::refused(form, problem)?;
    let above = told.above(app, who, None, &LABELS).await?;
    let content = html! { (above) (nothing_ticked()) };
    let page = Page::new("Merge contacts", content).desk(who, Desk::Contacts);
    Ok(page.status(told.status()).into_response())
}

fn nothing_ticked() -> Markup {
    html! {
        p { "Tick two or more contacts in the list, and choose Merge under Checked Actions." }
        p { a href="/contacts" { "Back to the contacts" } }
    }
}

/// What it would do, field by field.
fn would(preview: &MergePreview, choices: &Choices) -> Markup {
    let stays = choices.stays().map(full_name).unwrap_or_default();
    html! {
        section .plain #preview {
            h2 { "What a merge does" }
            p {
                (stays) " gets " (counted(preview.jobs, "job", "jobs")) " and "
                (counted(preview.leads, "lead", "leads")) " of the others."
            }
            @for contact in &preview.contacts {
                @let changes: Vec<&PreviewChange> =
                    preview.changes.iter().filter(|c| c.id == contact.id && tells(c)).collect();
                @if !changes.is_empty() {
                    h3 { (full_name(contact)) }
                    dl .facts { @for change in changes { (changed(change, choices)) } }
                }
            }
            p .hint { "It can be taken back on the page of " (stays) "." }
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        0 => format!("no {many}"),
        1 => format!("one {one}"),
        count => format!("{count} {many}"),
    }
}

/// Whether a change says something to people: an id does not, and the claim follows its email.
fn tells(change: &PreviewChange) -> bool {
    let says = |text: &Option<String>| {
        text.as_deref().is_some_and(|text| value(&change.field, text).is_some())
    };
    change.field != "primary_email_claim" && (says(&change.before) || says(&change.after))
}

fn changed(change: &PreviewChange, choices: &Choices) -> Markup {
    let said = |text: &Option<String>| text.as_deref().and_then(|t| value(&change.field, t));
    let custom = change.field.strip_prefix("custom_fields.");
    let custom = custom.and_then(|name| choices.fields.iter().find(|field| field.name == name));
    let label = custom.map_or_else(|| field(&change.field), |custom| custom.label.clone());
    html! {
        dt { (label) }
        dd .lines {
            @if let Some(before) = said(&change.before) { del { (before) } }
            @if let (Some(_), Some(_)) = (said(&change.before), said(&change.after)) {
                span .arrow { " → " }
            }
            @if let Some(after) = said(&change.after) { ins { (after) } }
        }
    }
}
