//! The account's staff: people whom an admin has invited, and who sign in under their own name.
//!
//! A member has an id of the account's own: the person behind it is known to the product, so that
//! they can sign in, and told to nobody in the account (R45 holds for staff too). Whoever was removed
//! stays known, so that histories go on telling who it was.

mod events;
mod rejection;

#[cfg(test)]
mod tests;

pub(super) use events::changes;
pub use events::{
    StaffGrantsChanged, StaffInvitation, StaffInviteCancelled, StaffInviteResent, StaffInvited,
    StaffJoined, StaffRemoved, StaffRoleChanged,
};
pub use rejection::StaffRejection;

use super::{BuilderAccount, BuilderAccountEvent};
use crate::actor::{Grant, Role};
use crate::contact::INVITE_MAILS_MAX;
use crate::email::EmailAddress;
use crate::ids::{AggregateId, ApiKeyId, PersonId, StaffId, TokenId};
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::text::PersonName;
use crate::timestamp::Timestamp;
use std::collections::BTreeSet;

/// A command about the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffCommand {
    /// Invite somebody.
    Invite(NewStaff),
    /// Mail the invitation again, with another link.
    Resend {
        /// To whom.
        staff: StaffId,
        /// The new link.
        token: TokenId,
    },
    /// Give a member another role or other grants; what is absent stays.
    Change {
        /// Who.
        staff: StaffId,
        /// The new role.
        role: Option<Role>,
        /// The new grants, all of them.
        grants: Option<BTreeSet<Grant>>,
    },
    /// Remove a member, or take their invitation back.
    Remove(StaffId),
    /// Accept the invitation; the invitee's, who holds the link.
    Join {
        /// As whom.
        staff: StaffId,
        /// The link.
        token: TokenId,
        /// The login that they sign in with from now on.
        person: PersonId,
    },
}

impl StaffCommand {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Invite(_) => "InviteStaff",
            Self::Resend { .. } => "ResendStaffInvite",
            Self::Change { .. } => "ChangeStaff",
            Self::Remove(_) => "RemoveStaff",
            Self::Join { .. } => "JoinStaff",
        }
    }
}

/// Somebody who is to be invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStaff {
    /// Their id.
    pub staff: StaffId,
    /// Their name.
    pub name: PersonName,
    /// Their address.
    pub email: EmailAddress,
    /// What they may do.
    pub role: Role,
    /// What they may beyond the role.
    pub grants: BTreeSet<Grant>,
    /// The link in the mail.
    pub token: TokenId,
}

/// A member of the staff, or one who was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Their name.
    pub name: Personal<PersonName>,
    /// The address to which they were invited.
    pub email: Personal<EmailAddress>,
    /// What they may do.
    pub role: Role,
    /// What they may beyond the role.
    pub grants: BTreeSet<Grant>,
    /// How far they are.
    pub stage: StaffStage,
    /// When the last mails with their invitation were ordered.
    pub mailed_at: Vec<Timestamp>,
}

/// How far a member of the staff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffStage {
    /// The invitation was mailed.
    Invited {
        /// The link that works.
        token: TokenId,
        /// From then on it is dead.
        expires_at: Timestamp,
    },
    /// They can sign in.
    Joined {
        /// With this login.
        person: PersonId,
    },
    /// The invitation was taken back.
    Cancelled,
    /// They were removed.
    Removed,
}

impl StaffMember {
    /// Whether they are neither removed nor taken back.
    const fn is_there(&self) -> bool {
        match self.stage {
            StaffStage::Invited { .. } | StaffStage::Joined { .. } => true,
            StaffStage::Cancelled | StaffStage::Removed => false,
        }
    }

    /// The login of one who can sign in.
    pub const fn person(&self) -> Option<PersonId> {
        match self.stage {
            StaffStage::Joined { person } => Some(person),
            StaffStage::Invited { .. } | StaffStage::Cancelled | StaffStage::Removed => None,
        }
    }

    /// Whether they can sign in and manage the account.
    fn is_admin(&self) -> bool {
        self.role == Role::Admin && self.person().is_some()
    }
}

impl BuilderAccount {
    /// The most staff of an account, invited ones too.
    pub const STAFF_MAX: usize = 500;

    /// Those who can sign in.
    pub fn joined_staff(&self) -> impl Iterator<Item = (StaffId, PersonId, &StaffMember)> {
        self.staff.iter().filter_map(|(id, member)| Some((*id, member.person()?, member)))
    }

