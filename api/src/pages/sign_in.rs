use super::cookie::{Errand, carrying, work_begun, work_forgotten};
use super::form::{
    CODE, CODE_LABEL, Complaints, Form, Input, PASSWORD, button, code_where_needed, hidden,
};
use super::layout::{Page, own_path, to, with_cookie};
use super::visit::{Sent, Visit, WithWork};
use crate::credential::Secret;
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::input::Door;
use crate::persons::signing_in::{Errand as For, Login, SignedIn, go_to, sign_in};
use crate::persons::trades::organisations;
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

/// Sign in. New sessions each time; what the browser carried before is over, whosever it was.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Visitor>, ()>,
) -> Result<Response, Problem> {
    let Sent { who: before, form, .. } = sent;
    let who = &before.who;
    let signed_in = match enter(&app, who, &form).await {
        Ok(signed_in) => signed_in,
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&form, form.text("email"), &complaints);
            return Ok(page.status(complaints.status()).into_response());
        }
    };
    before.end_all(&app).await?;
    let (path, work) = match form.filled("next").and_then(own_path) {
        Some(own) if is_ones_own(own) => (own.to_owned(), None),
        wanted => lead(&app, who, &signed_in, wanted).await?,
    };
    let own = carrying(&signed_in.secret, Errand::Own, app.site());
    let response = with_cookie(to(&path), own);
    Ok(match work {
        Some(secret) => work_begun(response, &secret, app.site()),
        None => work_forgotten(response, app.site()),
    })
}

/// Where somebody goes who has just signed in, and was not on their way to what is their own: to work,
/// where they do; whoever works for several accounts says first for which.
async fn lead(
    app: &AppState,
    who: &Visitor,
    signed_in: &SignedIn,
    wanted: Option<&str>,
) -> Result<(String, Option<Secret>), Problem> {
    let person = links::person(app, signed_in.person).await?;
    // On their way to a page of an organisation's, the accounts do not matter, and the other way round.
    let for_org = wanted.map(|path| path.starts_with("/org/"));
    let accounts = if for_org == Some(true) { Vec::new() } else { work::of(app, &person).await? };
    let orgs = match for_org {
        Some(false) => Vec::new(),
        Some(true) | None => organisations::of(app, &person).await?,
    };
    let is_owner = wanted.is_none() && !links::of(app, &person).await?.is_empty();
    let (errand, first) = match (accounts.as_slice(), orgs.as_slice()) {
        ([], []) => return Ok(("/me".to_owned(), None)),
        ([], [only]) if !is_owner => (For::Org(only.org), "/org/projects"),
        ([only], []) if !is_owner => (For::Account(only.account), "/jobs"),
        _ => {
            let asked = wanted.map(|path| format!("/accounts?next={path}"));
            return Ok((asked.unwrap_or_else(|| "/accounts".to_owned()), None));
        }
    };
    match go_to(app, who, signed_in, errand).await {
        Ok(secret) => Ok((wanted.unwrap_or(first).to_owned(), Some(secret))),
        // They are signed in for their own things, where one can be turned on.
        Err(refused) if refused.body.code == "staff_second_factor_required" => {
            Ok(("/accounts?done=second-factor-required".to_owned(), None))
        }
        Err(problem) => Err(problem),
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
    let login = Login::own(&email, &password, code);
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
            "You get a login when you accept the invitation of a builder, be it as an owner, as one of \
             its staff or for a subcontractor. It comes by mail."
        }
    };
    Page::new("Sign in", content)
}
