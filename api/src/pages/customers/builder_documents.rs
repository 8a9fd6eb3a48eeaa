use super::documents::about;
use crate::documents::{FILE, FileForm};
use crate::endpoints::customers::documents::get;
use crate::endpoints::customers::documents::list::DocumentParams;
use crate::endpoints::customers::documents::publish::{PublishDocument, publish};
use crate::endpoints::customers::documents::withdraw;
use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS, DOCUMENTS};
use crate::error::Problem;
use crate::extract::body::{self, RequestBody};
use crate::extract::order::Order;
use crate::extract::path;
use crate::pages::form::{Complaints, Form, Input, Select, button, no_such_button, quiet_button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::multipart::WithFiles;
use crate::pages::once::{keyed, once_field};
use crate::pages::visit::{Comes, Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::customer::DocumentKind;
use domain::{CustomerId, DocumentId};
use event_store::keys::sha256;
use maud::{Markup, html};
use projections::Page as Listed;
use projections::customers;
use projections::documents::{self, DocumentEntry};

/// What stands for the file among what was typed.
const FILE_DIGEST: &str = "file-digest";

/// What is published to a customer, and the way to publish more and to take one back (R117, R118).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, CustomerId>,
) -> Result<Page, Problem> {
    let Visit { who, path, query } = visit;
    let page = page(&app, &who, path, &query, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(query.text("done")))
}

/// Publish one. The form has a file in it.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    request: Request,
) -> Result<Response, Response> {
    let (mut parts, body) = request.into_parts();
    let head = async {
        let customer = path::ids::<CustomerId>(&mut parts).await;
        let customer = customer.map_err(IntoResponse::into_response)?;
        Ok::<_, Response>((Staff::of(&parts, &app).await?, customer))
    };
    let (who, customer) = match head.await {
        Ok(head) => head,
        Err(refused) => {
            body::discard(body).await;
            return Err(refused);
        }
    };
    let sent = WithFiles::read(&parts.headers, body, FileForm::BYTES_MAX, &[FILE]).await;
    let (form, published) = match sent {
        Ok(sent) => {
            let file = sent.file(FILE);
            // The same form with another file is another one.
            let form = sent.form.with(FILE_DIGEST, format!("{:02x?}", sha256(&file)));
            let body = PublishDocument {
                kind: form.text("kind").to_owned(),
                title: form.text("title").to_owned(),
                day: form.text("day").to_owned(),
                note: form.filled("note").map(str::to_owned),
                file,
            };
            let order = keyed(Order::of_page(who.asker().clone(), customer), &form);
            let published = publish(&app, &order, customer, &body).await.map(|_| ());
            (form, published)
        }
        Err(problem) => (Form::default(), Err(problem)),
    };
    let shown = async {
        let Err(problem) = published else {
            return Ok(to(&format!("/customers/{customer}/documents?done=document-published")));
        };
        let complaints = Complaints::about(problem)?;
        let page = page(&app, &who, customer, &Form::default(), &form, &complaints).await?;
        Ok::<_, Problem>(page.status(complaints.status()).into_response())
    };
    shown.await.map_err(IntoResponse::into_response)
}

/// The file of one, to be saved.
pub(in crate::pages) async fn file(
    State(app): State<AppState>,
    visit: Visit<Staff, (CustomerId, DocumentId)>,
) -> Result<Response, Problem> {
    visit.who.ready(&app, &[DOCUMENTS]).await?;
    get::file(&app, visit.who.ledger(), visit.path, &DocumentKind::ALL).await
}

