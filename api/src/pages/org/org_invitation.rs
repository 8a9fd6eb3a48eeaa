//! The page behind the link of an organisation's own invitation (R79, R80).

use crate::credential::Secret;
use crate::endpoints::org_invitations::accept::{join_by_link, session};
use crate::endpoints::org_invitations::decline::decline_by_link;
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::pages::form::{Complaints, Form, no_such_button, quiet_button};
use crate::pages::layout::{Page, to};
use crate::pages::link::{LABELS, Standing, begun, sign_out, signed_in, to_work};
use crate::pages::problem;
use crate::pages::visit::{Sent, Visit, WithWork};
use crate::pages::words::day_and_time;
use crate::persons::signing_in::end_session;
use crate::persons::trades::joining::OrgInvitee;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

/// Where somebody goes who has joined.
const JOINED: &str = "/org/projects?done=org-joined";

/// Look at an invitation. Looking uses nothing up.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Visitor, Secret>,
) -> Result<Response, Problem> {
    shown(&app, &visit.who, &visit.path, &Complaints::NONE).await
}

/// Accept it, decline it, or sign out to do so as somebody else.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Visitor>, Secret>,
) -> Result<Response, Problem> {
    let Sent { who: before, path, form } = sent;
    let done = match form.text("action") {
        "accept" => accept(&app, &before, &path, &form).await,
        "sign-in" => sign_in_and_accept(&app, &before, &path, &form).await,
        "decline" => {
            decline_by_link(&app, &before.who, &path).await.map(|()| to("/?done=org-declined"))
        }
        "sign-out" => {
            let again = format!("/org-invitations/{}", path.expose());
            sign_out(&app, &before, &again).await
        }
        _ => Err(no_such_button()),
    };
    match done {
        Ok(response) => Ok(response),
        Err(problem) => shown(&app, &before.who, &path, &Complaints::about(problem)?).await,
    }
}

/// As a new person, with a password; or as whoever is signed in.
async fn accept(
    app: &AppState,
    before: &WithWork<Visitor>,
    link: &Secret,
    form: &Form,
) -> Result<Response, Problem> {
    if before.who.asker.is_some() {
        join_by_link(app, before.who.clone(), link, None).await?;
        return Ok(to("/accounts?next=/org/projects&done=org-joined"));
    }
    let joined = join_by_link(app, before.who.clone(), link, Some(form.new_password()?)).await?;
    begun(app, before, session(&joined), JOINED).await
}

/// As the one who has a login with the invited address already, and shows it.
async fn sign_in_and_accept(
    app: &AppState,
    before: &WithWork<Visitor>,
    link: &Secret,
    form: &Form,
) -> Result<Response, Problem> {
    let invitee = OrgInvitee::of(app, link).await?;
    invitee.still_open(app)?;
    let email = invitee.addressed()?.email;
    let (signed_in, as_them) = signed_in(app, &before.who, &email, form).await?;
    match join_by_link(app, as_them, link, None).await {
        Ok(joined) => to_work(app, before, &signed_in, joined.org, JOINED).await,
        Err(refused) => {
            end_session(app, &signed_in.asker(&before.who)).await?;
            Err(refused)
        }
    }
}

/// The invitation with what may be done about it, or why it is dead.
async fn shown(
    app: &AppState,
    who: &Visitor,
    link: &Secret,
    complaints: &Complaints,
) -> Result<Response, Problem> {
    let invitee = OrgInvitee::of(app, link).await?;
    let org = invitee.org.name.as_str();
    if let Err(why) = invitee.still_open(app) {
        if why.status != StatusCode::GONE {
            return Err(why);
        }
        let content = html! {
            p { "It came from " strong { (org) } "." }
            (problem::told(&why))
        };
        return Ok(Page::new(problem::title(&why), content).status(why.status).into_response());
    }
    let email = invitee.addressed()?.email;
    let standing = Standing::of(app, who.asker.as_ref(), &email).await?;
    let content = html! {
        (complaints.above(&LABELS))
        p .lead {
            strong { (org) } " invites you to work with it here. All projects of its general \
            contractors will be open to you."
        }
        (standing.form(email.typed(), &html! {}, complaints))
        p .hint { "This invitation works until " (day_and_time(invitee.link.expires_at)) "." }
        @if !matches!(standing, Standing::SomebodyElse(_)) {
            form method="post" { (quiet_button("decline", "Decline the invitation")) }
        }
    };
    let page = Page::new(format!("Invitation from {org}"), content);
    Ok(page.status(complaints.status()).into_response())
}
