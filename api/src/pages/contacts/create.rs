use super::told::Told;
use crate::endpoints::contacts::create::{CreateContact, save};
use crate::error::Problem;
use crate::extract::Order;
use crate::pages::contact_info::{Info, Whose};
use crate::pages::form::{Form, Input, button, enter_saves, hidden, no_such_button, quiet_button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::once::{keyed, once_field};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ContactId;
use maud::{Markup, html};

/// How many additional emails a contact has at most (R20).
const ADDITIONAL_MAX: usize = 5;

/// The field that says that Send Invite was pressed.
const STAGED: &str = "send_invite";

const LABELS: [(&str, &str); 6] = [
    ("name", "Name"),
    ("title", "Title"),
    ("phones", "Phone"),
    ("address", "Address"),
    ("primary_email", "Primary email"),
    ("additional_emails", "Additional email"),
];

/// A new contact, invited or not (R2 to R6).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    page(&app, &visit.who, &visit.query, &Told::default(), false).await
}

/// Save it; or stage the invitation, which goes out with the save and not before (R5).
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let staged = !form.text(STAGED).is_empty();
    let staged = match form.text("action") {
        "stage" | "unstage" => {
            let staged = form.text("action") == "stage";
            let page = page(&app, &who, &form, &Told::default(), staged).await?;
            return Ok(page.into_response());
        }
        "save" => staged,
        _ => return Err(no_such_button()),
    };
    match saved(&app, &keyed(order, &form), &form, staged).await {
        Ok(contact) => {
            let done = if staged { "contact-invited" } else { "contact-created" };
            Ok(to(&format!("/contacts/{contact}?done={done}")))
        }
        Err(problem) => {
            let told = Told::refused(form.clone(), problem)?;
            let page = page(&app, &who, &form, &told, staged).await?;
            Ok(page.status(told.status()).into_response())
        }
    }
}

async fn saved(
    app: &AppState,
    order: &Order<(), ()>,
    form: &Form,
    send_invite: bool,
) -> Result<ContactId, Problem> {
    let filled = |name| form.filled(name).map(str::to_owned);
    let body = CreateContact {
        name: form.text("name").to_owned(),
        title: filled("title"),
        primary_email: filled("primary_email"),
        additional_emails: form.each_filled("additional_emails"),
        phones: form.each_filled("phones"),
        address: filled("address"),
        jobs: Vec::new(),
        send_invite,
    };
    let (_, contact) = save(app, order, &body).await?;
    Ok(contact)
}

async fn page(
    app: &AppState,
    who: &Staff,
    form: &Form,
    told: &Told,
    staged: bool,
) -> Result<Page, Problem> {
    let above = told.above(app, who, None, &LABELS).await?;
    let complaints = told.of("save").1;
    let content = html! {
        @if staged { p .notice role="status" { "The invite is ready. Click Save to send invite." } }
        (above)
        form method="post" novalidate {
            (once_field(form))
            (enter_saves())
            section .plain {
                h2 { "Contact info" }
                (Info::typed(form).inputs(Whose::Another, complaints))
            }
            section .plain {
                h2 { "Emails" }
                (Input::email("primary_email", "Primary email").filled_as("off")
                    .value(form.text("primary_email"))
                    .hint("Invitations and links for a new password go there and nowhere else.")
                    .shown(complaints))
                (additional(form, told))
            }
            (login(staged))
            p .buttons {
                (button("save", "Save"))
                a href="/contacts" { "Don't save" }
            }
        }
    };
    Ok(Page::new("New contact", content).desk(who, Desk::Contacts))
}

/// R22: beside a primary email.
fn additional(form: &Form, told: &Told) -> Markup {
    let typed = form.each_filled("additional_emails");
    let rows = typed.len().max(ADDITIONAL_MAX);
    html! {
        details open[!typed.is_empty()] {
            summary { "Additional emails" }
            p .hint { "Up to five more, which get the same news of the project." }
            @for index in 0..rows {
                (Input::email("additional_emails", "Additional email").at(index).filled_as("off")
                    .value(typed.get(index).map_or("", String::as_str)).shown(told.of("save").1))
            }
        }
    }
}

fn login(staged: bool) -> Markup {
    html! {
        section .plain {
            h2 { "Security & Login" }
            @if staged {
                (hidden(STAGED, "yes"))
                p { strong { "The invite goes out when you save." } }
                (quiet_button("unstage", "Don't send the invite"))
            } @else {
                p { "Saving alone invites nobody." }
                (quiet_button("stage", "Send Invite"))
            }
        }
    }
}
