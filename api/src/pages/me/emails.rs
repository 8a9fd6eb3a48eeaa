use super::{Outcome, no_builder};
use crate::endpoints::me::change_all;
use crate::endpoints::me::change_primary_email::ask;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::Door;
use crate::pages::form::{
    Complaints, Form, Input, PASSWORD, button, hidden, no_such_button, quiet_button,
};
use crate::pages::layout::{Page, Place, to};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::persons::links;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::contact::ContactCommand;
use domain::{EmailAddress, PersonId, Personal};
use maud::{Markup, html};

/// Somebody's emails: the one they sign in with, and up to five more (R20, R21).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let emails = Emails::of(&app, visit.who.person()).await?;
    let page = page(&emails, &Form::default(), &Complaints::NONE, &Outcome::default());
    Ok(page.done(visit.query.text("done")))
}

/// Add one, change it, or remove it, with every builder.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, ()>,
) -> Result<Response, Problem> {
    let person = sent.who.person();
    let (order, form) = sent.order();
    if form.text("action") == "primary" {
        return match ask_for_another(&app, order, &form).await {
            Ok(()) => Ok(to("/me/emails?done=email-asked")),
            Err(problem) => {
                let complaints = Complaints::about(problem)?;
                let emails = Emails::of(&app, person).await?;
                let page = page(&emails, &form, &complaints, &Outcome::default());
                Ok(page.status(complaints.status()).into_response())
            }
        };
    }
    let (complaints, outcome) = match asked(&form) {
        Ok((command, done)) => {
            let outcome = Outcome::from(change_all(&app, &order, &command).await?);
            if outcome.done && outcome.refused.is_empty() {
                return Ok(to(&format!("/me/emails?done={done}")));
            }
            (Complaints::NONE, outcome)
        }
        Err(problem) => (Complaints::about(problem)?, Outcome::default()),
    };
    let status = match complaints.status() {
        StatusCode::OK if !outcome.done => StatusCode::CONFLICT,
        status => status,
    };
    let emails = Emails::of(&app, person).await?;
    Ok(page(&emails, &form, &complaints, &outcome).status(status).into_response())
}

/// Asks for another primary email; the link in the mail to it is what changes it.
async fn ask_for_another(app: &AppState, order: Order<(), ()>, form: &Form) -> Result<(), Problem> {
    let mut door = Door::default();
    let email = door.take("primary_email", EmailAddress::parse(form.text("primary_email")));
    ask(app, order, door.build(|| email)?, &form.password(PASSWORD)).await
}

/// What a form asks for, and the word for when it is done.
fn asked(form: &Form) -> Result<(ContactCommand, &'static str), Problem> {
    let mut door = Door::default();
    match form.text("action") {
        "add" => {
            let email = door.take("email", EmailAddress::parse(form.text("email")));
            let add = ContactCommand::AddAdditionalEmail(door.build(|| email)?);
            Ok((add, "email-added"))
        }
        "change" => {
            let from = door.take("from", EmailAddress::parse(form.text("from")));
            let to = door.take("to", EmailAddress::parse(form.text("to")));
            let (from, to) = door.build(|| Some((from?, to?)))?;
            Ok((ContactCommand::EditAdditionalEmail { from, to }, "email-changed"))
        }
        "remove" => {
            let from = door.take("from", EmailAddress::parse(form.text("from")));
            let remove = ContactCommand::RemoveAdditionalEmail(door.build(|| from)?);
            Ok((remove, "email-removed"))
        }
        _ => Err(no_such_button()),
    }
}

/// The addresses that builders have of somebody.
struct Emails {
    login: Option<String>,
    additional: Vec<String>,
    /// Whether any builder's book is open to them.
    any: bool,
}

impl Emails {
    async fn of(app: &AppState, person: PersonId) -> Result<Self, Problem> {
        let person = links::person(app, person).await?;
        let mut found = Self {
            login: person.email.value().map(|email| email.typed().to_owned()),
            additional: Vec::new(),
            any: false,
        };
        for link in links::of(app, &person).await?.iter().filter(|link| link.open) {
            found.any = true;
            for email in link.contact.additional_emails.iter().filter_map(Personal::value) {
                if !found.additional.iter().any(|there| there == email.typed()) {
                    found.additional.push(email.typed().to_owned());
                }
            }
        }
        Ok(found)
    }
}

fn page(emails: &Emails, form: &Form, complaints: &Complaints, outcome: &Outcome) -> Page {
    let asking = form.text("action") == "primary";
    let adding = form.text("action") == "add";
    let typed = if adding { form.text("email") } else { "" };
    let content = html! {
        (outcome.shown())
        (complaints.above(&[("email", "New address"), ("primary_email", "New address"), ("to", "Address"), ("from", "Address"), (PASSWORD, "Password")]))
        section .plain {
            h2 { "Primary" }
            p { strong { (emails.login.as_deref().unwrap_or("–")) } }
            p .hint { "You sign in with it, and links for a new password go there and nowhere else." }
            details open[asking] {
                summary { "Change it" }
                form method="post" novalidate {
                    (Input::email("primary_email", "New address").value(form.text("primary_email"))
                        .shown(complaints))
                    (Input::password("Your password").shown(complaints))
                    (button("primary", "Send a link to the new address"))
                }
            }
        }
        h2 { "Additional" }
        p { "Up to five more, which get the same news of your project." }
        @if !emails.any { (no_builder()) } @else {
            @for email in &emails.additional { (entry(email, form, complaints)) }
            form .plain method="post" novalidate {
                (Input::email("email", "New address").value(typed).shown(complaints))
                (button("add", "Add this address"))
            }
        }
    };
    Page::new("Emails", content).at(Place::Emails)
}

/// An additional address, with what may be done about it.
fn entry(email: &str, form: &Form, complaints: &Complaints) -> Markup {
    let about_this = form.text("from") == email;
    let (typed, complaints) = match form.filled("to") {
        Some(typed) if about_this => (typed, complaints),
        Some(_) | None => (email, if about_this { complaints } else { &Complaints::NONE }),
    };
    html! {
        details .entry open[about_this] {
            summary { (email) }
            form method="post" novalidate {
                (hidden("from", email))
                (Input::email("to", "Address").value(typed).shown(complaints))
                div .buttons {
                    (button("change", "Save the change"))
                    (quiet_button("remove", "Remove this address"))
                }
            }
        }
    }
}
