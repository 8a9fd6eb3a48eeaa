use super::{can_edit, labels, or_dash, status};
use crate::endpoints::contacts::invite_ids;
use crate::endpoints::me::customers::{MemberContact, command, contact_of};
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::input::Door;
use crate::pages::form::{Complaints, Form, Input, button, hidden, no_such_button, quiet_button};
use crate::pages::layout::{Page, Place, to};
use crate::pages::once::{keyed, once_of};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::contact::ContactCommand;
use domain::customer::Feature;
use domain::{Command, ContactId, CustomerId, EmailAddress, Reason};
use maud::{Markup, html};

/// One contact of the customer: permissions, name, phone and the rest (R113).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, (CustomerId, ContactId)>,
) -> Result<Page, Problem> {
    let (form, none) = (Form::default(), Complaints::NONE);
    let page = page(&app, visit.who.asker(), visit.path, &form, &none).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Invite the contact, close or open its access, or add and change its additional emails.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, (CustomerId, ContactId)>,
) -> Result<Response, Problem> {
    let path = sent.path;
    let (order, form) = sent.order();
    let mut order = keyed(order, &form);
    let done = match asked(&form) {
        Ok(Asked { command: asked, reason, field, done }) => {
            order.reason = reason;
            let carried_out = command(&app, &order, path, asked).await;
            carried_out.map(|_| done).map_err(|problem| beside(problem, field))
        }
        Err(problem) => Err(problem),
    };
    let problem = match done {
        Ok(done) => {
            let (customer, contact) = path;
            return Ok(to(&format!("/me/customers/{customer}/contacts/{contact}?done={done}")));
        }
        Err(problem) => problem,
    };
    let complaints = Complaints::about(problem)?;
    let page = page(&app, &order.asker, path, &form, &complaints).await?;
    Ok(page.status(complaints.status()).into_response())
}

/// What a rule says no to, it says beside the input that asked for it.
fn beside(mut problem: Problem, field: Option<String>) -> Problem {
    if field.is_some() {
        problem.body.field = field;
    }
    problem
}

/// What a button asks for.
struct Asked {
    command: ContactCommand,
    reason: Option<Reason>,
    /// The input that a refusal is shown beside.
    field: Option<String>,
    /// The word for when it is done.
    done: &'static str,
}

