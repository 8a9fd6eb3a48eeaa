//! The title block: the box in the corner of every drawing that says which revision it is, who drew
//! it, when and why. Small at the foot of whatever has a history, large where a revision is looked at.

use super::subject::{Subject, reads};
use super::words;
use crate::endpoints::{AUDIT_TRAIL, CONTACT_DIRECTORY, JOB_LIST, LEAD_VIEW};
use crate::error::Problem;
use crate::pages::visit::Staff;
use crate::pages::words::time;
use crate::state::AppState;
use maud::{Markup, html};
use projections::called::{self, Called};
use projections::revisions::{self, Revision};

/// The small one: the last revisions of a sheet, newest first, with who and when.
pub(crate) fn title_block(
    sheet: &str,
    revisions: &[Revision],
    called: &Called,
    history: &str,
) -> Markup {
    html! {
        section .titleblock .revisions aria-label="Title block" {
            div .wide { p .cell { "Sheet" } p { (sheet) } }
            table {
                caption .unseen { "The last revisions of " (sheet) }
                thead { tr { th scope="col" { "Rev." } th scope="col" { "By" } th scope="col" { "When" } } }
                tbody {
                    @for revision in revisions.iter().rev() {
                        tr {
                            td { (revision.number) }
                            td { (words::actor(&revision.entry.actor, called)) }
                            td { (time(revision.entry.at)) }
                        }
                    }
                }
            }
            p .wide { a href=(history) { "Every revision" } }
        }
    }
}

/// A sheet at one of its revisions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub(super) name: &'a str,
    /// Those around the one that is looked at, in order.
    pub(super) revisions: &'a [Revision],
    pub(super) called: &'a Called,
    /// Which one is looked at; 0 is before the first.
    pub(super) number: usize,
    /// How many there are.
    pub(super) count: usize,
    /// Where the sheet is shown as it was.
    pub(super) path: &'a str,
}

impl Sheet<'_> {
    /// The large one, with what each revision did.
    pub(super) fn drawn(&self) -> Markup {
        let here = self.revisions.iter().find(|revision| revision.number == self.number);
        html! {
            section .titleblock .large aria-label="Title block" {
                table {
                    caption .unseen { "Revisions of " (self.name) }
                    thead { tr {
                        th scope="col" { "Rev." } th scope="col" { "Date" }
                        th scope="col" { "By" } th scope="col" { "Description" }
                    } }
                    tbody { @for revision in self.revisions.iter().rev() { (self.row(revision)) } }
                }
                dl {
                    div .wide { dt { "Sheet" } dd { (self.name) } }
                    div { dt { "Revision" } dd { (self.number) " of " (self.count) } }
                    @if let Some(Revision { entry, .. }) = here {
                        div { dt { "Changed by" } dd { (words::actor(&entry.actor, self.called)) } }
                        div { dt { "Date" } dd { (time(entry.at)) } }
                        div { dt { "Reason" } dd { (entry.reason.as_deref().unwrap_or("–")) } }
                    }
                }
            }
        }
    }

    fn row(&self, revision: &Revision) -> Markup {
        let entry = &revision.entry;
        let position = entry.position.unwrap_or(0);
        let fields: Vec<String> =
            entry.changes.iter().map(|change| words::field(&change.field)).collect();
        html! {
            tr aria-current=[(revision.number == self.number).then_some("true")] {
                td { a href=(format!("{}?position={position}", self.path)) { (revision.number) } }
                td { (time(entry.at)) }
                td { (words::actor(&entry.actor, self.called)) }
                td {
                    (words::event(&entry.event))
                    @if !fields.is_empty() { span .hint { " " (fields.join(", ")) } }
                }
            }
        }
    }
}

/// How many revisions the small one has.
const LAST: usize = 3;

/// The small one at the foot of a page about a contact, a job or a lead, for whoever may read its
/// history; nothing for others.
pub(crate) async fn foot(app: &AppState, who: &Staff, subject: Subject) -> Result<Markup, Problem> {
    if reads(who).is_err() {
        return Ok(html! {});
    }
    let (reader, ledger) = (app.store().reader(), who.ledger());
    who.ready(app, &[AUDIT_TRAIL, CONTACT_DIRECTORY, JOB_LIST, LEAD_VIEW]).await?;
    let revisions = revisions::of(reader, ledger, subject.uuid(), subject.kind()).await?;
    let Some(revisions) = revisions else { return Ok(html! {}) };
    let count = revisions.count();
    let last = revisions.read(reader, ledger, count.saturating_sub(LAST - 1)..=count).await?;
    let entries = last.iter().map(|revision| &revision.entry);
    let called = called::in_entries(reader, ledger, entries, [subject.uuid()]).await?;
    let sheet = called.thing(subject.uuid()).map_or("", |thing| &thing.name);
    Ok(title_block(sheet, &last, &called, &subject.as_of()))
}
