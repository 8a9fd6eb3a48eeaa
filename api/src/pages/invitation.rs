//! The page behind the link of an invitation (R3, R7, H16). Looking uses nothing up, however often it
//! is done; nothing is accepted without a press on a button that says so.

use super::cookie::{self, Errand};
use super::form::{
    CODE, CODE_LABEL, Complaints, Form, Input, PASSWORD, PASSWORD_AGAIN, button, code_where_needed,
    no_such_button, quiet_button,
};
use super::layout::{Page, to, with_cookie};
use super::link::sign_out;
use super::own_info::{self, OwnInfo};
use super::password_reset::PASSWORD_HINT;
use super::problem;
use super::visit::{Sent, Visit, WithWork};
use super::words::day_and_time;
use crate::credential::{Secret, SecretKind};
use crate::endpoints::invitations::accept::accept_by_link;
use crate::endpoints::invitations::decline::decline_by_link;
use crate::endpoints::invitations::show::looking;
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::extract::public::Visitor;
use crate::persons::accepting::{Acceptance, Accepted, known};
use crate::persons::choosing::AddressChoice;
use crate::persons::invitee::{Invitee, builder_name};
use crate::persons::links;
use crate::persons::signing_in::{Login, end_session, sign_in};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::contact::Contact;
use domain::{PersonId, Personal};
use maud::{Markup, html};

const LABELS: [(&str, &str); 3] =
    [(PASSWORD, "Password"), (PASSWORD_AGAIN, "Password once more"), (CODE, CODE_LABEL)];

/// Look at an invitation.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Visitor, Secret>,
) -> Result<Response, Problem> {
    shown(&app, &visit.who, &visit.path, &Complaints::NONE).await
}

/// Accept it, decline it, or sign out to do so as somebody else.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Visitor>, Secret>,
) -> Result<Response, Problem> {
    let Sent { who: before, path, form } = sent;
    let who = before.who.clone();
    let done = match form.text("action") {
        "accept" => accept(&app, &before, &path, &form).await,
        "stay" => choose(&app, &who, &path, AddressChoice::Stay, &form).await,
        "move" => choose(&app, &who, &path, AddressChoice::Move, &form).await,
        "sign-in" => sign_in_and_accept(&app, &before, &path, &form).await,
        "decline" => decline_by_link(&app, &who, &path).await.map(|()| to("/?done=declined")),
        "sign-out" => {
            let again = format!("/invitations/{}", path.expose());
            sign_out(&app, &before, &again).await
        }
        _ => Err(no_such_button()),
    };
    match done {
        Ok(response) => Ok(response),
        Err(problem) => shown(&app, &who, &path, &Complaints::about(problem)?).await,
    }
}

/// As a new person, with a password; or as whoever is signed in.
async fn accept(
    app: &AppState,
    before: &WithWork<Visitor>,
    link: &Secret,
    form: &Form,
) -> Result<Response, Problem> {
    let who = &before.who;
    let password = if who.asker.is_none() { Some(form.new_password()?) } else { None };
    let is_new = password.is_some();
    let info = match &who.asker {
        Some(asker) => own_info::chosen(app, person_of(asker), "accept", form).await?,
        None => None,
    };
    let how = Acceptance { password, choice: None, info };
    let response = accepted(app, accept_by_link(app, who.clone(), link, how).await?);
    if !is_new {
        return Ok(response);
    }
    before.end_work(app).await?;
    Ok(cookie::work_forgotten(response, app.site()))
}

/// On to their own pages, with the session that they got.
fn accepted(app: &AppState, accepted: Accepted) -> Response {
    let secret = accepted.session.and_then(|(_, applied)| applied.secret);
    let person = accepted.person.into();
    let secret = secret.map(|secret| Secret::new(SecretKind::Session, person, &secret));
    welcome(secret.and_then(|secret| cookie::carrying(&secret, Errand::Own, app.site())))
}

/// As whoever is signed in with another address, and has said which one it is to be (H16).
async fn choose(
    app: &AppState,
    who: &Visitor,
    link: &Secret,
    choice: AddressChoice,
    form: &Form,
) -> Result<Response, Problem> {
    let (action, password) = match choice {
        AddressChoice::Stay => ("stay", None),
        AddressChoice::Move => ("move", Some(form.password(PASSWORD))),
    };
    let info = match &who.asker {
        Some(asker) => own_info::chosen(app, person_of(asker), action, form).await?,
        None => None,
    };
    let how = Acceptance { password, choice: Some(choice), info };
    Ok(accepted(app, accept_by_link(app, who.clone(), link, how).await?))
}

