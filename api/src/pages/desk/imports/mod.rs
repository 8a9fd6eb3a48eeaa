//! Files of jobs and owners, of contacts, and of owners of an older system: read, tried, then taken.
//!
//! Between the steps nothing of a file is kept on the server: each page carries it back, byte by byte
//! as it was chosen. So a step may be taken again after any crash, by any process, and what nobody
//! takes any further is gone with the page.

mod columns;
mod page;
mod report;
mod upload;

use crate::endpoints::imports::create::{FileFormat, ImportBody, import_file};
use crate::error::Problem;
use crate::import::charset::Upload;
use crate::import::run::{File, ImportReport};
use crate::pages::form::Complaints;
use crate::pages::layout::{Desk, Page};
use crate::pages::visit::{Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Channel, Grant};
use event_store::keys::sha256;
use maud::html;
use upload::SentFile;

/// Choose a file.
pub(in crate::pages) async fn show(visit: Visit<Staff, ()>) -> Page {
    let who = visit.who;
    if !who.changes() {
        let content = html! {
            p .plain { "Auditors look on: who works with the book imports files into it." }
        };
        return Page::new("Import", content).desk(&who, Desk::Imports);
    }
    page::start(&who, &Complaints::NONE)
}

/// Read a file's columns, try it, or take it: the same file twice changes nothing.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: SentFile,
) -> Result<Response, Problem> {
    if !sent.who.changes() {
        return Err(Problem::not_permitted("an admin, or somebody of the staff; auditors read"));
    }
    if sent.kind() == Some(Kind::Owners) && !sent.who.may(Grant::ManageAccess) {
        return Err(Problem::not_permitted(
            "an admin key, or a staff key with the grant manage_access",
        ));
    }
    let page = match next(&app, &sent).await {
        Ok(page) => page,
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let header = columns::header(&sent.file);
            let page = match sent.kind().zip(header.ok()) {
                Some((kind, header)) if kind.has_columns() => {
                    page::columns(&sent, kind, &header, &complaints)
                }
                Some(_) | None => page::start(&sent.who, &complaints),
            };
            page.status(complaints.status())
        }
    };
    Ok(page.into_response())
}

/// The page that follows.
async fn next(app: &AppState, sent: &SentFile) -> Result<Page, Problem> {
    let kind = sent.kind().ok_or_else(|| Problem::unreadable("kind", "must be one of the list"))?;
    if sent.file.is_empty() {
        return Err(Problem::unreadable(upload::FILE, "must be chosen first"));
    }
    let action = sent.form.text("action");
    if kind.has_columns() {
        let header = columns::header(&sent.file)?;
        if action == "read" {
            return Ok(page::columns(sent, kind, &header, &Complaints::NONE));
        }
    }
    // What is taken is what was tried: another file or other columns are tried first.
    let mark = mark(sent, kind);
    let is_tried = action == "do" && sent.form.text("tried") == mark;
    let report = run(app, sent, kind, !is_tried).await?;
    Ok(if is_tried {
        page::done(sent, kind, &report)
    } else {
        page::tried(sent, kind, &report, &mark)
    })
}

async fn run(
    app: &AppState,
    sent: &SentFile,
    kind: Kind,
    dry_run: bool,
) -> Result<ImportReport, Problem> {
    let content = Upload { bytes: sent.file.clone(), named: None, is_text: false };
    let (mapping, owner_mapping) = match kind {
        Kind::Jobs => (Some(columns::mapping(&sent.form)), None),
        Kind::Owners => (None, Some(columns::owner_mapping(&sent.form))),
        Kind::Contacts | Kind::Cards => (None, None),
    };
    let body = ImportBody { format: kind.format(), content, mapping, owner_mapping };
    let asker = sent.who.asker();
    let mut circumstances = asker.circumstances(None);
    circumstances.channel = Channel::Import;
    let ledger = asker.ledger();
    import_file(app, body, File { ledger, circumstances, idempotency: None, dry_run }).await
}

/// Tells a file with its columns from any other; it proves nothing and need not.
fn mark(sent: &SentFile, kind: Kind) -> String {
    let mut all = vec![kind.word().to_owned()];
    all.extend(columns::chosen(&sent.form, kind));
    let columns = sha256(all.join("\n").as_bytes());
    let hash = sha256(&[&columns[..], &sha256(&sent.file)].concat());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Jobs,
    Contacts,
    Cards,
    Owners,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Jobs, Self::Contacts, Self::Cards, Self::Owners];

    const fn word(self) -> &'static str {
        match self {
            Self::Jobs => "jobs",
            Self::Contacts => "contacts",
            Self::Cards => "cards",
            Self::Owners => "owners",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Jobs => "Jobs and their owners (CSV)",
            Self::Contacts => "Contacts from Google or Outlook (CSV)",
            Self::Cards => "Contacts as vCards (.vcf)",
            Self::Owners => "Owners of an older system (CSV)",
        }
    }

    const fn format(self) -> FileFormat {
        match self {
            Self::Jobs => FileFormat::Csv,
            Self::Contacts => FileFormat::ContactsCsv,
            Self::Cards => FileFormat::Vcard,
            Self::Owners => FileFormat::OwnersCsv,
        }
    }

    /// Whether people say which of its columns holds what.
    const fn has_columns(self) -> bool {
        matches!(self, Self::Jobs | Self::Owners)
    }
}
