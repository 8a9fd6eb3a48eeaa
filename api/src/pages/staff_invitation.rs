use super::form::{Complaints, Form, no_such_button};
use super::layout::{Page, to};
use super::link::{LABELS, Standing, sign_out, signed_in};
use super::problem;
use super::visit::{Sent, Visit, WithWork};
use super::words::day_and_time;
use crate::credential::Secret;
use crate::endpoints::staff_invitations::accept::join_by_link;
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::persons::joining::Joiner;
use crate::persons::signing_in::end_session;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

/// Where somebody goes who has joined.
const JOINED: &str = "/?done=joined";

/// Look at an invitation to an account's staff. Looking uses nothing up.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Visitor, Secret>,
) -> Result<Response, Problem> {
    shown(&app, &visit.who, &visit.path, &Complaints::NONE).await
}

/// Accept it: with a new password, or with the login that the address has; or sign out to do so as
/// somebody else. Unless it is whoever is signed in, all that the browser carried before is over.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Visitor>, Secret>,
) -> Result<Response, Problem> {
    let Sent { who: before, path, form } = sent;
    let who = &before.who;
    let (joined, is_the_same) = match form.text("action") {
        "accept" => (accept(&app, who, &path, &form).await, who.asker.is_some()),
        "sign-in" => (sign_in_and_accept(&app, who, &path, &form).await, false),
        "sign-out" => {
            let again = format!("/staff-invitations/{}", path.expose());
            return sign_out(&app, &before, &again).await;
        }
        _ => (Err(no_such_button()), false),
    };
    match joined {
        Ok(()) if is_the_same => Ok(to(JOINED)),
        // What is done for the account takes a session of its own.
        Ok(()) => sign_out(&app, &before, JOINED).await,
        Err(problem) => shown(&app, who, &path, &Complaints::about(problem)?).await,
    }
}

/// As a new person, with a password; or as whoever is signed in.
async fn accept(app: &AppState, who: &Visitor, link: &Secret, form: &Form) -> Result<(), Problem> {
    let password = if who.asker.is_none() { Some(form.new_password()?) } else { None };
    join_by_link(app, who.clone(), link, password).await.map(drop)
}

/// As the one who has a login with the invited address already. The session is for this alone.
async fn sign_in_and_accept(
    app: &AppState,
    who: &Visitor,
    link: &Secret,
    form: &Form,
) -> Result<(), Problem> {
    let invitee = Joiner::of(app, link).await?;
    invitee.still_open(app)?;
    let (signed_in, as_them) = signed_in(app, who, &invitee.addressed()?.email, form).await?;
    let joined = join_by_link(app, as_them, link, None).await;
    end_session(app, &signed_in.asker(who)).await?;
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
    let standing = Standing::of(app, who.asker.as_ref(), &email).await?;
    let content = html! {
        (complaints.above(&LABELS))
        @if !matches!(standing, Standing::SomebodyElse(_)) {
            p .lead {
                strong { (builder) } " invites you to its staff, as "
                (invitee.member()?.role.word()) "."
            }
        }
        (standing.form(email.typed(), &html! {}, complaints))
        p .hint { "This invitation works until " (day_and_time(invitee.link.expires_at)) "." }
    };
    let page = Page::new(format!("Invitation from {builder}"), content);
    Ok(page.status(complaints.status()).into_response())
}
