//! What became of a file, in all and row by row.

use crate::import::contact::LeftOut;
use crate::import::run::{ImportReport, RowOutcome, RowResult};
use crate::pages::words::sentence;
use maud::{Markup, html};

/// The most rows that are shown; of ten thousand, those that are not taken go first.
const ROWS_SHOWN_MAX: usize = 500;

/// In all.
pub(super) fn sums(report: &ImportReport) -> Markup {
    let said = |count: usize, what: &str| html! { li { strong { (count) } " " (what) } };
    html! {
        ul .sums {
            (said(report.rows, "rows or cards in the file"))
            @if report.created_jobs > 0 { (said(report.created_jobs, "new jobs")) }
            @if report.created_contacts > 0 { (said(report.created_contacts, "new contacts")) }
            @if let Some(owners) = &report.owners {
                (said(owners.active, "of them active"))
                (said(owners.not_invited, "of them not invited"))
                @if owners.deactivated > 0 {
                    (said(owners.deactivated, "of them deactivated: another one keeps the email"))
                }
            }
            (said(report.already_there, "there already, and left as they are"))
            (said(report.failed, "not taken"))
        }
    }
}

/// Row by row: what is not taken first, then what is taken in part, then the others.
pub(super) fn rows(report: &ImportReport) -> Markup {
    let failed = report.results.iter().filter(|row| row.result == RowOutcome::Failed);
    let told = |row: &&RowResult| row.result != RowOutcome::Failed && has_more(row);
    let told = report.results.iter().filter(told);
    let plain = |row: &&RowResult| row.result != RowOutcome::Failed && !has_more(row);
    let plain = report.results.iter().filter(plain);
    let mut left = ROWS_SHOWN_MAX;
    let mut some = |rows: Vec<&RowResult>| {
        let shown = rows.len().min(left);
        left -= shown;
        rows.into_iter().take(shown).map(|row| line(row, report.dry_run)).collect::<Vec<_>>()
    };
    let (failed, told, plain) =
        (some(failed.collect()), some(told.collect()), some(plain.collect()));
    let untold = report.results.len() - failed.len() - told.len() - plain.len();
    html! {
        (part("Not taken", "Everything else goes in; correct these in the file and send it again.",
            &failed))
        (part("Taken, with something to know", "", &told))
        (part("The other rows", "", &plain))
        @if untold > 0 { p .hint { "And " (untold) " more rows, which are counted above." } }
    }
}

fn part(title: &str, hint: &str, lines: &[Markup]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section {
                h2 { (title) }
                @if !hint.is_empty() { p .hint { (hint) } }
                ul .rows { @for line in lines { (line) } }
            }
        }
    }
}

fn has_more(row: &RowResult) -> bool {
    let decided = row.owner.as_ref().is_some_and(|owner| owner.decision.is_some());
    !row.left_out.is_empty() || row.same_as_line.is_some() || decided
}

fn line(row: &RowResult, dry_run: bool) -> Markup {
    html! {
        li {
            strong { "Line " (row.line) } " "
            (word(row.result, dry_run))
            @if let Some(reason) = &row.reason {
                ": " @if let Some(field) = &row.field { (field_word(field)) " " } (reason)
            }
            @if let Some(first) = row.same_as_line {
                ": the same contact as on line " (first) "; nothing of this one is taken over"
            }
            @if !dry_run && row.result == RowOutcome::Created { (links(row)) }
            @if let Some(owner) = &row.owner {
                @if let Some(decision) = &owner.decision { p .hint { (decision) } }
            }
            @if !row.left_out.is_empty() {
                ul { @for left in &row.left_out { (left_out(left)) } }
            }
        }
    }
}

fn word(result: RowOutcome, dry_run: bool) -> Markup {
    let (class, word) = match (result, dry_run) {
        (RowOutcome::Created, true) => ("good", "would be new"),
        (RowOutcome::Created, false) => ("good", "is new"),
        (RowOutcome::AlreadyThere, _) => ("there", "is there already"),
        (RowOutcome::Failed, true) => ("late", "would not be taken"),
        (RowOutcome::Failed, false) => ("late", "was not taken"),
    };
    html! { span .badge .(class) { (word) } }
}

fn links(row: &RowResult) -> Markup {
    html! {
        @if let Some(job) = row.job_id { " " a href=(format!("/jobs/{job}")) { "the job" } }
        @if let Some(contact) = row.contact_id {
            " " a href=(format!("/contacts/{contact}")) { "the contact" }
        }
    }
}

fn left_out(left: &LeftOut) -> Markup {
    html! { li { "Line " (left.line) ": " (left.field) " " (left.reason) "; left out" } }
}

/// A field of ours as people say it; a column of theirs stays as it is.
fn field_word(field: &str) -> String {
    let ours = field.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if ours { sentence(field) } else { field.to_owned() }
}
