use super::cookie::{self, Errand};
use super::form::{Complaints, Input, PASSWORD, PASSWORD_AGAIN, button, hidden};
use super::layout::{Page, to, with_cookie};
use super::visit::{Sent, Visit};
use crate::credential::Secret;
use crate::endpoints::password_resets::complete::{complete, still_open};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::EmailAddress;
use maud::html;

/// What a password takes, said before it is typed.
pub(super) const PASSWORD_HINT: &str =
    "At least 15 characters. A few words that you remember are good, with spaces between them.";

/// Set another password, with the form. Looking uses nothing up.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Visitor, Secret>,
) -> Result<Page, Problem> {
    let email = still_open(&app, &visit.path).await?;
    Ok(page(email.as_ref(), &Complaints::NONE))
}

/// Set it. Ends all sessions, and signs nobody in.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Visitor, Secret>,
) -> Result<Response, Problem> {
    let Sent { who, path, form } = sent;
    let email = still_open(&app, &path).await?;
    let completed = match form.new_password() {
        Ok(password) => complete(&app, &who, &path, &password).await,
        Err(problem) => Err(problem),
    };
    match completed {
        Ok(()) => Ok(with_cookie(
            to("/sign-in?done=password-set"),
            cookie::forgotten(Errand::Own, app.site()),
        )),
        Err(problem) if problem.body.field.is_some() => {
            let complaints = Complaints::about(problem)?;
            Ok(page(email.as_ref(), &complaints).status(complaints.status()).into_response())
        }
        Err(dead) => Err(dead),
    }
}

fn page(email: Option<&EmailAddress>, complaints: &Complaints) -> Page {
    let labels = [(PASSWORD, "New password"), (PASSWORD_AGAIN, "Once more")];
    let content = html! {
        @if let Some(email) = email {
            p { "For " strong { (email.typed()) } "." }
        }
        (complaints.above(&labels))
        form method="post" novalidate {
            @if let Some(email) = email { (hidden("username", email.typed())) }
            @for (name, label) in labels {
                (Input::new_password(name, label)
                    .hint(if name == PASSWORD { PASSWORD_HINT } else { "" })
                    .shown(complaints))
            }
            (button("set", "Set the new password"))
        }
        p .hint { "You will be signed out everywhere, and sign in with the new password." }
    };
    Page::new("Set a new password", content)
}
