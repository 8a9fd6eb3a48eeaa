use super::security::{STAGE, UNSTAGE, prompt, section, staged, staged_by};
use super::{Tab, changes, job, remedies, sheet};
use crate::endpoints::contacts::NewContact;
use crate::endpoints::jobs::add_owner::{Becomes, adding};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::Door;
use crate::pages::form::{
    Complaints, Form, Input, button, enter_saves, no_such_button, quiet_button,
};
use crate::pages::layout::{Page, to};
use crate::pages::once::{once, once_field};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{ContactId, JobId};
use maud::{Markup, html};

const LABELS: [(&str, &str); 5] = [
    ("name", "Name"),
    ("title", "Title"),
    ("primary_email", "Primary email"),
    ("phones", "Phone"),
    ("address", "Address"),
];

/// Add an owner who is not in the book yet.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, visit.path, &Form::default(), None).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Save the new contact as an owner, and send the invite if it is staged, all of it or nothing.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, job) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let action = form.text("action");
    if [STAGE, UNSTAGE].contains(&action) {
        return Ok(page(&app, &who, job, &form, None).await?.into_response());
    }
    match save(&app, order, &form).await {
        Ok(()) => {
            let word = if staged(&form) { "owner-invited" } else { "owner-added" };
            Ok(to(&match action {
                "save-more" => format!("/jobs/{job}/owners/new?done={word}"),
                _ => Tab::Owners.done(job, word),
            }))
        }
        Err(problem) => Ok(page(&app, &who, job, &form, Some(problem)).await?.into_response()),
    }
}

async fn save(app: &AppState, order: Order<JobId, ()>, form: &Form) -> Result<(), Problem> {
    if !["save", "save-more"].contains(&form.text("action")) {
        return Err(no_such_button());
    }
    let filled = |name: &str| form.filled(name).map(str::to_owned);
    let typed = NewContact {
        name: form.text("name").to_owned(),
        title: filled("title"),
        primary_email: filled("primary_email"),
        additional_emails: Vec::new(),
        phones: form.each_filled("phones"),
        address: filled("address"),
    };
    let mut door = Door::default();
    let details = typed.read(&mut door, "");
    let details = door.build(|| details)?;
    let command = |order: &Order<JobId, ()>| {
        let contact = ContactId(order.new_id(app, "contact"));
        adding(order.path, Becomes::New(contact, details.clone()), staged(form))
    };
    once(app, order, form, command).await.map(|_| ())
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    form: &Form,
    refused: Option<Problem>,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let instead = if let Some(problem) = &refused {
        remedies::instead(app, who, id, problem, None).await?
    } else {
        html! {}
    };
    let complaints = match refused {
        Some(problem) => Complaints::about(problem)?,
        None => Complaints::NONE,
    };
    let staged = staged_by(form);
    let content = html! {
        (prompt(staged))
        (complaints.above(&LABELS))
        (instead)
        h2 { "New Contact" }
        @if changes(who, &job) { (inputs(form, staged, &complaints)) }
        p { a href=(format!("/jobs/{id}/owners/existing")) { "Choose from Existing Contacts instead" } }
    };
    Ok(sheet(who, &job, Tab::Owners, &content).status(complaints.status()))
}

fn inputs(form: &Form, staged: bool, complaints: &Complaints) -> Markup {
    let phones = form.each_filled("phones");
    let phone = |index: usize| phones.get(index).map_or("", String::as_str);
    html! {
        form method="post" novalidate {
            (enter_saves())
            (once_field(form))
            (Input::text("name", "Name").value(form.text("name")).shown(complaints))
            (Input::text("title", "Title").value(form.text("title"))
                .hint("Such as Mr, Ms or Dr, if you like.").shown(complaints))
            (Input::email("primary_email", "Primary email").filled_as("off")
                .value(form.text("primary_email"))
                .hint("The invite and links for a new password go there and nowhere else.")
                .shown(complaints))
            @for index in 0..(phones.len() + 1).clamp(2, 10) {
                (Input::phone("phones", if index == 0 { "Phone" } else { "Another phone" }, index)
                    .filled_as("off").value(phone(index)).shown(complaints))
            }
            (Input::text("address", "Address").lines(3).value(form.text("address"))
                .shown(complaints))
            (section("Not invited", staged))
            div .buttons {
                (button("save", "Save"))
                (quiet_button("save-more", "Save and add another"))
            }
        }
    }
}
