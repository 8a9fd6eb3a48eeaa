//! What happens to the staff.

use crate::actor::{Grant, Role};
use crate::builder_account::BuilderAccountEvent;
use crate::email::EmailAddress;
use crate::event::{FieldChange, Shown, nothing_personal};
use crate::ids::{PersonId, StaffId, TokenId};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::text::PersonName;
use crate::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An admin invited somebody to the staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffInvited {
    /// The id that the events that come of them name as their actor.
    pub staff: StaffId,
    /// Their name, as histories show it.
    pub name: Personal<PersonName>,
    /// Where the mail went, and nowhere else.
    pub email: Personal<EmailAddress>,
    /// What they may do.
    pub role: Role,
    /// What they may beyond the role.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub grants: BTreeSet<Grant>,
    /// The link in the mail.
    pub token: TokenId,
    /// When it was ordered.
    pub sent_at: Timestamp,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

/// The invitation was mailed again, with another link; the one before is dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffInviteResent {
    /// To whom.
    pub staff: StaffId,
    /// The link in the mail.
    pub token: TokenId,
    /// Where the mail went.
    pub sent_to: Personal<EmailAddress>,
    /// When it was ordered.
    pub sent_at: Timestamp,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

/// The invitation was taken back before it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffInviteCancelled {
    /// Whose.
    pub staff: StaffId,
}

/// The invitee accepted and can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffJoined {
    /// Who.
    pub staff: StaffId,
    /// The login behind it; no list, history or answer of the account shows it.
    pub person: PersonId,
}

/// A member got another role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffRoleChanged {
    /// Who.
    pub staff: StaffId,
    /// The role before.
    pub from: Role,
    /// The role after.
    pub to: Role,
}

/// What a member may beyond their role became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffGrantsChanged {
    /// Who.
    pub staff: StaffId,
    /// The grants before.
    pub from: BTreeSet<Grant>,
    /// The grants after.
    pub to: BTreeSet<Grant>,
}

/// A member was removed: they act for the account no more. Their name stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffRemoved {
    /// Who.
    pub staff: StaffId,
}

nothing_personal!(
    StaffInviteCancelled,
    StaffJoined,
    StaffRoleChanged,
    StaffGrantsChanged,
    StaffRemoved,
);

impl HoldsPersonal for StaffInvited {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("name", &mut self.name);
        visitor.visit("email", &mut self.email);
    }
}

impl HoldsPersonal for StaffInviteResent {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("sent_to", &mut self.sent_to);
    }
}

impl BuilderAccountEvent {
    /// Which member of the staff it is about, if it is about one.
    pub const fn staff(&self) -> Option<StaffId> {
        match self {
            Self::StaffInvited(e) => Some(e.staff),
            Self::StaffInviteResent(e) => Some(e.staff),
            Self::StaffInviteCancelled(e) => Some(e.staff),
            Self::StaffJoined(e) => Some(e.staff),
            Self::StaffRoleChanged(e) => Some(e.staff),
            Self::StaffGrantsChanged(e) => Some(e.staff),
            Self::StaffRemoved(e) => Some(e.staff),
            Self::BuilderAccountOpened(_)
            | Self::ApiKeyIssued(_)
            | Self::ApiKeyRotated(_)
            | Self::ApiKeyRevoked(_)
            | Self::AccountSettingsChanged(_)
            | Self::StaffSecondFactorSet(_)
            | Self::JobTypesSet(_)
            | Self::JobTemplateAdded(_)
            | Self::JobTemplateChanged(_)
            | Self::JobTemplateRemoved(_)
            | Self::CustomFieldsSet(_) => None,
        }
    }
}

/// A mail that invites to the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffInvitation<'a> {
    /// Who is invited.
    pub staff: StaffId,
    /// Its link.
    pub token: TokenId,
    /// Where it goes.
    pub sent_to: &'a Personal<EmailAddress>,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

