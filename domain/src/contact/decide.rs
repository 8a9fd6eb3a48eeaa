//! Which commands a contact takes in which life. Asks, and changes nothing.

use super::commands::{AcceptProof, ContactCommand, ContactDetails, InfoEdit, InviteIds};
use super::events::{
    AdditionalEmailAdded, AdditionalEmailEdited, AdditionalEmailRemoved, CancelCause,
    ContactCreated, ContactDeleted, ContactEvent, ContactInfoUpdated, ContactRestored,
    CustomFieldSet, InviteAccepted, InviteCancelled, InviteDeclined, InviteExpired, InviteResent,
    InviteSent, OwnerActivated, OwnerDeactivated, OwnerDisabled, OwnerReactivated, OwnerReenabled,
    PermissionsChanged, PersonLinked, PrimaryEmailChanged, PrimaryEmailClaimed,
    PrimaryEmailReleased, PrimaryEmailSet, PrimaryEmailSwapped,
};
use super::permission::Permission;
use super::rejection::ContactRejection as No;
use super::state::{Access, Contact, Ending, INVITE_MAILS_MAX, Invitation, Life, Resume, Was};
use super::{image, letters};
use crate::actor::{Actor, Authority, Circumstances};
use crate::builder_account::AccountSettings;
use crate::custom_field::{CustomValue, FieldName, FittingValue};
use crate::ids::{AggregateId, ContactId, MailId, PersonId, TokenId};
use crate::ledger::Halt;
use crate::personal::{Change, Personal};
use crate::rejection::Rejection;
use crate::text::PersonName;
use crate::{EmailAddress, Timestamp};
use std::collections::BTreeSet;

/// The most addresses of a contact (R20).
pub const EMAILS_MAX: usize = 6;

/// Who holds a claim, as much as a refusal needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The contact.
    pub contact: ContactId,
    /// Its name, unless erased.
    pub name: Option<PersonName>,
    /// Whether its owner is activated (R25).
    pub activated: bool,
}

/// What one ledger has beside the contact, as it stands under its lock: the claims to primary emails,
/// and how the account wants its invitations.
pub trait Claims {
    /// Who holds the claim to this address.
    fn holder(&self, email: &EmailAddress) -> Result<Option<Holder>, Halt>;

    /// What the account has settled for its invitations; where nobody knows of an account, what
    /// every account begins with.
    fn settings(&self) -> Result<AccountSettings, Halt> {
        Ok(AccountSettings::default())
    }
}

/// Decides a command: the events that happen, or why not.
pub fn decide(
    id: ContactId,
    contact: Option<&Contact>,
    command: &ContactCommand,
    circumstances: &Circumstances,
    now: Timestamp,
    claims: &dyn Claims,
) -> Result<Vec<ContactEvent>, Halt> {
    if let ContactCommand::Create(details) = command {
        return create(id, contact, details, claims);
    }
    let contact = contact.ok_or(Rejection::Unknown(AggregateId::Contact(id)))?;
    let by = By::of(contact, circumstances)?;
    let asked = Asked { contact, by, now, claims };
    asked.life_allows(command)?;
    match command {
        ContactCommand::Create(_) => no(No::AlreadyExists),
        ContactCommand::EditInfo(edit) => asked.edit_info(edit),
        ContactCommand::SwapPrimaryEmail(email) => asked.swap_primary_email(email),
        ContactCommand::AddAdditionalEmail(email) => asked.add_additional_email(email),
        ContactCommand::EditAdditionalEmail { from, to } => asked.edit_additional_email(from, to),
        ContactCommand::RemoveAdditionalEmail(email) => asked.remove_additional_email(email),
        ContactCommand::SendInvite(ids) => asked.send_invite(*ids),
        ContactCommand::ResendInvite(token) => asked.resend_invite(*token),
        ContactCommand::CancelInvite => asked.cancel_invite(),
        ContactCommand::RedirectInvite { to, ids } => asked.redirect_invite(to, *ids),
        ContactCommand::AcceptInvite { token, person, proof } => {
            asked.accept_invite(*token, *person, *proof)
        }
        ContactCommand::AcceptInviteAs { token, person, email } => {
            asked.accept_invite_as(*token, *person, email)
        }
        ContactCommand::DeclineInvite(token) => asked.decline_invite(*token),
        ContactCommand::AskForPrimaryEmail(to) => {
            asked.ask_for_primary_email(to, circumstances.actor)
        }
        ContactCommand::MovePrimaryEmail(to) => asked.move_primary_email(to, circumstances.actor),
        ContactCommand::ExpireInvite => asked.expire_invite(),
        ContactCommand::RemindInvite(mail) => asked.remind_invite(*mail),
        ContactCommand::DisableAccess => asked.disable_access(),
        ContactCommand::EnableAccess => asked.enable_access(),
        ContactCommand::DeactivateOwner => asked.deactivate_owner(circumstances.reason.is_some()),
        ContactCommand::Delete { confirmed } => asked.delete(*confirmed),
        ContactCommand::Restore => asked.restore(),
        ContactCommand::SetPermissions(permissions) => asked.set_permissions(permissions),
        ContactCommand::SetCustomField { field, to } => {
            asked.set_custom_field(field, to.as_ref().map(FittingValue::value))
        }
        ContactCommand::SetImage(image) => {
            asked.image_is_open()?;
            Ok(image::set(contact, *image))
        }
        ContactCommand::RemoveImage => {
            asked.image_is_open()?;
            Ok(image::removed(contact).into_iter().collect())
        }
    }
}

