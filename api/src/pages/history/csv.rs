//! The audit trail as a file for a spreadsheet: every entry that the filter takes, a line for each
//! field that changed. It is read and sent page by page, however long it is.

use super::filter::{Asked, Filter};
use super::life::VIEWS;
use super::subject::reads;
use super::words;
use crate::endpoints::audit::list::entries;
use crate::error::Problem;
use crate::pages::visit::{Staff, Visit};
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::LedgerId;
use futures_util::stream::try_unfold;
use projections::Page;
use projections::audit_trail::AuditQuery;
use projections::called::{self, Called};
use projections::history::{ChangeEntry, HistoryEntry};
use uuid::Uuid;

/// How many entries are read at a time.
const ENTRIES: u32 = 200;

/// What the columns are called.
const COLUMNS: [&str; 23] = [
    "time",
    "position",
    "event",
    "what",
    "about_kind",
    "about_id",
    "about",
    "actor_kind",
    "actor_id",
    "actor",
    "acting_as_id",
    "acting_as",
    "channel",
    "client",
    "reason",
    "field",
    "before",
    "after",
    "erased",
    "tried",
    "refused",
    "rule",
    "correlation",
];

/// Fetch the entries as a file.
pub(super) async fn fetch(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Response, Problem> {
    reads(&visit.who)?;
    visit.who.ready(&app, VIEWS).await?;
    let ledger = visit.who.ledger();
    let Asked::For(filter) = Filter::read(&app, ledger, &visit.query).await? else {
        return Err(Problem::unreadable("contact", "must be one contact"));
    };
    let query = AuditQuery { limit: ENTRIES, cursor: None, ..filter.query };
    // What fails at once is told as a page; what fails later breaks the file off, so that nobody takes
    // a part for the whole.
    let first = entries(&app, ledger, &query).await?;
    let begun = Some(Part { page: first, begins: true });
    let parts = try_unfold((begun, query), move |(part, query)| {
        let app = app.clone();
        async move {
            let Some(part) = part else { return Ok::<_, std::io::Error>(None) };
            let sent = part.written(&app, ledger).await.map_err(|problem| broken_off(&problem))?;
            let Some(next) = part.page.next else { return Ok(Some((sent, (None, query)))) };
            let query = AuditQuery { cursor: Some(next), ..query };
            let page =
                entries(&app, ledger, &query).await.map_err(|problem| broken_off(&problem))?;
            Ok(Some((sent, (Some(Part { page, begins: false }), query))))
        }
    });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"titleblock-audit.csv\""),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

fn broken_off(problem: &Problem) -> std::io::Error {
    tracing::warn!(code = problem.body.code, "an export broke off");
    std::io::Error::other("the export broke off")
}

/// A page of the trail on its way into the file.
struct Part {
    page: Page<HistoryEntry>,
    begins: bool,
}

impl Part {
    async fn written(&self, app: &AppState, ledger: LedgerId) -> Result<Bytes, Problem> {
        let reader = app.store().reader();
        let called = called::in_entries(reader, ledger, &self.page.items, []).await?;
        let mut text = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let failed = |_impossible| Problem::internal();
        if self.begins {
            text.write_record(COLUMNS).map_err(failed)?;
        }
        for entry in &self.page.items {
            for change in lines(entry) {
                let cells = cells(entry, change, &called).map(|cell| harmless(&cell));
                text.write_record(&cells).map_err(failed)?;
            }
        }
        let bytes = text.into_inner().map_err(|_impossible| Problem::internal())?;
        Ok(if self.begins { [MARK, &bytes].concat().into() } else { bytes.into() })
    }
}

/// By which spreadsheets know UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A line for each change, and one where nothing changed.
fn lines(entry: &HistoryEntry) -> impl Iterator<Item = Option<&ChangeEntry>> {
    let none = entry.changes.is_empty().then_some(None);
    entry.changes.iter().map(Some).chain(none)
}

fn cells(entry: &HistoryEntry, change: Option<&ChangeEntry>, called: &Called) -> [String; 23] {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let name = |id: Option<Uuid>| {
        id.and_then(|id| called.thing(id)).map(|thing| thing.name.clone()).unwrap_or_default()
    };
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let refused = entry.refused.as_ref();
    let what = refused.map_or_else(|| words::event(&entry.event), |_| "Refused".to_owned());
    [
        entry.at.to_string(),
        entry.position.map(|position| position.to_string()).unwrap_or_default(),
        entry.event.clone(),
        what,
        text(entry.about_kind.as_ref()),
        entry.about.to_string(),
        name(Some(entry.about)),
        entry.actor.kind.clone(),
        id(entry.actor.id),
        words::actor(&entry.actor, called),
        id(entry.acting_as),
        name(entry.acting_as),
        entry.channel.clone(),
        text(entry.client.as_ref()),
        text(entry.reason.as_ref()),
        change.map(|change| change.field.clone()).unwrap_or_default(),
        text(change.and_then(|change| change.before.as_ref())),
        text(change.and_then(|change| change.after.as_ref())),
        change
            .map(|change| if change.erased { "yes" } else { "no" }.to_owned())
            .unwrap_or_default(),
        text(refused.map(|refused| &refused.command)),
        text(refused.map(|refused| &refused.code)),
        text(refused.and_then(|refused| refused.rule.as_ref())),
        entry.correlation.to_string(),
    ]
}

/// What a spreadsheet would take for a formula becomes a text: somebody's name may be one.
fn harmless(cell: &str) -> String {
    let formula =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    if cell.starts_with(formula) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_carry_out_is_a_text() {
        for formula in [
            "=1+1",
            "+49 30 1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\u{ff1d}1",
            "\u{ff0b}1",
            "\u{ff0d}1",
            "\u{ff20}SUM(A1)",
        ] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for text in ["", "Ada", "a=b", "555-0101", "'quoted"] {
            assert_eq!(harmless(text), text);
        }
    }
}
