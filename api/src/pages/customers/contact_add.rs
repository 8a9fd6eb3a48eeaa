use super::levels;
use crate::endpoints::me::customers::add_contact::{AddMemberContact, add};
use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input, button};
use crate::pages::layout::{Page, Place, to};
use crate::pages::once::{keyed, once_field};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::CustomerId;
use domain::customer::Feature;
use maud::html;

/// What people call the fields.
pub(super) const LABELS: [(&str, &str); 5] = [
    ("title", "Title"),
    ("name", "Name"),
    ("phones", "Phone"),
    ("primary_email", "Email"),
    ("permissions", "Customer Portal permissions"),
];

/// Asks who is to be added, and what they may (R114, R115).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, CustomerId>,
) -> Result<Page, Problem> {
    let (asker, customer) = (visit.who.asker(), visit.path);
    Member::reaching(&app, asker, customer, Feature::ManageContacts).await?;
    Ok(page(customer, &Form::default(), &Complaints::NONE))
}

/// Add them.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, CustomerId>,
) -> Result<Response, Problem> {
    let customer = sent.path;
    let (order, form) = sent.order();
    let body = AddMemberContact {
        title: form.filled("title").map(str::to_owned),
        name: form.text("name").to_owned(),
        phones: form.each_filled("phones"),
        primary_email: form.filled("primary_email").map(str::to_owned),
        permissions: form.each_filled("permissions"),
    };
    match add(&app, &keyed(order, &form), customer, &body).await {
        Ok(_) => Ok(to(&format!("/me/customers/{customer}/contacts?done=member-added"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            Ok(page(customer, &form, &complaints).status(complaints.status()).into_response())
        }
    }
}

fn page(customer: CustomerId, form: &Form, complaints: &Complaints) -> Page {
    let phone = form.each_filled("phones");
    let typed = |index: usize| phone.get(index).map_or("", String::as_str);
    let content = html! {
        (complaints.above(&LABELS))
        form method="post" novalidate {
            (once_field(form))
            (Input::text("title", "Title").value(form.text("title")).hint("Such as Dr or Mrs").shown(complaints))
            (Input::text("name", "Name").value(form.text("name")).shown(complaints))
            (Input::phone("phones", "Phone", 0).value(typed(0)).shown(complaints))
            (Input::phone("phones", "Another phone", 1).value(typed(1)).shown(complaints))
            (Input::email("primary_email", "Email").value(form.text("primary_email"))
                .filled_as("off").hint("An invitation would go there.").shown(complaints))
            (levels(&form.each_filled("permissions"), ""))
            (button("add", "Add Contact"))
        }
        p { a href=(format!("/me/customers/{customer}/contacts")) { "All contacts" } }
    };
    Page::new("Add Contact", content).at(Place::Customers)
}
