//! What can be asked of a contact.

use super::permission::Permission;
use crate::EmailAddress;
use crate::custom_field::{FieldName, FittingValue};
use crate::ids::{ImageId, InvitationId, MailId, PersonId, TokenId};
use crate::phone::PhoneNumber;
use crate::text::{Honorific, PersonName, PostalAddress};
use std::collections::BTreeSet;

/// The ids that a new invitation gets; made by the caller, because chance comes from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InviteIds {
    /// The invitation's.
    pub invitation: InvitationId,
    /// Its first link's.
    pub token: TokenId,
}

/// What a new contact is created with (R2, R58).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactDetails {
    /// As shown in lists.
    pub name: PersonName,
    /// The honorific (R111).
    pub title: Option<Honorific>,
    /// Where an invitation would go.
    pub primary_email: Option<EmailAddress>,
    /// Up to five more (R20).
    pub additional_emails: Vec<EmailAddress>,
    /// In order.
    pub phones: Vec<PhoneNumber>,
    /// Where the person is reached.
    pub address: Option<PostalAddress>,
}

/// Which fields of the info become what; `None` leaves a field as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InfoEdit {
    /// The new name.
    pub name: Option<PersonName>,
    /// The new title; `Some(None)` clears it.
    pub title: Option<Option<Honorific>>,
    /// The new phones; an empty list clears them.
    pub phones: Option<Vec<PhoneNumber>>,
    /// The new address; `Some(None)` clears it.
    pub address: Option<Option<PostalAddress>>,
    /// The new primary email; it replaces the old one.
    pub primary_email: Option<EmailAddress>,
}

impl InfoEdit {
    /// Whether nothing but the title is edited (G13).
    pub const fn is_title_alone(&self) -> bool {
        let Self { name, title: _, phones, address, primary_email } = self;
        name.is_none() && phones.is_none() && address.is_none() && primary_email.is_none()
    }
}

/// How well an invitee has shown who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptProof {
    /// They hold the secret link.
    Link,
    /// They hold the link and signed in with their own credentials.
    LinkAndLogin,
}

/// A command to one contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactCommand {
    /// Put a new contact into the book.
    Create(ContactDetails),
    /// Change name, phones, address or primary email (R38 to R44).
    EditInfo(InfoEdit),
    /// Move an additional email to the primary spot and the primary one to its place (R31).
    SwapPrimaryEmail(EmailAddress),
    /// Add an additional email (R20, R22, R40).
    AddAdditionalEmail(EmailAddress),
    /// Make an additional email another (R41).
    EditAdditionalEmail {
        /// The one that is there.
        from: EmailAddress,
        /// What it becomes.
        to: EmailAddress,
    },
    /// Take an additional email away (G5).
    RemoveAdditionalEmail(EmailAddress),
    /// Invite to the primary email (R3, R27).
    SendInvite(InviteIds),
    /// Mail the invitation again with a new link (R8).
    ResendInvite(TokenId),
    /// Take the invitation back (R8, R43).
    CancelInvite,
    /// Invite to a corrected address instead, in one step (H5).
    RedirectInvite {
        /// The corrected primary email.
        to: EmailAddress,
        /// The new invitation.
        ids: InviteIds,
    },
    /// Accept, by the invitee.
    AcceptInvite {
        /// The link that was used.
        token: TokenId,
        /// Who accepts.
        person: PersonId,
        /// How they showed who they are (H6).
        proof: AcceptProof,
    },
    /// Accept, by somebody who stays with the login email that they have: it becomes the contact's
    /// primary email, and the invited one an additional one (RULES.md 2.1).
    AcceptInviteAs {
        /// The link that was used.
        token: TokenId,
        /// Who accepts, signed in.
        person: PersonId,
        /// Their login email.
        email: EmailAddress,
    },
    /// Say no, by the invitee.
    DeclineInvite(TokenId),
    /// Ask whether this may become the owner's primary email. Nothing happens if it may; the builder
    /// sees it if it may not (R32, H4).
    AskForPrimaryEmail(EmailAddress),
    /// Make this the owner's primary email: their login email becomes another (H3). Twice is once.
    MovePrimaryEmail(EmailAddress),
    /// End an invitation that nobody answered in time, by the clock.
    ExpireInvite,
    /// Remind whoever has not answered, by the clock, in this mail (2.5).
    RemindInvite(MailId),
    /// Close the contact's access for now (R9, R10, G4).
    DisableAccess,
    /// Open it again as it was (R10).
    EnableAccess,
    /// Take an owner's access away until a new invitation is accepted (R44).
    DeactivateOwner,
    /// Take the contact out of the book (H7, R124).
    Delete {
        /// The asker has been told what it means and means it.
        confirmed: bool,
    },
    /// Put a deleted contact back (H7).
    Restore,
    /// Let the contact do this and no more in the customer portal (G12).
    SetPermissions(BTreeSet<Permission>),
    /// Give a custom field a value, or none (R41, G6). What was typed comes in through
    /// [`crate::Command::SetCustomField`].
    SetCustomField {
        /// The field.
        field: FieldName,
        /// Its value from now on; `None` clears it.
        to: Option<FittingValue>,
    },
    /// Make this the profile image, by the owner (R36). Its bytes go beside the command.
    SetImage(ImageId),
    /// Take the profile image away, by the owner (R36).
    RemoveImage,
}
