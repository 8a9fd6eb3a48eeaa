use super::{Place, Tab, in_settings};
use crate::endpoints::org::to_own;
use crate::endpoints::org::users::add::AddUser;
use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input, button};
use crate::pages::layout::{Page, to};
use crate::pages::once::{keyed, once_field};
use crate::pages::visit::{OrgUser, Sent, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::SubUserId;
use maud::html;

/// What people call the fields.
const LABELS: [(&str, &str); 3] =
    [("first_name", "First name"), ("last_name", "Last name"), ("email", "Email address")];

/// Asks for the three things that are needed (R79).
pub(super) async fn show(visit: Visit<OrgUser, ()>) -> Page {
    page(&visit.who, &Form::default(), &Complaints::NONE)
}

/// Add them: that triggers the invitation.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<OrgUser, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let order = keyed(order, &form);
    let asked = AddUser {
        first_name: form.text("first_name").to_owned(),
        last_name: form.text("last_name").to_owned(),
        email: form.text("email").to_owned(),
    };
    let user = SubUserId(order.new_id(&app, "user"));
    let added = match asked.read(user) {
        Ok(invite) => order.execute(&app, to_own(&order, invite)).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(_) => Ok(to("/org/settings/users?done=org-user-added")),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&who, &form, &complaints);
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

fn page(who: &OrgUser, form: &Form, complaints: &Complaints) -> Page {
    let content = html! {
        (complaints.above(&LABELS))
        form method="post" action="/org/settings/users/new" novalidate {
            (once_field(form))
            (Input::text("first_name", LABELS[0].1).value(form.text("first_name")).shown(complaints))
            (Input::text("last_name", LABELS[1].1).value(form.text("last_name")).shown(complaints))
            (Input::email("email", LABELS[2].1).filled_as("off").value(form.text("email"))
                .hint("The invitation goes there. Once it is accepted, all projects of your organisation are open to them.")
                .shown(complaints))
            (button("add", "Add User"))
        }
        p { a href="/org/settings/users" { "All users" } }
    };
    Page::new("Add User", in_settings(Tab::Users, &content)).org(who, Place::Settings)
}
