use super::security::{STAGE, UNSTAGE, prompt, section, staged, staged_by};
use super::why::{self, may};
use super::{Tab, changes, job, remedies, sheet};
use crate::endpoints::contacts::invite_ids;
use crate::endpoints::contacts::permissions::{ContactPermissions, of_contact};
use crate::endpoints::{INVITATIONS, MAIL_LOG};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id};
use crate::pages::form::{Complaints, Form, Input, button, no_such_button, quiet_button};
use crate::pages::job::about;
use crate::pages::layout::{Page, to};
use crate::pages::once::{keyed, once_of};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{access_badge, sentence, time};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::contact::ContactCommand;
use domain::job::JobCommand;
use domain::{Command, ContactId, EmailAddress, JobId, Reason, TokenId};
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::contact_directory::{self, ContactEntry};
use projections::invitations::{self, InvitationEntry, InvitationQuery};
use uuid::Uuid;

type Place = (JobId, ContactId);

const LABELS: [(&str, &str); 4] = [
    ("email", "Corrected address"),
    ("disable_reason", "Reason"),
    ("deactivate_reason", "Reason"),
    ("primary_email", "Primary email"),
];

/// One owner of a job: whether they have been invited, and what may be done about their access.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, Place>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, visit.path, &Form::default(), None).await?;
    Ok(page.done(visit.query.text("done")))
}

/// What is done about one owner.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, Place>,
) -> Result<Response, Problem> {
    let (who, place) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let (job, contact) = place;
    if [STAGE, UNSTAGE].contains(&form.text("action")) {
        return Ok(page(&app, &who, place, &form, None).await?.into_response());
    }
    // An owner of another job is dealt with on that job's page.
    owner_of(&self::job(&app, &who, job).await?, contact)?;
    match deal(&app, order, &form).await {
        Ok(Next::Owners(word)) => Ok(to(&Tab::Owners.done(job, word))),
        Ok(Next::Here(word)) => Ok(to(&format!("/jobs/{job}/owners/{contact}?done={word}"))),
        Err(problem) => Ok(page(&app, &who, place, &form, Some(problem)).await?.into_response()),
    }
}

