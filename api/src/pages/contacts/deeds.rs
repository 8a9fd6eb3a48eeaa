//! The forms of a contact's page: what each asks for, and what is said when it is done.

use super::contact::again;
use super::told::Told;
use super::{fields, info};
use crate::endpoints::contacts::invite_ids;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::Door;
use crate::pages::form::{Form, no_such_button};
use crate::pages::layout::to;
use crate::pages::once::keyed;
use crate::pages::visit::{Sent, Staff};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use domain::contact::{ContactCommand, InfoEdit};
use domain::{Command, ContactId, EmailAddress, Outcome, Reason, TokenId};
use projections::custom_fields;
use std::fmt::Display;
use uuid::Uuid;

/// What a form asks for.
struct Deed {
    command: ContactCommand,
    /// Why, in the sender's words.
    reason: Option<Reason>,
    /// The word of the notice when it is done.
    done: &'static str,
    /// The field beside which a rule's refusal is shown; none where the form has none.
    field: Option<String>,
}

impl From<(ContactCommand, &'static str)> for Deed {
    fn from((command, done): (ContactCommand, &'static str)) -> Self {
        Self { command, reason: None, done, field: None }
    }
}

impl Deed {
    fn beside(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }
}

/// Do what one of the page's buttons says.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ContactId>,
) -> Result<Response, Problem> {
    let (who, contact) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let mut order = keyed(order, &form);
    match carried_out(&app, &mut order, &form).await {
        Ok(done) => Ok(to(&format!("/contacts/{contact}?done={done}"))),
        Err(problem) => again(&app, &who, contact, &Told::refused(form, problem)?).await,
    }
}

async fn carried_out(
    app: &AppState,
    order: &mut Order<ContactId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    if form.text("action") == "fields" {
        let fields = custom_fields::get(app.store().reader(), order.asker.ledger()).await?;
        fields::save(app, order, form, &fields.map(|all| all.fields).unwrap_or_default()).await?;
        return Ok("fields-saved");
    }
    let deed = deed(form)?;
    order.reason = deed.reason;
    let applied = order.execute(app, Command::Contact(order.path, deed.command)).await;
    match applied {
        Ok(applied) if applied.outcome == Outcome::Unchanged => Ok("contact-unchanged"),
        Ok(_) => Ok(deed.done),
        Err(mut problem) => {
            if let Some(field) = deed.field {
                problem.body.field = Some(field);
            }
            Err(problem)
        }
    }
}

fn deed(form: &Form) -> Result<Deed, Problem> {
    let deed: Deed = match form.text("action") {
        "edit" => (info::edit(form)?, "contact-saved").into(),
        "permissions" => (fields::permitted(form)?, "permissions-saved").into(),
        "restore" => (ContactCommand::Restore, "contact-restored").into(),
        "invite" => (ContactCommand::SendInvite(invite_ids()), "invite-sent").into(),
        "resend" => (ContactCommand::ResendInvite(TokenId(Uuid::now_v7())), "invite-resent").into(),
        "cancel" => (ContactCommand::CancelInvite, "invite-cancelled").into(),
        "redirect" => {
            let to = email(form, "redirect_to")?;
            let redirect = ContactCommand::RedirectInvite { to, ids: invite_ids() };
            Deed::from((redirect, "invite-redirected")).beside("redirect_to")
        }
        "enable" => (ContactCommand::EnableAccess, "access-enabled").into(),
        "disable" => {
            let reason = reason(form, "disable_reason")?;
            Deed { reason, ..(ContactCommand::DisableAccess, "access-disabled").into() }
        }
        "deactivate" => {
            let reason = reason(form, "deactivate_reason")?;
            let deed = (ContactCommand::DeactivateOwner, "owner-deactivated").into();
            Deed { reason, ..deed }.beside("deactivate_reason")
        }
        _ => return of_emails(form),
    };
    Ok(deed)
}

fn of_emails(form: &Form) -> Result<Deed, Problem> {
    Ok(match form.text("action") {
        "primary" => {
            let primary_email = Some(email(form, "primary_email")?);
            let edit = InfoEdit { primary_email, ..InfoEdit::default() };
            Deed::from((ContactCommand::EditInfo(edit), "primary-saved")).beside("primary_email")
        }
        "add-email" => {
            let add = ContactCommand::AddAdditionalEmail(email(form, "new_email")?);
            Deed::from((add, "additional-added")).beside("new_email")
        }
        "change-email" => {
            // There is such an input for each of them.
            let input = format!("to[{}]", form.text("place"));
            let from = email(form, "from")?;
            let to = parsed(&input, EmailAddress::parse(form.text("to")))?;
            let change = ContactCommand::EditAdditionalEmail { from, to };
            Deed::from((change, "additional-saved")).beside(&input)
        }
        "swap" => {
            (ContactCommand::SwapPrimaryEmail(email(form, "from")?), "primary-swapped").into()
        }
        "remove-email" => {
            let remove = ContactCommand::RemoveAdditionalEmail(email(form, "from")?);
            (remove, "additional-removed").into()
        }
        _ => return Err(no_such_button()),
    })
}

fn email(form: &Form, field: &str) -> Result<EmailAddress, Problem> {
    parsed(field, EmailAddress::parse(form.text(field)))
}

fn parsed<T, E: Display>(field: &str, parsed: Result<T, E>) -> Result<T, Problem> {
    let mut door = Door::default();
    let value = door.take(field, parsed);
    door.build(|| value)
}

fn reason(form: &Form, field: &str) -> Result<Option<Reason>, Problem> {
    let mut door = Door::default();
    let reason = door.take_if(field, form.filled(field), Reason::parse);
    door.build(|| reason)
}