/// As the one who has a login with the invited address already, and shows it.
async fn sign_in_and_accept(
    app: &AppState,
    before: &WithWork<Visitor>,
    link: &Secret,
    form: &Form,
) -> Result<Response, Problem> {
    let who = &before.who;
    let invitee = Invitee::of(app, link).await?;
    invitee.still_open(app, &looking())?;
    let (email, password) = (invitee.email()?, form.password(PASSWORD));
    let login = Login::own(&email, &password, form.filled(CODE));
    let signed_in = sign_in(app, who, &login).await?;
    let asker = signed_in.asker(who);
    let as_them = Visitor { asker: Some(asker.clone()), ..who.clone() };
    let accepted = async {
        let info = own_info::chosen(app, signed_in.person, "sign-in", form).await?;
        let how = Acceptance { info, ..Acceptance::plain(None) };
        accept_by_link(app, as_them, link, how).await
    };
    if let Err(refused) = accepted.await {
        end_session(app, &asker).await?;
        return Err(refused);
    }
    before.end_all(app).await?;
    let response = welcome(cookie::carrying(&signed_in.secret, Errand::Own, app.site()));
    Ok(cookie::work_forgotten(response, app.site()))
}

fn welcome(carried: Option<HeaderValue>) -> Response {
    with_cookie(to("/me?done=accepted"), carried)
}

fn person_of(asker: &Asker) -> PersonId {
    PersonId(asker.ledger().0)
}

/// Who looks at it, as far as it matters for the buttons.
enum Standing {
    /// The address has no login yet.
    New,
    /// It has one, which nobody is signed in with.
    HasLogin,
    /// Its owner is signed in.
    SignedIn,
    /// Somebody else is signed in, with this address, and the invited one has a login.
    SomebodyElse(String),
    /// Somebody is signed in with this address, and the invited one is nobody's login: it may be theirs.
    WithAnother(String),
}

impl Standing {
    async fn of(
        app: &AppState,
        asker: Option<&Asker>,
        invited: Option<PersonId>,
    ) -> Result<Self, Problem> {
        Ok(match (asker, invited) {
            (None, None) => Self::New,
            (None, Some(_)) => Self::HasLogin,
            (Some(asker), Some(person)) if asker.ledger() == person.into() => Self::SignedIn,
            (Some(asker), _) => {
                let person = links::person(app, person_of(asker)).await?;
                let email = person.email.value().map(|email| email.typed().to_owned());
                let email = email.unwrap_or_default();
                match invited {
                    Some(_) => Self::SomebodyElse(email),
                    None => Self::WithAnother(email),
                }
            }
        })
    }
}

/// The invitation with what may be done about it, or why it is dead.
async fn shown(
    app: &AppState,
    who: &Visitor,
    link: &Secret,
    complaints: &Complaints,
) -> Result<Response, Problem> {
    let invitee = Invitee::of(app, link).await?;
    let builder = builder_name(app, invitee.ledger).await?;
    if let Err(why) = invitee.still_open(app, &looking()) {
        if why.status == StatusCode::GONE {
            return Ok(dead(&builder, &why).into_response());
        }
        return Err(why);
    }
    let email = invitee.email()?;
    let standing = Standing::of(app, who.asker.as_ref(), known(app, &email).await?).await?;
    // Whoever the invitation may not be for sees to whom it went, and no more.
    let for_another = matches!(standing, Standing::SomebodyElse(_) | Standing::WithAnother(_));
    // What the one who is signed in has elsewhere is theirs to see, whoever is invited.
    let own = match (&who.asker, &standing) {
        (Some(asker), Standing::SignedIn | Standing::WithAnother(_)) => {
            OwnInfo::of(app, person_of(asker)).await?
        }
        (_, Standing::New | Standing::HasLogin | Standing::SomebodyElse(_)) | (None, _) => None,
    };
    let content = html! {
        (complaints.above(&LABELS))
        @if !for_another {
            p .lead {
                strong { (builder) } " invites you to follow your project here, and to look after \
                your own contact details."
            }
            (on_file(&invitee.contact, &builder, email.typed()))
        }
        @if let Some(own) = &own { (own.shown()) }
        (answers(&standing, email.typed(), &builder, own.is_some(), complaints))
        p .hint { "This invitation works until " (day_and_time(invitee.expires_at)) "." }
        @if !for_another { (saying_no(&builder)) }
    };
    let page = Page::new(format!("Invitation from {builder}"), content);
    Ok(page.status(complaints.status()).into_response())
}

