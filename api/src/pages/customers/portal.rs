use crate::endpoints::me::customers::list::{OwnCustomer, own_customers};
use crate::error::Problem;
use crate::pages::layout::{Page, Place};
use crate::pages::visit::{Owner, Visit};
use crate::state::AppState;
use axum::extract::State;
use domain::customer::Feature;
use maud::{Markup, html};

/// The customers that somebody belongs to, and the way into the portal of each (R105).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let customers = own_customers(&app, visit.who.asker()).await?;
    let content = html! {
        @if customers.is_empty() {
            p .plain {
                "You belong to no household or company here. Your builder says who does."
            }
        }
        @for customer in &customers {
            section .plain {
                p .over { (customer.builder) }
                h2 { (customer.name) }
                (ways(customer))
            }
        }
    };
    Ok(Page::new("Your household or company", content).at(Place::Customers))
}

/// What is open to somebody in a customer's portal.
pub(super) fn ways(customer: &OwnCustomer) -> Markup {
    let reaches = |feature: Feature| customer.features.contains(&feature.word());
    html! {
        @if reaches(Feature::Contacts) {
            p { a href=(format!("/me/customers/{}/contacts", customer.id)) { "Contacts" } }
        }
        @if reaches(Feature::Billing) {
            p { a href=(format!("/me/customers/{}/billing", customer.id)) { "Billing" } }
        }
        @if reaches(Feature::Reports) {
            p { a href=(format!("/me/customers/{}/reports", customer.id)) { "Reports" } }
        }
        @if reaches(Feature::WorkOrders) {
            p { a href=(format!("/me/customers/{}/work-orders", customer.id)) { "Work orders" } }
        }
        @if reaches(Feature::Audit) {
            p { a href=(format!("/me/customers/{}/audit", customer.id)) { "Who did what" } }
        }
        @if customer.features.is_empty() {
            p .hint { "Nothing of its portal is open to you. Somebody with Admin Access can change that." }
        }
    }
}