/// Refuses what is asked of, or with, a contact that is not in the book.
pub(crate) fn refuse_gone(contact: &Contact) -> Result<(), Halt> {
    match contact.life {
        Life::Live => Ok(()),
        Life::Deleted => no(No::IsDeleted),
        Life::Merged { into, .. } => no(No::IsMerged { into }),
    }
}

/// Who asks, as far as a contact's own rules care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// Somebody of the builder, support in its place, or the product itself.
    Builder,
    /// The owner linked to this very contact.
    Owner,
    /// Somebody of the contact's customer who looks after its contacts (G13).
    Member,
    /// Somebody who holds a link and is not linked to the contact (yet).
    Stranger,
}

impl By {
    fn of(contact: &Contact, circumstances: &Circumstances) -> Result<Self, Halt> {
        match circumstances.actor {
            Actor::BuilderStaff(_) | Actor::StaffMember(_) | Actor::System => Ok(Self::Builder),
            // What another operator approved, support does in the builder's place (2.8, SP).
            Actor::Operator(_) if circumstances.authority == Authority::Support => {
                Ok(Self::Builder)
            }
            // What they may, and of whom, the ledger has asked.
            Actor::PortalContact(_) => Ok(Self::Member),
            Actor::Operator(_) | Actor::SubUser(_) => {
                Err(Rejection::NotPermitted { needed: "a builder's key" }.into())
            }
            Actor::Owner(person) => match contact.access {
                Access::Active { person: owner } if owner == person => Ok(Self::Owner),
                Access::NotInvited
                | Access::Pending { .. }
                | Access::Active { .. }
                | Access::Disabled { .. }
                | Access::Deactivated { .. } => Ok(Self::Stranger),
            },
        }
    }
}

pub(super) fn no<T>(rejection: No) -> Result<T, Halt> {
    Err(Rejection::Contact(rejection).into())
}

fn create(
    id: ContactId,
    contact: Option<&Contact>,
    details: &ContactDetails,
    claims: &dyn Claims,
) -> Result<Vec<ContactEvent>, Halt> {
    if contact.is_some() {
        return no(No::AlreadyExists);
    }
    let created = created(id, details)?;
    if let Some(email) = &details.primary_email {
        refuse_activated_holder(id, email, claims)?;
    }
    Ok(vec![created])
}

