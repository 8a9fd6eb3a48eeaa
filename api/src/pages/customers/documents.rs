use crate::endpoints::customers::documents::list::DocumentParams;
use crate::endpoints::me::customers::documents::documents_of;
use crate::endpoints::me::customers::get_document::file_of;
use crate::endpoints::me::customers::list::name;
use crate::error::Problem;
use crate::pages::layout::{Page, Place};
use crate::pages::visit::{Owner, Visit};
use crate::pages::words::day;
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use domain::customer::DocumentKind;
use domain::{CustomerId, DocumentId};
use maud::{Markup, html};
use projections::documents::DocumentEntry;

/// The customer's invoices and statements (R117).
pub(in crate::pages) async fn billing(
    State(app): State<AppState>,
    visit: Visit<Owner, CustomerId>,
) -> Result<Page, Problem> {
    page(&app, &visit, DocumentKind::Billing, "Billing").await
}

/// The customer's reports (R118).
pub(in crate::pages) async fn reports(
    State(app): State<AppState>,
    visit: Visit<Owner, CustomerId>,
) -> Result<Page, Problem> {
    page(&app, &visit, DocumentKind::Report, "Reports").await
}

/// The file of one, to be saved.
pub(in crate::pages) async fn file(
    State(app): State<AppState>,
    visit: Visit<Owner, (CustomerId, DocumentId)>,
) -> Result<Response, Problem> {
    file_of(&app, visit.who.asker(), visit.path).await
}

async fn page(
    app: &AppState,
    visit: &Visit<Owner, CustomerId>,
    kind: DocumentKind,
    title: &'static str,
) -> Result<Page, Problem> {
    let (asker, customer) = (visit.who.asker(), visit.path);
    let member = Member::reaching(app, asker, customer, kind.feature()).await?;
    let cursor = visit.query.filled("cursor").map(str::to_owned);
    let params = DocumentParams { kind: Some(kind.word().to_owned()), cursor, limit: None };
    let published = documents_of(app, &member, &params).await?;
    let content = html! {
        p .over { (name(app, &member).await?) " · " (member.builder) }
        @if published.items.is_empty() { p .plain { "There is nothing yet." } }
        @for document in &published.items { (card(document, customer)) }
        @if let Some(next) = &published.next {
            p { a href=(format!("?cursor={next}")) rel="next" { "Older documents" } }
        }
    };
    Ok(Page::new(title, content).at(Place::Customers))
}

fn card(document: &DocumentEntry, customer: CustomerId) -> Markup {
    let title = document.title.as_deref().unwrap_or("–");
    let path = format!("/me/customers/{customer}/documents/{}", document.id);
    html! {
        article .entry {
            h2 { (title) }
            (about(document))
            p { a href=(path) aria-label=(format!("Download {title}")) { "Download" } }
        }
    }
}

/// The day of a document, what file it is, and what the builder says of it.
pub(super) fn about(document: &DocumentEntry) -> Markup {
    html! {
        p .hint { (day(&document.day)) " · " (document.format.to_uppercase()) ", " (size(document.bytes)) }
        @if let Some(note) = &document.note { p .lines { (note) } }
    }
}

/// How large a file is, as people say it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_is_said_as_people_say_it() {
        let said = [999, 1_000, 48_213, 999_001, 5_242_880].map(size);
        assert_eq!(said, ["999 bytes", "1 KB", "49 KB", "1000 KB", "5.2 MB"]);
    }
}
