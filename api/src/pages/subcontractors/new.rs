use crate::endpoints::subcontractors::add::{add, read};
use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input, button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::once::{keyed, once_field};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::html;

/// How the form calls its fields.
const FIELDS: (&str, &str, &str) = ("name", "contact_name", "contact_email");
const LABELS: [(&str, &str); 3] =
    [("name", "Company"), ("contact_name", "Name"), ("contact_email", "Email")];

/// The form for a company that is not noted yet.
pub(in crate::pages) async fn show(visit: Visit<Staff, ()>) -> Result<Page, Problem> {
    Ok(page(&visit.who, &Form::default(), &Complaints::NONE))
}

/// Note it, with its primary contact.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let order = keyed(order, &form);
    let [name, contact_name, contact_email] =
        [FIELDS.0, FIELDS.1, FIELDS.2].map(|field| form.text(field));
    let added = match read(FIELDS, name, contact_name, contact_email) {
        Ok((company, contact)) => add(&app, &order, company, contact).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(mut added) => {
            Ok(to(&format!("/subcontractors/{}?done=trade-added", added.body_mut().id())))
        }
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&who, &form, &complaints);
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

fn page(who: &Staff, form: &Form, complaints: &Complaints) -> Page {
    let content = html! {
        (complaints.above(&LABELS))
        @if who.changes() {
            form method="post" novalidate {
                (once_field(form))
                (Input::text(FIELDS.0, "Company").value(form.text(FIELDS.0)).shown(complaints))
                h2 { "Primary contact" }
                p .hint {
                    "Invitations to projects go to them and nowhere else. Saving invites nobody."
                }
                (Input::text(FIELDS.1, "Name").value(form.text(FIELDS.1)).shown(complaints))
                (Input::email(FIELDS.2, "Email").filled_as("off").value(form.text(FIELDS.2))
                    .shown(complaints))
                (button("add", "Save"))
            }
        } @else { p { "Auditors read; they note no subcontractors." } }
        p { a href="/subcontractors" { "Back to all subcontractors" } }
    };
    Page::new("New subcontractor", content).desk(who, Desk::Subcontractors)
}
