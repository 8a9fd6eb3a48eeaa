use super::cookie::{Errand, carrying};
use super::form::{
    CODE, CODE_LABEL, Complaints, Form, Input, PASSWORD, button, code_where_needed, hidden,
};
use super::layout::{Page, own_path, to, with_cookie};
use super::visit::{Sent, Visit};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::input::Door;
use crate::persons::signing_in::{Login, SignedIn, end_session, go_to_work, sign_in};
use crate::persons::{links, work};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::EmailAddress;
use maud::html;

/// Sign in, with the form.
pub(super) async fn show(visit: Visit<Visitor, ()>) -> Response {
    if visit.who.asker.is_some() {
        let wanted = visit.query.filled("next").and_then(own_path);
        return to(wanted.filter(|path| is_ones_own(path)).unwrap_or("/me"));
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
    let carried = carrying(&signed_in.secret, Errand::Own, app.site());
    let wanted = form.filled("next").and_then(own_path);
    match wanted {
        Some(own) if is_ones_own(own) => Ok(with_cookie(to(own), carried)),
        wanted => Ok(with_cookie(lead(&app, &who, &signed_in, wanted).await?, carried)),
    }
}

/// Where somebody goes who has just signed in, and was not on their way to what is their own: to work,
/// where they do; whoever works for several accounts says first for which.
async fn lead(
    app: &AppState,
    who: &Visitor,
    signed_in: &SignedIn,
    wanted: Option<&str>,
) -> Result<Response, Problem> {
    let person = links::person(app, signed_in.person).await?;
    let accounts = work::of(app, &person).await?;
    let is_owner = wanted.is_none() && !links::of(app, &person).await?.is_empty();
    match accounts.as_slice() {
        [] => Ok(to("/me")),
        _ if is_owner => Ok(to("/accounts")),
        [only] => {
            let work = go_to_work(app, who, signed_in.person, only.account).await;
            let secret = match work {
                Ok(secret) => secret,
                // They are signed in for their own things, where one can be turned on.
                Err(refused) if refused.body.code == "staff_second_factor_required" => {
                    return Ok(to("/accounts?done=second-factor-required"));
                }
                Err(problem) => return Err(problem),
            };
            let carried = carrying(&secret, Errand::Work, app.site());
            Ok(with_cookie(to(wanted.unwrap_or("/jobs")), carried))
        }
        [..] => Ok(to("/accounts")),
    }
}

/// Whether a path is that of somebody's own page.
fn is_ones_own(path: &str) -> bool {
    path == "/me" || path.starts_with("/me/") || path == "/accounts"
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

fn page(form: &Form, email: &str, complaints: &Complaints) -> Page {
    let content = html! {
        (complaints.above(&[("email", "Email"), (CODE, CODE_LABEL)]))
        form method="post" action="/sign-in" novalidate {
            @if let Some(next) = form.filled("next").and_then(own_path) { (hidden("next", next)) }
            (Input::email("email", "Email").filled_as("username").value(email).shown(complaints))
            (Input::password("Password").shown(complaints))
            (code_where_needed(complaints))
            (button("sign-in", "Sign in"))
        }
        p { a href="/forgotten-password" { "I forgot my password" } }
        p .hint {
            "You get a login when you accept the invitation of a builder, be it as an owner or as one \
             of its staff. It comes by mail."
        }
    };
    Page::new("Sign in", content)
}
