//! An owner wanted the primary email that this contact holds (R32, H4): what the builder is to see to. It is
//! recorded with the contact that holds the email, because what becomes of its claim ends it; of the
//! address itself nothing is kept.

use super::events::ContactEvent;
use super::state::Contact;
use crate::event::{FieldChange, nothing_personal};
use crate::ids::{ContactId, PersonId};
use serde::{Deserialize, Serialize};

/// The most owners that wait for the email of one contact; who comes after them is in the history of
/// refused attempts alone.
pub(crate) const CONFLICTS_MAX: usize = 10;

/// An owner asked for this contact's primary email as their own, and was refused (R32, H4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailConflictReported {
    /// The owner's own contact.
    pub owner: ContactId,
    /// Who it was: whoever is linked to that contact later has asked for nothing (H6).
    pub person: PersonId,
}

/// How the builder saw to it. What ends it by itself is told by the release of the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictEnding {
    /// This contact took the owner's place on every open job that the owner was on.
    Replaced,
    /// Somebody of the builder set it aside.
    SetAside,
}

impl ConflictEnding {
    /// The word that is stored and told.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::SetAside => "set_aside",
        }
    }
}

/// The builder has seen to an owner who wanted this contact's primary email (R32, H4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailConflictClosed {
    /// The owner's own contact.
    pub owner: ContactId,
    /// How.
    pub how: ConflictEnding,
}

nothing_personal!(EmailConflictReported, EmailConflictClosed);

/// What becomes of the owners who want a contact's primary email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailConflictStep {
    /// One more does: this person, by their own contact.
    Reported(ContactId, PersonId),
    /// This one has been seen to.
    Closed(ContactId),
    /// The contact gave its claim back: nobody is waited for any more.
    Freed,
    /// The contact is this person's from now on; whoever asked as its owner before was somebody else (H6).
    Linked(PersonId),
}

/// The owner by their contact's id; its name is joined where it is read.
pub(super) fn reported(owner: ContactId) -> Vec<FieldChange> {
    vec![FieldChange::new_value("primary_email_wanted_by", owner.to_string())]
}

/// The same, and how it ended.
pub(super) fn closed(e: &EmailConflictClosed) -> Vec<FieldChange> {
    vec![
        FieldChange::old_value("primary_email_wanted_by", e.owner.to_string()),
        FieldChange::new_value("email_conflict", e.how.word()),
    ]
}

/// Whether an owner can come to wait for the contact's email, or why not.
pub(super) fn report_follows(
    contact: &Contact,
    reported: &EmailConflictReported,
) -> Result<(), &'static str> {
    let EmailConflictReported { owner, person } = reported;
    if !contact.claimed {
        return Err("the contact holds no claim that another could want");
    }
    if *owner == contact.id || contact.conflicts.get(owner) == Some(person) {
        return Err("another contact's owner is reported, once");
    }
    Ok(())
}

impl ContactEvent {
    /// What becomes of the owners who want the contact's email, where the event is about that.
    pub const fn email_conflict(&self) -> Option<EmailConflictStep> {
        match self {
            Self::EmailConflictReported(e) => Some(EmailConflictStep::Reported(e.owner, e.person)),
            Self::EmailConflictClosed(e) => Some(EmailConflictStep::Closed(e.owner)),
            Self::PrimaryEmailReleased(_) => Some(EmailConflictStep::Freed),
            Self::PersonLinked(e) => Some(EmailConflictStep::Linked(e.person)),
            Self::OwnerImported(e) => match e.person {
                Some(person) => Some(EmailConflictStep::Linked(person)),
                None => None,
            },
            Self::ContactCreated(_)
            | Self::ContactInfoUpdated(_)
            | Self::PrimaryEmailSet(_)
            | Self::PrimaryEmailChanged(_)
            | Self::PrimaryEmailSwapped(_)
            | Self::AdditionalEmailAdded(_)
            | Self::AdditionalEmailEdited(_)
            | Self::AdditionalEmailRemoved(_)
            | Self::PrimaryEmailClaimed(_)
            | Self::InviteSent(_)
            | Self::InviteResent(_)
            | Self::InviteCancelled(_)
            | Self::InviteAccepted(_)
            | Self::InviteDeclined(_)
            | Self::InviteExpired(_)
            | Self::OwnerActivated(_)
            | Self::OwnerReactivated(_)
            | Self::OwnerDisabled(_)
            | Self::OwnerReenabled(_)
            | Self::OwnerDeactivated(_)
            | Self::ContactDeleted(_)
            | Self::ContactRestored(_)
            | Self::ContactsMerged(_)
            | Self::ContactMergedInto(_)
            | Self::ContactsUnmerged(_)
            | Self::ContactUnmergedFrom(_)
            | Self::PermissionsChanged(_)
            | Self::CustomFieldSet(_)
            | Self::PrimaryEmailDefaulted(_)
            | Self::DuplicateResolved(_)
            | Self::ProfileImageSet(_)
            | Self::ProfileImageRemoved(_)
            | Self::InviteReminded(_)
            | Self::FormerAddressTold(_)
            | Self::ContactJoinedCustomer(_)
            | Self::ContactLeftCustomer(_) => None,
        }
    }
}
