//! What happened, one entry after the other: who, when, on whose behalf, which field, before and
//! after, why; and what was tried and refused.

use super::words;
use crate::pages::words::{time, value};
use maud::{Markup, html};
use projections::called::{Called, Kind, Thing};
use projections::history::{ChangeEntry, HistoryEntry};
use uuid::Uuid;

/// Entries as a list, of one thing or of whatever they are about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeline<'a> {
    pub(super) entries: &'a [HistoryEntry],
    pub(super) called: &'a Called,
    /// What they are all about, and where it is shown as it was; each says its own when there is none.
    pub(super) of: Option<(Uuid, Option<&'a str>)>,
}

impl Timeline<'_> {
    pub(super) fn shown(&self) -> Markup {
        html! {
            @if self.entries.is_empty() { p { "Nothing here." } }
            ol .history .timeline { @for entry in self.entries { (self.entry(entry)) } }
        }
    }

    fn entry(&self, entry: &HistoryEntry) -> Markup {
        let refused = entry.refused.as_ref();
        html! {
            li .refused[refused.is_some()] {
                p .over { (time(entry.at)) " · " (self.who(entry)) " " (words::channel(&entry.channel)) }
                h2 {
                    @match refused {
                        Some(refused) => { "Refused: " (words::tried(refused)) }
                        None => (words::event(&entry.event)),
                    }
                }
                (self.about(entry))
                @if let Some(refused) = refused {
                    p {
                        (words::refusal(refused)) "."
                        @if let Some(rule) = &refused.rule { " " span .rule { "Rule " (rule) } }
                    }
                }
                (changes(&entry.changes))
                @if let Some(reason) = &entry.reason { p .reason { "Why: " (reason) } }
                (self.small_print(entry))
            }
        }
    }

    fn who(&self, entry: &HistoryEntry) -> Markup {
        let name = words::actor(&entry.actor, self.called);
        html! {
            @match entry.actor.id {
                Some(id) => a href=(format!("/audit?actor={id}")) { (name) },
                None => (name),
            }
            @if let Some(eyes) = entry.acting_as {
                ", through the eyes of "
                @match self.called.thing(eyes) {
                    Some(thing) => (link(thing)),
                    None => "a contact",
                }
            }
        }
    }

    /// What it is about, where that is not what all of the page is about.
    fn about(&self, entry: &HistoryEntry) -> Markup {
        if self.of.is_some_and(|(subject, _)| subject == entry.about) {
            return html! {};
        }
        let thing = self.called.thing(entry.about);
        let itself = |thing: &&Thing| self.of.is_some_and(|(subject, _)| subject == thing.id);
        html! {
            @if let Some(thing) = thing.filter(|thing| !itself(thing)) {
                p { (kind(thing.kind)) ": " (link(thing)) }
            }
        }
    }

    fn small_print(&self, entry: &HistoryEntry) -> Markup {
        let own = self.of.filter(|(subject, _)| *subject == entry.about).and_then(|(_, path)| path);
        let then = own.zip(entry.position).map(|(path, at)| format!("{path}?position={at}"));
        html! {
            @if entry.client.is_some() || then.is_some() {
                p .hint {
                    @if let Some(client) = &entry.client { "From " (client) }
                    @if entry.client.is_some() && then.is_some() { " · " }
                    @if let Some(then) = then { a href=(then) { "As it was then" } }
                }
            }
        }
    }
}

/// A link to a thing, under its name.
pub(super) fn link(thing: &Thing) -> Markup {
    let folder = match thing.kind {
        Kind::Contact => "contacts",
        Kind::Job => "jobs",
        Kind::Lead => "leads",
        Kind::Subcontractor => "subcontractors",
    };
    html! { a href=(format!("/{folder}/{}", thing.id)) { (thing.name) } }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Contact => "Contact",
        Kind::Job => "Job",
        Kind::Lead => "Lead",
        Kind::Subcontractor => "Subcontractor",
    }
}

/// Each field with what was there before and what is there after.
pub(in crate::pages) fn changes(changes: &[ChangeEntry]) -> Markup {
    let told: Vec<&ChangeEntry> = changes.iter().filter(|change| tells(change)).collect();
    html! {
        @if !told.is_empty() {
            dl .facts {
                @for change in told {
                    dt { (words::field(&change.field)) }
                    dd .lines { (change_of(change)) }
                }
            }
        }
    }
}

/// Whether a change says something to people; an id does not.
fn tells(change: &ChangeEntry) -> bool {
    change.erased
        || said(change, change.before.as_ref()).is_some()
        || said(change, change.after.as_ref()).is_some()
}

fn said(change: &ChangeEntry, text: Option<&String>) -> Option<String> {
    text.and_then(|text| value(&change.field, text))
}

fn change_of(change: &ChangeEntry) -> Markup {
    let (before, after) =
        (said(change, change.before.as_ref()), said(change, change.after.as_ref()));
    html! {
        @if let Some(before) = &before { del { (before) } }
        // One that is there no more may have been before or after.
        @if change.erased { @if before.is_some() { " " } em { "erased" } }
        @if before.is_some() && after.is_some() { span .arrow { " → " } }
        @if let Some(after) = &after { @if before.is_none() && change.erased { " " } ins { (after) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: Option<&str>, after: Option<&str>, erased: bool) -> ChangeEntry {
        let text = |text: Option<&str>| text.map(str::to_owned);
        ChangeEntry { field: "name".to_owned(), before: text(before), after: text(after), erased }
    }

    #[test]
    fn what_was_there_before_and_after_is_told_apart_and_what_is_erased_is_said_to_be() {
        for (change, told) in [
            (
                change(Some("Ada"), Some("Bea"), false),
                "<del>Ada</del><span class=\"arrow\"> → </span><ins>Bea</ins>",
            ),
            (change(None, Some("Bea"), false), "<ins>Bea</ins>"),
            (change(Some("Ada"), None, false), "<del>Ada</del>"),
            (change(None, None, true), "<em>erased</em>"),
            (change(Some("Ada"), None, true), "<del>Ada</del> <em>erased</em>"),
            (change(None, Some("<b>"), true), "<em>erased</em> <ins>&lt;b&gt;</ins>"),
        ] {
            assert_eq!(change_of(&change).into_string(), told);
            assert!(changes(&[change]).into_string().contains("<dt>Name</dt>"));
        }
        // An id says nothing to people.
        let id = change(None, Some("0ab836c7-40d7-8693-b5ff-2b42549a19ec"), false);
        assert_eq!(changes(&[id]).into_string(), "");
    }
}
