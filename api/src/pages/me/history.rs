use crate::endpoints::me::history::{OwnHistory, own_entries};
use crate::error::Problem;
use crate::input::{Door, cursor, id};
use crate::pages::form::Form;
use crate::pages::history::words::refusal;
use crate::pages::layout::{Page, Place, further};
use crate::pages::visit::{Owner, Visit};
use crate::pages::words::{day_and_time, event, field, sentence, value};
use crate::persons::eyes::Eyes;
use crate::state::AppState;
use axum::extract::State;
use domain::ContactId;
use maud::{Markup, html};
use projections::history::{ActorEntry, ChangeEntry, HistoryEntry};
use uuid::Uuid;

/// How many entries stand on a page.
const ENTRIES: u32 = 25;

/// Who changed what of somebody: of their login, or of what one builder has of them.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let (contact, cursor) = asked(&visit.query)?;
    let eyes = Eyes::of(&app, visit.who.asker()).await?;
    let contacts = eyes.contacts.iter().map(|link| link.contact.id.0);
    let own: Vec<Uuid> = contacts.chain([visit.who.person().0]).collect();
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
        ol .history { @for happened in &page.items { (entry(happened, &own)) } }
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

fn entry(happened: &HistoryEntry, own: &[Uuid]) -> Markup {
    html! {
        li {
            p .over { (day_and_time(happened.at)) " · " (who(&happened.actor, own)) }
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
                p {
                    (refusal(refused)) "."
                    @if let Some(rule) = &refused.rule { " " span .rule { "Rule " (rule) } }
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

/// Who it was, as the one who reads it knows them; `own` are their ids, as a person and in the books of
/// their builders.
fn who(actor: &ActorEntry, own: &[Uuid]) -> String {
    let is_own = actor.id.is_some_and(|id| own.contains(&id));
    match (&*actor.kind, &actor.label) {
        ("owner" | "portal_contact", _) if is_own => "You".to_owned(),
        ("owner", _) => "Another owner".to_owned(),
        ("portal_contact", _) => "Somebody of your household or company".to_owned(),
        ("builder_staff" | "staff_member", Some(label)) => format!("Your builder ({label})"),
        ("builder_staff" | "staff_member", None) => "Your builder".to_owned(),
        ("operator", _) => "Titleblock's support".to_owned(),
        ("system", _) => "Titleblock".to_owned(),
        (other, _) => sentence(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_it_was_is_told_as_an_owner_knows_them() {
        let (me, mine, other) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        let told = |kind: &str, id, label: Option<&str>| {
            let (kind, label) = (kind.to_owned(), label.map(str::to_owned));
            who(&ActorEntry { kind, id, label }, &[me, mine])
        };
        assert_eq!(told("owner", Some(me), None), "You");
        assert_eq!(told("portal_contact", Some(mine), None), "You");
        assert_eq!(told("owner", Some(other), None), "Another owner");
        let household = "Somebody of your household or company";
        assert_eq!(told("portal_contact", Some(other), None), household);
        assert_eq!(told("staff_member", Some(other), Some("Mia")), "Your builder (Mia)");
        assert_eq!(told("staff_member", Some(other), None), "Your builder");
        assert_eq!(told("builder_staff", Some(other), Some("Office")), "Your builder (Office)");
        assert_eq!(told("operator", Some(other), None), "Titleblock's support");
        assert_eq!(told("system", None, None), "Titleblock");
    }
}
