use crate::endpoints::me::customers::{MemberContact, command, contact_of};
use crate::error::Problem;
use crate::pages::form::{Complaints, button};
use crate::pages::layout::{Page, Place, to};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::contact::ContactCommand;
use domain::customer::Feature;
use domain::{ContactId, CustomerId};
use maud::html;

/// Asks whether a contact is to be deleted (R122, R124); nobody's own is (R123).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, (CustomerId, ContactId)>,
) -> Result<Page, Problem> {
    let (customer, contact) = visit.path;
    let asker = visit.who.asker();
    let member = Member::reaching(&app, asker, customer, Feature::ManageContacts).await?;
    let contact = contact_of(&app, &member, contact).await?;
    Ok(page(&member, &contact, &Complaints::NONE))
}

/// Delete it.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, (CustomerId, ContactId)>,
) -> Result<Response, Problem> {
    let path = sent.path;
    let (order, form) = sent.order();
    let confirmed = form.text("action") == "yes";
    match command(&app, &order, path, ContactCommand::Delete { confirmed }).await {
        Ok(_) => Ok(to(&format!("/me/customers/{}/contacts?done=member-deleted", path.0))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let feature = Feature::ManageContacts;
            let member = Member::reaching(&app, &order.asker, path.0, feature).await?;
            let contact = contact_of(&app, &member, path.1).await?;
            let page = page(&member, &contact, &complaints);
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

fn page(member: &Member, contact: &MemberContact, complaints: &Complaints) -> Page {
    let base = format!("/me/customers/{}/contacts", member.customer);
    let content = html! {
        (complaints.above(&[]))
        section .plain {
            @if contact.yourself {
                p { "This is your own contact. Somebody else with Admin Access, or your builder, can delete it." }
            } @else {
                p { "Delete " strong { (contact.name) } "? Whoever it is cannot sign in to this portal any more." }
                form method="post" { (button("yes", "Yes")) }
            }
            p { a href=(base) { "No, keep it" } }
        }
    };
    Page::new("Confirm Delete", content).at(Place::Customers)
}
