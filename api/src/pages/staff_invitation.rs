use super::cookie::{Errand, forgotten, work_forgotten};
use super::form::{
    CODE, CODE_LABEL, Complaints, Form, Input, PASSWORD, PASSWORD_AGAIN, button, code_where_needed,
    no_such_button,
};
use super::layout::{Page, to, with_cookie};
use super::password_reset::PASSWORD_HINT;
use super::problem;
use super::visit::{Sent, Visit, WithWork};
use super::words::day_and_time;
use crate::credential::Secret;
use crate::endpoints::staff_invitations::accept::join_by_link;
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::persons::accepting::known;
use crate::persons::joining::Joiner;
use crate::persons::signing_in::{Login, end_session, sign_in};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

const LABELS: [(&str, &str); 3] =
    [(PASSWORD, "Password"), (PASSWORD_AGAIN, "Password once more"), (CODE, CODE_LABEL)];

/// Look at an invitation to an account's staff. Looking uses nothing up.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Visitor, Secret>,
) -> Result<Response, Problem> {
    shown(&app, &visit.who, &visit.path, &Complaints::NONE).await
}

/// Accept it: with a new password, or with the login that the address has. Unless it is whoever is
/// signed in, all that the browser carried before is over.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Visitor>, Secret>,
) -> Result<Response, Problem> {
    let Sent { who: before, path, form } = sent;
    let who = &before.who;
    let (joined, is_the_same) = match form.text("action") {
        "accept" => (accept(&app, who, &path, &form).await, who.asker.is_some()),
        "sign-in" => (sign_in_and_accept(&app, who, &path, &form).await, false),
        _ => (Err(no_such_button()), false),
    };
    match joined {
        Ok(()) if is_the_same => Ok(to("/?done=joined")),
        Ok(()) => {
            before.end_all(&app).await?;
            let joined = with_cookie(to("/?done=joined"), forgotten(Errand::Own, app.site()));
            Ok(work_forgotten(joined, app.site()))
        }
        Err(problem) => shown(&app, who, &path, &Complaints::about(problem)?).await,
    }
}

/// As a new person, with a password; or as whoever is signed in.
async fn accept(app: &AppState, who: &Visitor, link: &Secret, form: &Form) -> Result<(), Problem> {
    let password = if who.asker.is_none() { Some(form.new_password()?) } else { None };
    join_by_link(app, who.clone(), link, password).await.map(drop)
}

/// As the one who has a login with the invited address already. The session is for this alone: what
/// is done for the account takes one of its own.
async fn sign_in_and_accept(
    app: &AppState,
    who: &Visitor,
    link: &Secret,
    form: &Form,
) -> Result<(), Problem> {
    let invitee = Joiner::of(app, link).await?;
    invitee.still_open(app)?;
    let (email, password) = (invitee.addressed()?.email, form.password(PASSWORD));
    let login = Login::own(&email, &password, form.filled(CODE));
    let signed_in = sign_in(app, who, &login).await?;
    let asker = signed_in.asker(who);
    let as_them = Visitor { asker: Some(asker.clone()), ..who.clone() };
    let joined = join_by_link(app, as_them, link, None).await;
    end_session(app, &asker).await?;
    joined.map(drop)
}

/// The invitation with what may be done about it, or why it is dead.
async fn shown(
    app: &AppState,
    who: &Visitor,
    link: &Secret,
    complaints: &Complaints,
) -> Result<Response, Problem> {
    let invitee = Joiner::of(app, link).await?;
    let builder = invitee.account.name.as_str();
    if let Err(why) = invitee.still_open(app) {
        if why.status != StatusCode::GONE {
            return Err(why);
        }
        let content = html! {
            p { "It came from " strong { (builder) } "." }
            (problem::told(&why))
        };
        return Ok(Page::new(problem::title(&why), content).status(why.status).into_response());
    }
    let email = invitee.addressed()?.email;
    let has_login = known(app, &email).await?.is_some();
    let content = html! {
        (complaints.above(&LABELS))
        p .lead {
            strong { (builder) } " invites you to its staff, as " (invitee.member()?.role.word()) "."
        }
        (answers(email.typed(), has_login, who.asker.is_some(), complaints))
        p .hint { "This invitation works until " (day_and_time(invitee.link.expires_at)) "." }
    };
    let page = Page::new(format!("Invitation from {builder}"), content);
    Ok(page.status(complaints.status()).into_response())
}

fn answers(email: &str, has_login: bool, signed_in: bool, complaints: &Complaints) -> Markup {
    let address = Input::email("username", "Your address").filled_as("username").value(email);
    html! {
        section {
            h2 { "Accept" }
            @if signed_in {
                p { "With the login that you are signed in with, if it is " strong { (email) } "." }
                form method="post" { (button("accept", "Accept the invitation")) }
            } @else if has_login {
                p { "You have a login with this address already." }
                form method="post" novalidate {
                    (address.read_only().shown(complaints))
                    (Input::password(LABELS[0].1).shown(complaints))
                    (code_where_needed(complaints))
                    (button("sign-in", "Sign in and accept"))
                }
                p { a href="/forgotten-password" { "I forgot my password" } }
            } @else {
                p { "Choose a password. With it and your address you sign in from now on." }
                form method="post" novalidate {
                    (address.read_only().shown(complaints))
                    (Input::new_password(PASSWORD, LABELS[0].1).hint(PASSWORD_HINT).shown(complaints))
                    (Input::new_password(PASSWORD_AGAIN, LABELS[1].1).shown(complaints))
                    (button("accept", "Accept the invitation"))
                }
            }
        }
    }
}
