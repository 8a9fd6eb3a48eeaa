use crate::endpoints::customers::customer_name;
use crate::endpoints::customers::open::open;
use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS};
use crate::error::Problem;
use crate::input::{Door, LIMIT_DEFAULT, cursor, search};
use crate::pages::form::{Complaints, Form, Input, button};
use crate::pages::layout::{Desk, Page, further, to};
use crate::pages::once::{keyed, once_field};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use projections::customers::{self, CustomerEntry, CustomerQuery};

/// The account's customers, and the way to note another.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &visit.query, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Note a household or company.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let opened = match customer_name(form.text("name")) {
        Ok(name) => open(&app, &keyed(order, &form), name).await,
        Err(problem) => Err(problem),
    };
    match opened {
        Ok(mut opened) => {
            let id = opened.body_mut().id();
            Ok(to(&format!("/customers/{id}?done=customer-opened")))
        }
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &Form::default(), &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn page(
    app: &AppState,
    who: &Staff,
    query: &Form,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let asked = asked(query)?;
    who.ready(app, &[CUSTOMERS, CONTACT_DIRECTORY]).await?;
    let found = customers::list(app.store().reader(), who.ledger(), &asked).await?;
    let content = html! {
        (complaints.above(&[("name", "Name")]))
        form .bar method="get" role="search" {
            (Input::search("search", "Search by name").value(query.text("search")).shown(&Complaints::NONE))
            button .main type="submit" { "Search" }
        }
        p { a href="/customers/work-orders" { "Work orders" } }
        @if found.items.is_empty() { p { "No customer yet, or none that is called so." } }
        @else { (table(&found.items)) }
        (further("/customers", query, &["search"], found.next.as_deref(), "More customers"))
        @if who.changes() {
            section .plain {
                h2 { "New customer" }
                p .hint { "A household or company whose contacts look after themselves in the portal." }
                form method="post" novalidate {
                    (once_field(form))
                    (Input::text("name", "Name").value(form.text("name")).shown(complaints))
                    (button("open", "Save"))
                }
            }
        }
    };
    Ok(Page::new("Customers", content).desk(who, Desk::Customers))
}

fn asked(query: &Form) -> Result<CustomerQuery, Problem> {
    let mut door = Door::default();
    let search = door.take_if("search", query.filled("search"), search);
    let cursor = door.take_if("cursor", query.filled("cursor"), cursor);
    door.build(|| Some(CustomerQuery { search: search?, cursor: cursor?, limit: LIMIT_DEFAULT }))
}

fn table(customers: &[CustomerEntry]) -> Markup {
    html! {
        table .cards {
            thead { tr { th scope="col" { "Name" } th scope="col" { "Contacts" } } }
            tbody { @for customer in customers {
                tr {
                    th scope="row" { a href=(format!("/customers/{}", customer.id)) { (customer.name) } }
                    td data-label="Contacts" { (customer.contacts) }
                }
            } }
        }
    }
}
