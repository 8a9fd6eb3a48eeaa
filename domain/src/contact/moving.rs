//! The primary email of an owner whose login email becomes another, and of one who accepts with a
//! login email other than the invited one: both are one address, always (RULES.md 2.1).

use super::commands::AcceptProof;
use super::decide::{Asked, EMAILS_MAX, no};
use super::events::{
    AdditionalEmailAdded, AdditionalEmailRemoved, ContactEvent, PrimaryEmailChanged,
    PrimaryEmailClaimed, PrimaryEmailSwapped,
};
use super::rejection::ContactRejection as No;
use crate::EmailAddress;
use crate::actor::Actor;
use crate::ids::{PersonId, TokenId};
use crate::ledger::Halt;

impl Asked<'_> {
    /// Whether the address may become this owner's (R32); it changes nothing.
    pub(super) fn ask_for_primary_email(
        &self,
        to: &EmailAddress,
        actor: Actor,
    ) -> Result<Vec<ContactEvent>, Halt> {
        self.move_primary_email(to, actor).map(|_would_happen| Vec::new())
    }

    /// The claim moves along at once (R32). An additional email that becomes the primary one is no
    /// additional one any more (G7); the old primary one is gone from the contact.
    pub(super) fn move_primary_email(
        &self,
        to: &EmailAddress,
        actor: Actor,
    ) -> Result<Vec<ContactEvent>, Halt> {
        self.is_their_own(actor)?;
        let contact = self.contact;
        if contact.primary() == Some(to) {
            return Ok(Vec::new());
        }
        let Some(from) = contact.primary_email.clone() else { return no(No::NoPrimaryEmail) };
        self.refuse_taken(to)?;
        let additional = contact.additional_emails.iter().find(|e| e.value() == Some(to)).cloned();
        let to = self.known(to.clone());
        let mut events: Vec<ContactEvent> = Vec::new();
        events.extend(additional.map(|email| AdditionalEmailRemoved { email }.into()));
        events.push(PrimaryEmailChanged { from, to: to.clone() }.into());
        events.extend(self.release());
        events.push(PrimaryEmailClaimed { email: to }.into());
        Ok(events)
    }

    /// Accepts, and makes the invitee's login email the primary one in the same append: free in this
    /// account, or the invitation stays as it is.
    pub(super) fn accept_invite_as(
        &self,
        token: TokenId,
        person: PersonId,
        login: &EmailAddress,
    ) -> Result<Vec<ContactEvent>, Halt> {
        let mut events = self.accept_invite(token, person, AcceptProof::LinkAndLogin)?;
        let contact = self.contact;
        if contact.primary() == Some(login) {
            return Ok(events);
        }
        let Some(from) = contact.primary_email.clone() else { return no(No::NoPrimaryEmail) };
        self.refuse_taken(login)?;
        let to = self.known(login.clone());
        if contact.has_email(login) {
            events.push(PrimaryEmailSwapped { from, to: to.clone() }.into());
        } else if contact.email_count() >= EMAILS_MAX {
            return no(No::TooManyEmails);
        } else {
            let email = from.clone();
            events.push(PrimaryEmailChanged { from, to: to.clone() }.into());
            events.push(AdditionalEmailAdded { email }.into());
        }
        events.extend(self.release());
        events.push(PrimaryEmailClaimed { email: to }.into());
        Ok(events)
    }

    /// The owner's, also while the builder has closed the access: the info stays theirs (G3).
    fn is_their_own(&self, actor: Actor) -> Result<(), Halt> {
        match (actor, self.contact.owner()) {
            (Actor::Owner(person), Some(owner)) if person == owner => Ok(()),
            (
                Actor::Owner(_)
                | Actor::BuilderStaff(_)
                | Actor::StaffMember(_)
                | Actor::PortalContact(_)
                | Actor::SubUser(_)
                | Actor::Operator(_)
                | Actor::System,
                Some(_) | None,
            ) => no(No::NotTheOwner),
        }
    }

    /// R32: another contact holds the claim; who it is, the owner is not told (H3).
    fn refuse_taken(&self, email: &EmailAddress) -> Result<(), Halt> {
        match self.claims.holder(email)? {
            Some(holder) if holder.contact != self.contact.id => no(No::PrimaryEmailTaken),
            Some(_) | None => Ok(()),
        }
    }
}