/// Where it goes on from here.
enum Next {
    Here(&'static str),
    Owners(&'static str),
}

fn owner_of(job: &JobPage, contact: ContactId) -> Result<(), Problem> {
    let there = job.job.owners.iter().any(|owner| owner.id == contact.0);
    there.then_some(()).ok_or_else(Problem::not_found)
}

async fn deal(app: &AppState, mut order: Order<Place, ()>, form: &Form) -> Result<Next, Problem> {
    let (job, contact) = order.path;
    let action = form.text("action");
    let (command, word) = match action {
        "save" if staged(form) => (ContactCommand::SendInvite(invite_ids()), "owner-invited"),
        "resend" => {
            order = keyed(order, form);
            (ContactCommand::ResendInvite(TokenId(Uuid::now_v7())), "owners-invite-resent")
        }
        "cancel" => (ContactCommand::CancelInvite, "owners-invite-cancelled"),
        "redirect" => {
            let to = email(form, "email")?;
            (ContactCommand::RedirectInvite { to, ids: invite_ids() }, "owners-invite-redirected")
        }
        "swap" => (ContactCommand::SwapPrimaryEmail(email(form, "swap")?), "emails-swapped"),
        "disable" => {
            order.reason = reason(form, "disable_reason")?;
            (ContactCommand::DisableAccess, "owners-access-disabled")
        }
        "enable" => (ContactCommand::EnableAccess, "owners-access-enabled"),
        "deactivate" => {
            order.reason = reason(form, "deactivate_reason")?;
            (ContactCommand::DeactivateOwner, "owners-access-ended")
        }
        "remove" => {
            let remove = JobCommand::RemoveOwner(contact, None);
            order.execute(app, Command::Job(job, remove)).await?;
            return Ok(Next::Owners("owner-removed"));
        }
        "replace" => {
            replace(app, &order, form).await?;
            return Ok(Next::Owners("owner-replaced"));
        }
        _ => return Err(no_such_button()),
    };
    let executed = order.execute(app, Command::Contact(contact, command)).await;
    executed.map_err(|problem| about(problem, "reason", "deactivate_reason"))?;
    Ok(Next::Here(word))
}

fn email(form: &Form, field: &str) -> Result<EmailAddress, Problem> {
    let mut door = Door::default();
    let email = door.take(field, EmailAddress::parse(form.text(field)));
    door.build(|| email)
}

fn reason(form: &Form, field: &str) -> Result<Option<Reason>, Problem> {
    let mut door = Door::default();
    let reason = door.take_if(field, form.filled(field), Reason::parse);
    door.build(|| reason)
}

/// R28, as two commands, the addition first: after a crash between them both are on the job, and
/// the same button finishes it, since adding an owner twice changes nothing.
async fn replace(app: &AppState, order: &Order<Place, ()>, form: &Form) -> Result<(), Problem> {
    let (job, contact) = order.path;
    let mut door = Door::default();
    let holder = door.take("holder", id::<ContactId>(form.text("holder")));
    let holder = door.build(|| holder)?;
    order.execute(app, Command::Job(job, JobCommand::AddOwner(holder, None))).await?;
    order.execute(app, Command::Job(job, JobCommand::RemoveOwner(contact, None))).await?;
    Ok(())
}

/// All that the page tells of an owner.
struct Told {
    contact: ContactEntry,
    permissions: ContactPermissions,
    invitation: Option<InvitationEntry>,
}

async fn told(app: &AppState, who: &Staff, contact: ContactId) -> Result<Told, Problem> {
    who.ready(app, &[INVITATIONS, MAIL_LOG]).await?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let entry = contact_directory::get(reader, ledger, contact).await?;
    let query = InvitationQuery { status: None, contact: Some(contact), cursor: None, limit: 1 };
    let invitations = invitations::list(reader, ledger, &query).await?;
    Ok(Told {
        contact: entry.ok_or_else(Problem::not_found)?,
        permissions: of_contact(app, who.asker(), contact).await?,
        invitation: invitations.items.into_iter().next(),
    })
}

async fn page(
    app: &AppState,
    who: &Staff,
    (id, contact): Place,
    form: &Form,
    refused: Option<Problem>,
) -> Result<Page, Problem> {
    let job = self::job(app, who, id).await?;
    owner_of(&job, contact)?;
    let told = told(app, who, contact).await?;
    let remedies = if let Some(problem) = &refused {
        remedies::three(app, who, &told.contact, problem).await?
    } else {
        html! {}
    };
    let complaints = match refused {
        Some(problem) => Complaints::about(problem)?,
        None => Complaints::NONE,
    };
    // Also where the email is another contact's: then saving says whose, and what to do (R27).
    let can_invite =
        who.changes() && ["not_invited", "deactivated"].contains(&&*told.contact.access);
    let staged = staged_by(form) && can_invite;
    let content = html! {
        (prompt(staged))
        (complaints.above(&LABELS))
        (remedies)
        h2 { (told.contact.name) }
        (facts(&told.contact))
        section .plain {
            h2 { "Security & Login" }
            (status(&told))
            @if who.changes() {
                @if can_invite { (invite(&told.contact, staged)) }
                (deeds(&told.permissions, form, &complaints))
            }
        }
        (why::shown(&told.permissions))
        @if changes(who, &job) { (removal(&job)) }
        p { a href=(Tab::Owners.path(id)) { "All owners of this job" } }
    };
    Ok(sheet(who, &job, Tab::Owners, &content).status(complaints.status()))
}

fn facts(contact: &ContactEntry) -> Markup {
    html! {
        dl .facts {
            dt { "Primary email" } dd { (contact.primary_email.as_deref().unwrap_or("–")) }
            @if !contact.additional_emails.is_empty() {
                dt { "Additional emails" } dd { (contact.additional_emails.join(", ")) }
            }
            @if !contact.phones.is_empty() { dt { "Phone" } dd { (contact.phones.join(", ")) } }
            @if let Some(address) = &contact.address { dt { "Address" } dd .lines { (address) } }
        }
        p { a href=(format!("/contacts/{}", contact.id)) { "The contact in the book" } }
    }
}

/// Where the access stands, and what became of the last invitation (R7).
fn status(told: &Told) -> Markup {
    html! {
        p { "Status: " (access_badge(&told.contact.access)) }
        @if let Some(invitation) = &told.invitation {
            dl .facts {
                dt { "Invite" } dd { (sentence(&invitation.status)) }
                dt { "Sent to" } dd { (invitation.sent_to) }
                dt { "Sent" } dd {
                    (time(invitation.sent_at))
                    @if invitation.attempt > 1 { ", mail number " (invitation.attempt) }
                }
                @if invitation.status == "pending" {
                    dt { "Good until" } dd { (time(invitation.expires_at)) }
                } @else if let Some(ended) = invitation.ended_at {
                    dt { "Since" } dd { (time(ended)) }
                }
                @if let Some(mail) = &invitation.mail {
                    dt { "Mail" } dd {
                        (sentence(&mail.status))
                        @if let Some(cause) = &mail.cause { " (" (cause.replace('_', " ")) ")" }
                    }
                }
            }
        }
    }
}

/// Send Invite, which Save sends.
fn invite(contact: &ContactEntry, staged: bool) -> Markup {
    html! {
        form method="post" {
            (section(&sentence(&contact.access), staged))
            @if staged { (button("save", "Save")) }
        }
    }
}

/// What may be done about the access now, and nothing else (R8 to R10, R44); but what was typed into
/// a form stays, though it cannot be done any more.
fn deeds(permissions: &ContactPermissions, form: &Form, complaints: &Complaints) -> Markup {
    let sent = |action: &str| form.text("action") == action;
    html! {
        @if may(permissions, "ResendInvite") {
            form method="post" { (once_of(form, "resend")) (button("resend", "Resend")) }
        }
        @if may(permissions, "CancelInvite") {
            form method="post" { (quiet_button("cancel", "Cancel the invite")) }
        }
        @if may(permissions, "RedirectInvite") || sent("redirect") {
            details open[sent("redirect")] {
                summary { "The address was wrong" }
                form method="post" novalidate {
                    (Input::email("email", "Corrected address").filled_as("off")
                        .value(form.text("email"))
                        .hint("The invite that is out is cancelled, and a new one goes there.")
                        .shown(complaints))
                    (quiet_button("redirect", "Send it to this address instead"))
                }
            }
        }
        @if may(permissions, "EnableAccess") {
            form method="post" { (button("enable", "Enable")) }
        }
        @if may(permissions, "DisableAccess") || sent("disable") {
            details open[sent("disable")] {
                summary { "Disable the access" }
                form method="post" novalidate {
                    p .hint { "For now: it can be enabled again as it was. A pending invite is cancelled." }
                    (Input::text("disable_reason", "Reason").value(form.text("disable_reason"))
                        .hint("For the history; may be left out.").shown(complaints))
                    (quiet_button("disable", "Disable"))
                }
            }
        }
        @if may(permissions, "DeactivateOwner") || sent("deactivate") {
            details open[sent("deactivate")] {
                summary { "Deactivate the owner" }
                form method="post" novalidate {
                    p .hint {
                        "Their info can be edited then, and only a new invite that they accept opens \
                         the access again. Nothing of theirs is lost."
                    }
                    (Input::text("deactivate_reason", "Reason")
                        .value(form.text("deactivate_reason")).shown(complaints))
                    (quiet_button("deactivate", "Deactivate"))
                }
            }
        }
    }
}

fn removal(job: &JobPage) -> Markup {
    html! {
        details {
            summary { "Remove from the job" }
            form method="post" {
                p {
                    "The contact stays in the book. Their tasks on this job stay, and are nobody's."
                    @if job.job.owners.len() == 1 {
                        " This is the last owner of the job: without one nobody can look through an \
                         owner's eyes."
                    }
                }
                (quiet_button("remove", "Remove from the job"))
            }
        }
    }
}
