use super::cookie;
use super::form::{
    CODE, CODE_LABEL, Complaints, Form, Input, PASSWORD, button, code_where_needed, hidden,
};
use super::layout::{Page, Place, to, with_cookie};
use super::visit::{Sent, Visit};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::input::Door;
use crate::persons::signing_in::{Login, SignedIn, end_session, sign_in};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::EmailAddress;
use maud::html;

/// Sign in, with the form.
pub(super) async fn show(visit: Visit<Visitor, ()>) -> Response {
    if visit.who.asker.is_some() {
        return to(next(&visit.query));
    }
    let page = page(&visit.query, "", &Complaints::NONE);
    page.done(visit.query.text("done")).into_response()
}

/// Sign in. A new session each time; the one that the browser carried before is over.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Visitor, ()>,
) -> Result<Response, Problem> {
    let Sent { who, form, .. } = sent;
    let signed_in = match enter(&app, &who, &form).await {
        Ok(signed_in) => signed_in,
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&form, form.text("email"), &complaints);
            return Ok(page.status(complaints.status()).into_response());
        }
    };
    if let Some(before) = &who.asker {
        end_session(&app, before).await?;
    }
    let carried = cookie::carrying(&signed_in.secret, app.site());
    Ok(with_cookie(to(next(&form)), carried))
}

async fn enter(app: &AppState, who: &Visitor, form: &Form) -> Result<SignedIn, Problem> {
    let mut door = Door::default();
    let email = door.take("email", EmailAddress::parse(form.text("email")));
    let email = door.build(|| email)?;
    let password = form.password(PASSWORD);
    let code = form.filled(CODE);
    let login = Login { email: &email, password: &password, code, account: None };
    sign_in(app, who, &login).await
}

/// Where somebody was on their way to: one of their own pages, and nothing else.
fn next(form: &Form) -> &'static str {
    Place::at(form.text("next")).unwrap_or(Place::Jobs).path()
}

fn page(form: &Form, email: &str, complaints: &Complaints) -> Page {
    let content = html! {
        (complaints.above(&[("email", "Email"), (CODE, CODE_LABEL)]))
        form method="post" action="/sign-in" novalidate {
            (hidden("next", next(form)))
            (Input::email("email", "Email").filled_as("username").value(email).shown(complaints))
            (Input::password("Password").shown(complaints))
            (code_where_needed(complaints))
            (button("sign-in", "Sign in"))
        }
        p { a href="/forgotten-password" { "I forgot my password" } }
        p .hint {
            "You get a login when you accept the invitation of a builder. It comes by mail."
        }
    };
    Page::new("Sign in", content)
}
