use super::upload::{CARRIED, FILE, SentFile};
use super::{Kind, columns, report};
use crate::import::ROWS_MAX;
use crate::import::run::ImportReport;
use crate::pages::desk::parts::{may_manage_access, options};
use crate::pages::form::{Complaints, Select, button, hidden, quiet_button};
use crate::pages::layout::{Desk, Page};
use crate::pages::visit::Staff;
use maud::{Markup, html};

/// The first step.
pub(super) fn start(who: &Staff, complaints: &Complaints) -> Page {
    let kinds =
        Kind::ALL.into_iter().filter(|kind| *kind != Kind::Owners || may_manage_access(who));
    let kinds = options(kinds.map(|kind| (kind.word(), kind.label())));
    let content = html! {
        (complaints.above(&[("kind", "What is in it"), (FILE, "The file"), ("content", "The file")]))
        p {
            "A file is read and tried first: you see row by row what would happen, and nothing is \
             changed until you say so. Nobody is invited by an import, and the same file twice \
             changes nothing."
        }
        form method="post" action="/imports" enctype="multipart/form-data" novalidate {
            (Select::new("kind", "What is in it", &kinds).shown(complaints))
            div .field {
                label for=(FILE) { "The file" }
                p .hint id="file-hint" {
                    "At most " (ROWS_MAX) " rows or cards, and 10 MB."
                }
                input id=(FILE) name=(FILE) type="file" accept=".csv,.vcf,text/csv,text/vcard"
                    aria-describedby="file-hint";
            }
            (button("read", "Read it"))
        }
    };
    Page::new("Import", content).desk(who, Desk::Imports)
}

/// The second step, of a file whose columns are chosen.
pub(super) fn columns(
    sent: &SentFile,
    kind: Kind,
    header: &[String],
    complaints: &Complaints,
) -> Page {
    let content = html! {
        (complaints.above(&columns::labels(kind)))
        p {
            "The file has " (header.len()) " columns. Say what is in which; what is guessed already \
             may be changed."
        }
        (form(sent, kind, None, &html! {
            (columns::shown(&sent.form, kind, header, complaints))
            (button("try", "Try it"))
        }))
        (another())
    };
    Page::new("Which column holds what", content).desk(&sent.who, Desk::Imports)
}

/// The third step: what would happen.
pub(super) fn tried(sent: &SentFile, kind: Kind, report: &ImportReport, mark: &str) -> Page {
    let header = if kind.has_columns() { columns::header(&sent.file).ok() } else { None };
    let content = html! {
        p .lead { "Nothing is changed yet. This is what would happen:" }
        (report::sums(report))
        (form(sent, kind, Some(mark), &html! {
            @if report.created_jobs + report.created_contacts > 0 { (button("do", "Do it")) }
            @else { p { strong { "There is nothing to do." } } }
            @if let Some(header) = &header {
                details {
                    summary { "Other columns" }
                    (columns::shown(&sent.form, kind, header, &Complaints::NONE))
                    (quiet_button("try", "Try it again"))
                }
            }
        }))
        (report::rows(report))
        (another())
    };
    Page::new("What would happen", content).desk(&sent.who, Desk::Imports)
}

/// The last step: what happened.
pub(super) fn done(sent: &SentFile, kind: Kind, report: &ImportReport) -> Page {
    let (there, label) = match kind {
        Kind::Jobs => ("/jobs", "To the jobs"),
        Kind::Contacts | Kind::Cards | Kind::Owners => ("/contacts", "To the contacts"),
    };
    let content = html! {
        p .notice role="status" { "It is done. The same file once more would change nothing." }
        (report::sums(report))
        p { a .main href=(there) { (label) } }
        (report::rows(report))
        (another())
    };
    Page::new("What happened", content).desk(&sent.who, Desk::Imports)
}

/// A form that carries the file back.
fn form(sent: &SentFile, kind: Kind, mark: Option<&str>, content: &Markup) -> Markup {
    html! {
        form method="post" action="/imports" enctype="multipart/form-data" novalidate {
            (hidden("kind", kind.word()))
            (hidden(CARRIED, &sent.carried()))
            @if let Some(mark) = mark { (hidden("tried", mark)) }
            (content)
        }
    }
}

fn another() -> Markup {
    html! { p { a href="/imports" { "Another file" } } }
}