    /// Whether somebody could manage the account without this key and this member of the staff.
    pub(super) fn has_admin_but(&self, key: Option<ApiKeyId>, staff: Option<StaffId>) -> bool {
        self.live_keys().any(|(id, other)| Some(id) != key && other.role == Role::Admin)
            || self.staff.iter().any(|(id, other)| Some(*id) != staff && other.is_admin())
    }

    /// A member who was invited, be they removed or not.
    fn member(&self, id: StaffId) -> Result<&StaffMember, Rejection> {
        self.staff.get(&id).ok_or(Rejection::Unknown(AggregateId::BuilderAccount(self.id)))
    }

    /// Records what happened to the staff.
    pub(super) fn staff_changed(
        &mut self,
        event: &BuilderAccountEvent,
    ) -> Result<(), &'static str> {
        if let BuilderAccountEvent::StaffInvited(e) = event {
            let member = StaffMember {
                name: e.name.clone(),
                email: e.email.clone(),
                role: e.role,
                grants: e.grants.clone(),
                stage: StaffStage::Invited { token: e.token, expires_at: e.expires_at },
                mailed_at: vec![e.sent_at],
            };
            return match self.staff.insert(e.staff, member) {
                None => Ok(()),
                Some(_) => Err("the member is there already"),
            };
        }
        let member = event.staff().and_then(|id| self.staff.get_mut(&id));
        let member = member.ok_or("the member is not there")?;
        match (event, member.stage) {
            (BuilderAccountEvent::StaffInviteResent(e), StaffStage::Invited { .. }) => {
                member.stage = StaffStage::Invited { token: e.token, expires_at: e.expires_at };
                member.mailed_at.push(e.sent_at);
                if member.mailed_at.len() > INVITE_MAILS_MAX {
                    member.mailed_at.remove(0);
                }
            }
            (BuilderAccountEvent::StaffInviteCancelled(_), StaffStage::Invited { .. }) => {
                member.stage = StaffStage::Cancelled;
            }
            (BuilderAccountEvent::StaffJoined(e), StaffStage::Invited { .. }) => {
                member.stage = StaffStage::Joined { person: e.person };
            }
            (BuilderAccountEvent::StaffRemoved(_), StaffStage::Joined { .. }) => {
                member.stage = StaffStage::Removed;
            }
            (BuilderAccountEvent::StaffRoleChanged(e), _) if member.is_there() => {
                member.role = e.to;
            }
            (BuilderAccountEvent::StaffGrantsChanged(e), _) if member.is_there() => {
                member.grants.clone_from(&e.to);
            }
            (
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
                | BuilderAccountEvent::CustomFieldsSet(_)
                | BuilderAccountEvent::StaffInvited(_)
                | BuilderAccountEvent::StaffInviteResent(_)
                | BuilderAccountEvent::StaffInviteCancelled(_)
                | BuilderAccountEvent::StaffJoined(_)
                | BuilderAccountEvent::StaffRoleChanged(_)
                | BuilderAccountEvent::StaffGrantsChanged(_)
                | BuilderAccountEvent::StaffRemoved(_),
                _,
            ) => return Err("the member is not that far, or is gone"),
        }
        Ok(())
    }
}

/// Decides a command about the staff.
pub(super) fn decide(
    account: &BuilderAccount,
    command: &StaffCommand,
    now: Timestamp,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    match command {
        StaffCommand::Invite(new) => invite(account, new, now),
        StaffCommand::Resend { staff, token } => resend(account, *staff, *token, now),
        StaffCommand::Change { staff, role, grants } => {
            change(account, *staff, *role, grants.as_ref())
        }
        StaffCommand::Remove(staff) => remove(account, *staff),
        StaffCommand::Join { staff, token, person } => join(account, *staff, *token, *person, now),
    }
}

