//! Contacts: the people in a builder's book.

pub(crate) mod add_additional_email;
pub(crate) mod cancel_invite;
pub(crate) mod clear_custom_field;
pub(crate) mod create;
pub(crate) mod deactivate;
pub(crate) mod delete;
pub(crate) mod disable;
pub(crate) mod duplicates;
pub(crate) mod edit;
pub(crate) mod edit_additional_email;
pub(crate) mod enable;
pub(crate) mod get;
pub(crate) mod get_image;
pub(crate) mod history;
pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod merge;
pub(crate) mod permissions;
pub(crate) mod redirect_invite;
pub(crate) mod remove_image;
pub(crate) mod resend_invite;
pub(crate) mod restore;
pub(crate) mod set_custom_field;
pub(crate) mod set_image;
pub(crate) mod set_permissions;
pub(crate) mod swap_primary_email;
pub(crate) mod unmerge;

use super::CONTACT_DIRECTORY;
use crate::answer::Warning;
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::extract::path::PathIds;
use crate::input::Door;
use crate::state::AppState;
use domain::contact::{ContactDetails, InviteIds};
use domain::text::{Honorific, PersonName, PostalAddress};
use domain::{ContactId, EmailAddress, InvitationId, PhoneNumber, TokenId};
use projections::contact_directory::{self, ContactQuery};
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most phones of a contact.
pub(crate) const PHONES_MAX: usize = 10;
/// More than a contact can have, so that the rule (R20) and not the door says no.
const EMAILS_MAX: usize = 50;

/// The info of a new contact.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContact {
    /// As shown in lists.
    #[schema(max_length = 200)]
    pub(crate) name: String,
    /// The honorific (R111).
    #[schema(max_length = 40)]
    pub(crate) title: Option<String>,
    /// Where an invitation would go.
    #[schema(max_length = 254, format = Email)]
    pub(crate) primary_email: Option<String>,
    /// Up to five more.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub(crate) additional_emails: Vec<String>,
    /// In order.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub(crate) phones: Vec<String>,
    /// Where the person is reached.
    #[schema(max_length = 500)]
    pub(crate) address: Option<String>,
}

impl NewContact {
    /// Reads the info at the door; fields are named below `within`.
    pub(crate) fn read(&self, door: &mut Door, within: &str) -> Option<ContactDetails> {
        let field = |name: &str| format!("{within}{name}");
        let name = door.take(field("name"), PersonName::parse(&self.name));
        let title = door.take_if(&field("title"), self.title.as_deref(), Honorific::parse);
        let email = self.primary_email.as_deref();
        let email = door.take_if(&field("primary_email"), email, EmailAddress::parse);
        let additional = field("additional_emails");
        let additional =
            door.take_all(&additional, &self.additional_emails, EMAILS_MAX, EmailAddress::parse);
        let phones = door.take_all(&field("phones"), &self.phones, PHONES_MAX, PhoneNumber::parse);
        let address = self.address.as_deref();
        let address = door.take_if(&field("address"), address, PostalAddress::parse);
        Some(ContactDetails {
            name: name?,
            title: title?,
            primary_email: email?,
            additional_emails: additional?,
            phones: phones?,
            address: address?,
        })
    }
}

/// An email in a body of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailBody {
    /// The address.
    #[schema(max_length = 254, format = Email)]
    email: String,
}

impl RequestBody for EmailBody {}

impl EmailBody {
    pub(crate) fn read(&self) -> Result<EmailAddress, crate::error::Problem> {
        let mut door = Door::default();
        let email = door.take("email", EmailAddress::parse(&self.email));
        door.build(|| email)
    }
}

/// Ids for an invitation, made here because chance comes from outside.
pub(crate) fn invite_ids() -> InviteIds {
    InviteIds { invitation: InvitationId(Uuid::now_v7()), token: TokenId(Uuid::now_v7()) }
}

/// G2: other contacts of the account with the same primary email, none of them invited. As far as
/// the directory knows at this moment; with a `Ledger-Position`, at least what the caller has seen.
pub(crate) async fn soft_duplicates<P: PathIds, B>(
    app: &AppState,
    order: &Order<P, B>,
    contact: ContactId,
    email: Option<&EmailAddress>,
) -> Vec<Warning> {
    let Some(email) = email else { return Vec::new() };
    let ledger = order.asker.ledger();
    if let Some(seen) = order.seen() {
        let views = [CONTACT_DIRECTORY];
        let wait = Duration::from_millis(500);
        if app.progress().wait(ledger, seen.position, &views, wait).await.is_err() {
            tracing::debug!("the directory is behind; duplicates may be missed");
        }
    }
    let query = ContactQuery {
        search: None,
        status: None,
        email: Some(email.typed().to_owned()),
        customer: None,
        free: false,
        cursor: None,
        limit: 10,
    };
    let Ok(page) = contact_directory::list(app.store().reader(), ledger, &query).await else {
        return Vec::new();
    };
    let contacts: Vec<Uuid> =
        page.items.iter().filter(|entry| entry.id != contact.0).map(|entry| entry.id).collect();
    if contacts.is_empty() {
        return Vec::new();
    }
    let detail = "Other contacts of this account have the same primary email; only one of them can \
                  be invited.";
    vec![Warning { code: "soft_duplicate", rule: "G2", detail, contacts }]
}