/// Take one back.
pub(in crate::pages) async fn withdraw(
    State(app): State<AppState>,
    sent: Sent<Staff, (CustomerId, DocumentId)>,
) -> Result<Response, Problem> {
    let (who, customer) = (sent.who.clone(), sent.path.0);
    let (order, form) = sent.order();
    let withdrawn = match form.text("action") {
        "withdraw" => withdraw::withdraw(&app, &order).await.map(|_| ()),
        _ => Err(no_such_button()),
    };
    match withdrawn {
        Ok(()) => Ok(to(&format!("/customers/{customer}/documents?done=document-withdrawn"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let nothing = Form::default();
            let page = page(&app, &who, customer, &nothing, &nothing, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

/// A page of what is published to a customer; its views are waited for.
pub(super) async fn listed(
    app: &AppState,
    who: &Staff,
    customer: CustomerId,
    params: &DocumentParams,
) -> Result<Listed<DocumentEntry>, Problem> {
    let query = params.query(customer)?;
    who.ready(app, &[DOCUMENTS]).await?;
    Ok(documents::list(app.store().reader(), who.ledger(), &query).await?)
}

async fn page(
    app: &AppState,
    who: &Staff,
    customer: CustomerId,
    query: &Form,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    who.ready(app, &[CUSTOMERS, CONTACT_DIRECTORY]).await?;
    let entry = customers::get(app.store().reader(), who.ledger(), customer).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    let cursor = query.filled("cursor").map(str::to_owned);
    let params = DocumentParams { cursor, ..DocumentParams::default() };
    let published = listed(app, who, customer, &params).await?;
    let labels = [
        ("kind", "What it is"),
        ("title", "Title"),
        ("day", "Day"),
        ("note", "Note"),
        (FILE, "The file"),
    ];
    let content = html! {
        p { a href=(format!("/customers/{customer}")) { (entry.name) } }
        (complaints.above(&labels))
        @if published.items.is_empty() { p { "Nothing is published to this customer." } }
        @else { (table(&published.items, customer, who.changes())) }
        @if let Some(next) = &published.next {
            p .pager { a href=(format!("?cursor={next}")) rel="next" { "Older documents" } }
        }
        @if who.changes() { (publishing(customer, form, complaints)) }
    };
    Ok(Page::new("Documents", content).desk(who, Desk::Customers))
}

/// Documents by title, with the way to their files and, where it may be, to take each back.
pub(super) fn table(published: &[DocumentEntry], customer: CustomerId, withdraws: bool) -> Markup {
    html! {
        table .cards {
            thead { tr {
                th scope="col" { "Title" }
                th scope="col" { "What it is" }
                th scope="col" { "File" }
            } }
            tbody { @for document in published {
                @let title = document.title.as_deref().unwrap_or("–");
                @let path = format!("/customers/{customer}/documents/{}", document.id);
                tr {
                    th scope="row" { (title) }
                    td data-label="What it is" { (kind(&document.kind)) (about(document)) }
                    td .actions data-label="File" {
                        a href=(path) aria-label=(format!("Download {title}")) { "Download" }
                        @if withdraws {
                            details {
                                summary aria-label=(format!("Withdraw {title}")) { "Withdraw" }
                                form method="post" action=(path) {
                                    p .hint { "Nobody sees it any more, and its file is gone." }
                                    (quiet_button("withdraw", "Withdraw it"))
                                }
                            }
                        }
                    }
                }
            } }
        }
    }
}

/// What people call a kind of document.
fn kind(word: &str) -> &'static str {
    if word == DocumentKind::Billing.word() { "Billing" } else { "Report" }
}

fn publishing(customer: CustomerId, form: &Form, complaints: &Complaints) -> Markup {
    let kinds =
        [("", "Choose"), ("billing", "Billing: an invoice or a statement"), ("report", "Report")];
    let kinds = kinds.map(|(value, words)| (value.to_owned(), words.to_owned()));
    let wrong = complaints.at(FILE, "The file");
    let described = if wrong.is_some() { "file-hint file-wrong" } else { "file-hint" };
    html! {
        section .plain {
            h2 { "Publish a document" }
            p .hint {
                "Members with Access Billing see what is about billing, members with Access Reports \
                 the reports, and members with Admin Access both."
            }
            form method="post" action=(format!("/customers/{customer}/documents"))
                enctype="multipart/form-data" novalidate {
                (once_field(form))
                (Select::new("kind", "What it is", &kinds).chosen(form.text("kind")).shown(complaints))
                (Input::text("title", "Title").value(form.text("title")).shown(complaints))
                (Input::date("day", "Day").value(form.text("day")).hint("The day that it bears.")
                    .shown(complaints))
                (Input::text("note", "Note").lines(3).value(form.text("note"))
                    .hint("May be left out.").shown(complaints))
                div .field .wrong[wrong.is_some()] {
                    label for=(FILE) { "The file" }
                    p .hint id="file-hint" {
                        "A PDF, or a picture of it (JPEG, PNG, WebP), of up to 5 MiB. What was refused \
                         is chosen once more."
                    }
                    @if let Some(sentence) = &wrong { p .why id="file-wrong" { (sentence) } }
                    input id=(FILE) name=(FILE) type="file" aria-describedby=(described)
                        aria-invalid=[wrong.as_ref().map(|_| "true")]
                        accept="application/pdf,image/jpeg,image/png,image/webp";
                }
                (button("publish", "Publish"))
            }
        }
    }
}
