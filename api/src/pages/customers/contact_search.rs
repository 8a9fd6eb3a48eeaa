use super::{status, table};
use crate::endpoints::customers::list_contacts::CustomerContactParams;
use crate::endpoints::me::customers::contacts::listed;
use crate::error::Problem;
use crate::pages::form::{Complaints, Input, Select};
use crate::pages::layout::{Page, Place, further};
use crate::pages::visit::{Owner, Visit};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use domain::CustomerId;
use domain::contact::Access;
use domain::customer::Feature;
use maud::html;

/// Looks for contacts of the customer by name and status (R107 to R109). Enter and the button do the
/// same: it is a form.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, CustomerId>,
) -> Result<Page, Problem> {
    let (asker, customer) = (visit.who.asker(), visit.path);
    let member = Member::reaching(&app, asker, customer, Feature::Contacts).await?;
    let filled = |field: &str| visit.query.filled(field).map(str::to_owned);
    let params = CustomerContactParams {
        name: filled("name"),
        status: filled("status"),
        cursor: filled("cursor"),
        limit: None,
    };
    let searched = params.name.is_some() || params.status.is_some();
    let (complaints, found) = match listed(&app, &member, &params).await {
        Ok(page) => (Complaints::NONE, searched.then_some(page)),
        Err(problem) => (Complaints::about(problem)?, None),
    };
    let base = format!("/me/customers/{customer}/contacts");
    let is_admin = member.reaches(Feature::ManageContacts);
    let words = Access::WORDS.map(|word| (word.to_owned(), status(word)));
    let options: Vec<(String, String)> =
        std::iter::once((String::new(), "Any".to_owned())).chain(words).collect();
    let typed = (visit.query.text("name"), visit.query.text("status"));
    let content = html! {
        (complaints.above(&[("name", "Name"), ("status", "Status")]))
        form .plain method="get" role="search" {
            (Input::search("name", "Name").value(typed.0).shown(&complaints))
            (Select::new("status", "Status", &options).chosen(typed.1).shown(&complaints))
            button .main type="submit" { "Search" }
        }
        @if let Some(page) = &found {
            h2 { "Found" }
            @if page.items.is_empty() { p { "No contact is called so and has this status." } }
            @else { (table(&page.items, &base, is_admin)) }
            (further(
                &format!("{base}/search"), &visit.query, &["name", "status"], page.next.as_deref(),
                "More contacts",
            ))
        }
        p { a href=(base) { "All contacts" } }
    };
    let page = Page::new("Search Contacts", content).at(Place::Customers);
    Ok(page.status(complaints.status()))
}
