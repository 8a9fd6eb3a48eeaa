//! What the pages behind the links of invitations have in common: who looks, what they show to accept, and
//! what their browser carries afterwards. The page of an owner's invitation has more ways to answer, and
//! forms of its own.

use super::cookie::{self, Errand};
use super::form::{
    CODE, CODE_LABEL, Complaints, Form, Input, PASSWORD, PASSWORD_AGAIN, button, code_where_needed,
};
use super::layout::{to, with_cookie};
use super::password_reset::PASSWORD_HINT;
use super::visit::WithWork;
use crate::credential::Secret;
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::extract::public::Visitor;
use crate::persons::accepting::known;
use crate::persons::links;
use crate::persons::signing_in::{Errand as For, Login, SignedIn, go_to, sign_in};
use crate::state::AppState;
use axum::response::Response;
use domain::{EmailAddress, OrgId, PersonId};
use maud::{Markup, html};

/// What people call the fields.
pub(super) const LABELS: [(&str, &str); 6] = [
    (PASSWORD, "Password"),
    (PASSWORD_AGAIN, "Password once more"),
    (CODE, CODE_LABEL),
    ("first_name", "Your first name"),
    ("last_name", "Your last name"),
    ("new_organisation", "Your company's name"),
];

/// Who looks at an invitation, as far as it matters for the buttons.
pub(super) enum Standing {
    /// The address has no login yet.
    New,
    /// It has one, which nobody is signed in with.
    HasLogin,
    /// Its owner is signed in.
    SignedIn,
    /// Somebody is signed in with this other address.
    SomebodyElse(String),
}

impl Standing {
    pub(super) async fn of(
        app: &AppState,
        asker: Option<&Asker>,
        invited: &EmailAddress,
    ) -> Result<Self, Problem> {
        let invited = known(app, invited).await?;
        Ok(match (asker, invited) {
            (None, None) => Self::New,
            (None, Some(_)) => Self::HasLogin,
            (Some(asker), Some(person)) if asker.ledger() == person.into() => Self::SignedIn,
            (Some(asker), _) => {
                let person = links::person(app, PersonId(asker.ledger().0)).await?;
                let email = person.email.value().map(|email| email.typed().to_owned());
                Self::SomebodyElse(email.unwrap_or_default())
            }
        })
    }

    /// The form with what they show to accept, around what else is asked.
    pub(super) fn form(&self, email: &str, asked: &Markup, complaints: &Complaints) -> Markup {
        let address = Input::email("username", "Your address").filled_as("username").value(email);
        let address = address.read_only();
        match self {
            Self::New => html! {
                h2 { "Accept" }
                p { "Choose a password. With it and your address you sign in from now on." }
                form method="post" novalidate {
                    (asked)
                    (address.shown(complaints))
                    (Input::new_password(PASSWORD, LABELS[0].1).hint(PASSWORD_HINT).shown(complaints))
                    (Input::new_password(PASSWORD_AGAIN, LABELS[1].1).shown(complaints))
                    (button("accept", "Accept the invitation"))
                }
            },
            Self::HasLogin => html! {
                h2 { "Sign in to accept" }
                p { "You have a login with this address already." }
                form method="post" novalidate {
                    (asked)
                    (address.shown(complaints))
                    (Input::password(LABELS[0].1).shown(complaints))
                    (code_where_needed(complaints))
                    (button("sign-in", "Sign in and accept"))
                }
                p { a href="/forgotten-password" { "I forgot my password" } }
            },
            Self::SignedIn => html! {
                h2 { "Accept" }
                p { "You are signed in with this address." }
                form method="post" novalidate { (asked) (button("accept", "Accept the invitation")) }
            },
            Self::SomebodyElse(signed_in) => for_another(email, signed_in),
        }
    }
}

fn for_another(email: &str, signed_in: &str) -> Markup {
    html! {
        div .complaints {
            h2 { "Is this for you?" }
            p {
                "The invitation is for " strong { (email) } ". You are signed in as "
                strong { (signed_in) } "."
            }
            p {
                "If both are you, sign out and come back to this page, or ask whoever sent it to use the \
                 other address. If it is for somebody else, leave it to them."
            }
        }
        form method="post" { (button("sign-out", "Sign out")) }
    }
}

/// Signs in with the invited address.
pub(super) async fn signed_in(
    app: &AppState,
    who: &Visitor,
    email: &EmailAddress,
    form: &Form,
) -> Result<(SignedIn, Visitor), Problem> {
    let password = form.password(PASSWORD);
    let login = Login::own(email, &password, form.filled(CODE));
    let signed_in = sign_in(app, who, &login).await?;
    let as_them = Visitor { asker: Some(signed_in.asker(who)), ..who.clone() };
    Ok((signed_in, as_them))
}

/// To work for the organisation, with both sessions, as the one who has just signed in.
pub(super) async fn to_work(
    app: &AppState,
    before: &WithWork<Visitor>,
    signed_in: &SignedIn,
    org: OrgId,
    path: &str,
) -> Result<Response, Problem> {
    let work = go_to(app, &before.who, signed_in, For::Org(org)).await?;
    before.end_all(app).await?;
    let own = cookie::carrying(&signed_in.secret, Errand::Own, app.site());
    Ok(cookie::work_begun(with_cookie(to(path), own), &work, app.site()))
}

/// To work for the organisation, with the session that whoever is new here got.
pub(super) async fn begun(
    app: &AppState,
    before: &WithWork<Visitor>,
    work: Option<Secret>,
    path: &str,
) -> Result<Response, Problem> {
    before.end_work(app).await?;
    Ok(match work {
        Some(secret) => cookie::work_begun(to(path), &secret, app.site()),
        None => cookie::work_forgotten(to(path), app.site()),
    })
}

/// Signs out, to go on there as somebody else: all that the browser carries is over, and forgotten.
pub(super) async fn sign_out(
    app: &AppState,
    before: &WithWork<Visitor>,
    path: &str,
) -> Result<Response, Problem> {
    before.end_all(app).await?;
    let response = with_cookie(to(path), cookie::forgotten(Errand::Own, app.site()));
    Ok(cookie::work_forgotten(response, app.site()))
}