/// What a new contact begins with, unless its emails cannot be (R20, R22, G7).
pub(crate) fn created(id: ContactId, details: &ContactDetails) -> Result<ContactEvent, Halt> {
    if details.primary_email.is_none() && !details.additional_emails.is_empty() {
        return no(No::AdditionalNeedsPrimary);
    }
    if usize::from(details.primary_email.is_some()) + details.additional_emails.len() > EMAILS_MAX {
        return no(No::TooManyEmails);
    }
    let mut seen: Vec<&EmailAddress> = details.primary_email.iter().collect();
    for email in &details.additional_emails {
        if seen.contains(&email) {
            return no(No::DuplicateEmail);
        }
        seen.push(email);
    }
    let created = ContactCreated {
        name: Personal::known(id, details.name.clone()),
        title: details.title.clone().map(|t| Personal::known(id, t)),
        primary_email: details.primary_email.clone().map(|e| Personal::known(id, e)),
        additional_emails: details
            .additional_emails
            .iter()
            .map(|e| Personal::known(id, e.clone()))
            .collect(),
        phones: (!details.phones.is_empty()).then(|| Personal::known(id, details.phones.clone())),
        address: details.address.clone().map(|a| Personal::known(id, a)),
    };
    Ok(created.into())
}

/// R25: an email whose holder is an activated owner is not given to another contact.
pub(super) fn refuse_activated_holder(
    id: ContactId,
    email: &EmailAddress,
    claims: &dyn Claims,
) -> Result<(), Halt> {
    match claims.holder(email)? {
        Some(holder) if holder.contact != id && holder.activated => {
            no(No::PrimaryEmailOnActivatedOwner { holder: holder.contact })
        }
        Some(_) | None => Ok(()),
    }
}

/// A command on a contact that is there.
pub(super) struct Asked<'a> {
    pub(super) contact: &'a Contact,
    by: By,
    now: Timestamp,
    pub(super) claims: &'a dyn Claims,
}

