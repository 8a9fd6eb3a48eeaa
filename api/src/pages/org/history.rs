use super::{Place, Tab, in_settings};
use crate::endpoints::org::history::entries;
use crate::error::Problem;
use crate::input::{Door, LIMIT_DEFAULT, cursor};
use crate::pages::history::words;
use crate::pages::layout::{Page, further};
use crate::pages::visit::{OrgUser, Visit};
use crate::pages::words::{time, value};
use crate::state::AppState;
use axum::extract::State;
use maud::{Markup, html};
use projections::history::{ChangeEntry, HistoryEntry};

/// Who changed what of the organisation.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<OrgUser, ()>,
) -> Result<Page, Problem> {
    let mut door = Door::default();
    let from = door.take_if("cursor", visit.query.filled("cursor"), cursor);
    let from = door.build(|| from)?;
    let page = entries(&app, visit.who.asker(), from.as_deref(), LIMIT_DEFAULT).await?;
    let content = html! {
        ol .history { @for one in &page.items { (entry(one)) } }
        (further(
            "/org/settings/history", &visit.query, &[], page.next.as_deref(), "Older entries",
        ))
    };
    Ok(Page::new("History", in_settings(Tab::History, &content)).org(&visit.who, Place::Settings))
}

fn entry(entry: &HistoryEntry) -> Markup {
    html! {
        li {
            p .over {
                (time(entry.at))
                @if let Some(label) = &entry.actor.label { " · " (label) }
            }
            h2 {
                @match &entry.refused {
                    Some(refused) => { "Refused: " (words::tried(refused)) }
                    None => (words::event(&entry.event)),
                }
            }
            @for change in &entry.changes { (changed(change)) }
            @if let Some(reason) = &entry.reason { p { "Why: " (reason) } }
        }
    }
}

/// What changed; nothing of what says nothing to people, as the id of somebody who never came in.
fn changed(change: &ChangeEntry) -> Markup {
    let said = |text: &Option<String>| text.as_deref().and_then(|text| value(&change.field, text));
    let (before, after) = (said(&change.before), said(&change.after));
    html! {
        @if change.erased || before.is_some() || after.is_some() {
            p {
                (words::field(&change.field)) ": "
                @if let Some(before) = before { del { (before) } " " }
                @if let Some(after) = after { ins { (after) } }
                @if change.erased { "Erased" }
            }
        }
    }
}
