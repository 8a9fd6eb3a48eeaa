//! What ledgers say of the mails that they ordered: whether the link still opens anything.

use domain::builder_account::BuilderAccountEvent;
use domain::contact::{Access, Contact, InvitationStep};
use domain::person::PersonEvent;
use domain::{AggregateId, Event, EventId, Timestamp, TokenId};
use event_store::{Recorded, StoreError};
use uuid::Uuid;

/// What the ledger says about an invitation's mail.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The account's name.
    pub(super) account: Option<String>,
    /// The event that ordered it.
    pub(super) ordered_by: Option<EventId>,
    /// Until when its link works; none when it does not.
    pub(super) open_until: Option<Timestamp>,
}

impl Facts {
    /// From the events of the account and of the contact.
    pub(super) fn of(events: &[Recorded], link: TokenId) -> Result<Self, StoreError> {
        let mut facts = Self::default();
        let mut contact: Option<Contact> = None;
        for recorded in events {
            match (&recorded.event, recorded.aggregate) {
                (Event::BuilderAccount(BuilderAccountEvent::BuilderAccountOpened(opened)), _) => {
                    facts.account = Some(opened.name.as_str().to_owned());
                }
                (Event::Contact(event), AggregateId::Contact(id)) => {
                    match event.invitation() {
                        Some((_, InvitationStep::Sent(sent))) if sent.token == link => {
                            facts.ordered_by = Some(recorded.event_id);
                        }
                        Some((_, InvitationStep::Resent(sent))) if sent.token == link => {
                            facts.ordered_by = Some(recorded.event_id);
                        }
                        Some(_) | None => {}
                    }
                    match &mut contact {
                        Some(contact) => contact.apply(event)?,
                        None => contact = Some(Contact::from_first(id, event)?),
                    }
                }
                (
                    Event::BuilderAccount(_)
                    | Event::Contact(_)
                    | Event::Job(_)
                    | Event::Lead(_)
                    | Event::Person(_)
                    | Event::Installation(_)
                    | Event::Notification(_),
                    _,
                ) => {}
            }
        }
        if let Some(Access::Pending { invitation, .. }) = contact.map(|contact| contact.access)
            && invitation.token == link
        {
            facts.open_until = Some(invitation.expires_at);
        }
        Ok(facts)
    }
}

/// The one reset of a person whose link works; nobody's after it was used, none where there was none.
pub(super) fn newest_reset(events: &[Recorded]) -> Option<Uuid> {
    let mut newest = None;
    for recorded in events {
        match &recorded.event {
            Event::Person(PersonEvent::PasswordResetRequested(asked)) => {
                newest = Some(asked.token.0);
            }
            Event::Person(
                PersonEvent::PasswordResetCompleted(_) | PersonEvent::CredentialsSet(_),
            ) => newest = Some(Uuid::nil()),
            Event::Person(_)
            | Event::BuilderAccount(_)
            | Event::Contact(_)
            | Event::Job(_)
            | Event::Lead(_)
            | Event::Installation(_)
            | Event::Notification(_) => {}
        }
    }
    newest
}