impl Asked<'_> {
    pub(super) fn known<T>(&self, value: T) -> Personal<T> {
        Personal::known(self.contact.id, value)
    }

    /// R38 to R46 with G1, G3, G4: who may touch name, phones, address and primary email.
    fn info_is_open(&self) -> Result<(), Halt> {
        match (&self.contact.access, self.by) {
            (Access::Active { .. }, By::Owner)
            | (
                Access::NotInvited
                | Access::Deactivated { .. }
                | Access::Disabled { resume: Resume::NotInvited | Resume::Deactivated { .. } },
                By::Builder,
            )
            | (Access::NotInvited | Access::Deactivated { .. }, By::Member) => Ok(()),
            (Access::Pending { .. }, By::Builder | By::Member) => no(No::LockedPending),
            (
                Access::Active { .. } | Access::Disabled { resume: Resume::Active { .. } },
                By::Builder,
            )
            | (Access::Active { .. }, By::Member) => no(No::LockedActive),
            (Access::Disabled { .. }, By::Member) => no(No::IsDisabled),
            (
                Access::NotInvited
                | Access::Pending { .. }
                | Access::Disabled { .. }
                | Access::Deactivated { .. },
                By::Owner,
            )
            | (_, By::Stranger) => no(No::NotTheOwner),
        }
    }

    /// R40, R41: additional emails are the owner's and the builder's, in any state.
    fn emails_are_open(&self) -> Result<(), Halt> {
        match self.by {
            By::Builder | By::Owner | By::Member => Ok(()),
            By::Stranger => no(No::NotTheOwner),
        }
    }

    /// R36, RULES.md 1.2: the image is the active owner's, and nobody's while there is none.
    fn image_is_open(&self) -> Result<(), Halt> {
        match self.by {
            By::Owner => Ok(()),
            By::Builder | By::Member => no(No::ImageIsOwners),
            By::Stranger => no(No::NotTheOwner),
        }
    }

    fn builder_only(&self) -> Result<(), Halt> {
        match self.by {
            By::Builder => Ok(()),
            By::Owner | By::Member | By::Stranger => {
                Err(Rejection::NotPermitted { needed: "a builder's credential" }.into())
            }
        }
    }

    /// RULES.md 2.8: the builder's, and within their customer an admin's of its portal.
    fn builder_or_member(&self) -> Result<(), Halt> {
        match self.by {
            By::Member => Ok(()),
            By::Builder | By::Owner | By::Stranger => self.builder_only(),
        }
    }

    /// G13: what an active contact is called by, its customer's admin says too, and nothing else of it.
    fn edit_is_open(&self, edit: &InfoEdit) -> Result<(), Halt> {
        let active = matches!(self.contact.access, Access::Active { .. });
        if active && self.by == By::Member && edit.is_title_alone() {
            return Ok(());
        }
        self.info_is_open()
    }

    fn edit_info(&self, edit: &InfoEdit) -> Result<Vec<ContactEvent>, Halt> {
        self.edit_is_open(edit)?;
        let contact = self.contact;
        let name =
            edit.name.as_ref().filter(|name| contact.name.value() != Some(name)).map(|name| {
                Change { from: Some(contact.name.clone()), to: Some(self.known(name.clone())) }
            });
        let title = edit
            .title
            .as_ref()
            .map(Option::as_ref)
            .filter(|title| contact.title.as_ref().and_then(Personal::value) != *title)
            .map(|title| Change {
                from: contact.title.clone(),
                to: title.map(|title| self.known(title.clone())),
            });
        let phones = edit
            .phones
            .as_ref()
            .map(|phones| (!phones.is_empty()).then_some(phones))
            .filter(|phones| contact.phones.as_ref().and_then(Personal::value) != *phones)
            .map(|phones| Change {
                from: contact.phones.clone(),
                to: phones.map(|phones| self.known(phones.clone())),
            });
        let address = edit
            .address
            .as_ref()
            .map(Option::as_ref)
            .filter(|address| contact.address.as_ref().and_then(Personal::value) != *address)
            .map(|address| Change {
                from: contact.address.clone(),
                to: address.map(|address| self.known(address.clone())),
            });
        let mut events = Vec::new();
        if name.is_some() || title.is_some() || phones.is_some() || address.is_some() {
            events.push(ContactInfoUpdated { name, title, phones, address }.into());
        }
        if let Some(email) = &edit.primary_email {
            events.extend(self.set_primary_email(email)?);
        }
        Ok(events)
    }

    fn set_primary_email(&self, email: &EmailAddress) -> Result<Vec<ContactEvent>, Halt> {
        let contact = self.contact;
        if let Some(present) = contact.primary() {
            if present == email && present.typed() == email.typed() {
                return Ok(Vec::new());
            }
            if present != email && contact.has_email(email) {
                return no(No::DuplicateEmail);
            }
        }
        let to = self.known(email.clone());
        let Some(from) = contact.primary_email.clone() else {
            refuse_activated_holder(contact.id, email, self.claims)?;
            return Ok(vec![PrimaryEmailSet { email: to }.into()]);
        };
        let changed = PrimaryEmailChanged { from, to }.into();
        // The same address written differently keeps its claim.
        if contact.primary() == Some(email) {
            return Ok(vec![changed]);
        }
        self.readdressed(changed, email)
    }

    /// A change of the primary email and what becomes of the claim: an owner's moves along at once
    /// (R32), a builder's is given back until the next invitation takes it (H5).
    fn readdressed(
        &self,
        changed: ContactEvent,
        to: &EmailAddress,
    ) -> Result<Vec<ContactEvent>, Halt> {
        let mut events = vec![changed];
        match self.by {
            By::Owner => {
                if self.claims.holder(to)?.is_some_and(|holder| holder.contact != self.contact.id) {
                    return no(No::PrimaryEmailTaken);
                }
                events.extend(self.release());
                events.push(PrimaryEmailClaimed { email: self.known(to.clone()) }.into());
            }
            By::Builder | By::Member | By::Stranger => {
                refuse_activated_holder(self.contact.id, to, self.claims)?;
                events.extend(self.release());
            }
        }
        Ok(events)
    }

    /// Gives the claim back, if there is one.
    pub(super) fn release(&self) -> Option<ContactEvent> {
        let email = self.contact.primary_email.clone().filter(|_| self.contact.claimed)?;
        Some(PrimaryEmailReleased { email }.into())
    }

    fn swap_primary_email(&self, email: &EmailAddress) -> Result<Vec<ContactEvent>, Halt> {
        self.info_is_open()?;
        let contact = self.contact;
        let Some(from) = contact.primary_email.clone() else {
            return no(No::AdditionalNeedsPrimary);
        };
        if contact.primary() == Some(email) {
            return Ok(Vec::new());
        }
        let Some(to) = contact.additional_emails.iter().find(|e| e.value() == Some(email)) else {
            return no(No::UnknownAdditionalEmail);
        };
        self.readdressed(PrimaryEmailSwapped { from, to: to.clone() }.into(), email)
    }

    fn add_additional_email(&self, email: &EmailAddress) -> Result<Vec<ContactEvent>, Halt> {
        self.emails_are_open()?;
        if self.contact.primary_email.is_none() {
            return no(No::AdditionalNeedsPrimary);
        }
        if self.contact.has_email(email) {
            return no(No::DuplicateEmail);
        }
        if self.contact.email_count() >= EMAILS_MAX {
            return no(No::TooManyEmails);
        }
        Ok(vec![AdditionalEmailAdded { email: self.known(email.clone()) }.into()])
    }

    fn additional(&self, email: &EmailAddress) -> Result<Personal<EmailAddress>, Halt> {
        match self.contact.additional_emails.iter().find(|e| e.value() == Some(email)) {
            Some(there) => Ok(there.clone()),
            None => no(No::UnknownAdditionalEmail),
        }
    }

    fn edit_additional_email(
        &self,
        from: &EmailAddress,
        to: &EmailAddress,
    ) -> Result<Vec<ContactEvent>, Halt> {
        self.emails_are_open()?;
        let there = self.additional(from)?;
        if there.value().is_some_and(|there| there == to && there.typed() == to.typed()) {
            return Ok(Vec::new());
        }
        if from != to && self.contact.has_email(to) {
            return no(No::DuplicateEmail);
        }
        Ok(vec![AdditionalEmailEdited { from: there, to: self.known(to.clone()) }.into()])
    }

    fn remove_additional_email(&self, email: &EmailAddress) -> Result<Vec<ContactEvent>, Halt> {
        self.emails_are_open()?;
        let there = self.additional(email)?;
        match (&self.contact.access, self.by) {
            (
                Access::Active { .. } | Access::Disabled { resume: Resume::Active { .. } },
                By::Builder | By::Member,
            ) => no(No::AdditionalEmailIsOwners),
            (
                Access::NotInvited
                | Access::Pending { .. }
                | Access::Active { .. }
                | Access::Disabled { .. }
                | Access::Deactivated { .. },
                By::Builder | By::Owner | By::Member | By::Stranger,
            ) => Ok(vec![AdditionalEmailRemoved { email: there }.into()]),
        }
    }

    fn send_invite(&self, ids: InviteIds) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_or_member()?;
        match self.contact.access {
            Access::NotInvited | Access::Deactivated { .. } => {}
            Access::Pending { .. } => return no(No::AlreadyPending),
            Access::Active { .. } => return no(No::AlreadyActive),
            Access::Disabled { .. } => return no(No::IsDisabled),
        }
        let sent_to = self.invitable()?;
        let mut events = Vec::new();
        if !self.contact.claimed {
            let Some(email) = sent_to.value() else { return no(No::Erased) };
            if let Some(holder) = self.claims.holder(email)? {
                return no(No::PrimaryEmailClaimed { holder: holder.contact, name: holder.name });
            }
            events.push(PrimaryEmailClaimed { email: sent_to.clone() }.into());
        }
        let former = self.contact.former_email.as_ref();
        let told = self.former_told(former, ids, &sent_to)?;
        events.push(self.sent(ids, sent_to)?);
        events.extend(told);
        Ok(events)
    }

    fn sent(&self, ids: InviteIds, sent_to: Personal<EmailAddress>) -> Result<ContactEvent, Halt> {
        let sent = InviteSent {
            invitation: ids.invitation,
            token: ids.token,
            sent_to,
            sent_at: self.now,
            expires_at: self.expires_at()?,
            attempt: 1,
        };
        Ok(sent.into())
    }

    /// When an invitation that is mailed now ends (promise 23).
    fn expires_at(&self) -> Result<Timestamp, Halt> {
        Ok(self.now.plus_hours(self.claims.settings()?.invitation_ttl_hours.hours()))
    }

    /// H5 in one step: cancel, correct the address, move the claim, invite.
    fn redirect_invite(
        &self,
        to: &EmailAddress,
        ids: InviteIds,
    ) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_or_member()?;
        let (invitation, was) = self.open_invitation()?;
        let contact = self.contact;
        let from = self.invitable()?;
        if from.value() == Some(to) {
            return no(No::SameAddress);
        }
        if contact.has_email(to) {
            return no(No::DuplicateEmail);
        }
        if let Some(holder) = self.claims.holder(to)?
            && holder.contact != contact.id
        {
            return no(No::PrimaryEmailClaimed { holder: holder.contact, name: holder.name });
        }
        let to = self.known(to.clone());
        // An owner's own address becomes a former one by this very step.
        let former = match was {
            Was::Deactivated { readdressed: false, .. } => Some(&from),
            Was::Deactivated { readdressed: true, .. } => contact.former_email.as_ref(),
            Was::NeverActive => None,
        };
        let told = self.former_told(former, ids, &to)?;
        let cause = CancelCause::Redirected;
        let mut events = vec![InviteCancelled { invitation: invitation.id, cause }.into()];
        events.extend(self.release());
        events.push(PrimaryEmailChanged { from, to: to.clone() }.into());
        events.push(PrimaryEmailClaimed { email: to.clone() }.into());
        events.push(self.sent(ids, to)?);
        events.extend(told);
        Ok(events)
    }

    /// The address of an invitation, if one may go out now.
    fn invitable(&self) -> Result<Personal<EmailAddress>, Halt> {
        let Some(sent_to) = self.contact.primary_email.clone() else {
            return no(No::NoPrimaryEmail);
        };
        let day_ago = self.now.plus_hours(-Contact::MAIL_WINDOW_HOURS);
        if self.contact.mailed_at.iter().filter(|at| **at > day_ago).count() >= INVITE_MAILS_MAX {
            return no(No::MailedTooOften);
        }
        Ok(sent_to)
    }

    fn open_invitation(&self) -> Result<(&Invitation, Was), Halt> {
        match &self.contact.access {
            Access::Pending { invitation, was } => Ok((invitation, *was)),
            Access::NotInvited
            | Access::Active { .. }
            | Access::Disabled { .. }
            | Access::Deactivated { .. } => no(No::NotPending),
        }
    }

    fn resend_invite(&self, token: TokenId) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_or_member()?;
        let (invitation, _) = self.open_invitation()?;
        Ok(vec![
            InviteResent {
                invitation: invitation.id,
                token,
                sent_to: self.invitable()?,
                sent_at: self.now,
                expires_at: self.expires_at()?,
                attempt: invitation.attempt.saturating_add(1),
            }
            .into(),
        ])
    }

    /// The claim goes back with an invitation that nobody ever accepted.
    fn release_if_never_active(&self, was: Was) -> Option<ContactEvent> {
        match was {
            Was::NeverActive => self.release(),
            Was::Deactivated { .. } => None,
        }
    }

    fn cancel(&self, cause: CancelCause) -> Result<Vec<ContactEvent>, Halt> {
        let (invitation, was) = self.open_invitation()?;
        let mut events = vec![InviteCancelled { invitation: invitation.id, cause }.into()];
        events.extend(self.release_if_never_active(was));
        Ok(events)
    }

    fn cancel_invite(&self) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_or_member()?;
        self.cancel(CancelCause::Builder)
    }

    /// The open invitation, if this is its link and it still works.
    fn answerable(&self, token: TokenId) -> Result<(&Invitation, Was), Halt> {
        if let Access::Pending { invitation, was } = &self.contact.access
            && invitation.token == token
        {
            return if self.now > invitation.expires_at {
                no(No::InviteExpired)
            } else {
                Ok((invitation, *was))
            };
        }
        no(match &self.contact.ended {
            Some(ended) if ended.token == token => match ended.how {
                Ending::Accepted => No::InviteUsed,
                Ending::Cancelled => No::InviteCancelled,
                Ending::Expired => No::InviteExpired,
            },
            // An older link: a newer mail followed, or another invitation.
            Some(_) => No::InviteSuperseded,
            None if matches!(self.contact.access, Access::Pending { .. }) => No::InviteSuperseded,
            None => No::InviteCancelled,
        })
    }

    pub(super) fn accept_invite(
        &self,
        token: TokenId,
        person: PersonId,
        proof: AcceptProof,
    ) -> Result<Vec<ContactEvent>, Halt> {
        let (invitation, was) = self.answerable(token)?;
        let mut events = vec![
            InviteAccepted { invitation: invitation.id, token }.into(),
            PersonLinked { person }.into(),
        ];
        match was {
            Was::NeverActive => {
                events.push(OwnerActivated { person, at: Some(self.now) }.into());
            }
            Was::Deactivated { person: before, readdressed } => {
                if readdressed && before == person && proof == AcceptProof::Link {
                    return no(No::LoginNeeded);
                }
                events.extend(image::taken_over(self.contact, before, person));
                events.push(OwnerReactivated { person, at: Some(self.now) }.into());
            }
        }
        Ok(events)
    }

    fn decline_invite(&self, token: TokenId) -> Result<Vec<ContactEvent>, Halt> {
        let (invitation, was) = self.answerable(token)?;
        let mut events = vec![InviteDeclined { invitation: invitation.id }.into()];
        events.extend(self.release_if_never_active(was));
        Ok(events)
    }

    fn expire_invite(&self) -> Result<Vec<ContactEvent>, Halt> {
        let (invitation, was) = self.open_invitation()?;
        if self.now <= invitation.expires_at {
            return no(No::NotExpiredYet);
        }
        let mut events = vec![InviteExpired { invitation: invitation.id }.into()];
        events.extend(self.release_if_never_active(was));
        Ok(events)
    }

    /// H6: the address that a deactivated owner had is told, unless it is another contact's by now.
    fn former_told(
        &self,
        former: Option<&Personal<EmailAddress>>,
        ids: InviteIds,
        invited: &Personal<EmailAddress>,
    ) -> Result<Option<ContactEvent>, Halt> {
        let (Some(old), Some(invited)) = (former.and_then(Personal::value), invited.value()) else {
            return Ok(None);
        };
        let theirs = self.claims.holder(old)?.is_none_or(|it| it.contact == self.contact.id);
        Ok(letters::to_former_address(former.filter(|_| theirs), ids.invitation, invited))
    }

    fn remind_invite(&self, mail: MailId) -> Result<Vec<ContactEvent>, Halt> {
        self.open_invitation()?;
        let due = letters::reminder(self.contact, mail, self.now);
        match due {
            Some(reminder) if self.claims.settings()?.invitation_reminder => Ok(vec![reminder]),
            Some(_) | None => no(No::ReminderNotDue),
        }
    }

    fn disable_access(&self) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_or_member()?;
        match self.contact.access {
            Access::Disabled { .. } => no(No::AlreadyDisabled),
            Access::Pending { .. } => {
                let mut events = self.cancel(CancelCause::Disabled)?;
                events.push(OwnerDisabled {}.into());
                Ok(events)
            }
            Access::NotInvited | Access::Active { .. } | Access::Deactivated { .. } => {
                Ok(vec![OwnerDisabled {}.into()])
            }
        }
    }

    fn enable_access(&self) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_or_member()?;
        match self.contact.access {
            Access::Disabled { .. } => Ok(vec![OwnerReenabled {}.into()]),
            Access::NotInvited
            | Access::Pending { .. }
            | Access::Active { .. }
            | Access::Deactivated { .. } => no(No::NotDisabled),
        }
    }

    fn deactivate_owner(&self, reason_given: bool) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_or_member()?;
        match self.contact.access {
            Access::Active { .. } | Access::Disabled { resume: Resume::Active { .. } } => {}
            Access::NotInvited
            | Access::Pending { .. }
            | Access::Disabled { .. }
            | Access::Deactivated { .. } => return no(No::NotActive),
        }
        if !reason_given {
            return no(No::ReasonNeeded);
        }
        Ok(vec![OwnerDeactivated::default().into()])
    }

    /// A contact that is deleted or merged takes nothing but the way back.
    fn life_allows(&self, command: &ContactCommand) -> Result<(), Halt> {
        let answers = matches!(
            command,
            ContactCommand::AcceptInvite { .. }
                | ContactCommand::AcceptInviteAs { .. }
                | ContactCommand::DeclineInvite(_)
        );
        match &self.contact.life {
            Life::Live => Ok(()),
            Life::Deleted if *command == ContactCommand::Restore => Ok(()),
            Life::Deleted if answers => no(No::InviteCancelled),
            Life::Merged { .. } if answers => no(No::InviteMerged),
            Life::Deleted | Life::Merged { .. } => {
                refuse_gone(self.contact)?;
                Ok(())
            }
        }
    }

    /// H7. What becomes of the contact's jobs, the ledger sees to.
    fn delete(&self, confirmed: bool) -> Result<Vec<ContactEvent>, Halt> {
        match self.by {
            By::Builder | By::Member => {}
            By::Owner | By::Stranger => return no(No::CannotDeleteSelf),
        }
        if !confirmed {
            return no(No::ConfirmationNeeded);
        }
        let mut events = match self.contact.access {
            Access::Pending { .. } => self.cancel(CancelCause::Deleted)?,
            Access::NotInvited
            | Access::Active { .. }
            | Access::Disabled { .. }
            | Access::Deactivated { .. } => Vec::new(),
        };
        let released = events.iter().any(|event| event.claim().is_some());
        events.push(ContactDeleted {}.into());
        if !released {
            events.extend(self.release());
        }
        Ok(events)
    }

    /// The claim that the deletion gave back is taken again where nobody has taken it since.
    fn restore(&self) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_only()?;
        if self.contact.life == Life::Live {
            return no(No::NotDeleted);
        }
        let mut events = vec![ContactRestored {}.into()];
        events.extend(self.reclaim()?);
        Ok(events)
    }

    /// The claim of a deactivated owner's contact, which it keeps while it is in the book.
    fn reclaim(&self) -> Result<Option<ContactEvent>, Halt> {
        let Access::Deactivated { .. } = self.contact.access else { return Ok(None) };
        let Some(email) = self.contact.primary_email.clone() else { return Ok(None) };
        let Some(address) = email.value() else { return Ok(None) };
        if self.contact.claimed || self.claims.holder(address)?.is_some() {
            return Ok(None);
        }
        Ok(Some(PrimaryEmailClaimed { email }.into()))
    }

    fn set_permissions(&self, to: &BTreeSet<Permission>) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_or_member()?;
        let from = &self.contact.permissions;
        if from == to {
            return Ok(Vec::new());
        }
        Ok(vec![PermissionsChanged { from: from.clone(), to: to.clone() }.into()])
    }

    /// R41, G6: custom fields are the builder's in every state, and no owner's.
    fn set_custom_field(
        &self,
        field: &FieldName,
        to: Option<&CustomValue>,
    ) -> Result<Vec<ContactEvent>, Halt> {
        self.builder_only()?;
        let from = self.contact.custom_fields.get(field);
        if from.and_then(Personal::value) == to {
            return Ok(Vec::new());
        }
        let to = to.map(|value| self.known(value.clone()));
        let value = Change { from: from.cloned(), to };
        Ok(vec![CustomFieldSet { field: field.clone(), value }.into()])
    }
}
