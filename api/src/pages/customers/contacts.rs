use super::table;
use crate::endpoints::customers::list_contacts::CustomerContactParams;
use crate::endpoints::me::customers::contacts::listed;
use crate::endpoints::me::customers::list::name;
use crate::error::Problem;
use crate::pages::layout::{Page, Place, further};
use crate::pages::visit::{Owner, Visit};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use domain::CustomerId;
use domain::customer::Feature;
use maud::html;

/// All contacts of the customer at once, with the ways to search, add, view, edit and delete (R106 to
/// R112).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, CustomerId>,
) -> Result<Page, Problem> {
    let (asker, customer) = (visit.who.asker(), visit.path);
    let member = Member::reaching(&app, asker, customer, Feature::Contacts).await?;
    let cursor = visit.query.filled("cursor").map(str::to_owned);
    let params = CustomerContactParams { cursor, ..CustomerContactParams::default() };
    let page = listed(&app, &member, &params).await?;
    let base = format!("/me/customers/{customer}/contacts");
    let is_admin = member.reaches(Feature::ManageContacts);
    let content = html! {
        p .over { (name(&app, &member).await?) " · " (member.builder) }
        div .buttons {
            a .main href=(format!("{base}/search")) { "Search Contacts" }
            @if is_admin { a .main href=(format!("{base}/new")) { "Add Contact" } }
        }
        (table(&page.items, &base, is_admin))
        (further(&base, &visit.query, &[], page.next.as_deref(), "More contacts"))
    };
    Ok(Page::new("Contacts", content).at(Place::Customers).done(visit.query.text("done")))
}
