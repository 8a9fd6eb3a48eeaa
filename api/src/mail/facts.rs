//! What ledgers say of the mails that they ordered: whether the link still opens anything.

use domain::builder_account::{BuilderAccount, BuilderAccountEvent, StaffStage};
use domain::contact::{Access, Contact, InvitationStep, Life};
use domain::notification::NotificationEvent;
use domain::person::PersonEvent;
use domain::{EmailAddress, EventId, InvitationId, MailId, Timestamp, TokenId};
use event_store::{Recorded, StoreError};
use uuid::Uuid;

/// What the ledger says about a mail to a contact.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The account's name.
    pub(super) account: Option<String>,
    /// The event that ordered it.
    pub(super) ordered_by: Option<EventId>,
    /// Until when the link of the invitation works that it is about; none when it does not.
    pub(super) open_until: Option<Timestamp>,
    /// When the link was mailed last.
    pub(super) mailed_at: Option<Timestamp>,
    /// The contact as it is now.
    contact: Option<Contact>,
}

impl Facts {
    /// Who the mail is from, in words.
    pub(super) fn account(&self) -> &str {
        self.account.as_deref().unwrap_or("Your builder")
    }

    /// From the events of the account, of the contact and of the mail.
    pub(super) fn of(events: &[Recorded], mail: MailId) -> Result<Self, StoreError> {
        let mut facts = Self::default();
        let mut about: Option<InvitationId> = None;
        let mut contact: Option<Contact> = None;
        for recorded in events {
            if let Some((_, BuilderAccountEvent::BuilderAccountOpened(opened))) = recorded.account()
            {
                facts.account = Some(opened.name.as_str().to_owned());
            }
            if let Some((ordered, NotificationEvent::NotificationQueued(_))) =
                recorded.notification()
                && ordered == mail
            {
                facts.ordered_by = Some(recorded.event_id);
            }
            let Some((id, event)) = recorded.contact() else { continue };
            let mailed = match event.invitation() {
                Some((_, InvitationStep::Sent(sent))) => Some(sent.token.0),
                Some((_, InvitationStep::Resent(sent))) => Some(sent.token.0),
                Some((id, InvitationStep::Reminded(reminder))) => {
                    about = Some(id).filter(|_| reminder.mail == mail).or(about);
                    Some(reminder.mail.0)
                }
                Some((_, InvitationStep::FormerTold(told))) => Some(told.mail.0),
                Some((_, InvitationStep::Ended(_))) | None => None,
            };
            if mailed == Some(mail.0) {
                facts.ordered_by = Some(recorded.event_id);
            }
            match &mut contact {
                Some(contact) => contact.apply(event)?,
                None => contact = Some(Contact::from_first(id, event)?),
            }
        }
        facts.mailed_at = contact.as_ref().and_then(|contact| contact.mailed_at.last().copied());
        if let Some(Access::Pending { invitation, .. }) =
            contact.as_ref().map(|contact| &contact.access)
            && (invitation.token.0 == mail.0 || about == Some(invitation.id))
        {
            facts.open_until = Some(invitation.expires_at);
        }
        facts.contact = contact;
        Ok(facts)
    }

    /// Whether the contact still has a login, and this address.
    pub(super) fn reaches(&self, to: &EmailAddress) -> bool {
        self.contact.as_ref().is_some_and(|contact| {
            let mut emails = contact.primary_email.iter().chain(&contact.additional_emails);
            contact.life == Life::Live
                && matches!(contact.access, Access::Active { .. })
                && emails.any(|email| email.value() == Some(to))
        })
    }
}

impl Facts {
    /// From the account's events, about a mail that invites to its staff.
    pub(super) fn of_staff(events: &[Recorded], link: TokenId) -> Result<Self, StoreError> {
        let mut facts = Self::default();
        let mut account: Option<BuilderAccount> = None;
        for recorded in events {
            let Some((id, event)) = recorded.account() else { continue };
            let mailed = event.staff_invitation().map(|mail| mail.token);
            if mailed == Some(link) {
                facts.ordered_by = Some(recorded.event_id);
            }
            match &mut account {
                Some(account) => account.apply(event)?,
                None => account = Some(BuilderAccount::from_first(id, event)?),
            }
        }
        let Some(account) = account else { return Ok(facts) };
        facts.account = Some(account.name.as_str().to_owned());
        facts.open_until = account.staff.values().find_map(|member| match member.stage {
            StaffStage::Invited { token, expires_at } if token == link => Some(expires_at),
            StaffStage::Invited { .. }
            | StaffStage::Joined { .. }
            | StaffStage::Cancelled
            | StaffStage::Removed => None,
        });
        Ok(facts)
    }
}

/// The one reset of a person whose link works; nobody's after it was used, none where there was none.
pub(super) fn newest_reset(events: &[Recorded]) -> Option<Uuid> {
    let mut newest = None;
    for recorded in events {
        let Some((_, event)) = recorded.person() else { continue };
        match event {
            PersonEvent::PasswordResetRequested(asked) => newest = Some(asked.token.0),
            PersonEvent::PasswordResetCompleted(_)
            | PersonEvent::CredentialsSet(_)
            | PersonEvent::LoginEmailChanged(_) => newest = Some(Uuid::nil()),
            // None of these opens or closes a reset.
            PersonEvent::PersonRegistered(_)
            | PersonEvent::ContactLinked(_)
            | PersonEvent::LoggedIn(_)
            | PersonEvent::SessionRevoked(_)
            | PersonEvent::SessionsRevoked(_)
            | PersonEvent::StaffLinked(_)
            | PersonEvent::StaffSessionBegun(_)
            | PersonEvent::OrgLinked(_)
            | PersonEvent::OrgSessionBegun(_)
            | PersonEvent::SecondFactorEnabled(_)
            | PersonEvent::SecondFactorDisabled(_)
            | PersonEvent::RecoveryCodeUsed(_)
            | PersonEvent::PrimaryEmailChangeRequested(_)
            | PersonEvent::PrimaryEmailChangeBegun(_)
            | PersonEvent::PrimaryEmailChangeRefused(_) => {}
        }
    }
    newest
}

/// The one change of a person's primary email whose link works; nobody's after it was used or voided,
/// none where there was none.
pub(super) fn newest_email_change(events: &[Recorded]) -> Option<Uuid> {
    let mut newest = None;
    for (_, event) in events.iter().filter_map(Recorded::person) {
        match event {
            PersonEvent::PrimaryEmailChangeRequested(asked) => newest = Some(asked.token.0),
            PersonEvent::PrimaryEmailChangeBegun(_) | PersonEvent::CredentialsSet(_) => {
                newest = newest.map(|_void| Uuid::nil());
            }
            PersonEvent::PersonRegistered(_)
            | PersonEvent::ContactLinked(_)
            | PersonEvent::LoggedIn(_)
            | PersonEvent::SessionRevoked(_)
            | PersonEvent::SessionsRevoked(_)
            | PersonEvent::StaffLinked(_)
            | PersonEvent::StaffSessionBegun(_)
            | PersonEvent::OrgLinked(_)
            | PersonEvent::OrgSessionBegun(_)
            | PersonEvent::SecondFactorEnabled(_)
            | PersonEvent::SecondFactorDisabled(_)
            | PersonEvent::RecoveryCodeUsed(_)
            | PersonEvent::PasswordResetRequested(_)
            | PersonEvent::PasswordResetCompleted(_)
            | PersonEvent::PrimaryEmailChangeRefused(_)
            | PersonEvent::LoginEmailChanged(_) => {}
        }
    }
    newest
}
