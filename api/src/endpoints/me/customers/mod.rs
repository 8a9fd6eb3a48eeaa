//! The customer portal: what a member of a customer sees of its contacts and does to them, its documents and
//! its work orders (R104 to R124).
//!
//! The customer in the path says in whose portal; whether the person belongs to it, the person's own ledger
//! and their contact there say ([`Member`]). For whoever does not, it is as if it never was. A member
//! sees of contacts what is below, and nothing of what the builder keeps of them beyond it.

pub(crate) mod add_contact;
pub(crate) mod add_email;
pub(crate) mod audit;
pub(crate) mod cancel_invite;
pub(crate) mod contacts;
pub(crate) mod deactivate;
pub(crate) mod delete_contact;
pub(crate) mod disable;
pub(crate) mod documents;
pub(crate) mod edit_contact;
pub(crate) mod edit_email;
pub(crate) mod enable;
pub(crate) mod file_work_order;
pub(crate) mod get_contact;
pub(crate) mod get_document;
pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod redirect_invite;
pub(crate) mod resend_invite;
pub(crate) mod work_orders;

use crate::answer::{Answer, CommandAnswer, done};
use crate::endpoints::CONTACT_DIRECTORY;
use crate::error::Problem;
use crate::extract::Order;
use crate::persons::membership::Member;
use crate::state::AppState;
use domain::contact::ContactCommand;
use domain::{Command, ContactId, CustomerId};
use projections::contact_directory::{self, ContactEntry};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A contact as its customer's members see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberContact {
    /// The contact.
    pub(crate) id: Uuid,
    /// The honorific (R111).
    pub(crate) title: Option<String>,
    /// As shown.
    pub(crate) name: String,
    /// As typed.
    pub(crate) phones: Vec<String>,
    /// As typed.
    pub(crate) primary_email: Option<String>,
    /// As typed.
    pub(crate) additional_emails: Vec<String>,
    /// `not_invited`, `pending`, `active`, `disabled` or `deactivated` (G15).
    pub(crate) status: String,
    /// What it may do in the portal (R113).
    pub(crate) permissions: Vec<String>,
    /// Whether it is you.
    pub(crate) yourself: bool,
    /// Its version, as in the ETag.
    pub(crate) version: u64,
}

impl MemberContact {
    fn of(entry: ContactEntry, member: &Member) -> Self {
        Self {
            yourself: member.is(ContactId(entry.id)),
            id: entry.id,
            title: entry.title,
            name: entry.name,
            phones: entry.phones,
            primary_email: entry.primary_email,
            additional_emails: entry.additional_emails,
            status: entry.access,
            permissions: entry.permissions,
            version: entry.version,
        }
    }
}

/// A contact of the member's customer; any other is as one that never was.
pub(crate) async fn contact_of(
    app: &AppState,
    member: &Member,
    contact: ContactId,
) -> Result<MemberContact, Problem> {
    member.ready(app, &[CONTACT_DIRECTORY]).await?;
    let entry = contact_directory::get(app.store().reader(), member.ledger, contact).await?;
    let theirs = |it: &ContactEntry| it.life == "live" && it.customer == Some(member.customer.0);
    let entry = entry.filter(theirs).ok_or_else(Problem::not_found)?;
    Ok(MemberContact::of(entry, member))
}

/// Carries out what a member commands about one contact of their customer.
pub(crate) async fn command<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (customer, contact): (CustomerId, ContactId),
    command: ContactCommand,
) -> Result<Answer<CommandAnswer>, Problem> {
    let member = Member::of(app, &order.asker, customer).await?;
    let command = Command::Contact(contact, command);
    Ok(done(&member.carry_out(app, order, command, Some(contact.into())).await?))
}