/// What the builder has on file of them, and where it was mailed to.
fn on_file(contact: &Contact, builder: &str, email: &str) -> Markup {
    let additional = contact.additional_emails.iter().filter_map(Personal::value);
    html! {
        section .plain {
            h2 { "What " (builder) " has on file of you" }
            dl .facts {
                (own_info::facts(contact))
                dt { "Invited address" } dd { (email) }
                @for email in additional { dt { "Additional email" } dd { (email.typed()) } }
            }
            p .hint { "Once you have accepted, you alone change your name, phones and address." }
        }
    }
}

/// The forms to answer with; `has_own` says whether the one who is signed in has info elsewhere.
fn answers(
    standing: &Standing,
    email: &str,
    builder: &str,
    has_own: bool,
    complaints: &Complaints,
) -> Markup {
    match standing {
        Standing::New => html! {
            section {
                h2 { "Accept" }
                p { "Choose a password. With it and your address you sign in from now on." }
                form method="post" novalidate {
                    (Input::email("username", "Your address").filled_as("username")
                        .value(email).read_only().shown(complaints))
                    (Input::new_password(PASSWORD, LABELS[0].1).hint(PASSWORD_HINT).shown(complaints))
                    (Input::new_password(PASSWORD_AGAIN, LABELS[1].1).shown(complaints))
                    (button("accept", "Accept the invitation"))
                }
            }
        },
        Standing::HasLogin => html! {
            section {
                h2 { "Sign in to accept" }
                p { "You have a login with this address already." }
                form method="post" novalidate {
                    (Input::email("username", "Your address").filled_as("username")
                        .value(email).read_only().shown(complaints))
                    (Input::password(LABELS[0].1).shown(complaints))
                    (code_where_needed(complaints))
                    (own_info::choice("sign-in", builder))
                    (button("sign-in", "Sign in and accept"))
                }
                p { a href="/forgotten-password" { "I forgot my password" } }
            }
        },
        Standing::SignedIn => html! {
            section {
                h2 { "Accept" }
                p { "You are signed in with this address." }
                form method="post" {
                    @if has_own { (own_info::choice("accept", builder)) }
                    (button("accept", "Accept the invitation"))
                }
            }
        },
        Standing::WithAnother(signed_in) => html! {
            (for_another(email, signed_in))
            (both_are_mine(email, signed_in, Some(builder).filter(|_| has_own), complaints))
        },
        Standing::SomebodyElse(signed_in) => for_another(email, signed_in),
    }
}

/// The two addresses of one person: which one it is to be, they say.
fn both_are_mine(
    email: &str,
    signed_in: &str,
    chooses_with: Option<&str>,
    complaints: &Complaints,
) -> Markup {
    html! {
        section {
            h2 { "Both addresses are mine" }
            form method="post" novalidate {
                p {
                    "Keep signing in with " strong { (signed_in) } ". The builder reaches you there, and "
                    "at " (email) " too."
                }
                @if let Some(builder) = chooses_with { (own_info::choice("stay", builder)) }
                (button("stay", "Accept, and keep my address"))
            }
            form method="post" novalidate {
                p {
                    "Or sign in with " strong { (email) } " from now on, with every builder."
                }
                (Input::password(LABELS[0].1).shown(complaints))
                @if let Some(builder) = chooses_with { (own_info::choice("move", builder)) }
                (quiet_button("move", "Accept, and move to the invited address"))
            }
        }
    }
}

fn for_another(email: &str, signed_in: &str) -> Markup {
    html! {
            section .complaints {
                h2 { "Is this for you?" }
                p {
                    "The invitation is for " strong { (email) } ". You are signed in as "
                    strong { (signed_in) } "."
                }
                p {
                    "If both are you, sign out and come back to this page, or ask the builder to \
                     invite the address that you use. If it is for somebody else, leave it to them."
                }
                form method="post" { (button("sign-out", "Sign out, and go on with this invitation")) }
                p { a href="/me" { "Back to your own pages" } }
            }
    }
}

fn saying_no(builder: &str) -> Markup {
    html! {
        details {
            summary { "I do not want this" }
            p { (builder) " will see that you declined. This link stops working then." }
            form method="post" { (quiet_button("decline", "Decline the invitation")) }
        }
    }
}

/// Why the link does nothing any more, and what does.
fn dead(builder: &str, why: &Problem) -> Page {
    let content = html! {
        p { "It came from " strong { (builder) } "." }
        (problem::told(why))
    };
    Page::new(problem::title(why), content).status(why.status)
}