impl BuilderAccountEvent {
    /// The mail to a member of the staff that it orders, if it orders one.
    pub const fn staff_invitation(&self) -> Option<StaffInvitation<'_>> {
        match self {
            Self::StaffInvited(StaffInvited { staff, token, email, expires_at, .. }) => {
                let (staff, token, expires_at) = (*staff, *token, *expires_at);
                Some(StaffInvitation { staff, token, sent_to: email, expires_at })
            }
            Self::StaffInviteResent(StaffInviteResent {
                staff,
                token,
                sent_to,
                expires_at,
                ..
            }) => {
                let (staff, token, expires_at) = (*staff, *token, *expires_at);
                Some(StaffInvitation { staff, token, sent_to, expires_at })
            }
            Self::BuilderAccountOpened(_)
            | Self::ApiKeyIssued(_)
            | Self::ApiKeyRotated(_)
            | Self::ApiKeyRevoked(_)
            | Self::AccountSettingsChanged(_)
            | Self::StaffSecondFactorSet(_)
            | Self::JobTypesSet(_)
            | Self::JobTemplateAdded(_)
            | Self::JobTemplateChanged(_)
            | Self::JobTemplateRemoved(_)
            | Self::CustomFieldsSet(_)
            | Self::StaffInviteCancelled(_)
            | Self::StaffJoined(_)
            | Self::StaffRoleChanged(_)
            | Self::StaffGrantsChanged(_)
            | Self::StaffRemoved(_) => None,
        }
    }
}

/// What changed, field by field; a member is named by their id, which histories turn into the name.
pub(in crate::builder_account) fn changes(event: &BuilderAccountEvent) -> Vec<FieldChange> {
    let staff = || event.staff().map(|id| id.to_string()).unwrap_or_default();
    let about = || FieldChange::between("staff", staff(), staff());
    match event {
        BuilderAccountEvent::StaffInvited(e) => {
            let mut changes = vec![
                FieldChange::new_value("staff", &e.name),
                FieldChange::new_value("staff_email", &e.email),
                FieldChange::new_value("role", e.role.word()),
            ];
            let grant = |grant: &Grant| FieldChange::new_value("grants", grant.word());
            changes.extend(e.grants.iter().map(grant));
            changes
        }
        BuilderAccountEvent::StaffInviteResent(e) => {
            vec![about(), FieldChange::new_value("staff_email", &e.sent_to)]
        }
        // Not which person it is: accounts do not learn of each other's staff.
        BuilderAccountEvent::StaffJoined(_) => vec![FieldChange::new_value("staff", staff())],
        BuilderAccountEvent::StaffRoleChanged(e) => {
            vec![about(), FieldChange::between("role", e.from.word(), e.to.word())]
        }
        BuilderAccountEvent::StaffGrantsChanged(e) => {
            vec![about(), FieldChange::between("grants", words(&e.from), words(&e.to))]
        }
        BuilderAccountEvent::StaffInviteCancelled(_) | BuilderAccountEvent::StaffRemoved(_) => {
            vec![FieldChange::old_value("staff", staff())]
        }
        BuilderAccountEvent::BuilderAccountOpened(_)
        | BuilderAccountEvent::ApiKeyIssued(_)
        | BuilderAccountEvent::ApiKeyRotated(_)
        | BuilderAccountEvent::ApiKeyRevoked(_)
        | BuilderAccountEvent::AccountSettingsChanged(_)
        | BuilderAccountEvent::StaffSecondFactorSet(_)
        | BuilderAccountEvent::JobTypesSet(_)
        | BuilderAccountEvent::JobTemplateAdded(_)
        | BuilderAccountEvent::JobTemplateChanged(_)
        | BuilderAccountEvent::JobTemplateRemoved(_)
        | BuilderAccountEvent::CustomFieldsSet(_) => Vec::new(),
    }
}

fn words(grants: &BTreeSet<Grant>) -> Shown {
    if grants.is_empty() {
        return Shown::Nothing;
    }
    grants.iter().map(|grant| grant.word()).collect::<Vec<_>>().join(", ").into()
}
