use super::{can_edit, labels, or_dash, status};
use crate::endpoints::contacts::invite_ids;
use crate::endpoints::me::customers::{MemberContact, command, contact_of};
use crate::error::Problem;
use crate::input::Door;
use crate::pages::form::{Complaints, Form, Input, button, no_such_button, quiet_button};
use crate::pages::layout::{Page, Place, to};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::contact::ContactCommand;
use domain::customer::Feature;
use domain::{ContactId, CustomerId, Reason};
use maud::{Markup, html};

/// One contact of the customer: permissions, name, phone and the rest (R113).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, (CustomerId, ContactId)>,
) -> Result<Page, Problem> {
    let (customer, contact) = visit.path;
    let member = Member::reaching(&app, visit.who.asker(), customer, Feature::Contacts).await?;
    let contact = contact_of(&app, &member, contact).await?;
    Ok(page(&member, &contact, &Complaints::NONE).done(visit.query.text("done")))
}

/// Invite the contact, or close or open its access.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, (CustomerId, ContactId)>,
) -> Result<Response, Problem> {
    let path = sent.path;
    let (mut order, form) = sent.order();
    let done = match asked(&form) {
        Ok((asked, reason, done)) => {
            order.reason = reason;
            command(&app, &order, path, asked).await.map(|_| done)
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
    let member = Member::reaching(&app, &order.asker, path.0, Feature::Contacts).await?;
    let contact = contact_of(&app, &member, path.1).await?;
    let complaints = Complaints::about(problem)?;
    Ok(page(&member, &contact, &complaints).status(complaints.status()).into_response())
}

type Asked = (ContactCommand, Option<Reason>, &'static str);

/// What a button asks for, and the word for when it is done.
fn asked(form: &Form) -> Result<Asked, Problem> {
    Ok(match form.text("action") {
        "invite" => (ContactCommand::SendInvite(invite_ids()), None, "member-invited"),
        "resend" => (ContactCommand::ResendInvite(invite_ids().token), None, "member-invited"),
        "cancel" => (ContactCommand::CancelInvite, None, "member-invite-cancelled"),
        "disable" => (ContactCommand::DisableAccess, None, "member-closed"),
        "enable" => (ContactCommand::EnableAccess, None, "member-opened"),
        "deactivate" => {
            let mut door = Door::default();
            let reason = door.take_if("reason", form.filled("reason"), Reason::parse);
            (ContactCommand::DeactivateOwner, door.build(|| reason)?, "member-closed")
        }
        _ => return Err(no_such_button()),
    })
}

fn page(member: &Member, contact: &MemberContact, complaints: &Complaints) -> Page {
    let base = format!("/me/customers/{}/contacts", member.customer);
    let path = format!("{base}/{}", contact.id);
    let is_admin = member.reaches(Feature::ManageContacts);
    let content = html! {
        (complaints.above(&[("reason", "Reason")]))
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
        @if is_admin && !contact.yourself { (access(contact, complaints)) }
        p { a href=(base) { "All contacts" } }
    };
    Page::new("View Contact", content).at(Place::Customers)
}

/// What an admin may do about a contact's access now.
fn access(contact: &MemberContact, complaints: &Complaints) -> Markup {
    html! {
        section .plain {
            h2 { "Security & Login" }
            form method="post" novalidate {
                div .buttons {
                    @match &*contact.status {
                        "not_invited" | "deactivated" => {
                            (button("invite", "Send Invite"))
                            (quiet_button("disable", "Disable access"))
                        }
                        "pending" => {
                            (button("resend", "Resend"))
                            (quiet_button("cancel", "Cancel the invite"))
                        }
                        "disabled" => (button("enable", "Enable access")),
                        _ => (quiet_button("disable", "Disable access")),
                    }
                }
                @if contact.status == "active" {
                    details {
                        summary { "Deactivate" }
                        p .hint { "The access ends until a new invitation is accepted. Nothing is lost." }
                        (Input::text("reason", "Why").shown(complaints))
                        (quiet_button("deactivate", "Deactivate"))
                    }
                }
            }
        }
    }
}