impl From<(ContactCommand, &'static str)> for Asked {
    fn from((command, done): (ContactCommand, &'static str)) -> Self {
        Self { command, reason: None, field: None, done }
    }
}

fn asked(form: &Form) -> Result<Asked, Problem> {
    Ok(match form.text("action") {
        "invite" => (ContactCommand::SendInvite(invite_ids()), "member-invited").into(),
        "resend" => (ContactCommand::ResendInvite(invite_ids().token), "member-invited").into(),
        "cancel" => (ContactCommand::CancelInvite, "member-invite-cancelled").into(),
        "redirect" => {
            let to = email("redirect_to", form.text("redirect_to"))?;
            let redirect = ContactCommand::RedirectInvite { to, ids: invite_ids() };
            let field = Some("redirect_to".to_owned());
            Asked { field, ..(redirect, "member-invited").into() }
        }
        "disable" => (ContactCommand::DisableAccess, "member-closed").into(),
        "enable" => (ContactCommand::EnableAccess, "member-opened").into(),
        "deactivate" => {
            let mut door = Door::default();
            let reason = door.take_if("reason", form.filled("reason"), Reason::parse);
            let reason = door.build(|| reason)?;
            let field = Some("reason".to_owned());
            Asked { reason, field, ..(ContactCommand::DeactivateOwner, "member-closed").into() }
        }
        "add-email" => {
            let add = ContactCommand::AddAdditionalEmail(email(NEW, form.text(NEW))?);
            Asked { field: Some(NEW.to_owned()), ..(add, "member-saved").into() }
        }
        "change-email" => {
            // There is such an input for each of them.
            let field = format!("to[{}]", form.text("place"));
            let (from, to) = (email("from", form.text("from"))?, email(&field, form.text("to"))?);
            let change = ContactCommand::EditAdditionalEmail { from, to };
            Asked { field: Some(field), ..(change, "member-saved").into() }
        }
        _ => return Err(no_such_button()),
    })
}

fn email(field: &str, typed: &str) -> Result<EmailAddress, Problem> {
    let mut door = Door::default();
    let email = door.take(field, EmailAddress::parse(typed));
    door.build(|| email)
}

/// The field of an additional email that is not there yet.
const NEW: &str = "new_email";
/// What people call the fields.
const LABELS: [(&str, &str); 4] = [
    ("reason", "Why"),
    ("redirect_to", "Corrected address"),
    (NEW, "New address"),
    ("to", "Address"),
];

async fn page(
    app: &AppState,
    asker: &Asker,
    (customer, id): (CustomerId, ContactId),
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let member = Member::reaching(app, asker, customer, Feature::Contacts).await?;
    let contact = contact_of(app, &member, id).await?;
    // Whether a disabled one was active before, its status does not tell.
    let deactivate = Command::Contact(id, ContactCommand::DeactivateOwner);
    let deactivates = member.may(app, asker, deactivate).await?;
    Ok(sheet(&member, &contact, deactivates, form, complaints))
}

fn sheet(
    member: &Member,
    contact: &MemberContact,
    deactivates: bool,
    form: &Form,
    complaints: &Complaints,
) -> Page {
    let base = format!("/me/customers/{}/contacts", member.customer);
    let path = format!("{base}/{}", contact.id);
    let is_admin = member.reaches(Feature::ManageContacts);
    let content = html! {
        (complaints.above(&LABELS))
        section .plain {
            dl .facts {
                div { dt { "Title" } dd { (contact.title.as_deref().unwrap_or("–")) } }
                div { dt { "Name" } dd { (contact.name) } }
                div { dt { "Phone" } dd { (or_dash(&contact.phones.join(", "))) } }
                div { dt { "Email" } dd { (contact.primary_email.as_deref().unwrap_or("–")) } }
                @if !contact.additional_emails.is_empty() {
                    div { dt { "More emails" } dd { (contact.additional_emails.join(", ")) } }
                }
                div { dt { "Status" } dd { (status(&contact.status)) } }
                div { dt { "Customer Portal permissions" } dd { (labels(&contact.permissions)) } }
            }
            div .buttons {
                @if can_edit(contact, is_admin) {
                    a .main href=(format!("{path}/edit")) { "Edit" }
                }
                @if is_admin && !contact.yourself { a href=(format!("{path}/delete")) { "Delete" } }
            }
            @if contact.yourself {
                p { a href="/me/details" { "Change your own name, phones and address" } }
            }
        }
        @if contact.primary_email.is_some() { (emails(contact, form, complaints)) }
        @if is_admin && !contact.yourself { (access(contact, deactivates, form, complaints)) }
        p { a href=(base) { "All contacts" } }
    };
    Page::new("View Contact", content).at(Place::Customers)
}

/// The additional emails, which whoever may edit contacts adds and changes in any state of them (R22, R40);
/// to take one away is the builder's, or its owner's.
fn emails(contact: &MemberContact, form: &Form, complaints: &Complaints) -> Markup {
    let none = Complaints::NONE;
    let adds = form.text("action") == "add-email";
    let typed = if adds { form.text(NEW) } else { "" };
    html! {
        section .plain {
            h2 { "More emails" }
            p .hint { "Up to five more, which get the same news of the project." }
            @for (index, there) in contact.additional_emails.iter().enumerate() {
                @let this = form.text("action") == "change-email" && form.text("from") == there;
                details .entry open[this] {
                    summary { (there) }
                    form method="post" novalidate {
                        (hidden("from", there))
                        (hidden("place", &index.to_string()))
                        (Input::email("to", "Address").at(index).filled_as("off")
                            .value(if this { form.text("to") } else { there })
                            .shown(if this { complaints } else { &none }))
                        (quiet_button("change-email", "Save the change"))
                    }
                }
            }
            form method="post" novalidate {
                (Input::email(NEW, "New address").filled_as("off").value(typed)
                    .shown(if adds { complaints } else { &none }))
                (quiet_button("add-email", "Add this address"))
            }
        }
    }
}

/// What an admin may do about a contact's access now.
fn access(
    contact: &MemberContact,
    deactivates: bool,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let asked = |action: &str| form.text("action") == action;
    html! {
        section .plain {
            h2 { "Security & Login" }
            form method="post" {
                div .buttons {
                    @match &*contact.status {
                        "not_invited" | "deactivated" => {
                            (button("invite", "Send Invite"))
                            (quiet_button("disable", "Disable access"))
                        }
                        "pending" => {
                            (once_of(form, "resend"))
                            (button("resend", "Resend"))
                            (quiet_button("cancel", "Cancel the invite"))
                            (quiet_button("disable", "Disable access"))
                        }
                        "disabled" => (button("enable", "Enable access")),
                        _ => (quiet_button("disable", "Disable access")),
                    }
                }
            }
            @if contact.status == "pending" {
                details open[asked("redirect")] {
                    summary { "The address was wrong" }
                    form method="post" novalidate {
                        (Input::email("redirect_to", "Corrected address").filled_as("off")
                            .value(form.text("redirect_to"))
                            .hint("The invite that is out is cancelled, and a new one goes there.")
                            .shown(complaints))
                        (quiet_button("redirect", "Send it there instead"))
                    }
                }
            }
            @if deactivates {
                details open[asked("deactivate")] {
                    summary { "Deactivate" }
                    form method="post" novalidate {
                        p .hint { "The access ends until a new invitation is accepted. Nothing is lost." }
                        (Input::text("reason", "Why").value(form.text("reason")).shown(complaints))
                        (quiet_button("deactivate", "Deactivate"))
                    }
                }
            }
        }
    }
}