fn invite(
    account: &BuilderAccount,
    new: &NewStaff,
    now: Timestamp,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    if account.staff.contains_key(&new.staff) {
        return Err(StaffRejection::AlreadyExists.into());
    }
    if new.role != Role::Staff && !new.grants.is_empty() {
        return Err(StaffRejection::GrantsOfStaffAlone.into());
    }
    let mut there = account.staff.values().filter(|member| member.is_there());
    let has_address = |member: &StaffMember| {
        member.email.value().is_some_and(|email| email.normal() == new.email.normal())
    };
    if there.clone().count() >= BuilderAccount::STAFF_MAX {
        return Err(StaffRejection::TooManyStaff.into());
    }
    if there.any(has_address) {
        return Err(StaffRejection::AlreadyStaff.into());
    }
    let invited = StaffInvited {
        staff: new.staff,
        name: Personal::known(new.staff, new.name.clone()),
        email: Personal::known(new.staff, new.email.clone()),
        role: new.role,
        grants: new.grants.clone(),
        token: new.token,
        sent_at: now,
        expires_at: now.plus_hours(account.settings.invitation_ttl_hours.hours()),
    };
    Ok(vec![invited.into()])
}

/// A new link; the one before is dead (promise 23).
fn resend(
    account: &BuilderAccount,
    staff: StaffId,
    token: TokenId,
    now: Timestamp,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    let member = account.member(staff)?;
    match member.stage {
        StaffStage::Invited { .. } => {}
        StaffStage::Joined { .. } => return Err(StaffRejection::NotInvited.into()),
        StaffStage::Cancelled | StaffStage::Removed => return Err(StaffRejection::Gone.into()),
    }
    let day_ago = now.plus_hours(-24);
    if member.mailed_at.iter().filter(|at| **at > day_ago).count() >= INVITE_MAILS_MAX {
        return Err(StaffRejection::MailedTooOften.into());
    }
    let resent = StaffInviteResent {
        staff,
        token,
        sent_to: member.email.clone(),
        sent_at: now,
        expires_at: now.plus_hours(account.settings.invitation_ttl_hours.hours()),
    };
    Ok(vec![resent.into()])
}

fn change(
    account: &BuilderAccount,
    staff: StaffId,
    role: Option<Role>,
    grants: Option<&BTreeSet<Grant>>,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    let member = account.member(staff)?;
    if !member.is_there() {
        return Err(StaffRejection::Gone.into());
    }
    let role = role.unwrap_or(member.role);
    let grants = match (role, grants) {
        (Role::Staff, grants) => grants.unwrap_or(&member.grants).clone(),
        (Role::Admin | Role::Auditor, Some(grants)) if !grants.is_empty() => {
            return Err(StaffRejection::GrantsOfStaffAlone.into());
        }
        // They go with the role that needed them.
        (Role::Admin | Role::Auditor, _) => BTreeSet::new(),
    };
    if role != Role::Admin && member.is_admin() && !account.has_admin_but(None, Some(staff)) {
        return Err(StaffRejection::LastAdmin.into());
    }
    let mut events = Vec::new();
    if role != member.role {
        events.push(StaffRoleChanged { staff, from: member.role, to: role }.into());
    }
    if grants != member.grants {
        events.push(StaffGrantsChanged { staff, from: member.grants.clone(), to: grants }.into());
    }
    Ok(events)
}

fn remove(account: &BuilderAccount, staff: StaffId) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    let member = account.member(staff)?;
    match member.stage {
        StaffStage::Cancelled | StaffStage::Removed => Ok(Vec::new()),
        StaffStage::Invited { .. } => Ok(vec![StaffInviteCancelled { staff }.into()]),
        StaffStage::Joined { .. } => {
            if member.is_admin() && !account.has_admin_but(None, Some(staff)) {
                return Err(StaffRejection::LastAdmin.into());
            }
            Ok(vec![StaffRemoved { staff }.into()])
        }
    }
}

fn join(
    account: &BuilderAccount,
    staff: StaffId,
    token: TokenId,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    let member = account.member(staff)?;
    let (open, expires_at) = match member.stage {
        StaffStage::Invited { token, expires_at } => (token, expires_at),
        StaffStage::Joined { .. } => return Err(StaffRejection::InviteUsed.into()),
        StaffStage::Cancelled | StaffStage::Removed => {
            return Err(StaffRejection::InviteCancelled.into());
        }
    };
    if open != token {
        return Err(StaffRejection::InviteSuperseded.into());
    }
    if now >= expires_at {
        return Err(StaffRejection::InviteExpired.into());
    }
    if account.joined_staff().any(|(_, other, _)| other == person) {
        return Err(StaffRejection::AlreadyStaff.into());
    }
    Ok(vec![StaffJoined { staff, person }.into()])
}
