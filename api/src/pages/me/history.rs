use crate::endpoints::me::history::{OwnHistory, own_entries};
use crate::error::Problem;
use crate::input::{Door, cursor, id};
use crate::pages::form::Form;
use crate::pages::layout::{Page, Place, further};
use crate::pages::visit::{Owner, Visit};
use crate::pages::words::{day_and_time, event, field, sentence, value};
use crate::persons::eyes::Eyes;
use crate::state::AppState;
use axum::extract::State;
use domain::{ContactId, PersonId};
use maud::{Markup, html};
use projections::history::{ActorEntry, ChangeEntry, HistoryEntry};

/// How many entries stand on a page.
const ENTRIES: u32 = 25;

/// Who changed what of somebody: of their login, or of what one builder has of them.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let me = visit.who.person();
    let (contact, cursor) = asked(&visit.query)?;
    let eyes = Eyes::of(&app, visit.who.asker()).await?;
    let page = own_entries(&app, &eyes, OwnHistory { contact, cursor, limit: ENTRIES }).await?;
    let tab = |to: String, label: &str, here: bool| {
        html! { li { a href=(to) aria-current=[here.then_some("true")] { (label) } } }
    };
    let content = html! {
        nav .tabs aria-label="Whose record" {
            ul {
                (tab("/me/history".to_owned(), "Your login", contact.is_none()))
                @for link in eyes.contacts.iter().filter(|link| link.open) {
                    @let id = link.contact.id;
                    (tab(format!("/me/history?contact={id}"), &link.builder, contact == Some(id)))
                }
            }
        }
        @if page.items.is_empty() { p { "Nothing here." } }
        ol .history { @for happened in &page.items { (entry(happened, me)) } }
        (further(
            "/me/history", &visit.query, &["contact"], page.next.as_deref(), "Older entries",
        ))
    };
    Ok(Page::new("History", content).at(Place::History))
}

fn asked(query: &Form) -> Result<(Option<ContactId>, Option<String>), Problem> {
    let mut door = Door::default();
    let contact = door.take_if("contact", query.filled("contact"), id::<ContactId>);
    let cursor = door.take_if("cursor", query.filled("cursor"), cursor);
    door.build(|| Some((contact?, cursor?)))
}

fn entry(happened: &HistoryEntry, me: PersonId) -> Markup {
    html! {
        li {
            p .over { (day_and_time(happened.at)) " · " (who(&happened.actor, me)) }
            h2 { (event(&happened.event)) }
            @if happened.changes.iter().any(tells) {
                dl .facts {
                    @for change in happened.changes.iter().filter(|change| tells(change)) {
                        (changed(change))
                    }
                }
            }
            @if let Some(reason) = &happened.reason { p { "Why: " (reason) } }
            @if let Some(client) = &happened.client { p .hint { "From " (client) } }
            @if let Some(refused) = &happened.refused {
                p .hint {
                    (sentence(&refused.code))
                    @if let Some(rule) = &refused.rule { " (rule " (rule) ")" }
                }
            }
        }
    }
}

/// Whether a change says something to people; an id does not.
fn tells(change: &ChangeEntry) -> bool {
    let says = |text: &Option<String>| {
        text.as_deref().is_some_and(|text| value(&change.field, text).is_some())
    };
    change.erased || says(&change.before) || says(&change.after)
}

fn changed(change: &ChangeEntry) -> Markup {
    let said = |text: &Option<String>| text.as_deref().and_then(|t| value(&change.field, t));
    html! {
        dt { (field(&change.field)) }
        dd .lines {
            @if change.erased { em { "erased" } } @else {
                @match (said(&change.before), said(&change.after)) {
                    (Some(before), Some(after)) => {
                        del { (before) } span .arrow { " → " } ins { (after) }
                    }
                    (None, Some(after)) => ins { (after) }
                    (Some(before), None) => del { (before) }
                    (None, None) => "–"
                }
            }
        }
    }
}

/// Who it was, as the one who reads it knows them.
fn who(actor: &ActorEntry, me: PersonId) -> String {
    match (&*actor.kind, &actor.label) {
        ("owner", _) if actor.id == Some(me.0) => "You".to_owned(),
        ("owner", _) => "Another owner".to_owned(),
        ("builder_staff", Some(label)) => format!("Your builder ({label})"),
        ("builder_staff", None) => "Your builder".to_owned(),
        ("system", _) => "Titleblock".to_owned(),
        (other, _) => sentence(other),
    }
}
