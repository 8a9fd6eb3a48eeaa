use super::form::{Complaints, Input, button};
use super::layout::{Page, to};
use super::visit::{Sent, Visit};
use crate::endpoints::password_resets::request::ask;
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::html;

/// Ask for a link to set another password with.
pub(super) async fn show(visit: Visit<Visitor, ()>) -> Page {
    page("", &Complaints::NONE).done(visit.query.text("done"))
}

/// The same answer whether or not there is such a login.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Visitor, ()>,
) -> Result<Response, Problem> {
    let email = sent.form.text("email");
    match ask(&app, sent.who, email).await {
        Ok(()) => Ok(to("/forgotten-password?done=reset-asked")),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            Ok(page(email, &complaints).status(complaints.status()).into_response())
        }
    }
}

fn page(email: &str, complaints: &Complaints) -> Page {
    let content = html! {
        p { "We send a link to your login email. With it you set a new password." }
        (complaints.above(&[("email", "Email")]))
        form method="post" action="/forgotten-password" novalidate {
            (Input::email("email", "Email").filled_as("username").value(email).shown(complaints))
            (button("ask", "Send me the link"))
        }
        p { a href="/sign-in" { "Back to signing in" } }
    };
    Page::new("Forgotten password", content)
}
