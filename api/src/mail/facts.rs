//! What ledgers say of the mails that they ordered: whether the link still opens anything.

use domain::builder_account::BuilderAccountEvent;
use domain::contact::{Access, Contact, InvitationStep, Life};
use domain::notification::NotificationEvent;
use domain::person::PersonEvent;
use domain::{EmailAddress, EventId, MailId, Timestamp, TokenId};
use event_store::{Recorded, StoreError};
use uuid::Uuid;

/// What the ledger says about a mail to a contact.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The account's name.
    pub(super) account: Option<String>,
    /// The event that ordered it.
    pub(super) ordered_by: Option<EventId>,
    /// Until when its link works; none when it does not.
    pub(super) open_until: Option<Timestamp>,
    /// The contact as it is now.
    contact: Option<Contact>,
}

impl Facts {
    /// From the events of the account, of the contact and of the mail.
    pub(super) fn of(events: &[Recorded], mail: MailId) -> Result<Self, StoreError> {
        let link = TokenId(mail.0);
        let mut facts = Self::default();
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
                Some((_, InvitationStep::Sent(sent))) => Some(sent.token),
                Some((_, InvitationStep::Resent(sent))) => Some(sent.token),
                Some((_, InvitationStep::Ended(_))) | None => None,
            };
            if mailed == Some(link) {
                facts.ordered_by = Some(recorded.event_id);
            }
            match &mut contact {
                Some(contact) => contact.apply(event)?,
                None => contact = Some(Contact::from_first(id, event)?),
            }
        }
        if let Some(Access::Pending { invitation, .. }) =
            contact.as_ref().map(|contact| &contact.access)
            && invitation.token == link
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

/// The one reset of a person whose link works; nobody's after it was used, none where there was none.
pub(super) fn newest_reset(events: &[Recorded]) -> Option<Uuid> {
    let mut newest = None;
    for recorded in events {
        let Some((_, event)) = recorded.person() else { continue };
        match event {
            PersonEvent::PasswordResetRequested(asked) => newest = Some(asked.token.0),
            PersonEvent::PasswordResetCompleted(_) | PersonEvent::CredentialsSet(_) => {
                newest = Some(Uuid::nil());
            }
            // None of these opens or closes a reset.
            PersonEvent::PersonRegistered(_)
            | PersonEvent::ContactLinked(_)
            | PersonEvent::LoggedIn(_)
            | PersonEvent::SessionRevoked(_)
            | PersonEvent::SessionsRevoked(_) => {}
        }
    }
    newest
}
