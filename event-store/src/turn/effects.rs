//! What is written with the events: keys, claims, links, mail, credentials.

use super::beginnings::begins;
use super::mails::Mail;
use super::{Claim, LaneConnection, Placed, Turn, Writes};
use crate::codec::Recorded;
use crate::error::StoreError;
use crate::keys::Held;
use crate::rows::{NewTokenRow, SubjectKeyRow};
use crate::sealing::Subjects;
use crate::store::{NewSecret, Submission};
use crate::writer::Work;
use domain::contact::{ClaimChange, ContactEvent, InvitationStep};
use domain::notification::{MailKind, NotificationEvent};
use domain::personal::HoldsPersonal;
use domain::{
    AggregateId, Command, ContactId, EmailAddress, Event, InvitationId, LedgerId, MailId, Personal,
    SubjectId, Timestamp, TokenId,
};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A mail that the sender is done with.
pub(super) struct EndedMail {
    pub(super) ledger: LedgerId,
    pub(super) mail: Uuid,
    pub(super) at: OffsetDateTime,
    pub(super) sent: bool,
}

impl Turn<'_> {
    /// Makes the keys of new contacts and persons, and brings those of others to hand.
    pub(super) async fn keys_for(
        &self,
        lane: &LaneConnection,
        placed: &mut [Placed],
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let keys = self.shared.reader.keys();
        let mut missing: BTreeMap<LedgerId, Subjects> = BTreeMap::new();
        for Placed { recorded, .. } in placed.iter_mut() {
            let ledger = recorded.ledger;
            if let Some(subject) = begins(recorded) {
                self.begin_key(ledger, subject, writes)?;
            }
            let mut subjects = Subjects::default();
            recorded.each_personal(&mut subjects);
            subjects.0.extend(super::images::seals_with(recorded));
            for subject in subjects.0 {
                if keys.held(ledger, subject).is_none() {
                    missing.entry(ledger).or_default().0.push(subject);
                }
            }
        }
        for (ledger, subjects) in missing {
            self.shared.reader.fetch_keys(&lane.client, ledger, &subjects.0).await?;
        }
        // What is not at hand now has not begun.
        for Placed { recorded, .. } in placed.iter() {
            if let Some(subject) = super::documents::may_begin(recorded)
                && keys.held(recorded.ledger, subject).is_none()
            {
                self.begin_key(recorded.ledger, subject, writes)?;
            }
        }
        Ok(())
    }

    fn begin_key(
        &self,
        ledger: LedgerId,
        subject: SubjectId,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let keys = self.shared.reader.keys();
        let (key, wrapped_key) = keys.new_subject(ledger, subject)?;
        keys.hold(ledger, subject, Held::Key(key));
        writes.newborn.push((ledger, subject));
        let (ledger_id, subject_id) = (ledger.0, subject.0);
        writes.subject_keys.push(SubjectKeyRow { ledger_id, subject_id, wrapped_key });
        Ok(())
    }

    /// What must be written with the events: claims, links, mail, credentials.
    pub(super) fn effects(&self, placed: &[Placed], writes: &mut Writes) -> Result<(), StoreError> {
        for Placed { recorded, by: (index, work) } in placed {
            let Work::Execute(submission, _) = &self.groups[*index].work[*work] else { continue };
            let ledger = recorded.ledger;
            match (&recorded.event, recorded.aggregate) {
                (Event::Contact(event), AggregateId::Contact(contact)) => {
                    self.contact_effects(recorded, event, contact, submission, writes)?;
                }
                (Event::BuilderAccount(event), AggregateId::BuilderAccount(_)) => {
                    Self::account_effects(recorded, event, submission, writes)?;
                    self.staff_effects(recorded, event, submission, writes)?;
                }
                (Event::Installation(event), AggregateId::Installation) => {
                    self.installation_effects(recorded, event, submission, writes)?;
                }
                (Event::Person(event), AggregateId::Person(person)) => {
                    self.person_effects(recorded, event, person, submission, writes)?;
                }
                (Event::Subcontractor(event), AggregateId::Subcontractor(id)) => {
                    self.subcontractor_effects(recorded, event, id, submission, writes)?;
                }
                (Event::SubcontractorOrg(event), AggregateId::SubcontractorOrg(_)) => {
                    self.org_effects(recorded, event, submission, writes)?;
                }
                (Event::Job(event), AggregateId::Job(job)) => {
                    let (left, came) = event.owner_change();
                    writes.jobs.extend(left.map(|contact| ((ledger, contact, job), false)));
                    writes.jobs.extend(came.map(|contact| ((ledger, contact, job), true)));
                    writes.impersonations.of_event(recorded, event, job, submission)?;
                    writes.portal_links.of_event(recorded, event, job, submission)?;
                }
                (Event::Customer(event), AggregateId::Customer(customer)) => {
                    self.customer_effects(recorded, event, customer, submission, writes)?;
                }
                (Event::Lead(event), AggregateId::Lead(lead)) => {
                    let (left, came) = event.contact_change();
                    writes.leads.extend(left.map(|contact| ((ledger, contact, lead), false)));
                    writes.leads.extend(came.map(|contact| ((ledger, contact, lead), true)));
                }
                (Event::Notification(event), AggregateId::Notification(mail)) => {
                    self.mail_effects(recorded, event, mail, submission, writes)?;
                }
                (
                    Event::Contact(_)
                    | Event::Job(_)
                    | Event::Lead(_)
                    | Event::Customer(_)
                    | Event::WorkOrder(_)
                    | Event::OwnerItem(_)
                    | Event::Installation(_)
                    | Event::BuilderAccount(_)
                    | Event::Subcontractor(_)
                    | Event::SubcontractorOrg(_)
                    | Event::Person(_)
                    | Event::Notification(_),
                    _,
                ) => {}
            }
        }
        Ok(())
    }

    /// A mail of its own, with the one address that it goes to (R21), and the link to a portal if it
    /// carries one (R89); or the end of any.
    fn mail_effects(
        &self,
        recorded: &Recorded,
        event: &NotificationEvent,
        mail: MailId,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let (ledger, at) = (recorded.ledger, recorded.recorded_at.moment());
        let sent = match event {
            NotificationEvent::NotificationQueued(queued) => {
                let carries_link = queued.kind == MailKind::PortalLink;
                let secret = if carries_link { Some(made_secret(submission)?) } else { None };
                let (id, kind, whose) = (mail.0, queued.kind, queued.recipient.0);
                let mail = Mail { id, kind, whose, to: &queued.to, secret };
                return self.mail(recorded, &mail, writes);
            }
            NotificationEvent::NotificationSent(_) => true,
            NotificationEvent::NotificationFailed(_) => false,
            // It has ended before.
            NotificationEvent::NotificationBounced(_) => return Ok(()),
        };
        writes.mails_ended.push(EndedMail { ledger, mail: mail.0, at, sent });
        Ok(())
    }

    fn contact_effects(
        &self,
        recorded: &Recorded,
        event: &ContactEvent,
        contact: ContactId,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let ledger = recorded.ledger;
        let keys = self.shared.reader.keys();
        let mut claim = |email: &Personal<EmailAddress>, before, after| {
            if let Some(email) = email.value() {
                let hash = keys.claim_hash(ledger, email);
                writes
                    .claims
                    .entry((ledger, hash))
                    .and_modify(|claim: &mut Claim| claim.after = after)
                    .or_insert(Claim { before, after });
            }
        };
        let (left, came) = event.customer_change();
        writes.customers.extend(left.map(|customer| ((ledger, customer, contact), false)));
        writes.customers.extend(came.map(|customer| ((ledger, customer, contact), true)));
        match event.claim() {
            Some((email, ClaimChange::Taken)) => claim(email, None, Some(contact)),
            Some((email, ClaimChange::Released)) => claim(email, Some(contact), None),
            None => {}
        }
        if let ContactEvent::OwnerImported(imported) = event
            && let Some(person) = imported.person
        {
            writes.logins.imported(ledger, contact, person);
        }
        if let ContactEvent::ProfileImageSet(set) = event {
            self.image_set(recorded, set, contact, submission, writes)?;
        }
        if matches!(event, ContactEvent::ProfileImageRemoved(_)) {
            writes.images.remove(ledger, contact);
        }
        match event.invitation() {
            Some((id, InvitationStep::Sent(e))) => {
                let invitation = Invited { id, token: e.token, until: e.expires_at };
                let to = &e.sent_to;
                self.invitation_mail(recorded, contact, &invitation, to, submission, writes)?;
            }
            Some((id, InvitationStep::Resent(e))) => {
                let invitation = Invited { id, token: e.token, until: e.expires_at };
                let to = &e.sent_to;
                self.invitation_mail(recorded, contact, &invitation, to, submission, writes)?;
            }
            // Mailed by the store that it comes from.
            Some((_, InvitationStep::Reminded(_) | InvitationStep::FormerTold(_)))
                if matches!(submission.command, Command::TakeOver { .. }) => {}
            Some((_, InvitationStep::Reminded(e))) => {
                let (id, kind, whose) = (e.mail.0, MailKind::InvitationReminder, contact.0);
                let letter = Mail { id, kind, whose, to: &e.sent_to, secret: None };
                self.mail(recorded, &letter, writes)?;
            }
            Some((_, InvitationStep::FormerTold(e))) => {
                let (id, kind, whose) = (e.mail.0, MailKind::FormerAddress, contact.0);
                let letter = Mail { id, kind, whose, to: &e.sent_to, secret: None };
                self.mail(recorded, &letter, writes)?;
            }
            Some((_, InvitationStep::Ended(_))) | None => {}
        }
        Ok(())
    }

    /// The link's hash, and the mail that carries the link (R17: to the primary email alone).
    fn invitation_mail(
        &self,
        recorded: &Recorded,
        contact: ContactId,
        invitation: &Invited,
        sent_to: &Personal<EmailAddress>,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        // Mailed by the store that it comes from. That link's secret is not known here; an
        // invitation that is still open is sent again.
        if matches!(submission.command, Command::TakeOver { .. }) {
            return Ok(());
        }
        let secret = made_secret(submission)?;
        writes.tokens.push(NewTokenRow {
            ledger_id: recorded.ledger.0,
            token_hash: secret.hash().to_vec(),
            token_id: invitation.token.0,
            kind: "invitation",
            contact_id: contact.0,
            invitation_id: invitation.id.0,
            expires_at: invitation.until.moment(),
        });
        let (id, kind, whose) = (invitation.token.0, MailKind::Invitation, contact.0);
        let mail = Mail { id, kind, whose, to: sent_to, secret: Some(secret) };
        self.mail(recorded, &mail, writes)
    }
}

struct Invited {
    id: InvitationId,
    token: TokenId,
    until: Timestamp,
}

/// The secret that was made for what the command makes.
pub(super) fn made_secret(submission: &Submission) -> Result<&NewSecret, StoreError> {
    submission.secret.as_ref().ok_or(StoreError::Unsatisfiable)
}

pub(super) fn secret_hash(submission: &Submission) -> Result<Vec<u8>, StoreError> {
    Ok(made_secret(submission)?.hash().to_vec())
}
